/* SPDX-License-Identifier: MIT
 * monkey.c - see monkey.h. Moves are drawn by weight; the one that matters is the whole way from a row to a commit, with
 * something else happening in between now and then. */
#include "tests/safety/monkey_int.h"
#include "tests/safety/fake_term.h"
#include "base/text.h"
#include "base/xmem.h"
#include "ui/act.h"
#include "ui/command.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIFE_KEYS = 3000, ESC_KEY = 27 };
#define DRAINED (1u << node_flag_DRAIN)

static uint64_t roll(struct monkey *m)
{
    m->random ^= m->random << 13;
    m->random ^= m->random >> 7;
    m->random ^= m->random << 17;
    return m->random * UINT64_C(0x2545F4914F6CDD1D) >> 16;
}

static int below(struct monkey *m, int n)
{
    return (int)(roll(m) % (uint64_t)n);
}

static bool chance(struct monkey *m, int percent)
{
    return below(m, 100) < percent;
}

static bool over(const struct monkey *m)
{
    return m->report.keys >= LIFE_KEYS || m->report.wrong[0] || m->s->u->quit;
}

/* --- keys --- */

static void before_key(struct monkey *m, uint32_t key)
{
    enum action_verb verb;
    struct ui *u = m->s->u;

    m->key = key;
    m->last_keys[m->report.keys++ % KEYS_KEPT] = key;
    if (u->overlay == UI_OVER_DIALOG && (key == KEY_RETURN || key == '\n'))
        oracle_look(m);
    else if (u->overlay == UI_OVER_NONE && u->line == UI_LINE_NONE &&
             act_verb(keymap_lookup(key), &verb))
        oracle_note_targets(m, verb);
}

static void after_key(struct monkey *m, uint32_t key, bool had_dialog)
{
    if (key == KEYC_PASTE_BEGIN || key == KEYC_PASTE_END)
        m->pasting = key == KEYC_PASTE_BEGIN;
    else if (key >= ' ' && key != KEY_ERASE && key < KEYC_BASE)
        m->character_at = m->s->mono;
    if (!had_dialog && m->s->u->dialog) {
        m->report.dialogs++;
        m->report.refused_shown += m->s->u->dialog->plan->consent == CONSENT_NEVER;
    }
}

static void press_now(struct monkey *m, uint32_t key)
{
    bool had = m->s->u->dialog != NULL;

    if (over(m))
        return;
    before_key(m, key);
    stage_quick_key(m->s, key);
    after_key(m, key, had);
}

static void press(struct monkey *m, uint32_t key)
{
    m->s->mono += chance(m, 90) ? STAGE_HUMAN_MS : 0;
    press_now(m, key);
}

static void type(struct monkey *m, const char *text)
{
    size_t len = strlen(text);
    uint32_t cp;

    for (size_t at = 0; at < len;) {
        at += text_decode(text + at, len - at, &cp);
        press(m, cp);
    }
}

static void paste(struct monkey *m, const char *text)
{
    press(m, KEYC_PASTE_BEGIN);
    for (const char *p = text; *p; p++)
        press_now(m, *p == '\n' ? KEY_RETURN : (unsigned char)*p);
    press_now(m, KEYC_PASTE_END);
}

static void command(struct monkey *m, const char *line)
{
    type(m, ":");
    type(m, line);
    press(m, KEY_RETURN);
}

/* --- the fleet --- */

static void publish(struct monkey *m)
{
    stage_publish(m->s);
    if (m->s->silent)
        return;
    memcpy(m->published, m->s->centers, sizeof m->published);
    m->published_at = m->s->now;
}

static void change_node(struct monkey *m)
{
    struct stage_node *n = &m->s->centers[below(m, STAGE_CENTERS)].nodes[below(m, STAGE_NODES)];

    switch (below(m, 7)) {
    case 0:
        n->listed = !n->listed;
        break;
    case 1:
        n->state = node_state_DOWN;
        break;
    case 2:
        n->flags ^= DRAINED;
        n->reason = n->flags ? "NHC: something" : NULL;
        n->by = "root";
        break;
    case 3:
        n->flags |= DRAINED;
        n->reason = "suantop:1 wang heat";
        n->by = "wang";
        break;
    case 4: /* somebody's note on a node that works */
        n->flags = 0;
        n->reason = "NHC: watch this one";
        n->by = "root";
        break;
    default:
        n->flags = 0;
        n->reason = NULL;
        n->listed = true;
        n->state = chance(m, 50) ? node_state_IDLE : node_state_ALLOCATED;
        break;
    }
}

