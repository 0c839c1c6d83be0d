/* SPDX-License-Identifier: MIT
 * actor_run.c - one operation, one target after the other, one step after the other (actor.h says which). */
#include "base/log.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "io/actor_int.h"
#include "io/request.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "actor"

enum { TOKEN_WAIT_MS = 10 * 1000, SECOND_MS = 1000 };

static const struct action_target *target_of(const struct operation *op)
{
    return &op->order->targets[op->target];
}

static void go(struct operation *op, enum step step)
{
    op->step = step;
    op->since = clock_mono();
    op->landed = false;
}

/* ---- the end of a target ---- */

static void let_go(struct operation *op)
{
    if (op->source)
        source_hold(op->source, false);
    op->source = NULL;
    rate_give_back(&op->actor->rate, op->place); /* no effect on one that was used */
    op->place = -1;
    request_free(op->request);
    op->request = NULL;
    free(op->request_text);
    op->request_text = NULL;
}

static void stop_rest(struct operation *op, const char *why)
{
    for (size_t i = op->target; i < op->order->count; i++)
        report_state(op->actor, op->order, i, action_state_STOPPED, why);
}

/* A poll should see it soon. */
static void refresh(struct operation *op)
{
    if (op->touched)
        source_refresh(op->touched, clock_mono());
    op->touched = NULL;
}

static void finish(struct operation *op)
{
    let_go(op);
    refresh(op);
    op->step = STEP_OVER;
}

static void next_target(struct operation *op)
{
    let_go(op);
    op->target++;
    op->again = 0;
    op->said_s = 0;
    if (op->target == op->order->count)
        finish(op);
    else
        go(op, STEP_NEXT);
}

/* How this target ended is told already. */
static void end_target(struct operation *op)
{
    if (op->state == action_state_ACCEPTED && !op->stopped) {
        next_target(op);
        return;
    }
    op->target++;
    stop_rest(op, op->state == action_state_ACCEPTED
                      ? S_("stopped before it was its turn")
                      : S_("an earlier target of this operation did not go well"));
    finish(op);
}

/* Nothing was sent to it. */
static void give_up(struct operation *op, enum action_state state, const char *why)
{
    op->state = state;
    report_state(op->actor, op->order, op->target, state, why);
    log_info("%s: %s %s: %s", op->order->op, verb_info(op->order->verb)->name, target_of(op)->name,
             why);
    end_target(op);
}

static bool stop_if_wanted(struct operation *op)
{
    if (!op->stopped)
        return false;
    stop_rest(op, S_("stopped before it was sent"));
    finish(op);
    return true;
}

/* ---- reading it again ---- */

static void on_look(void *arg, const struct delta *d)
{
    struct operation *op = arg;

    sight_add(&op->sight, d);
}

static void on_read(void *arg, const struct landing *l, const struct request *rq, const char *body,
                    size_t len)
{
    struct operation *op = arg;

    (void)rq;
    (void)body;
    (void)len;
    op->landed = true;
    op->rc = l->rc;
    op->err = l->err;
    if (op->rc == RC_OK && l->reply->bad_slices && !op->sight.found)
        op->rc = err_set(&op->err, RC_SCHEMA, "", S_("a part of the answer cannot be used"));
}

/* 1 = ready, 0 = wait, -1 = it will not be. */
static int token(struct operation *op, enum via via, mono_ms now, wall_ms wall, struct err *e)
{
    switch (source_act_ready(op->source, via, now, wall, e)) {
    case CREDENTIAL_READY:
        return 1;
    case CREDENTIAL_WAITING:
        if (now - op->since < TOKEN_WAIT_MS)
            return 0;
        err_set(e, RC_TIMEOUT, "token", S_("its token did not come within %d s"),
                TOKEN_WAIT_MS / SECOND_MS);
        return -1;
    default:
        return -1;
    }
}

