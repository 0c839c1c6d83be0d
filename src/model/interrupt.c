/* SPDX-License-Identifier: MIT
 * interrupt.c - see interrupt.h. */
#include "model/interrupt.h"
#include "base/sentence.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* --- ends ------------------------------------------------------------------------------------- */

static bool says(const char *raw_state, const char *word)
{
    return raw_state && strstr(raw_state, word);
}

static enum attempt_end end_of_failed(const char *raw)
{
    if (says(raw, "OUT_OF_ME")) /* squeue cuts the word */
        return attempt_end_OOM;
    return says(raw, "TIMEOUT") || says(raw, "DEADLINE") ? attempt_end_TIME_LIMIT
                                                         : attempt_end_FAILED;
}

static enum attempt_end end_of_interrupted(const char *raw)
{
    if (says(raw, "PREEMPT"))
        return attempt_end_PREEMPTED;
    if (says(raw, "BOOT_FAIL") || says(raw, "LAUNCH_FAIL"))
        return attempt_end_BOOT_FAIL;
    return says(raw, "EVICT") ? attempt_end_EVICTED : attempt_end_NODE_FAIL;
}

enum attempt_end interrupt_end_of(enum job_state state, const char *raw_state)
{
    switch (state) {
    case job_state_DONE:
        return attempt_end_DONE;
    case job_state_FAILED:
        return end_of_failed(raw_state);
    case job_state_CANCELLED:
        return attempt_end_CANCELLED_BY_OWNER;
    case job_state_INTERRUPTED:
        return end_of_interrupted(raw_state);
    case job_state_QUEUED:
    case job_state_HELD:
        return attempt_end_REQUEUED;
    case job_state_UNKNOWN:
        return attempt_end_UNKNOWN;
    default:
        return attempt_end_RUNNING;
    }
}

bool interrupt_is_one(enum attempt_end end, bool device_evidence)
{
    switch (end) {
    case attempt_end_NODE_FAIL:
    case attempt_end_BOOT_FAIL:
    case attempt_end_PREEMPTED:
    case attempt_end_REQUEUED:
    case attempt_end_EVICTED:
    case attempt_end_CANCELLED_BY_OPERATOR:
        return true;
    case attempt_end_FAILED:
        return device_evidence;
    default:
        return false;
    }
}

/* --- causes ----------------------------------------------------------------------------------- */

static void __attribute__((format(printf, 4, 5)))
conclude(struct interrupt_verdict *out, enum interruption_cause cause, enum interrupt_rank rank,
         const char *fmt, ...)
{
    va_list ap;

    out->cause = cause;
    out->rank = rank;
    va_start(ap, fmt);
    vsnprintf(out->evidence, sizeof out->evidence, fmt, ap);
    va_end(ap);
}

static void __attribute__((format(printf, 2, 3)))
append(struct interrupt_verdict *out, const char *fmt, ...)
{
    size_t len = strlen(out->evidence);
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(out->evidence + len, sizeof out->evidence - len, fmt, ap);
    va_end(ap);
}

static const char *words_of(enum attempt_end end)
{
    switch (end) {
    case attempt_end_NODE_FAIL:
        return S_("node failed");
    case attempt_end_BOOT_FAIL:
        return S_("node did not start");
    case attempt_end_PREEMPTED:
        return S_("preempted");
    case attempt_end_EVICTED:
        return S_("evicted");
    case attempt_end_CANCELLED_BY_OPERATOR:
        return S_("cancelled by an operator");
    case attempt_end_REQUEUED:
        return S_("requeued by hand");
    default:
        return S_("ended");
    }
}

static enum interruption_cause cause_of(enum attempt_end end)
{
    switch (end) {
    case attempt_end_NODE_FAIL:
    case attempt_end_BOOT_FAIL:
        return interruption_cause_NODE;
    case attempt_end_PREEMPTED:
        return interruption_cause_PREEMPTED;
    case attempt_end_EVICTED:
        return interruption_cause_EVICTED;
    case attempt_end_CANCELLED_BY_OPERATOR:
    case attempt_end_REQUEUED:
        return interruption_cause_OPERATOR;
    case attempt_end_FAILED: /* only with evidence against a device */
        return interruption_cause_DEVICE;
    default:
        return interruption_cause_UNKNOWN;
    }
}