static void change_job(struct monkey *m)
{
    static const enum job_state states[] = {job_state_RUNNING, job_state_QUEUED, job_state_HELD,
                                            job_state_DONE, job_state_COMPLETING};
    struct stage_job *j = &m->s->centers[below(m, STAGE_CENTERS)].jobs[below(m, STAGE_JOBS)];

    if (chance(m, 15))
        j->listed = !j->listed;
    else
        j->state = states[below(m, 5)];
    j->node = below(m, STAGE_NODES);
}

static void change_fleet(struct monkey *m)
{
    for (int i = below(m, 4); i >= 0; i--)
        if (chance(m, 50))
            change_node(m);
        else
            change_job(m);
    publish(m);
}

/* What was sent has its effect, or fails. */
static void carry_out(struct monkey *m, const struct action_order *o, size_t i)
{
    struct stage_center *c = &m->s->centers[o->center];

    for (int k = 0; k < STAGE_NODES && verb_info(o->verb)->entity == ENTITY_NODE; k++) {
        struct stage_node *n = &c->nodes[k];
        if (strcmp(n->name, o->targets[i].name) != 0)
            continue;
        n->flags = o->verb == action_verb_DRAIN ? DRAINED : 0;
        n->reason = o->verb == action_verb_DRAIN ? "suantop:4471 wang HW" : NULL;
    }
    for (int k = 0; k < STAGE_JOBS && verb_info(o->verb)->entity == ENTITY_JOB; k++) {
        struct stage_job *j = &c->jobs[k];
        if (strcmp(j->id, o->targets[i].name) != 0)
            continue;
        j->state = o->verb == action_verb_RELEASE  ? job_state_QUEUED
                   : o->verb == action_verb_CANCEL ? job_state_CANCELLED
                                                   : job_state_HELD;
    }
}

static void progress(struct monkey *m)
{
    static const enum action_state states[] = {action_state_WAITING,  action_state_SENT,
                                               action_state_ACCEPTED, action_state_FAILED,
                                               action_state_UNKNOWN,  action_state_STOPPED};

    if (m->s->commit_count == 0)
        return;
    const struct action_order *o = m->s->commits[m->s->commit_count - 1].order;
    for (size_t i = 0; i < o->count; i++) {
        stage_action(m->s, o, i, states[below(m, 6)], NULL);
        if (chance(m, 60))
            carry_out(m, o, i);
    }
    publish(m);
}

static void on_commit(struct stage *s, const struct action_order *o)
{
    oracle_judge(s->arg, o);
}

/* --- moves --- */

static void move_clock(struct monkey *m)
{
    static const wall_ms steps[] = {500, 1000, 20000, 61000, 130000, 610000, -5000};

    m->s->now += steps[below(m, m->rules.silent ? 3 : 7)];
    if (chance(m, 70))
        publish(m);
}

static void move_size(struct monkey *m)
{
    static const int sizes[][2] = {{24, 80}, {36, 120}, {32, 160}, {12, 60},
                                   {10, 60}, {1, 1},    {50, 200}};
    int i = below(m, 7);

    stage_resize(m->s, sizes[i][0], sizes[i][1]);
    stage_draw(m->s);
    m->report.frames++;
}

static void move_noise(struct monkey *m)
{
    static const uint32_t special[] = {KEY_ESC,        KEY_TAB,     KEY_RETURN,   KEY_ERASE,
                                       KEYC_UP,        KEYC_DOWN,   KEYC_BACKTAB, KEYC_PGDN,
                                       KEYC_F1,        4,           21,           12,
                                       KEYC_DELETE,    '\n',        KEYC_HOME,    KEYC_END,
                                       KEYC_PASTE_END, KEYC_F1 + 5, 0x5F20};

    for (int i = below(m, 6); i >= 0; i--) {
        uint32_t key = chance(m, 40) ? special[below(m, 19)] : (uint32_t)(' ' + below(m, 95));
        /* Leaving ends a life; it is tried, but seldom. */
        if (key == 'q' && chance(m, 95))
            key = 'y';
        press(m, key);
    }
}

static void move_view(struct monkey *m)
{
    static const char keys[] = "1224455669";

    press(m, chance(m, 5) ? 'z' : (uint32_t)keys[below(m, 10)]);
}

static void move_walk(struct monkey *m)
{
    static const char keys[] = "jjjkkgG ji<>t ";

    for (int i = below(m, 5); i >= 0; i--)
        press(m, (uint32_t)keys[below(m, 14)]);
}

static void arm_bookkeeping(struct monkey *m)
{
    for (int i = 0; i < STAGE_CENTERS; i++) {
        if (m->s->armed_until[i] != m->armed_until[i])
            m->armed_since[i] = m->s->now;
        m->armed_until[i] = m->s->armed_until[i];
    }
}

static void move_arm(struct monkey *m)
{
    if (m->rules.all_unarmed)
        return;
    press(m, ESC_KEY);
    command(m, chance(m, 85) ? "arm tianjin" : "disarm");
    type(m, chance(m, 85) ? "tianjin" : "tian");
    press(m, KEY_RETURN);
    arm_bookkeeping(m);
    press(m, ESC_KEY);
}