/* Sends it when it can; RC_OK also when it has to wait (then the step is still the same). */
static enum rc ask(struct operation *op, enum step then, mono_ms now, wall_ms wall, struct err *e)
{
    struct source_call call = {.arg = op, .look = on_look, .landed = on_read};
    struct request *rq;
    enum rc rc = way_reread(op->source, op->order->verb, target_of(op), &rq, e);

    if (rc != RC_OK)
        return rc;
    int ready = token(op, rq->via, now, wall, e);
    if (ready <= 0) {
        request_free(rq);
        return ready == 0 ? RC_OK : RC_AUTH;
    }
    sight_begin(&op->sight, target_of(op));
    go(op, then);
    source_act(op->source, rq, &call, now);
    return RC_OK;
}

static void step_read(struct operation *op, mono_ms now, wall_ms wall)
{
    struct err e = {0};
    char why[2 * WHY_MAX];

    if (stop_if_wanted(op) || ask(op, STEP_READING, now, wall, &e) == RC_OK)
        return;
    snprintf(why, sizeof(why), S_("it cannot be read again, so nothing was sent") ": %s", e.msg);
    give_up(op, action_state_FAILED, why);
}

/* ---- sending ---- */

static enum action_state state_of(enum sameness s)
{
    return s == SIGHT_CHANGED   ? action_state_CHANGED
           : s == SIGHT_ALREADY ? action_state_REFUSED
                                : action_state_FAILED;
}

static void encode(struct operation *op)
{
    struct err e = {0};

    if (way_encode(op->source, op->order, target_of(op), &op->request, &op->request_text, &e) ==
        RC_OK)
        go(op, STEP_SEND);
    else
        give_up(op, action_state_REFUSED, e.msg);
}

static void show_before(struct operation *op)
{
    struct delta *d = report_row(op->actor, op->order, op->target);
    char before[WORDS_MAX];

    sight_words(&op->sight, before, sizeof(before));
    delta_str(d, FIELD_action_before, before);
    report_push(op->actor, d);
}

static void step_reading(struct operation *op)
{
    char why[2 * WHY_MAX];

    if (!op->landed || stop_if_wanted(op))
        return;
    if (op->rc != RC_OK) {
        snprintf(why, sizeof(why), S_("it could not be read again, so nothing was sent") ": %s",
                 op->err.msg);
        give_up(op, action_state_FAILED, why);
        return;
    }
    show_before(op);
    enum sameness same = sight_compare(&op->sight, op->order, why, sizeof(why));
    if (same == SIGHT_SAME)
        encode(op);
    else
        give_up(op, state_of(same), why);
}

static void on_answer(void *arg, const struct landing *l, const struct request *rq,
                      const char *body, size_t len)
{
    struct operation *op = arg;

    op->landed = true;
    outcome_judge(op, l, rq, body, len);
}

static enum rc write_intent(struct operation *op, struct err *e)
{
    char before[WORDS_MAX];

    sight_words(&op->sight, before, sizeof(before));
    return journal_intent(op->actor->conf->journal, op->order, op->target, before, op->request_text,
                          clock_wall(), e);
}

/* From here on there is no way back: it is written down, then it goes. */
static void send_request(struct operation *op)
{
    struct source_call call = {.arg = op, .landed = on_answer};
    struct delta *d = report_row(op->actor, op->order, op->target);
    struct request *rq = op->request;

    op->request = NULL;
    delta_int(d, FIELD_action_state, action_state_SENT);
    delta_str(d, FIELD_action_request, op->request_text);
    delta_time(d, FIELD_action_sent_at, clock_wall());
    delta_str(d, FIELD_action_message, op->note);
    report_push(op->actor, d);
    log_info("%s: %s", op->order->op, op->request_text);
    op->touched = op->source;
    rate_sent(&op->actor->rate, op->place, clock_mono());
    op->place = -1;
    go(op, STEP_SENDING);
    source_act(op->source, rq, &call, clock_mono());
}

