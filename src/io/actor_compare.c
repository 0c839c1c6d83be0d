/* SPDX-License-Identifier: MIT
 * actor_compare.c - is a target still what it was when somebody decided about it? Pure. */
#include "io/actor_int.h"
#include "base/sentence.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NODE_BIT(id) (UINT32_C(1) << node_flag_##id)

/* ---- what was read ---- */

void sight_begin(struct sight *s, const struct action_target *t)
{
    *s = (struct sight){.target = t, .restarts = -1};
}

/* A value that is told twice counts as told last. */
static const struct delta_value *value_of(const struct delta_record *r, int field)
{
    const struct delta_value *found = NULL;

    for (uint32_t i = 0; i < r->count; i++)
        if (r->values[i].field == field)
            found = &r->values[i];
    return found && !found->absent ? found : NULL;
}

static void copy_text(const struct delta_record *r, int field, char *out, size_t size)
{
    const struct delta_value *v = value_of(r, field);
    size_t len = v ? v->len : 0;

    len = len < size ? len : size - 1;
    if (len)
        memcpy(out, v->u.str, len);
    out[len] = '\0';
}

static void copy_state(struct sight *s, const struct delta_record *r, int field)
{
    const struct delta_value *v = value_of(r, field);

    s->has_state = v != NULL;
    s->state = v ? (int)v->u.i : 0;
}

static void add_node(struct sight *s, const struct delta_record *r)
{
    const struct delta_value *flags = value_of(r, FIELD_node_flags);

    copy_state(s, r, FIELD_node_state);
    s->flags = flags ? (uint32_t)flags->u.i : 0;
    copy_text(r, FIELD_node_raw_state, s->raw_state, sizeof(s->raw_state));
    copy_text(r, FIELD_node_reason, s->reason, sizeof(s->reason));
    copy_text(r, FIELD_node_reason_by, s->reason_by, sizeof(s->reason_by));
}

/* As order_add names it: "14_[6-99]", without a limit on how many run at once. */
static void name_rest(struct sight *s, const struct delta_record *r)
{
    char array[64], tasks[TARGET_NAME_MAX - 80];

    copy_text(r, FIELD_job_array_job, array, sizeof(array));
    copy_text(r, FIELD_job_array_task, tasks, sizeof(tasks));
    tasks[strcspn(tasks, "%")] = '\0';
    bool one = *tasks && tasks[strspn(tasks, "0123456789")] == '\0';
    snprintf(s->rest, sizeof(s->rest), one ? "%s_%s" : "%s_[%s]", array, tasks);
}

static wall_ms time_of(const struct delta_record *r, int field)
{
    const struct delta_value *v = value_of(r, field);

    return v ? v->u.i : 0;
}

static void add_job(struct sight *s, const struct delta_record *r)
{
    const struct delta_value *restarts = value_of(r, FIELD_job_restarts);

    copy_state(s, r, FIELD_job_state);
    copy_text(r, FIELD_job_raw_state, s->raw_state, sizeof(s->raw_state));
    copy_text(r, FIELD_job_user, s->owner, sizeof(s->owner));
    s->submitted_at = time_of(r, FIELD_job_submitted_at);
    s->started_at = time_of(r, FIELD_job_started_at);
    s->restarts = restarts ? restarts->u.num : -1;
    name_rest(s, r);
}

static void add_record(struct sight *s, const struct delta_record *r)
{
    const struct action_target *t = s->target;

    if (r->entity == ENTITY_CENTER)
        copy_text(r, FIELD_center_cluster, s->cluster, sizeof(s->cluster));
    if (r->entity != t->entity || r->remove)
        return;
    if (r->key != t->key && (!t->task_key || r->key != t->task_key)) {
        size_t len = r->id_len < sizeof(s->other) ? r->id_len : sizeof(s->other) - 1;
        snprintf(s->other, sizeof(s->other), "%.*s", (int)len, r->id ? r->id : "?");
        return;
    }
    s->kept |= r->keep;
    if (r->keep)
        return;
    s->found = true;
    if (t->entity == ENTITY_NODE)
        add_node(s, r);
    else
        add_job(s, r);
}

void sight_add(struct sight *s, const struct delta *d)
{
    if (d->center != s->target->center)
        return;
    for (const struct delta_record *r = d->first; r; r = r->next)
        add_record(s, r);
}

static const char *state_word(const struct sight *s)
{
    if (s->target->entity == ENTITY_NODE)
        return entity_info(ENTITY_NODE)->fields[FIELD_node_state].words[s->state];
    return entity_info(ENTITY_JOB)->fields[FIELD_job_state].words[s->state];
}

