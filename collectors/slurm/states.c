/* SPDX-License-Identifier: MIT
 * states.c - the tables behind states.h. Names as in slurm 22.05 to 26.05. */
#include "collectors/slurm/states.h"
#include "base/xmem.h"
#include <string.h>
#include <strings.h>

static const struct {
    const char *word;
    enum node_state state;
} node_bases[] = {
    {"IDLE", node_state_IDLE},           {"MIXED", node_state_MIXED},
    {"ALLOCATED", node_state_ALLOCATED}, {"DOWN", node_state_DOWN},
    {"ERROR", node_state_ERROR},         {"FUTURE", node_state_FUTURE},
    {"UNKNOWN", node_state_UNKNOWN},     {"MIX", node_state_MIXED},
    {"ALLOC", node_state_ALLOCATED},
};

static const struct {
    const char *word;
    enum node_flag flag;
} node_flags[] = {
    {"DRAIN", node_flag_DRAIN},
    {"NOT_RESPONDING", node_flag_NOT_RESPONDING},
    {"NO_RESPOND", node_flag_NOT_RESPONDING},
    {"FAIL", node_flag_FAIL},
    {"MAINTENANCE", node_flag_MAINT},
    {"MAINT", node_flag_MAINT},
    {"RESERVED", node_flag_RESERVED},
    {"COMPLETING", node_flag_COMPLETING},
    {"PLANNED", node_flag_PLANNED},
    {"REBOOT", node_flag_REBOOT},
    {"REBOOT_REQUESTED", node_flag_REBOOT},
    {"REBOOT_ISSUED", node_flag_REBOOT},
    {"POWERED_DOWN", node_flag_POWERED_DOWN},
    {"POWER_DOWN", node_flag_POWERING},
    {"POWER_UP", node_flag_POWERING},
    {"POWERING_DOWN", node_flag_POWERING},
    {"POWERING_UP", node_flag_POWERING},
    {"INVALID_REG", node_flag_INVALID},
    {"INVALID", node_flag_INVALID},
    {"INVAL", node_flag_INVALID},
    {"CLOUD", node_flag_CLOUD},
    {"DYNAMIC", node_flag_DYNAMIC},
    {"DYNAMIC_FUTURE", node_flag_DYNAMIC},
    {"DYNAMIC_NORM", node_flag_DYNAMIC},
    {"UNDRAIN", node_flag_UNDRAIN},
    {"BLOCKED", node_flag_BLOCKED},
};

static bool is_word(const char *word, const char *text, size_t len)
{
    return strlen(word) == len && strncasecmp(word, text, len) == 0;
}

static void add_node_word(struct node_words *w, const char *text, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(node_bases); i++)
        if (is_word(node_bases[i].word, text, len)) {
            w->state = node_bases[i].state;
            return;
        }
    for (size_t i = 0; i < ARRAY_LEN(node_flags); i++)
        if (is_word(node_flags[i].word, text, len)) {
            w->flags |= UINT32_C(1) << node_flags[i].flag;
            return;
        }
    w->flags |= UINT32_C(1) << node_flag_OTHER;
}

/* sinfo's marks behind a state: "DOWN*" does not respond, the others are flags spelt out as well. */
static void strip_marks(struct node_words *w, const char *text, size_t *len)
{
    while (*len > 0 && memchr("*~#!%$@^-", text[*len - 1], 9) != NULL) {
        if (text[--*len] == '*')
            w->flags |= UINT32_C(1) << node_flag_NOT_RESPONDING;
    }
}

void node_words_add(struct node_words *w, const char *text, size_t len)
{
    const char *end = text + len;

    while (text < end) {
        const char *plus = memchr(text, '+', (size_t)(end - text));
        const char *stop = plus != NULL ? plus : end;
        size_t n = (size_t)(stop - text);
        strip_marks(w, text, &n);
        if (n > 0)
            add_node_word(w, text, n);
        text = stop + (stop < end);
    }
}

/* rank: 1 a base state, 2 a flag that says more than the base, 3 one that overrules it, 4 the end of
 * an allocation, which is what the operator has to see whatever else is set. */
static const struct job_word {
    const char *word, *code;
    enum job_state state;
    unsigned rank;
} job_table[] = {
    {"PENDING", "PD", job_state_QUEUED, 1},
    {"RUNNING", "R", job_state_RUNNING, 1},
    {"SUSPENDED", "S", job_state_SUSPENDED, 1},
    {"COMPLETED", "CD", job_state_DONE, 1},
    {"CANCELLED", "CA", job_state_CANCELLED, 1},
    {"FAILED", "F", job_state_FAILED, 1},
    {"TIMEOUT", "TO", job_state_FAILED, 1},
    {"NODE_FAIL", "NF", job_state_INTERRUPTED, 1},
    {"PREEMPTED", "PR", job_state_INTERRUPTED, 1},
    {"BOOT_FAIL", "BF", job_state_INTERRUPTED, 1},
    {"LAUNCH_FAILED", NULL, job_state_INTERRUPTED, 2},
    {"DEADLINE", "DL", job_state_FAILED, 1},
    {"OUT_OF_MEMORY", "OOM", job_state_FAILED, 1},
    {"RECONFIG_FAIL", NULL, job_state_FAILED, 1},
    {"CONFIGURING", "CF", job_state_RUNNING, 2},
    {"POWER_UP_NODE", NULL, job_state_RUNNING, 2},
    {"RESIZING", "RS", job_state_RUNNING, 2},
    {"SIGNALING", "SI", job_state_RUNNING, 2},
    {"REQUEUED", "RQ", job_state_QUEUED, 2},
    {"REQUEUE_FED", "RF", job_state_QUEUED, 2},
    {"EXPEDITING", NULL, job_state_QUEUED, 2},
    {"REQUEUE_HOLD", "RH", job_state_HELD, 3},
    {"SPECIAL_EXIT", "SE", job_state_HELD, 3},
    {"RESV_DEL_HOLD", "RD", job_state_HELD, 3},
    {"STOPPED", "ST", job_state_SUSPENDED, 3},
    {"REVOKED", "RV", job_state_CANCELLED, 3},
    {"STAGE_OUT", "SO", job_state_COMPLETING, 4},
    {"COMPLETING", "CG", job_state_COMPLETING, 4},
};

static const struct job_word *find_job_word(const char *text, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(job_table); i++)
        if (is_word(job_table[i].word, text, len) ||
            (job_table[i].code != NULL && is_word(job_table[i].code, text, len)))
            return &job_table[i];
    return NULL;
}

const char *job_words_add(struct job_words *w, const char *text, size_t len)
{
    const struct job_word *found = find_job_word(text, len);

    if (found == NULL)
        return NULL;
    if (found->rank > w->rank) {
        w->state = found->state;
        w->rank = found->rank;
    }
    return found->word;
}

bool job_holds_devices(enum job_state s)
{
    return s == job_state_RUNNING || s == job_state_COMPLETING || s == job_state_SUSPENDED;
}

bool job_has_ended(enum job_state s)
{
    return s == job_state_DONE || s == job_state_FAILED || s == job_state_CANCELLED ||
           s == job_state_INTERRUPTED;
}

bool job_is_waiting(enum job_state s)
{
    return s == job_state_QUEUED || s == job_state_HELD;
}
