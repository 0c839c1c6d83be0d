/* SPDX-License-Identifier: MIT
 * oracle.c - what must be so whenever something is committed. It knows the screen, the fleet that was published and what
 * was pressed; of the dashboard itself it asks only which rows are marked. */
#include "tests/safety/monkey_int.h"
#include "base/text.h"
#include "ui/keymap.h"
#include "ui/listing.h"
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STALE_MS = 120000, POOL_NODES = STAGE_NODES / 2 };
#define DRAINED (1u << node_flag_DRAIN)

void oracle_wrong(struct monkey *m, const char *fmt, ...)
{
    struct buf out;
    va_list ap;
    char word[16];

    if (m->report.wrong[0])
        return;
    buf_init(&out, sizeof m->report.wrong - 1);
    va_start(ap, fmt);
    buf_vaddf(&out, fmt, ap);
    va_end(ap);
    buf_addf(&out, "\nseed %llu, key %llu; the last keys:", (unsigned long long)m->seed,
             (unsigned long long)m->report.keys);
    for (uint64_t i = m->report.keys > KEYS_KEPT ? m->report.keys - KEYS_KEPT : 0;
         i < m->report.keys; i++) {
        key_word(m->last_keys[i % KEYS_KEPT], word);
        buf_addf(&out, " %s", word);
    }
    buf_addc(&out, '\n');
    for (int i = 0; i < STAGE_NODES; i++) {
        const struct stage_node *n = &m->published[STAGE_FREE].nodes[i];
        buf_addf(&out, "%s%s state %d flags %x %s\n", n->name, n->listed ? "" : " gone", n->state,
                 n->flags, n->reason ? n->reason : "");
    }
    for (int y = 0; y < m->s->u->canvas.h; y++)
        buf_addf(&out, "%s\n", stage_row(m->s, y));
    snprintf(m->report.wrong, sizeof m->report.wrong, "%s", out.data);
    buf_fini(&out);
}

/* --- reading the screen --- */

/* The words of a row between `from` and the next run of three blanks, or the end of the panel. */
static void words_behind(const char *row, const char *label, char *out, size_t size)
{
    const char *at = strstr(row, label);
    size_t n = 0;

    out[0] = '\0';
    if (!at)
        return;
    at += strlen(label);
    at += strspn(at, " ");
    while (at[n] && strncmp(at + n, "   ", 3) != 0 && n + 1 < size)
        n++;
    while (n > 0 && at[n - 1] == ' ')
        n--;
    memcpy(out, at, n);
    out[n] = '\0';
}

/* "── Drain 2 nodes · 张北智算中心 (cluster zb-main) ──" */
static void read_title(struct seen *seen, const char *row)
{
    static const char *const verbs[] = {"Drain ", "Resume ",  "Requeue ",
                                        "Hold ",  "Release ", "Cancel "};
    const char *dot, *open;

    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        const char *at = strstr(row, verbs[i]);
        if (!at || !strstr(row, "\xE2\x94\x80 ") || !(dot = strstr(at, " \xC2\xB7 ")) ||
            !(open = strstr(dot, " (cluster ")))
            continue;
        seen->dialog = true;
        snprintf(seen->verb, sizeof seen->verb, "%.*s", (int)strlen(verbs[i]) - 1, verbs[i]);
        seen->verb[0] = (char)tolower((unsigned char)seen->verb[0]);
        seen->count = (int)strtol(at + strlen(verbs[i]), NULL, 10);
        snprintf(seen->center, sizeof seen->center, "%.*s", (int)(open - dot - 4), dot + 4);
    }
}

/* The sentence that says what to type, from its beginning. */
static void read_question(struct seen *seen, const char *row)
{
    const char *at = strstr(row, ": type ");

    if (!at)
        at = strstr(row, "Type y to ");
    while (at && at > row + 1 && !(at[-1] == ' ' && at[-2] == ' '))
        at--;
    if (at)
        words_behind(at, "", seen->question, sizeof seen->question);
}