static void add_flags(const struct sight *s, char *out, size_t size)
{
    const char *const *words = entity_info(ENTITY_NODE)->fields[FIELD_node_flags].words;
    size_t len = strlen(out);

    for (unsigned i = 0; words[i] && len < size; i++)
        if (s->flags >> i & 1)
            len += (size_t)snprintf(out + len, size - len, "+%s", words[i]);
}

void sight_words(const struct sight *s, char *out, size_t size)
{
    *out = '\0';
    if (!s->found || !s->has_state) {
        snprintf(out, size, "%s", s->found || s->kept ? "" : "gone");
        return;
    }
    snprintf(out, size, "%s", state_word(s));
    if (s->target->entity == ENTITY_NODE)
        add_flags(s, out, size);
    size_t len = strlen(out);
    if (*s->reason)
        snprintf(out + len, size - len, " (%s%s%s)", s->reason, *s->reason_by ? ", " : "",
                 s->reason_by);
    else if (s->restarts > 0)
        snprintf(out + len, size - len, ", restarts %.0f", s->restarts);
}

/* ---- comparing ---- */

struct comparing {
    const struct sight *s;
    const struct action_order *o;
    const struct action_target *t;
    char *why;
    size_t size;
};

static enum sameness say(const struct comparing *c, enum sameness verdict, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static enum sameness say(const struct comparing *c, enum sameness verdict, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(c->why, c->size, fmt, ap);
    va_end(ap);
    return verdict;
}

static enum sameness compare_presence(const struct comparing *c)
{
    const struct sight *s = c->s;

    if (*s->cluster && *c->o->cluster && strcmp(s->cluster, c->o->cluster) != 0)
        return say(c, SIGHT_CHANGED, S_("the scheduler says now that it is %s, not %s"), s->cluster,
                   c->o->cluster);
    if (s->kept)
        return say(c, SIGHT_UNCLEAR, S_("the answer does not tell how it is now"));
    if (!s->found && *s->other && !c->t->whole_array)
        return say(c, SIGHT_UNCLEAR, S_("the answer was about %s"), s->other);
    if (!s->found)
        return say(c, SIGHT_CHANGED, S_("it does not exist any more"));
    if (!s->has_state)
        return say(c, SIGHT_UNCLEAR, S_("the answer does not tell its state"));
    return SIGHT_SAME;
}

/* What was frozen may have been cut to its member's size. */
static bool same_text(const char *frozen, size_t size, const char *now)
{
    return strncmp(frozen, now, size - 5) == 0; /* a cut never leaves out more than one character */
}

static enum sameness compare_reason(const struct comparing *c)
{
    const struct sight *s = c->s;
    const struct action_target *t = c->t;
    bool same = same_text(t->reason, sizeof(t->reason), s->reason);
    bool same_by = !*s->reason || !*s->reason_by || !*t->reason_by ||
                   same_text(t->reason_by, sizeof(t->reason_by), s->reason_by);

    if (same && same_by)
        return SIGHT_SAME;
    if (!*s->reason) /* nobody's words are overwritten */
        return c->o->verb == action_verb_DRAIN
                   ? SIGHT_SAME
                   : say(c, SIGHT_CHANGED, S_("its reason was taken away meanwhile"));
    return *s->reason_by ? say(c, SIGHT_CHANGED, S_("%s wrote a reason on it meanwhile: %s"),
                               s->reason_by, s->reason)
                         : say(c, SIGHT_CHANGED, S_("somebody wrote a reason on it meanwhile: %s"),
                               s->reason);
}

static bool is_out(int state)
{
    return state == node_state_DOWN || state == node_state_ERROR || state == node_state_FUTURE;
}

/* A node that got worse since must not be brought back by an old decision. */
static enum sameness compare_resume(const struct comparing *c)
{
    const uint32_t grave = NODE_BIT(FAIL) | NODE_BIT(NOT_RESPONDING) | NODE_BIT(MAINT) |
                           NODE_BIT(REBOOT) | NODE_BIT(POWERED_DOWN) | NODE_BIT(POWERING) |
                           NODE_BIT(INVALID) | NODE_BIT(BLOCKED);
    const struct sight *s = c->s;

    if (!(s->flags & (NODE_BIT(DRAIN) | NODE_BIT(FAIL))) && !is_out(s->state))
        return say(c, SIGHT_ALREADY, S_("already resumed: it takes work"));
    if ((is_out(s->state) && !is_out(c->t->row_state)) || (s->flags & ~c->t->row_flags & grave)) {
        char now[WORDS_MAX];
        sight_words(s, now, sizeof(now));
        return say(c, SIGHT_CHANGED, S_("it was %s and is %s now"), c->t->state, now);
    }
    return SIGHT_SAME;
}

static enum sameness compare_node(const struct comparing *c)
{
    const struct sight *s = c->s;

    if (s->state == node_state_UNKNOWN)
        return say(c, SIGHT_UNCLEAR, S_("its state is unknown"));
    if (c->o->verb == action_verb_DRAIN && (s->flags & NODE_BIT(DRAIN)))
        return *s->reason ? say(c, SIGHT_ALREADY, S_("already drained: %s"), s->reason)
                          : say(c, SIGHT_ALREADY, S_("already drained"));
    enum sameness same = compare_reason(c);
    if (c->o->verb != action_verb_RESUME)
        return same;
    enum sameness state = compare_resume(c);
    return state == SIGHT_SAME ? same : state;
}

static bool has_ended(int state)
{
    return state == job_state_DONE || state == job_state_FAILED || state == job_state_CANCELLED ||
           state == job_state_INTERRUPTED;
}

static enum sameness compare_run(const struct comparing *c)
{
    const struct sight *s = c->s;
    const struct action_target *t = c->t;

    if (s->owner[0] && t->owner[0] && !same_text(t->owner, sizeof(t->owner), s->owner))
        return say(c, SIGHT_CHANGED, S_("it belongs to %s now, not to %s"), s->owner, t->owner);
    if (s->submitted_at && t->submitted_at && s->submitted_at != t->submitted_at)
        return say(c, SIGHT_CHANGED, S_("it was submitted or requeued again meanwhile"));
    if (c->o->verb != action_verb_REQUEUE && c->o->verb != action_verb_CANCEL)
        return SIGHT_SAME;
    if (s->restarts >= 0 && t->restarts >= 0 && (int64_t)s->restarts != (int64_t)t->restarts)
        return say(c, SIGHT_CHANGED, S_("it was requeued meanwhile"));
    if (s->started_at && t->started_at && s->started_at != t->started_at)
        return say(c, SIGHT_CHANGED, S_("it was started again meanwhile"));
    return SIGHT_SAME;
}

/* Is what the verb wants so already? */
static const char *already(enum action_verb verb, int state)
{
    switch (verb) {
    case action_verb_HOLD:
        return state == job_state_HELD ? S_("already held") : NULL;
    case action_verb_RELEASE:
        return state == job_state_QUEUED ? S_("already released: it waits for its turn") : NULL;
    case action_verb_CANCEL:
        return state == job_state_CANCELLED ? S_("already cancelled") : NULL;
    case action_verb_REQUEUE:
        return state == job_state_QUEUED || state == job_state_HELD
                   ? S_("already waits in the queue")
                   : NULL;
    default:
        return NULL;
    }
}

static enum sameness compare_job(const struct comparing *c)
{
    const struct sight *s = c->s;
    enum sameness run = compare_run(c);
    const char *so = already(c->o->verb, s->state);

    if (s->state == job_state_UNKNOWN)
        return say(c, SIGHT_UNCLEAR, S_("its state is unknown"));
    if (run != SIGHT_SAME)
        return run;
    if (so)
        return say(c, SIGHT_ALREADY, "%s", so);
    if (has_ended(s->state) && s->state != c->t->row_state)
        return say(c, SIGHT_CHANGED, S_("it ended meanwhile: %s"), state_word(s));
    if (s->state != c->t->row_state)
        return say(c, SIGHT_CHANGED, S_("it was %s and is %s now"), c->t->state, state_word(s));
    if (strchr(c->t->name, '[') && strcmp(c->t->name, s->rest) != 0)
        return say(c, SIGHT_CHANGED, S_("some of its tasks have left the queue: %s waits now"),
                   s->rest);
    return SIGHT_SAME;
}

enum sameness sight_compare(const struct sight *s, const struct action_order *o, char *why,
                            size_t size)
{
    struct comparing c = {.s = s, .o = o, .t = s->target, .why = why, .size = size};

    *why = '\0';
    enum sameness here = compare_presence(&c);
    if (here != SIGHT_SAME)
        return here;
    return s->target->entity == ENTITY_NODE ? compare_node(&c) : compare_job(&c);
}