static void step_send(struct operation *op, mono_ms now, wall_ms wall)
{
    struct err e = {0};
    char why[2 * WHY_MAX];

    if (stop_if_wanted(op))
        return;
    int ready = token(op, op->request->via, now, wall, &e);
    if (ready == 0)
        return;
    if (ready < 0) {
        give_up(op, action_state_FAILED, e.msg);
    } else if (gate_check(op->actor, op->order->center, &e) != RC_OK) {
        give_up(op, action_state_REFUSED, e.msg);
    } else if (write_intent(op, &e) != RC_OK) {
        snprintf(why, sizeof(why), S_("the journal cannot be written, so nothing was sent") ": %s",
                 e.msg);
        give_up(op, action_state_FAILED, why);
    } else {
        send_request(op);
    }
}

static void step_sending(struct operation *op)
{
    if (!op->landed)
        return;
    outcome_write(op);
    log_info("%s: %s: %s%s%s", op->order->op, target_of(op)->name,
             entity_info(ENTITY_ACTION)->fields[FIELD_action_state].words[op->state],
             *op->err.msg ? ": " : "", op->err.msg);
    if (op->unsent)
        end_target(op); /* there is nothing to be seen of it */
    else
        go(op, STEP_LOOK);
}

/* ---- what became of it ---- */

static void step_look(struct operation *op, mono_ms now, wall_ms wall)
{
    if (ask(op, STEP_LOOKING, now, wall, NULL) != RC_OK)
        end_target(op);
}

static void step_looking(struct operation *op)
{
    struct actor *a = op->actor;
    char after[WORDS_MAX] = "";

    if (!op->landed)
        return;
    if (op->rc == RC_OK)
        sight_words(&op->sight, after, sizeof(after));
    struct err e = {0};
    struct delta *d = report_row(a, op->order, op->target);
    delta_str(d, FIELD_action_after, after);
    if (journal_seen(a->conf->journal, op->order, op->target, after, clock_wall(), &e) != RC_OK) {
        char why[2 * WHY_MAX];
        op->stopped = true;
        snprintf(why, sizeof(why), S_("the journal cannot be written") ": %s", e.msg);
        delta_str(d, FIELD_action_message, why);
    }
    report_push(a, d);
    end_target(op);
}

/* ---- whose turn it is ---- */

static void say_waiting(struct operation *op, mono_ms now)
{
    int64_t seconds = (op->again - now + SECOND_MS - 1) / SECOND_MS;
    char text[64];

    if (seconds == op->said_s)
        return;
    op->said_s = seconds;
    snprintf(text, sizeof(text), S_("next in %lld s: so many nodes a minute and no more"),
             (long long)seconds);
    report_state(op->actor, op->order, op->target, action_state_WAITING, text);
}

/* False: it has to wait. */
static bool take_place(struct operation *op, mono_ms now)
{
    if (target_of(op)->entity != ENTITY_NODE)
        return true;
    op->place = rate_take(&op->actor->rate, now, &op->again);
    if (op->place >= 0)
        return true;
    refresh(op);
    say_waiting(op, now);
    return false;
}

static void step_next(struct operation *op, mono_ms now)
{
    struct err e = {0};
    struct way w;

    if (stop_if_wanted(op) || !take_place(op, now))
        return;
    if (gate_check(op->actor, op->order->center, &e) != RC_OK ||
        way_find(op->actor, op->order, target_of(op), &w, &e) != RC_OK) {
        give_up(op, action_state_REFUSED, e.msg);
        return;
    }
    op->source = w.source;
    snprintf(op->note, sizeof(op->note), "%s", w.note);
    source_hold(op->source, true);
    report_state(op->actor, op->order, op->target, action_state_READING, op->note);
    go(op, STEP_READ);
}