void oracle_look(struct monkey *m)
{
    struct seen *seen = &m->seen;
    const struct dialog *d = m->s->u->dialog;

    *seen = (struct seen){.dialog = false};
    m->report.frames++;
    stage_draw(m->s);
    for (int y = 0; y < m->s->u->canvas.h; y++) {
        const char *row = stage_row(m->s, y);
        read_title(seen, row);
        if (!seen->dialog)
            continue;
        if (!seen->target[0] && strstr(row, "   target    "))
            words_behind(row, "   target    ", seen->target, sizeof seen->target);
        if (!seen->request[0] && strstr(row, "   request   "))
            words_behind(row, "   request   ", seen->request, sizeof seen->request);
        read_question(seen, row);
    }
    if (d)
        snprintf(seen->typed, sizeof seen->typed, "%.255s", d->fields[DIALOG_CONSENT].text);
}

/* --- the frozen set --- */

/* What a row means for that verb: itself, or the job or node that it names. */
static strid name_for(const void *row, enum entity e, bool node)
{
    switch (e) {
    case ENTITY_NODE:
        return ((const struct node_row *)row)->name;
    case ENTITY_JOB:
        return ((const struct job_row *)row)->id;
    case ENTITY_INTERRUPTION:
        return node ? ((const struct interruption_row *)row)->node
                    : ((const struct interruption_row *)row)->job;
    case ENTITY_OFFENDER:
        return ((const struct offender_row *)row)->node;
    default:
        return 0;
    }
}

static void add_name(struct monkey *m, const void *row, enum entity e)
{
    const struct intern *in = snapshot_strings(m->s->u->snap);
    strid id = name_for(row, e, verb_info(m->set_verb)->entity == ENTITY_NODE);

    if (m->set_count < SET_MAX)
        snprintf(m->set[m->set_count++], sizeof m->set[0], "%s", intern_raw(in, id));
}

static void note_rows(struct monkey *m, const struct list *l)
{
    const struct snapshot *snap = m->s->u->snap;
    enum entity e = l->spec->entity;

    for (uint32_t slot = 0; slot < snapshot_slots(snap, e) && l->table.mark_count > 0; slot++) {
        const void *row = snapshot_row(snap, e, slot);
        if (row && table_is_marked(&l->table, slot, row_head_of(row)->birth))
            add_name(m, row, e);
    }
    const void *row = l->table.mark_count == 0 && l->table.result.count > 0
                          ? snapshot_row(snap, e, table_slot(&l->table))
                          : NULL;
    if (row)
        add_name(m, row, e);
}

/* View 6 has a pane of nodes, in which a node may be meant as well. */
static void note_offenders(struct monkey *m)
{
    const struct snapshot *snap = m->s->u->snap;

    for (uint32_t i = 0; i < snapshot_slots(snap, ENTITY_OFFENDER); i++)
        if (snapshot_row(snap, ENTITY_OFFENDER, i))
            add_name(m, snapshot_row(snap, ENTITY_OFFENDER, i), ENTITY_OFFENDER);
}

/* In view 9 the targets are those of operations: whatever is listed there. */
static void note_actions(struct monkey *m)
{
    const struct snapshot *snap = m->s->u->snap;

    m->set_undo = true;
    for (uint32_t i = 0; i < snapshot_slots(snap, ENTITY_ACTION); i++) {
        const struct action_row *a = snapshot_row(snap, ENTITY_ACTION, i);
        if (a && row_has(a, action, target) && m->set_count < SET_MAX)
            snprintf(m->set[m->set_count++], sizeof m->set[0], "%s",
                     intern_raw(snapshot_strings(snap), a->target));
    }
}

void oracle_note_targets(struct monkey *m, enum action_verb verb)
{
    const struct ui_level *top = ui_top(m->s->u);

    ui_rebuild(m->s->u); /* as before each key, when a view was just entered */
    m->set_count = 0;
    m->set_verb = verb;
    m->set_named = m->set_undo = false;
    enum entity listed = top->slot->ops->entity, meant = verb_info(verb)->entity;
    if (listed == ENTITY_ACTION)
        note_actions(m);
    else if (listed == meant || listed == ENTITY_INTERRUPTION || listed == ENTITY_OFFENDER)
        note_rows(m, top->slot->state);
    if (listed == ENTITY_INTERRUPTION && meant == ENTITY_NODE)
        note_offenders(m);
}

static bool in_set(const struct monkey *m, const char *name)
{
    for (int i = 0; i < m->set_count; i++)
        if (strcmp(m->set[i], name) == 0)
            return true;
    return false;
}

