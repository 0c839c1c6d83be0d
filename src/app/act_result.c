/* SPDX-License-Identifier: MIT
 * act_result.c - see act_result.h. */
#include "app/act_result.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "base/sentence.h"
#include "base/utf8.h"
#include "base/xmem.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TICK_NS 50000000

/* --- rows -------------------------------------------------------------------------------------- */

static const struct action_row *row_of(const struct snapshot *s, const struct action_order *o,
                                       size_t target)
{
    char id[ACTION_OP_MAX + 24];
    snprintf(id, sizeof id, "%s/%zu", o->op, target);
    uint32_t slot =
        snapshot_find(s, ENTITY_ACTION, row_key(ENTITY_ACTION, o->center, id, strlen(id)));
    const struct action_row *row = slot != UINT32_MAX ? snapshot_row(s, ENTITY_ACTION, slot) : NULL;
    return row != NULL && row_has(row, action, state) ? row : NULL;
}

static bool all_previewed(const struct snapshot *s, const struct action_order *o)
{
    for (size_t i = 0; i < o->count; i++)
        if (row_of(s, o, i) == NULL)
            return false;
    return true;
}

/* One of the signals that end a program came within the tick. */
static bool tick(void)
{
    const struct timespec pause = {.tv_nsec = TICK_NS};
    sigset_t set, blocked;
    sigemptyset(&set);
    (void)pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    if (sigismember(&blocked, SIGINT) != 1) {
        (void)nanosleep(&pause, NULL);
        return false;
    }
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    return sigtimedwait(&set, NULL, &pause) > 0;
}

static void clean_name(const struct action_order *o, size_t target, char out[TARGET_NAME_MAX])
{
    (void)text_clean_into(out, TARGET_NAME_MAX, o->targets[target].name,
                          strlen(o->targets[target].name));
}

/* --- preview ----------------------------------------------------------------------------------- */

static void add_request(const struct snapshot *s, const struct action_order *o, size_t target,
                        struct buf *out)
{
    const struct action_row *row = row_of(s, o, target);
    const struct intern *in = snapshot_strings(s);
    char name[TARGET_NAME_MAX], said[SENTENCE_MAX];
    clean_name(o, target, name);
    if (row == NULL)
        buf_addf(out, _("request for %s: ?\n"), name);
    else if (row->state == action_state_REFUSED)
        buf_addf(out, _("request for %s: none, %s\n"), name,
                 sentence_text(intern_text(in, row->message), said, sizeof said));
    else
        buf_addf(out, _("request for %s: %s\n"), name, intern_text(in, row->request));
}

void act_requests(struct session *s, const struct action_order *o, int64_t patience_ms,
                  struct buf *out)
{
    mono_ms until = clock_mono() + patience_ms;
    struct snapshot *snap = snapshot_hub_latest(s->hub);
    while (!all_previewed(snap, o) && clock_mono() < until) {
        (void)tick();
        snapshot_unref(snap);
        snap = snapshot_hub_latest(s->hub);
    }
    for (size_t i = 0; i < o->count; i++)
        add_request(snap, o, i, out);
    snapshot_unref(snap);
}

/* --- result ------------------------------------------------------------------------------------ */

struct waiting {
    const struct act_result *r;
    bool *told;    /* by target: its line is printed */
    size_t done;   /* confirmed */
    size_t likely; /* accepted, or nobody knows: something may have happened */
    size_t open;   /* targets without a line */
    bool stopped;
    mono_ms quiet_since; /* nothing but confirmations is missing */
};

static bool is_final(const struct action_row *row)
{
    switch (row->state) {
    case action_state_PLANNED:
    case action_state_WAITING:
    case action_state_READING:
    case action_state_SENT:
    case action_state_ACCEPTED:
    case action_state_UNKNOWN:
        return false;
    default:
        return true;
    }
}

/* Only what a poll shows is missing. */
static bool is_answered(const struct action_row *row)
{
    return row->state == action_state_ACCEPTED || row->state == action_state_UNKNOWN;
}

static const char *not_done(enum action_verb verb)
{
    switch (verb) {
    case action_verb_DRAIN:
        return _("not drained");
    case action_verb_RESUME:
        return _("not resumed");
    case action_verb_REQUEUE:
        return _("not requeued");
    case action_verb_HOLD:
        return _("not held");
    case action_verb_RELEASE:
        return _("not released");
    case action_verb_CANCEL:
        return _("not cancelled");
    case action_verb_COUNT:
        break;
    }
    return "?";
}

static void tell(struct waiting *w, const struct snapshot *s, size_t target,
                 const struct action_row *row)
{
    const struct action_order *o = w->r->order;
    const char *past = verb_info(o->verb)->past;
    const char *state = entity_info(ENTITY_ACTION)->fields[FIELD_action_state].words[row->state];
    char name[TARGET_NAME_MAX], said[SENTENCE_MAX];
    const char *message =
        sentence_text(intern_text(snapshot_strings(s), row->message), said, sizeof said);
    clean_name(o, target, name);
    if (row->state == action_state_CONFIRMED) {
        printf(_("%s %s (accepted, confirmed)\n"), name, _(past));
        w->done++;
    } else if (row->state == action_state_ACCEPTED) {
        printf(_("%s %s (accepted, not seen yet)\n"), name, _(past));
        w->likely++;
    } else {
        printf(_("%s %s (%s)"), name, not_done(o->verb), _(state));
        printf("%s%s\n", message[0] != '\0' ? _c("sentence", ": ") : "", message);
        w->likely += row->state == action_state_UNKNOWN || row->state == action_state_UNCONFIRMED;
    }
    (void)fflush(stdout);
    w->told[target] = true;
    w->open--;
}

/* True while something besides confirmations is missing. */
static bool look(struct waiting *w, const struct snapshot *s, bool last)
{
    bool busy = false;
    for (size_t i = 0; i < w->r->order->count; i++) {
        const struct action_row *row = row_of(s, w->r->order, i);
        if (w->told[i])
            continue;
        if (row != NULL && (is_final(row) || last))
            tell(w, s, i, row);
        else
            busy = busy || row == NULL || !is_answered(row);
    }
    return busy;
}

static void stop(struct waiting *w)
{
    if (!w->stopped)
        fprintf(stderr, "suantop: %s\n", _("stopping; what was sent is still waited for"));
    w->stopped = true;
    net_act_drop(w->r->session->net, w->r->order->op);
}

static void tell_left_out(const struct act_result *r)
{
    const struct plan *p = r->plan;
    char name[TARGET_NAME_MAX], said[SENTENCE_MAX];
    for (size_t i = 0; i < p->order->count; i++)
        if (p->targets[i].refused) {
            clean_name(p->order, i, name);
            printf(_("%s %s (left out): %s\n"), name, not_done(p->order->verb),
                   sentence_text(p->targets[i].why, said, sizeof said));
        }
}

int act_result_wait(const struct act_result *r)
{
    struct waiting w = {.r = r, .open = r->order->count, .quiet_since = clock_mono()};
    w.told = xcalloc(r->order->count, sizeof *w.told);
    while (w.open > 0) {
        if (tick())
            stop(&w);
        struct snapshot *snap = snapshot_hub_latest(r->session->hub);
        if (look(&w, snap, false))
            w.quiet_since = clock_mono();
        else if (clock_mono() - w.quiet_since > r->patience_ms)
            (void)look(&w, snap, true);
        snapshot_unref(snap);
    }
    tell_left_out(r);
    free(w.told);
    if (w.done == r->plan->order->count)
        return 0;
    return w.done + w.likely > 0 ? 1 : 2;
}
