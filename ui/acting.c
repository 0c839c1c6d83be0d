/* SPDX-License-Identifier: MIT
 * acting.c - see acting.h. */
#include "ui/acting.h"
#include "ui/said.h"
#include "ui/act.h"
#include "ui/overlay.h"
#include "base/hash.h"
#include "base/i18n.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_MAX_BYTES = 1 << 20, PLAN_SHARE = 10 };

/* --- may it? --- */

bool acting_possible(const struct ui *u, const char **why)
{
    *why = NULL;
    if (u->options.act_limits.forbidden)
        *why = u->options.act_limits.forbidden;
    else if (u->options.act_limits.read_only)
        *why = _("this screen is read-only: nothing can be changed from here");
    else if (u->port.replay_step)
        *why = _("this is a replay: there is nobody to act on");
    else if (!u->port.act_preview || !u->port.act_commit)
        *why = _("this screen only looks: nothing can be changed from here");
    return !*why;
}

enum act_mode acting_mode(const struct ui *u, uint16_t center)
{
    return u->options.act_modes && center < u->options.act_mode_count ? u->options.act_modes[center]
                                                                      : ACT_OFF;
}

static struct act_permit permit_of(const struct ui *u, uint16_t center)
{
    return (struct act_permit){acting_mode(u, center), arming_until(&u->arming, center, ui_now(u))};
}

static bool names_command(const struct view_ops *v, enum cmd cmd)
{
    for (const enum cmd *c = v->footer; c && *c != CMD_NONE; c++)
        if (*c == cmd)
            return true;
    return false;
}

static void say_where(struct ui *u, enum cmd cmd)
{
    char views[128] = "";
    size_t n = 0;

    for (const struct view_ops *const *v = view_all(); *v; v++)
        if (names_command(*v, cmd) && n < sizeof views)
            n += (size_t)snprintf(views + n, sizeof views - n, "%s%c %s", n ? ", " : "", (*v)->key,
                                  _((*v)->title));
    ui_say(u, false, _("%s does not work in this view, but in %s"), cmd_info(cmd)->name, views);
}

static bool may_act_now(struct ui *u, enum cmd cmd)
{
    const char *why;

    if (!acting_possible(u, &why))
        ui_say(u, true, "%s: %s", cmd_info(cmd)->name, why);
    else if (u->frozen)
        ui_say(u, true, _("%s: the picture is frozen, z lets it go on; act on what is there now"),
               cmd_info(cmd)->name);
    else
        return true;
    return false;
}

bool acting_works_here(struct ui *u, enum cmd cmd)
{
    if (!may_act_now(u, cmd))
        return false;
    if (names_command(ui_top(u)->slot->ops, cmd))
        return true;
    say_where(u, cmd);
    return false;
}

/* --- the dialog --- */

struct dialog_world acting_world(const struct ui *u)
{
    wall_ms now = ui_now(u);
    uint16_t center = u->dialog ? u->dialog->plan->order->center : 0;

    return (struct dialog_world){.snap = u->snap,
                                 .limits = &u->options.act_limits,
                                 .permit = permit_of(u, center),
                                 .now = now,
                                 .utc_offset_minutes = ui_offset(u, now),
                                 .ascii = u->ascii};
}

static void copy_name(char *out, size_t size, const char *name)
{
    snprintf(out, size, "%s", name ? name : "");
}

static void sign_order(struct ui *u, struct action_order *o)
{
    u->act_seed = (uint32_t)hash_u64(u->act_seed + 1u, (uint64_t)clock_mono() ^ (uint64_t)getpid());
    order_stamp(o, ui_now(u), u->act_seed);
    copy_name(o->actor, sizeof o->actor, u->options.actor);
    copy_name(o->actor_from, sizeof o->actor_from, u->options.actor_from);
    o->hold_after = o->verb == action_verb_REQUEUE;
}

void acting_ask(struct ui *u, struct action_order *take, struct ui_slot *from)
{
    struct err e = {0};
    const char *why;

    if (!acting_possible(u, &why) || acting_mode(u, take->center) == ACT_OFF) {
        ui_say(u, true, "%s: %s", verb_info(take->verb)->name,
               why ? why
                   : _("actions are off for this center (actions: off in the configuration)"));
        order_free(take);
        return;
    }
    sign_order(u, take);
    struct dialog_world w = acting_world(u);
    w.permit = permit_of(u, take->center);
    u->dialog = dialog_new(take, &w, &e);
    if (!u->dialog) {
        ui_say_error(u, &e);
        return;
    }
    u->dialog_from = from;
    u->overlay = UI_OVER_DIALOG;
    u->dirty = true;
    u->port.act_preview(u->port.arg, u->dialog->plan->order);
}

static void forget_dialog(struct ui *u)
{
    dialog_free(u->dialog);
    u->dialog = NULL;
    u->dialog_from = NULL;
    u->overlay = UI_OVER_NONE;
    u->dirty = true;
}

void acting_close(struct ui *u)
{
    if (u->overlay == UI_OVER_ARM) {
        u->overlay = UI_OVER_NONE;
        u->dirty = true;
        return;
    }
    if (u->dialog && u->port.act_drop)
        u->port.act_drop(u->port.arg, u->dialog->plan->order->op);
    forget_dialog(u);
}