/* --- the fleet as it was published --- */

static const struct stage_node *node_named(const struct monkey *m, uint16_t center,
                                           const char *name)
{
    for (int i = 0; i < STAGE_NODES; i++)
        if (m->published[center].nodes[i].listed &&
            strcmp(m->published[center].nodes[i].name, name) == 0)
            return &m->published[center].nodes[i];
    return NULL;
}

static const struct stage_job *job_named(const struct monkey *m, uint16_t center, const char *name)
{
    for (int i = 0; i < STAGE_JOBS; i++)
        if (m->published[center].jobs[i].listed &&
            strcmp(m->published[center].jobs[i].id, name) == 0)
            return &m->published[center].jobs[i];
    return NULL;
}

static bool is_ours(const char *reason)
{
    return reason && strncmp(reason, "suantop:", 8) == 0;
}

static bool node_allows(const struct monkey *m, const struct action_order *o, const char *name)
{
    const struct stage_node *n = node_named(m, o->center, name);

    if (!n)
        return false;
    if (o->verb == action_verb_DRAIN)
        return !(n->flags & DRAINED) && (!n->reason || is_ours(n->reason));
    return (n->flags & DRAINED || n->state == node_state_DOWN) &&
           (is_ours(n->reason) || m->set_named);
}

static bool job_allows(const struct monkey *m, const struct action_order *o, const char *name)
{
    const struct stage_job *j = job_named(m, o->center, name);

    if (!j)
        return false;
    switch (o->verb) {
    case action_verb_REQUEUE:
        return j->state == job_state_RUNNING;
    case action_verb_HOLD:
        return j->state == job_state_QUEUED;
    case action_verb_RELEASE:
        return j->state == job_state_HELD;
    case action_verb_CANCEL:
        return j->state == job_state_RUNNING || j->state == job_state_QUEUED ||
               j->state == job_state_HELD;
    default:
        return false;
    }
}

static bool is_target(const struct action_order *o, const char *name)
{
    for (size_t i = 0; i < o->count; i++)
        if (strcmp(o->targets[i].name, name) == 0)
            return true;
    return false;
}

/* A drain of it is under way, or was: it counts as out already. */
static bool was_drained(const struct monkey *m, uint16_t center, const char *name)
{
    for (size_t i = 0; i < m->s->commit_count; i++) {
        const struct action_order *o = m->s->commits[i].order;
        if (o->verb == action_verb_DRAIN && o->center == center && is_target(o, name))
            return true;
    }
    return false;
}

/* More than a fifth of a pool out of work, by this order. */
static bool breaks_a_pool(const struct monkey *m, const struct action_order *o)
{
    for (int pool = 0; pool < 2; pool++) {
        int nodes = 0, before = 0, after = 0;
        for (int i = pool * POOL_NODES; i < (pool + 1) * POOL_NODES; i++) {
            const struct stage_node *n = &m->published[o->center].nodes[i];
            bool out = n->flags & DRAINED || n->state == node_state_DOWN;
            if (!n->listed)
                continue;
            nodes++;
            before += out || was_drained(m, o->center, n->name);
            after += out || is_target(o, n->name);
        }
        if (after > before && after > 1 && after * 5 > nodes)
            return true;
    }
    return false;
}

/* --- the judgement --- */

static void judge_key(struct monkey *m)
{
    if (m->key != KEY_RETURN && m->key != '\n')
        oracle_wrong(m, "a commit without Enter");
    if (m->pasting)
        oracle_wrong(m, "a commit out of a paste");
    if (m->character_at > 0 && m->s->mono - m->character_at < DIALOG_ENTER_MS)
        oracle_wrong(m, "a commit from an Enter right behind a character");
    if (m->s->u->overlay != UI_OVER_DIALOG || !m->seen.dialog)
        oracle_wrong(m, "a commit without a dialog on the screen");
}