/* Somewhere, or on a hint of the footer; a click may open a dialog, and never answer one. */
static void move_click(struct monkey *m)
{
    struct ui *u = m->s->u;
    int y = chance(m, 40) ? u->canvas.h - 1 : below(m, u->canvas.h), x = below(m, u->canvas.w);
    enum action_verb verb;
    bool had = u->dialog != NULL;

    stage_draw(m->s);
    m->key = KEYC_MOUSE;
    m->last_keys[m->report.keys++ % KEYS_KEPT] = 0x1F5B1; /* a mouse, for the report */
    if (y == u->canvas.h - 1 && u->overlay == UI_OVER_NONE &&
        act_verb(footer_hit(&u->map, x), &verb))
        oracle_note_targets(m, verb);
    command_key(
        u,
        &(struct term_key){
            .key = KEYC_MOUSE, .y = y, .x = x, .wheel = chance(m, 20) ? 1 : 0, .at = m->s->mono});
    after_key(m, KEYC_MOUSE, had);
}

static void move_paste(struct monkey *m)
{
    static const char *const texts[] = {"\n",    "y\n",   "zb-g0002\n", "D4471\theat\ty\n",
                                        "3\n\n", "mass\n"};

    paste(m, texts[below(m, 6)]);
}

/* The rows that an action makes sense on, by name, and sometimes one more. */
static const char *some_name(struct monkey *m, enum action_verb verb)
{
    int center = chance(m, 70) ? STAGE_FREE : below(m, STAGE_CENTERS);
    const struct stage_center *c = &m->s->centers[center];

    for (int tries = 0; tries < 12; tries++) {
        const struct stage_node *n = &c->nodes[below(m, STAGE_NODES)];
        const struct stage_job *j = &c->jobs[below(m, STAGE_JOBS)];
        if ((verb == action_verb_DRAIN && !n->flags) || (verb == action_verb_RESUME && n->flags))
            return n->name;
        if ((verb == action_verb_REQUEUE && j->state == job_state_RUNNING) ||
            (verb == action_verb_HOLD && j->state == job_state_QUEUED) ||
            (verb == action_verb_RELEASE && j->state == job_state_HELD) ||
            (verb == action_verb_CANCEL && j->state != job_state_DONE))
            return j->id;
    }
    return verb_info(verb)->entity == ENTITY_NODE ? c->nodes[0].name : c->jobs[0].id;
}

static void disturb(struct monkey *m);

static void go_to_row(struct monkey *m, enum action_verb verb)
{
    static const char views[action_verb_COUNT] = {
        [action_verb_DRAIN] = '2', [action_verb_RESUME] = '2',  [action_verb_REQUEUE] = '5',
        [action_verb_HOLD] = '4',  [action_verb_RELEASE] = '4', [action_verb_CANCEL] = '5'};
    char line[80];

    press(m, ESC_KEY);
    press(m, ESC_KEY);
    press(m, (uint32_t)views[verb]);
    if (m->s->u->frozen && chance(m, 80))
        press(m, 'z');
    for (int n = chance(m, 70) ? 0 : 1 + below(m, 3); n >= 0; n--) {
        snprintf(line, sizeof line, "find-next %s", some_name(m, verb));
        command(m, line);
        if (n > 0)
            press(m, ' ');
    }
}

static void fill_in(struct monkey *m)
{
    if (chance(m, 70)) {
        press(m, KEYC_BACKTAB);
        press(m, KEYC_BACKTAB);
        while (m->s->u->dialog && m->s->u->dialog->at != DIALOG_TICKET && !over(m) && chance(m, 95))
            press(m, KEY_TAB);
        type(m, chance(m, 70) ? "4471" : "");
        press(m, KEY_TAB);
        type(m, chance(m, 90) ? "heat" : "");
        press(m, KEY_TAB);
    }
    if (m->s->u->dialog && m->s->u->dialog->at == DIALOG_MASS) {
        type(m, chance(m, 60) ? "mass" : "mas");
        press(m, KEY_TAB);
    }
    while (m->s->u->dialog && m->s->u->dialog->at != DIALOG_CONSENT && !over(m) && chance(m, 95))
        press(m, KEY_TAB);
}

/* What the screen asks for, typed as it is or nearly so. */
static void answer(struct monkey *m)
{
    char text[256];
    const struct dialog *d = m->s->u->dialog;

    if (!d)
        return;
    oracle_look(m);
    snprintf(text, sizeof text, "%s", d->plan->expect);
    if (chance(m, 10))
        snprintf(text, sizeof text, "%s", chance(m, 50) ? "y" : "2");
    if (chance(m, 8) && text[0])
        text[strlen(text) - 1]++;
    if (chance(m, 80))
        press(m, 21); /* C-u */
    type(m, text);
}