/* How the scheduler or accounting says that it ended; a node's failure with the node, as far as it was seen. */
static void append_end(const struct interrupt_facts *f, enum attempt_end end,
                       struct interrupt_verdict *out)
{
    bool start = end == attempt_end_BOOT_FAIL;

    if (cause_of(end) == interruption_cause_NODE && f->failed_node)
        append(out, start ? S_("node did not start %s") : S_("node failed %s"), f->failed_node);
    else if (cause_of(end) == interruption_cause_NODE && f->out_node)
        append(out, start ? S_("node did not start, %s down") : S_("node failed, %s down"),
               f->out_node);
    else
        append(out, "%s%s%s", words_of(end), f->failed_node ? " " : "",
               f->failed_node ? f->failed_node : "");
}

static void judge_action(const struct interrupt_facts *f, struct interrupt_verdict *out)
{
    conclude(out, interruption_cause_OPERATOR, RANK_ACTION,
             f->action_cancel ? S_("cancelled by %s") : S_("requeued by %s"), f->action_by);
    if (f->action_ticket)
        append(out, ", " S_("ticket %s"), f->action_ticket);
}

static void judge_told(const struct interrupt_facts *f, struct interrupt_verdict *out)
{
    conclude(out, cause_of(f->told), RANK_ACCOUNTING, S_("accounting") ": ");
    append_end(f, f->told, out);
    if (out->cause != interruption_cause_OPERATOR)
        return;
    if (f->action_by) {
        judge_action(f, out);
        out->rank = RANK_ACCOUNTING;
    } else if (f->ended_by) {
        append(out, ": %s", f->ended_by);
    }
}

/* Whether the job's own state says more than "it waits again". */
static bool live_tells(const struct interrupt_facts *f)
{
    return f->live == attempt_end_NODE_FAIL || f->live == attempt_end_BOOT_FAIL ||
           f->live == attempt_end_PREEMPTED || f->live == attempt_end_EVICTED;
}

static void judge_live(const struct interrupt_facts *f, struct interrupt_verdict *out)
{
    conclude(out, cause_of(f->live), RANK_SCHEDULER, S_("scheduler") ": ");
    append_end(f, f->live, out);
}

static void judge_node(const struct interrupt_facts *f, struct interrupt_verdict *out)
{
    if (f->out_nodes > 1)
        conclude(out, interruption_cause_NODE, RANK_NODE, S_("requeued, %s down and %u more"),
                 f->out_node, f->out_nodes - 1);
    else
        conclude(out, interruption_cause_NODE, RANK_NODE, S_("requeued, %s down"), f->out_node);
}

/* An XID is named by its number in any language; other faults are words of the driver. */
static void append_device(const struct interrupt_facts *f, struct interrupt_verdict *out)
{
    char where[160];
    const char *fault = f->device_fault ? f->device_fault : "";

    snprintf(where, sizeof where, "%s%s%s", f->device_node ? f->device_node : "",
             f->device_node ? "/" : "", f->device);
    if (strncmp(fault, "XID ", 4) == 0)
        append(out, S_("XID %s on %s"), fault + 4, where);
    else if (strcmp(fault, "GPU lost") == 0)
        append(out, S_("GPU lost on %s"), where);
    else if (*fault)
        append(out, "%s on %s", fault, where);
    else
        append(out, S_("device fault on %s"), where);
}

static void judge_device(const struct interrupt_facts *f, struct interrupt_verdict *out)
{
    conclude(out, interruption_cause_DEVICE, RANK_DEVICE, "%s", "");
    append_device(f, out);
}

static void judge_displaced(const struct interrupt_facts *f, struct interrupt_verdict *out)
{
    conclude(out, interruption_cause_PREEMPTED, RANK_DISPLACED,
             S_("requeued, job %s took its nodes"), f->displaced_by);
    if (f->displaced_qos)
        append(out, ", QOS %s", f->displaced_qos);
}

