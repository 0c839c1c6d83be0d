/* SPDX-License-Identifier: MIT
 * dialog.c - the dialog's plan, fields and keys; see dialog.h. How it looks is in dialogdraw.c. */
#include "ui/dialog.h"
#include "base/i18n.h"
#include "base/sentence.h"
#include "ui/said.h"
#include "base/text.h"
#include "base/xmem.h"
#include "ui/keymap.h"
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CTRL_D = 4, CTRL_J = 10, RENEW_MS = 1000 };

static const char mass_word[] = "mass";

static void say(struct dialog *d, bool bad, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void say(struct dialog *d, bool bad, const char *fmt, ...)
{
    char text[sizeof d->note];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    text_clean_into(d->note, sizeof d->note, text, strlen(text));
    d->note_bad = bad;
}

/* --- previews --- */

static bool is_text(const struct snapshot *s, bool has, strid id, const char *text)
{
    return has && strcmp(intern_raw(snapshot_strings(s), id), text) == 0;
}

/* Which target a row is about: usually the one behind the last. */
static size_t target_of(const struct action_order *o, const struct snapshot *s,
                        const struct action_row *row, size_t after)
{
    for (size_t i = 0; i < o->count; i++) {
        size_t at = (after + i) % o->count;
        if (is_text(s, row_has(row, action, target), row->target, o->targets[at].name))
            return at;
    }
    return o->count;
}

/* Notes which ACTION rows are the previews of this order. */
static void find_previews(struct dialog *d, const struct snapshot *s)
{
    const struct action_order *o = d->plan->order;
    size_t next = 0;

    for (size_t i = 0; i < o->count; i++)
        d->previews[i] = UINT32_MAX;
    for (uint32_t slot = 0; slot < snapshot_slots(s, ENTITY_ACTION); slot++) {
        const struct action_row *row = snapshot_row(s, ENTITY_ACTION, slot);
        if (!row || row->h.center != o->center ||
            !is_text(s, row_has(row, action, op), row->op, o->op))
            continue;
        size_t target = target_of(o, s, row, next);
        if (target == o->count)
            continue;
        d->previews[target] = slot;
        next = target + 1;
    }
}

enum preview dialog_preview(const struct dialog *d, const struct snapshot *s, size_t target,
                            const struct action_row **row)
{
    uint32_t slot = d->previews[target];

    *row = slot == UINT32_MAX ? NULL : snapshot_row(s, ENTITY_ACTION, slot);
    if (!*row || !row_has(*row, action, state) || (*row)->h.seen_at[0] < d->asked_at)
        return PREVIEW_AWAITED;
    if ((*row)->state == action_state_PLANNED && row_has(*row, action, request))
        return PREVIEW_READY;
    return (*row)->state == action_state_PLANNED ? PREVIEW_AWAITED : PREVIEW_REFUSED;
}

/* --- the plan --- */

/* The fields are checked as they are typed, so what cannot be set here cannot happen. */
static void fill_order(const struct dialog *d, struct action_order *o)
{
    (void)order_set_ticket(o, d->fields[DIALOG_TICKET].text, NULL);
    (void)order_set_reason(o, d->fields[DIALOG_REASON].text, NULL);
    o->mass = strcmp(d->fields[DIALOG_MASS].text, mass_word) == 0;
}

/* What was typed for one question is no answer to another. */
static bool is_another_question(const struct plan *before, const struct plan *now)
{
    return before->consent != now->consent || strcmp(before->expect, now->expect) != 0 ||
           before->sendable != now->sendable;
}

static bool is_worse(const struct plan *before, const struct plan *now)
{
    return now->jobs > before->jobs || now->devices_busy > before->devices_busy ||
           (before->consent == CONSENT_YES && now->consent == CONSENT_NAME);
}

static void note_change(struct dialog *d, const struct plan *before, const struct plan *now)
{
    if (now->consent == CONSENT_NEVER)
        say(d, true, _("this changed meanwhile: it is refused now"));
    else if (now->jobs > before->jobs)
        say(d, true, _("this changed meanwhile: more work runs there now; look again"));
    else
        say(d, true, _("this changed meanwhile: look again before you type"));
}

/* theirs: the world changed, not what was typed here. */
static void take_plan(struct dialog *d, struct plan *now, bool theirs)
{
    bool other = is_another_question(d->plan, now);

    if (other || (theirs && is_worse(d->plan, now))) {
        if (theirs)
            note_change(d, d->plan, now);
        line_set(&d->fields[DIALOG_CONSENT], "");
    }
    plan_free(d->plan);
    d->plan = now;
    if (!dialog_has_field(d, d->at))
        d->at = DIALOG_CONSENT;
}

static void make_plan(struct dialog *d, const struct dialog_world *w, bool theirs)
{
    struct action_order *o = order_copy(d->plan->order);
    struct plan *now = NULL;

    fill_order(d, o);
    if (plan_make(o, w->snap, w->limits, &w->permit, w->now, &now, NULL) == RC_OK)
        take_plan(d, now, theirs);
    d->planned_at = w->now;
    find_previews(d, w->snap);
}

struct dialog *dialog_new(struct action_order *take, const struct dialog_world *w, struct err *e)
{
    struct plan *plan = NULL;

    if (plan_make(take, w->snap, w->limits, &w->permit, w->now, &plan, e) != RC_OK)
        return NULL;
    struct dialog *d = xcalloc(1, sizeof *d);
    d->plan = plan;
    d->previews = xcalloc(plan->order->count, sizeof *d->previews);
    d->asked_at = w->now;
    line_init(&d->fields[DIALOG_TICKET], NULL, plan->order->ticket);
    line_init(&d->fields[DIALOG_REASON], NULL, plan->order->reason);
    line_init(&d->fields[DIALOG_MASS], NULL, "");
    line_init(&d->fields[DIALOG_CONSENT], NULL, "");
    d->at = plan->order->verb == action_verb_DRAIN ? DIALOG_TICKET : DIALOG_CONSENT;
    d->planned_at = w->now;
    find_previews(d, w->snap);
    return d;
}

void dialog_free(struct dialog *d)
{
    if (!d)
        return;
    confirmed_order_free(d->confirmed);
    plan_free(d->plan);
    free(d->previews);
    free(d);
}

bool dialog_is_old(const struct dialog *d, wall_ms now)
{
    return now < d->planned_at || now - d->planned_at >= RENEW_MS;
}

void dialog_look(struct dialog *d, const struct snapshot *s)
{
    find_previews(d, s);
}

void dialog_renew(struct dialog *d, const struct dialog_world *w)
{
    make_plan(d, w, true);
}

struct confirmed_order *dialog_take_confirmed(struct dialog *d)
{
    struct confirmed_order *c = d->confirmed;

    d->confirmed = NULL;
    return c;
}

/* --- keys --- */

bool dialog_has_field(const struct dialog *d, enum dialog_field f)
{
    return f != DIALOG_MASS || d->plan->braked || d->fields[DIALOG_MASS].len > 0;
}

/* The plan and the requests follow what was typed when its field is left. */
static enum dialog_event settle(struct dialog *d, const struct dialog_world *w)
{
    if (!d->edited)
        return DIALOG_CHANGED;
    d->edited = false;
    d->asked_at = w->now;
    make_plan(d, w, false);
    return DIALOG_PREVIEW;
}

static enum dialog_event go(struct dialog *d, const struct dialog_world *w, int by)
{
    enum dialog_event e = settle(d, w);
    int at = (int)d->at;

    do
        at = (at + by + DIALOG_FIELDS) % DIALOG_FIELDS;
    while (!dialog_has_field(d, (enum dialog_field)at));
    d->at = (enum dialog_field)at;
    return e;
}

/* Is every request that would be sent on the screen, or at least prepared? */
static bool requests_ready(struct dialog *d, const struct snapshot *s)
{
    const struct action_row *row;

    for (size_t i = 0; i < d->plan->order->count; i++) {
        if (d->plan->targets[i].refused)
            continue;
        switch (dialog_preview(d, s, i, &row)) {
        case PREVIEW_READY:
            break;
        case PREVIEW_AWAITED:
            say(d, false, _("the request is still being prepared: wait until it is shown"));
            return false;
        case PREVIEW_REFUSED:
            say(d, true, "%.80s: %s", d->plan->order->targets[i].name,
                row_has(row, action, message) ? said(intern_text(snapshot_strings(s), row->message))
                                              : _("cannot be done this way"));
            return false;
        }
    }
    return true;
}

static bool may_be_asked(struct dialog *d, const struct dialog_world *w, mono_ms at)
{
    if (d->typed_at > 0 && at - d->typed_at < DIALOG_ENTER_MS) {
        say(d, false, _("that Enter came with the text: press it once more"));
        return false;
    }
    if (d->cramped) {
        say(d, true, _("there is no room to show what would be done: make the window larger"));
        return false;
    }
    if (d->plan->consent == CONSENT_NEVER) {
        say(d, true, _("refused: %s"), said(d->plan->refused));
        return false;
    }
    if (d->plan->order->verb == action_verb_DRAIN && !d->plan->order->reason[0]) {
        d->at = DIALOG_REASON;
        say(d, true, _("a drain needs a reason: whoever finds the node later will ask"));
        return false;
    }
    return requests_ready(d, w->snap);
}

static enum dialog_event confirm(struct dialog *d, const struct dialog_world *w, mono_ms at)
{
    struct err e = {0};

    make_plan(d, w, true); /* what was true a moment ago may be too old now */
    if (!may_be_asked(d, w, at))
        return DIALOG_CHANGED;
    if (plan_confirm(d->plan, d->fields[DIALOG_CONSENT].text, false, &d->confirmed, &e) == RC_OK)
        return DIALOG_COMMIT;
    say(d, true, "%s", said(e.msg));
    return DIALOG_CHANGED;
}

/* RC_OK, or what is wrong with what a field holds now. */
static enum rc check_field(const struct dialog *d, struct err *e)
{
    struct action_order o = {.verb = d->plan->order->verb};
    char written[ACTION_REASON_MAX + 1];

    snprintf(o.actor, sizeof o.actor, "%s", d->plan->order->actor);
    enum rc rc = order_set_ticket(&o, d->fields[DIALOG_TICKET].text, e);
    if (rc == RC_OK)
        rc = order_set_reason(&o, d->fields[DIALOG_REASON].text, e);
    if (rc == RC_OK && !order_reason(&o, written))
        rc = err_set(e, RC_USAGE, "reason",
                     S_("has no room for more: %d characters with the ticket"), ACTION_REASON_MAX);
    return rc;
}

static enum dialog_event type(struct dialog *d, uint32_t key, mono_ms at)
{
    struct lineedit *l = &d->fields[d->at], before = *l;
    enum line_event event = line_key(l, key, NULL, NULL);
    struct err e = {0};

    if (event == LINE_MOVED)
        return DIALOG_CHANGED;
    if (event != LINE_CHANGED)
        return DIALOG_NOTHING;
    if (key >= ' ' && key != KEY_ERASE && key < KEYC_BASE)
        d->typed_at = at;
    if (d->at == DIALOG_CONSENT)
        return DIALOG_CHANGED;
    if (check_field(d, &e) != RC_OK) {
        *l = before;
        say(d, true, _("the %s %s"), _(e.where), said(e.msg));
        return DIALOG_CHANGED;
    }
    d->edited = true;
    return DIALOG_CHANGED;
}

/* Within a paste only characters count. */
static enum dialog_event paste(struct dialog *d, uint32_t key, mono_ms at)
{
    if (key == KEYC_PASTE_END) {
        d->pasting = false;
        d->typed_at = at;
        return DIALOG_CHANGED;
    }
    return key >= ' ' && key != KEY_ERASE && key < KEYC_BASE ? type(d, key, at) : DIALOG_NOTHING;
}

enum dialog_event dialog_key(struct dialog *d, const struct dialog_world *w, uint32_t key,
                             mono_ms at)
{
    if (d->pasting)
        return paste(d, key, at);
    d->note[0] = '\0';
    switch (key) {
    case KEYC_PASTE_BEGIN:
        d->pasting = true;
        return DIALOG_NOTHING;
    case KEY_ESC:
        return DIALOG_CLOSE;
    case CTRL_D:
        (void)settle(d, w);
        return DIALOG_DRY_RUN;
    case KEY_TAB:
    case KEYC_DOWN:
        return go(d, w, 1);
    case KEYC_BACKTAB:
    case KEYC_UP:
        return go(d, w, -1);
    case KEY_RETURN:
    case CTRL_J:
        return d->at == DIALOG_CONSENT ? confirm(d, w, at) : go(d, w, 1);
    default:
        return type(d, key, at);
    }
}

/* --- words --- */

void dialog_title(const struct dialog *d, const struct dialog_world *w, struct buf *out)
{
    const struct action_order *o = d->plan->order;
    const struct verb_info *v = verb_info(o->verb);
    const struct center_row *c = snapshot_center(w->snap, o->center);

    char verb[64];

    snprintf(verb, sizeof verb, "%s", _(v->name));
    verb[0] = (char)toupper((unsigned char)verb[0]);
    buf_addf(out,
             v->entity == ENTITY_NODE ? _n("%s %zu node", "%s %zu nodes", o->count)
                                      : _n("%s %zu job", "%s %zu jobs", o->count),
             verb, o->count);
    buf_addf(out, " \xC2\xB7 %s",
             c && row_has(c, center, name) ? intern_text(snapshot_strings(w->snap), c->name)
                                           : o->center_id);
    if (o->cluster[0])
        buf_addf(out, _(" (cluster %s)"), o->cluster);
}

void dialog_describe(const struct dialog *d, const struct dialog_world *w, struct buf *out)
{
    const struct action_row *row;

    buf_addf(out, "%s \xC2\xB7 ", _("Dry run, nothing is sent"));
    dialog_title(d, w, out);
    buf_adds(out, "\n\n");
    plan_describe(d->plan, out);
    buf_addf(out, "\n%s\n", _("requests"));
    for (size_t i = 0; i < d->plan->order->count; i++) {
        const char *name = d->plan->order->targets[i].name;
        enum preview p = dialog_preview(d, w->snap, i, &row);
        if (d->plan->targets[i].refused)
            buf_addf(out, _("  %s: none, %s\n"), name, said(d->plan->targets[i].why));
        else if (p == PREVIEW_READY)
            buf_addf(out, "  %s: %s\n", name, intern_text(snapshot_strings(w->snap), row->request));
        else
            buf_addf(out, "  %s: %s\n", name,
                     p == PREVIEW_AWAITED ? _("being prepared") : _("cannot be done this way"));
    }
}
