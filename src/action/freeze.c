/* SPDX-License-Identifier: MIT
 * freeze.c - order_add: a row of a snapshot becomes a target that needs no snapshot any more. See request.h. */
#include "action/request.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "model/state_words.h"
#include "model/fields.h"
#include <stdio.h>
#include <string.h>

/* What is being frozen, and where it is said when it cannot be. */
struct freezing {
    struct action_order *o;
    const struct snapshot *s;
    const struct intern *in;
    const struct row_head *row;
    struct action_target t;
    struct err *e;
};

/* Bytes that a request can carry: none of them NUL, none of them left out. False if they do not fit. */
static bool raw_into(const struct intern *in, strid id, char *out, size_t size)
{
    const char *raw = intern_raw(in, id);
    size_t len = intern_raw_len(in, id);

    if (len >= size || memchr(raw, '\0', len)) /* one that the string table cut is longer still */
        return false;
    memcpy(out, raw, len);
    out[len] = '\0';
    return true;
}

/* For people and for comparing, so what does not fit is cut, but not in the middle of a character. */
static void some_of(const struct intern *in, strid id, char *out, size_t size)
{
    const char *raw = intern_raw(in, id);
    size_t len = strnlen(raw, size);

    if (len == size)
        for (len = size - 1; len > 0 && ((unsigned char)raw[len] & 0xC0) == 0x80; len--)
            ;
    memcpy(out, raw, len);
    out[len] = '\0';
}

static void freeze_node(struct freezing *f)
{
    const struct node_row *n = (const struct node_row *)(const void *)f->row;
    struct action_target *t = &f->t;

    t->row_state = row_has(n, node, state) ? n->state : node_state_UNKNOWN;
    t->row_flags = n->flags;
    some_of(f->in, n->reason, t->reason, sizeof(t->reason));
    some_of(f->in, n->reason_by, t->reason_by, sizeof(t->reason_by));
    t->restarts = -1;
}

static bool all_digits(const char *s)
{
    return s[strspn(s, "0123456789")] == '\0';
}

/* The row of an array's waiting tasks is shown as "14_[6-99]", cut when the list is long; the whole list and
 * a limit ("6-99%2") are in array_task. One that is left is an ordinary task. */
static bool name_of_rest(struct freezing *f, const struct job_row *j)
{
    char tasks[TARGET_NAME_MAX], array[TARGET_NAME_MAX];
    int n;

    if (!raw_into(f->in, row_str(j, job, array_task), tasks, sizeof(tasks)) ||
        !raw_into(f->in, row_str(j, job, array_job), array, sizeof(array)))
        return false;
    tasks[strcspn(tasks, "%")] = '\0';
    if (!tasks[0])
        return false;
    n = snprintf(f->t.name, sizeof(f->t.name), all_digits(tasks) ? "%s_%s" : "%s_[%s]", array,
                 tasks);
    return n < (int)sizeof(f->t.name);
}

static enum rc freeze_job_name(struct freezing *f, const struct job_row *j)
{
    bool rest = row_has(j, job, array_job) && row_has(j, job, array_task);

    if (rest ? name_of_rest(f, j) : raw_into(f->in, j->id, f->t.name, sizeof(f->t.name)))
        return RC_OK;
    return err_set(f->e, RC_USAGE, intern_text(f->in, j->id),
                   S_("stands for tasks that cannot be named in one request"));
}

static enum rc freeze_job(struct freezing *f)
{
    const struct job_row *j = (const struct job_row *)(const void *)f->row;
    struct action_target *t = &f->t;

    t->row_state = row_has(j, job, state) ? j->state : job_state_UNKNOWN;
    some_of(f->in, j->user, t->owner, sizeof(t->owner));
    t->submitted_at = j->submitted_at;
    t->started_at = j->started_at;
    t->restarts = row_has(j, job, restarts) ? (double)j->restarts : -1;
    return freeze_job_name(f, j);
}

static strid name_of(const struct freezing *f)
{
    if (f->t.entity == ENTITY_NODE)
        return ((const struct node_row *)(const void *)f->row)->name;
    return ((const struct job_row *)(const void *)f->row)->id;
}