/* The only place where something is sent. */
static void commit(struct ui *u)
{
    struct confirmed_order *c = dialog_take_confirmed(u->dialog);
    const struct action_order *o = confirmed_order_of(c);
    struct ui_slot *from = u->dialog_from;
    struct follow before = u->follow;
    struct err e = {0};

    follow_add(&u->follow, o);
    const char *verb = verb_info(o->verb)->name;
    enum rc rc = u->port.act_commit(u->port.arg, c, &e);
    if (rc != RC_OK) {
        u->follow = before;
        acting_close(u);
        ui_say_until_key(u, true, "%s: %s", verb, said(e.msg));
        return;
    }
    if (from && from->ops->acted)
        from->ops->acted(from->state);
    forget_dialog(u);
    u->rows_stale = true;
    ui_say(u, false, _("%s: handed over"), verb);
}

static void dry_run(struct ui *u, const struct dialog_world *w)
{
    struct buf text;

    buf_init(&text, TEXT_MAX_BYTES);
    dialog_describe(u->dialog, w, &text);
    overlay_text(u, PAGER_PLAIN, text.data, text.len);
    buf_fini(&text);
}

static void dialog_typed(struct ui *u, const struct term_key *k)
{
    struct dialog_world w = acting_world(u);
    enum dialog_event e = dialog_key(u->dialog, &w, k->key, k->at);

    u->dirty = true;
    switch (e) {
    case DIALOG_NOTHING:
    case DIALOG_CHANGED:
        break;
    case DIALOG_PREVIEW:
        u->port.act_preview(u->port.arg, u->dialog->plan->order);
        break;
    case DIALOG_DRY_RUN:
        dry_run(u, &w);
        break;
    case DIALOG_COMMIT:
        commit(u);
        break;
    case DIALOG_CLOSE:
        acting_close(u);
        break;
    }
}

/* --- by name --- */

static int find_named(struct ui *u, enum action_verb verb, const char *name, uint16_t *center)
{
    int only = ui_top(u)->scope.center, found = 0;

    for (uint32_t i = 0; i < snapshot_slots(u->snap, ENTITY_CENTER); i++) {
        if ((only >= 0 && (int)i != only) || !snapshot_row(u->snap, ENTITY_CENTER, i) ||
            act_slot(u->snap, verb, (uint16_t)i, name) == UINT32_MAX)
            continue;
        *center = (uint16_t)i;
        found++;
    }
    return found;
}

static void ask_named(struct ui *u, enum action_verb verb, uint16_t center, const char *name)
{
    struct action_order *o = order_new(verb, center);
    struct err e = {0};

    o->named = true;
    if (act_freeze(o, u->snap, act_slot(u->snap, verb, center, name), &e) != RC_OK) {
        ui_say(u, true, "%s: %s: %s", verb_info(verb)->name, sentence_place(&e), said(e.msg));
        order_free(o);
        return;
    }
    acting_ask(u, o, NULL);
}

void acting_named(struct ui *u, enum cmd cmd, const char *name)
{
    const char *word = cmd_info(cmd)->name;
    enum action_verb verb;
    uint16_t center = 0;

    if (!act_verb(cmd, &verb) || !u->snap || !may_act_now(u, cmd))
        return;
    int found = find_named(u, verb, name, &center);
    if (found == 1)
        ask_named(u, verb, center, name);
    else if (found == 0)
        ui_say(u, true, _("%s: no %s is called %s here"), word,
               entity_info(verb_info(verb)->entity)->id, name);
    else
        ui_say(u, true, _("%s: %d centers have %s, :center ID goes into one of them"), word, found,
               name);
}

/* --- keys and time --- */

static void arm_typed(struct ui *u, const struct term_key *k)
{
    enum arm_event e = arm_panel_key(&u->arm_panel, k->key, k->at);

    u->dirty = true;
    if (e == ARM_AGREED)
        acting_armed(u);
    if (e == ARM_AGREED || e == ARM_CLOSE)
        acting_close(u);
}

void acting_key(struct ui *u, const struct term_key *k)
{
    if (u->overlay == UI_OVER_ARM)
        arm_typed(u, k);
    else if (u->dialog)
        dialog_typed(u, k);
}

/* Many targets in a large fleet take long to plan: then not for each of ten pictures a second. What is confirmed is
 * planned again in any case. */
static void renew(struct ui *u)
{
    struct dialog_world w = acting_world(u);
    mono_ms begin = clock_mono();

    dialog_look(u->dialog, u->snap);
    if (begin < u->planned_at + PLAN_SHARE * u->plan_cost)
        return;
    dialog_renew(u->dialog, &w);
    u->planned_at = clock_mono();
    u->plan_cost = u->planned_at - begin;
}

void acting_snapshot(struct ui *u)
{
    char words[FOLLOW_WORDS];
    enum follow_news news;

    if (u->dialog)
        renew(u);
    while ((news = follow_look(&u->follow, u->snap, words)) != FOLLOW_NOTHING) {
        bool holds = u->message_bad && u->message_until == INT64_MAX;
        if (news == FOLLOW_BAD)
            ui_say_until_key(u, true, "%s", words);
        else if (!holds)
            ui_say(u, false, "%s", words);
    }
}

void acting_fini(struct ui *u)
{
    dialog_free(u->dialog);
    u->dialog = NULL;
    arming_fini(&u->arming);
}