static void judge_consent(struct monkey *m, const struct action_order *o)
{
    const char *typed = m->seen.typed, *question = m->seen.question;
    char count[16];

    if (strstr(question, "ype y to ")) {
        m->report.consents[CONSENT_YES]++;
        if ((strcmp(typed, "y") != 0 && strcmp(typed, "Y") != 0) || o->count != 1)
            oracle_wrong(m, "y was asked for, \"%s\" was typed", typed);
    } else if (strstr(question, "'s name to ") || strstr(question, "'s id to ")) {
        m->report.consents[CONSENT_NAME]++;
        if (o->count != 1 || strcmp(typed, o->targets[0].name) != 0)
            oracle_wrong(m, "a name was asked for, \"%s\" was typed", typed);
    } else if (strstr(question, "type how many to ")) {
        m->report.consents[CONSENT_COUNT]++;
        snprintf(count, sizeof count, "%ld", strtol(question, NULL, 10));
        if (strcmp(typed, count) != 0 || strtoul(typed, NULL, 10) < o->count)
            oracle_wrong(m, "%s were asked for, \"%s\" was typed for %zu", count, typed, o->count);
    } else {
        oracle_wrong(m, "a commit and no question: \"%s\"", question);
    }
}

static void judge_shown(struct monkey *m, const struct action_order *o)
{
    if (strcmp(m->seen.verb, verb_info(o->verb)->name) != 0)
        oracle_wrong(m, "%s was shown, %s is sent", m->seen.verb, verb_info(o->verb)->name);
    if (strcmp(m->seen.center, m->published[o->center].name) != 0)
        oracle_wrong(m, "shown was center %s", m->seen.center);
    if (m->seen.count == 1 && o->count == 1 && strcmp(m->seen.target, o->targets[0].name) != 0)
        oracle_wrong(m, "shown was %s, sent is %s", m->seen.target, o->targets[0].name);
    if ((int)o->count > m->seen.count)
        oracle_wrong(m, "more is sent than was shown");
    if (strncmp(m->seen.request, "POST ", 5) != 0)
        oracle_wrong(m, "the request was not on the screen: %s", m->seen.request);
}

static void judge_permission(struct monkey *m, const struct action_order *o)
{
    wall_ms now = m->s->now;
    enum act_mode mode = m->s->modes[o->center];

    if (!m->rules.may_act)
        oracle_wrong(m, "a commit where nothing may be committed");
    if (mode == ACT_OFF)
        oracle_wrong(m, "a commit for a center whose actions are off");
    if (mode == ACT_ARM && (now < m->armed_since[o->center] || now >= m->armed_until[o->center]))
        oracle_wrong(m, "a commit for a center that is not armed");
    if (now - m->published_at > STALE_MS)
        oracle_wrong(m, "a commit on old news");
    if (m->s->u->frozen)
        oracle_wrong(m, "a commit from a frozen picture");
}

static void judge_targets(struct monkey *m, const struct action_order *o)
{
    bool nodes = verb_info(o->verb)->entity == ENTITY_NODE;

    if (o->count == 0)
        oracle_wrong(m, "an empty order");
    for (size_t i = 0; i < o->count; i++) {
        const char *name = o->targets[i].name;
        if (!in_set(m, name))
            oracle_wrong(m, "%s was neither marked nor under the cursor", name);
        if (nodes ? !node_allows(m, o, name) : !job_allows(m, o, name))
            oracle_wrong(m, "%s of %s is forbidden by what was published", verb_info(o->verb)->name,
                         name);
        if (o->targets[i].center != o->center)
            oracle_wrong(m, "a target of another center");
    }
    if (o->verb == action_verb_DRAIN && !o->reason[0])
        oracle_wrong(m, "a drain without a reason");
    if (o->verb == action_verb_DRAIN && breaks_a_pool(m, o) && !(o->mass && o->ticket[0]))
        oracle_wrong(m, "the brake was passed without mass and a ticket");
}

static void judge_once(struct monkey *m, const struct action_order *o)
{
    for (int i = 0; i < m->op_count; i++)
        if (strcmp(m->ops[i], o->op) == 0)
            oracle_wrong(m, "an operation was committed twice");
    if (m->op_count < (int)(sizeof m->ops / sizeof m->ops[0]))
        snprintf(m->ops[m->op_count++], sizeof m->ops[0], "%s", o->op);
}

void oracle_judge(struct monkey *m, const struct action_order *o)
{
    m->report.commits++;
    m->report.verbs[o->verb]++;
    m->report.armed += m->s->modes[o->center] == ACT_ARM;
    judge_key(m);
    judge_consent(m, o);
    judge_shown(m, o);
    judge_permission(m, o);
    judge_targets(m, o);
    judge_once(m, o);
}
