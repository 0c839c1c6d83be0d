/* SPDX-License-Identifier: MIT
 * follow.c - see follow.h. */
#include "ui/follow.h"
#include "base/i18n.h"
#include <stdio.h>
#include <string.h>

/* What the operator should know of the states, worst last; "" is not told. */
static const struct {
    const char *word; /* beside a count */
    bool bad, over;
} states[action_state_COUNT] = {
    [action_state_PLANNED] = {N_("handed over"), false, false},
    [action_state_REFUSED] = {N_("refused"), true, true},
    [action_state_WAITING] = {N_("waiting for its turn"), false, false},
    [action_state_READING] = {N_("being read again"), false, false},
    [action_state_SENT] = {N_("sent, waiting for the answer"), false, false},
    [action_state_ACCEPTED] = {N_("sent, waiting for confirmation"), false, false},
    [action_state_CONFIRMED] = {N_("confirmed"), false, true},
    [action_state_UNCONFIRMED] = {N_("accepted, but no poll shows it"), true, true},
    [action_state_FAILED] = {N_("failed"), true, true},
    [action_state_CHANGED] = {N_("not sent, it changed"), true, true},
    [action_state_UNKNOWN] = {N_("unknown"), true, false},
    [action_state_STOPPED] = {N_("not sent, stopped"), true, true},
    [action_state_DRY_RUN] = {N_("dry run"), false, true},
};

struct tally {
    unsigned counts[action_state_COUNT];
    unsigned rows;
    const char *message; /* of the first that is bad; NULL = none */
};

void follow_add(struct follow *f, const struct action_order *o)
{
    struct follow_op *op = &f->ops[f->next++ % FOLLOW_OPS];
    const struct verb_info *v = verb_info(o->verb);

    *op = (struct follow_op){.verb = o->verb, .center = o->center, .count = o->count};
    snprintf(op->op, sizeof op->op, "%s", o->op);
    if (o->count == 1)
        snprintf(op->what, sizeof op->what, "%.90s", o->targets[0].name);
    else
        snprintf(op->what, sizeof op->what, "%zu %ss", o->count, entity_info(v->entity)->id);
}

bool follow_any(const struct follow *f)
{
    for (int i = 0; i < FOLLOW_OPS; i++)
        if (f->ops[i].op[0])
            return true;
    return false;
}

static void count_rows(const struct follow_op *op, const struct snapshot *s, struct tally *t)
{
    const struct intern *in = snapshot_strings(s);

    for (uint32_t i = 0; i < snapshot_slots(s, ENTITY_ACTION); i++) {
        const struct action_row *row = snapshot_row(s, ENTITY_ACTION, i);
        if (!row || row->h.center != op->center || !row_has(row, action, state) ||
            row->state >= action_state_COUNT || !row_has(row, action, op) ||
            strcmp(intern_raw(in, row->op), op->op) != 0)
            continue;
        t->rows++;
        t->counts[row->state]++;
        if (!t->message && states[row->state].bad && row_has(row, action, message))
            t->message = intern_text(in, row->message);
    }
}

/* "drain zb-g0412: confirmed", "drain 12 nodes: 4 confirmed, 1 failed, 7 waiting for its turn: no route" */
static void tell(const struct follow_op *op, const struct tally *t, char words[FOLLOW_WORDS])
{
    size_t n =
        (size_t)snprintf(words, FOLLOW_WORDS, "%s %s", _(verb_info(op->verb)->name), op->what);
    const char *sep = ": ";

    for (int i = action_state_COUNT - 1; i >= 0 && n + 80 < FOLLOW_WORDS; i--) {
        if (t->counts[i] == 0)
            continue;
        n += (size_t)(op->count == 1
                          ? snprintf(words + n, FOLLOW_WORDS - n, "%s%s", sep, _(states[i].word))
                          : snprintf(words + n, FOLLOW_WORDS - n, "%s%u %s", sep, t->counts[i],
                                     _(states[i].word)));
        sep = ", ";
    }
    if (t->message)
        snprintf(words + n, FOLLOW_WORDS - n, ": %s", t->message);
}

static enum follow_news news_of(const struct tally *t, size_t count)
{
    unsigned over = 0;
    bool bad = false;

    for (int i = 0; i < action_state_COUNT; i++) {
        over += states[i].over ? t->counts[i] : 0;
        bad = bad || (states[i].bad && t->counts[i] > 0);
    }
    return bad ? FOLLOW_BAD : over >= count ? FOLLOW_DONE : FOLLOW_GOES_ON;
}

static bool all_over(const struct tally *t, size_t count)
{
    unsigned over = 0;

    for (int i = 0; i < action_state_COUNT; i++)
        over += states[i].over ? t->counts[i] : 0;
    return over >= count;
}

enum follow_news follow_look(struct follow *f, const struct snapshot *s, char words[FOLLOW_WORDS])
{
    for (int i = 0; i < FOLLOW_OPS; i++) {
        struct follow_op *op = &f->ops[i];
        struct tally t = {.rows = 0};
        if (!op->op[0])
            continue;
        count_rows(op, s, &t);
        if (t.rows == 0)
            continue;
        tell(op, &t, words);
        if (strcmp(words, op->words) == 0)
            continue;
        snprintf(op->words, sizeof op->words, "%s", words);
        size_t count = op->count;
        if (all_over(&t, count))
            op->op[0] = '\0';
        return news_of(&t, count);
    }
    return FOLLOW_NOTHING;
}