static void run_step(struct operation *op, mono_ms now, wall_ms wall)
{
    switch (op->step) {
    case STEP_NEXT:
        step_next(op, now);
        break;
    case STEP_READ:
        step_read(op, now, wall);
        break;
    case STEP_READING:
        step_reading(op);
        break;
    case STEP_SEND:
        step_send(op, now, wall);
        break;
    case STEP_SENDING:
        step_sending(op);
        break;
    case STEP_LOOK:
        step_look(op, now, wall);
        break;
    case STEP_LOOKING:
        step_looking(op);
        break;
    case STEP_OVER:
        break;
    }
}

static bool is_first_of_its_center(const struct actor *a, const struct operation *op)
{
    for (const struct operation *o = a->operations; o != op; o = o->next)
        if (o->order->center == op->order->center)
            return false;
    return true;
}

static void operation_free(struct operation *op)
{
    let_go(op);
    confirmed_order_free(op->confirmed);
    free(op);
}

static void sweep(struct actor *a)
{
    for (struct operation **at = &a->operations; *at;) {
        struct operation *op = *at;
        if (op->step != STEP_OVER) {
            at = &op->next;
            continue;
        }
        *at = op->next;
        operation_free(op);
    }
}

void operations_run(struct actor *a, mono_ms now, wall_ms wall)
{
    enum step before;

    /* Rows must not fall behind what was done: while the queue is full nothing new is begun. */
    for (struct operation *op = a->operations; op; op = op->next)
        if (is_first_of_its_center(a, op))
            do {
                before = op->step;
                if (a->outbox_count == 0 || op->step == STEP_SENDING)
                    run_step(op, now, wall);
            } while (op->step != before && op->step != STEP_OVER);
        else if (op->stopped)
            stop_if_wanted(op);
    sweep(a);
}

static bool wants_to_run(const struct operation *op, mono_ms now)
{
    switch (op->step) {
    case STEP_NEXT:
        return op->stopped || now >= op->again;
    case STEP_READING:
    case STEP_SENDING:
    case STEP_LOOKING:
        return op->landed;
    default:
        return true;
    }
}

mono_ms operations_due(const struct actor *a, mono_ms now)
{
    mono_ms due = INT64_MAX;

    for (const struct operation *op = a->operations; op; op = op->next) {
        if (!is_first_of_its_center(a, op) || (a->outbox_count && op->step != STEP_SENDING))
            continue;
        mono_ms at = INT64_MAX;
        if (wants_to_run(op, now))
            /* A token command tells by itself when it ended; its patience is looked at now and then. */
            at = op->step == STEP_READ || op->step == STEP_SEND || op->step == STEP_LOOK ? now + 100
                                                                                         : now;
        else if (op->step == STEP_NEXT)
            at = op->again - now > SECOND_MS ? now + SECOND_MS : op->again;
        due = at < due ? at : due;
    }
    return due;
}

/* ---- life ---- */

void operation_begin(struct actor *a, struct confirmed_order *take)
{
    struct operation *op = xcalloc(1, sizeof(*op)), **at = &a->operations;

    op->actor = a;
    op->confirmed = take;
    op->order = confirmed_order_of(take);
    op->place = -1;
    preview_drop(a, op->order->op, op->order->count);
    for (size_t i = 0; i < op->order->count; i++)
        report_push(a, report_first(a, op->order, i, action_state_WAITING));
    while (*at)
        at = &(*at)->next;
    *at = op;
    go(op, STEP_NEXT);
}

void operation_stop(struct actor *a, const char *name)
{
    for (struct operation *op = a->operations; op; op = op->next)
        if (strcmp(op->order->op, name) == 0)
            op->stopped = true;
}

void operation_end(struct operation *op)
{
    if (op->step == STEP_SENDING && op->landed)
        outcome_write(op);
    else if (op->step == STEP_SENDING)
        outcome_unknown(op, S_("the program ended before the answer came"));
    if (op->step == STEP_SENDING || op->step == STEP_LOOK || op->step == STEP_LOOKING)
        op->target++;
    stop_rest(op, S_("the program ended before it was sent"));
    operation_free(op);
}