/* Two tasks of one row are two targets. */
static bool is_in(const struct freezing *f, const struct action_target *t)
{
    bool both_tasks = f->t.task_key && t->task_key;

    return t->key == f->row->key && (!both_tasks || t->task_key == f->t.task_key);
}

static enum rc check(const struct freezing *f)
{
    const char *shown = intern_text(f->in, name_of(f));

    if (f->row->center != f->o->center)
        return err_set(f->e, RC_USAGE, shown, S_("is of another center: one order, one center"));
    if (f->row->flags & ROW_GONE)
        return err_set(f->e, RC_USAGE, shown, S_("is gone"));
    if (f->row->flags & ROW_TWIN)
        return err_set(
            f->e, RC_USAGE, shown,
            S_("looks the same as another name of this center but is not: use the scheduler's own tools"));
    if (f->row->source[0] == UINT16_MAX)
        return err_set(f->e, RC_USAGE, shown, S_("is listed by no scheduler now"));
    for (size_t i = 0; i < f->o->count; i++)
        if (is_in(f, &f->o->targets[i]))
            return err_set(f->e, RC_USAGE, shown, S_("is there already"));
    return RC_OK;
}

static void freeze_center(const struct freezing *f)
{
    const struct center_row *c = snapshot_center(f->s, f->o->center);

    if (!c || f->o->center_id[0])
        return;
    some_of(f->in, c->id, f->o->center_id, sizeof(f->o->center_id));
    some_of(f->in, c->cluster, f->o->cluster, sizeof(f->o->cluster));
}

static enum rc freeze_row(struct freezing *f)
{
    enum rc rc = check(f);

    if (rc != RC_OK)
        return rc;
    f->t.center = f->row->center;
    f->t.source = f->row->source[0];
    f->t.key = f->row->key;
    f->t.seen_at = snapshot_seen_at(f->s, f->row, GROUP_SCHED);
    state_words(f->row, f->t.state, sizeof(f->t.state));
    if (f->t.entity == ENTITY_JOB)
        return freeze_job(f);
    freeze_node(f);
    if (raw_into(f->in, name_of(f), f->t.name, sizeof(f->t.name)))
        return RC_OK;
    return err_set(f->e, RC_USAGE, intern_text(f->in, name_of(f)),
                   S_("has a name that no request can carry"));
}

static enum rc add(struct freezing *f)
{
    enum rc rc = freeze_row(f);

    if (rc != RC_OK)
        return rc;
    freeze_center(f);
    f->o->targets = xreallocarray(f->o->targets, f->o->count + 1, sizeof(*f->o->targets));
    f->o->targets[f->o->count++] = f->t;
    return RC_OK;
}

static bool find_row(struct freezing *f, uint32_t slot)
{
    f->t.entity = verb_info(f->o->verb)->entity;
    f->row = snapshot_row(f->s, f->t.entity, slot);
    if (!f->row)
        err_set(f->e, RC_USAGE, verb_info(f->o->verb)->name, S_("there is no such %s any more"),
                entity_info(f->t.entity)->id);
    return f->row != NULL;
}

enum rc order_add(struct action_order *o, const struct snapshot *s, uint32_t slot, struct err *e)
{
    struct freezing f = {.o = o, .s = s, .in = snapshot_strings(s), .e = e};

    return find_row(&f, slot) ? add(&f) : RC_USAGE;
}

enum rc order_add_task(struct action_order *o, const struct snapshot *s, uint32_t slot,
                       unsigned task, struct err *e)
{
    struct freezing f = {.o = o, .s = s, .in = snapshot_strings(s), .e = e};
    char name[TARGET_NAME_MAX];

    if (!find_row(&f, slot))
        return RC_USAGE;
    const struct job_row *j = (const struct job_row *)(const void *)f.row;
    int n =
        snprintf(name, sizeof(name), "%s_%u", intern_raw(f.in, row_str(j, job, array_job)), task);
    if (n >= (int)sizeof(name))
        return err_set(e, RC_USAGE, intern_text(f.in, j->id),
                       S_("has a name that no request can carry"));
    f.t.task_key = row_key(ENTITY_JOB, f.row->center, name, (size_t)n);
    enum rc rc = add(&f);
    if (rc == RC_OK)
        snprintf(o->targets[o->count - 1].name, TARGET_NAME_MAX, "%s", name);
    return rc;
}