static void move_act(struct monkey *m)
{
    enum action_verb verb = (enum action_verb)below(m, action_verb_COUNT);
    char line[80];

    go_to_row(m, verb);
    disturb(m);
    if (chance(m, 8) && !m->s->u->dialog) { /* by name */
        const char *name = some_name(m, verb);
        m->set_count = 1;
        m->set_named = true;
        m->set_undo = false;
        snprintf(m->set[0], sizeof m->set[0], "%s", name);
        snprintf(line, sizeof line, "%s %s", verb_info(verb)->name, name);
        command(m, line);
    } else {
        press(m, (uint32_t)verb_info(verb)->key);
    }
    if (!m->s->u->dialog)
        return;
    disturb(m);
    fill_in(m);
    if (chance(m, 90))
        publish(m); /* the requests come */
    disturb(m);
    answer(m);
    disturb(m);
    press(m, KEY_RETURN);
    if (chance(m, 20))
        press(m, KEY_RETURN);
}

static void move_interrupted(struct monkey *m)
{
    static const char keys[] = "DRL";

    press(m, ESC_KEY);
    press(m, ESC_KEY);
    press(m, '6');
    for (int i = below(m, 6); i > 0; i--)
        press(m, chance(m, 10) ? 'o' : 'j');
    press(m, (uint32_t)keys[below(m, 3)]);
    if (!m->s->u->dialog)
        return;
    fill_in(m);
    publish(m);
    answer(m);
    press(m, KEY_RETURN);
}

static void move_undo(struct monkey *m)
{
    press(m, ESC_KEY);
    press(m, ESC_KEY);
    press(m, '9');
    for (int i = below(m, 6); i > 0; i--)
        press(m, 'j');
    press(m, chance(m, 50) ? 'U' : 'L');
    publish(m);
    answer(m);
    press(m, KEY_RETURN);
}

/* Something else, at the worst moment. */
static void disturb(struct monkey *m)
{
    if (!chance(m, 22))
        return;
    switch (below(m, 8)) {
    case 0:
    case 1:
        change_fleet(m);
        break;
    case 2:
        move_clock(m);
        break;
    case 3:
        move_size(m);
        break;
    case 4:
        if (chance(m, 50))
            move_click(m);
        else
            move_paste(m);
        break;
    case 5:
        progress(m);
        break;
    case 6:
        m->s->previews_are = (enum stage_previews)(chance(m, 70) ? PREVIEWS_COME : below(m, 3));
        break;
    default:
        move_noise(m);
        break;
    }
}

static void move(struct monkey *m)
{
    int what = below(m, 100);

    if (what < 34)
        move_act(m);
    else if (what < 40)
        move_interrupted(m);
    else if (what < 45)
        move_undo(m);
    else if (what < 55)
        move_noise(m);
    else if (what < 60)
        move_view(m);
    else if (what < 66)
        move_walk(m);
    else if (what < 72)
        move_arm(m);
    else if (what < 74)
        move_paste(m);
    else if (what < 76)
        move_click(m);
    else if (what < 80)
        progress(m);
    else if (what < 83)
        move_size(m);
    else if (what < 88)
        move_clock(m);
    else
        change_fleet(m);
    arm_bookkeeping(m);
    if (chance(m, 30)) {
        stage_draw(m->s);
        m->report.frames++;
    }
}

/* --- a life --- */

static void begin(struct monkey *m)
{
    struct stage *s = m->s;

    s->on_commit = on_commit;
    s->arg = m;
    for (int i = 0; i < STAGE_CENTERS; i++)
        if (m->rules.all_off || m->rules.all_unarmed)
            s->modes[i] = m->rules.all_off ? ACT_OFF : ACT_ARM;
    strcpy(s->centers[0].jobs[9].id, "900_[0-3]");
    s->centers[0].jobs[9].tasks = 4;
    stage_trouble(s);
    publish(m);
    if (m->rules.silent) {
        s->silent = true;
        s->now += 600000;
        publish(m);
    }
}

struct monkey_report monkey_life(uint64_t seed, const struct monkey_rules *rules)
{
    struct monkey *m = xcalloc(1, sizeof *m);
    struct monkey_report report;

    m->rules = *rules;
    m->seed = seed;
    m->random = (seed + 1) * UINT64_C(0x9E3779B97F4A7C15) | 1;
    m->s = stage_new(&(struct stage_options){
        .looks_only = rules->looks_only, .read_only = rules->read_only, .view = "nodes"});
    begin(m);
    while (!over(m))
        move(m);
    report = m->report;
    stage_free(m->s);
    free(m);
    return report;
}