static void judge_cause(const struct interrupt_facts *f, struct interrupt_verdict *out)
{
    if (interrupt_is_one(f->told, f->device != NULL))
        judge_told(f, out);
    else if (live_tells(f))
        judge_live(f, out);
    else if (f->action_by)
        judge_action(f, out);
    else if (f->make_room)
        conclude(out, interruption_cause_PREEMPTED, RANK_ROOM,
                 S_("told to make room, then requeued"));
    else if (f->device)
        judge_device(f, out);
    else if (f->out_node)
        judge_node(f, out);
    else if (f->displaced_by)
        judge_displaced(f, out);
    else
        conclude(out, interruption_cause_UNKNOWN, RANK_NONE, S_("requeued, cause not told"));
}

/* A node that failed because of a device of it. */
static void sharpen(const struct interrupt_facts *f, struct interrupt_verdict *out)
{
    if (out->cause == interruption_cause_NODE && f->device) {
        out->cause = interruption_cause_DEVICE;
        append(out, "; ");
        append_device(f, out);
    }
    if (out->cause == interruption_cause_DEVICE)
        out->device = f->device;
}

void interrupt_judge(const struct interrupt_facts *f, struct interrupt_verdict *out)
{
    *out = (struct interrupt_verdict){.rank = RANK_NONE};
    judge_cause(f, out);
    sharpen(f, out);
    if (out->cause == interruption_cause_NODE || out->cause == interruption_cause_DEVICE) {
        out->node = f->failed_node ? f->failed_node : f->out_node ? f->out_node : f->only_node;
        if (out->device && f->device_node)
            out->node = f->device_node;
        out->planned = f->out_planned;
    } else if (out->cause == interruption_cause_OPERATOR) {
        out->planned = f->action_planned || f->out_planned;
    }
}

/* --- reasons ---------------------------------------------------------------------------------- */

static const char *behind_word(const char *s)
{
    s += strcspn(s, " ");
    return s + strspn(s, " ");
}

bool interrupt_reason_planned(const char *reason)
{
    if (!reason)
        return false;
    if (strncmp(reason, "suantop:", 8) == 0) /* "suantop:TICKET user text" */
        reason = behind_word(behind_word(reason));
    return strncasecmp(reason, "maint", 5) == 0 || strncasecmp(reason, "planned", 7) == 0;
}

/* --- losses and outcomes ---------------------------------------------------------------------- */

struct interrupt_loss interrupt_lost(double devices, wall_ms start, wall_ms end, wall_ms checkpoint)
{
    const double hour = 3600000;
    wall_ms ran = end > start ? end - start : 0;
    wall_ms work = INTERRUPT_CHECKPOINT_MS / 2;

    if (checkpoint)
        work = end > checkpoint ? end - checkpoint : 0;
    if (work > ran)
        work = ran;
    wall_ms lost = work + INTERRUPT_RESTART_MS < ran ? work + INTERRUPT_RESTART_MS : ran;
    return (struct interrupt_loss){.lost = devices * (double)lost / hour,
                                   .ceiling = devices * (double)ran / hour};
}

enum interruption_outcome interrupt_outcome(enum job_state state, bool own)
{
    switch (state) {
    case job_state_QUEUED:
        return interruption_outcome_WAITING;
    case job_state_HELD:
        return interruption_outcome_HELD;
    case job_state_RUNNING:
    case job_state_SUSPENDED:
    case job_state_COMPLETING: /* the end of the interrupted attempt: it will wait */
        return own ? interruption_outcome_WAITING : interruption_outcome_RUNNING;
    case job_state_DONE:
        return interruption_outcome_DONE;
    case job_state_FAILED:
        return interruption_outcome_FAILED;
    case job_state_CANCELLED:
        return interruption_outcome_CANCELLED;
    case job_state_INTERRUPTED: /* and not put back into the queue */
        return interruption_outcome_LOST;
    default:
        return interruption_outcome_UNKNOWN;
    }
}

bool interrupt_settled(enum interruption_outcome o)
{
    return o == interruption_outcome_RUNNING || o == interruption_outcome_DONE ||
           o == interruption_outcome_FAILED || o == interruption_outcome_CANCELLED;
}
