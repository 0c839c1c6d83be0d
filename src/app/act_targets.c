/* SPDX-License-Identifier: MIT
 * act_targets.c - see act_targets.h. */
#include "app/act_targets.h"
#include "base/sentence.h"

#include "app/task_set.h"
#include "codec/hostlist.h"
#include "model/fields.h"

#include <stdio.h>
#include <string.h>

#define MOST_NODES 4096
#define MOST_TASKS 1000 /* named singly out of a row; a set of all of them is one target */
#define NOT_THERE UINT32_MAX

struct finding {
    struct action_order *o;
    const struct snapshot *s;
    const struct intern *in;
    bool whole_array;
    struct err *e;
    enum rc rc;
};

static uint32_t find(const struct finding *f, enum entity e, const char *name, size_t len)
{
    return snapshot_find(f->s, e, row_key(e, f->o->center, name, len));
}

/* --- nodes ------------------------------------------------------------------------------------- */

static bool add_node(void *arg, const char *host, size_t len)
{
    struct finding *f = arg;
    uint32_t slot = find(f, ENTITY_NODE, host, len);
    if (slot == NOT_THERE)
        f->rc = err_set(f->e, RC_USAGE, "command line", S_("there is no node %.*s here"), (int)len,
                        host);
    else
        f->rc = order_add(f->o, f->s, slot, f->e);
    return f->rc == RC_OK;
}

static enum rc add_nodes(struct finding *f, const char *word)
{
    enum rc rc = hostlist_each(word, MOST_NODES, add_node, f, f->e);
    if (rc == RC_LIMIT)
        return err_set(f->e, RC_USAGE, "command line", S_("%s are more than %d nodes"), word,
                       MOST_NODES);
    return rc != RC_OK ? RC_USAGE : f->rc;
}

/* --- jobs -------------------------------------------------------------------------------------- */

/* A task, or the waiting rest, of that array; NULL for any other row. */
static const struct job_row *task_at(const struct finding *f, uint32_t slot, const char *array,
                                     size_t len)
{
    const struct job_row *j = snapshot_row(f->s, ENTITY_JOB, slot);
    if (j == NULL || j->h.center != f->o->center || (j->h.flags & ROW_GONE) ||
        !row_has(j, job, array_job) || !row_has(j, job, array_task))
        return NULL;
    const char *raw = intern_raw(f->in, row_str(j, job, array_job));
    return strlen(raw) == len && memcmp(raw, array, len) == 0 ? j : NULL;
}

static enum rc add_task(struct finding *f, uint32_t slot)
{
    enum rc rc = order_add(f->o, f->s, slot, f->e);
    if (rc == RC_OK)
        f->o->targets[f->o->count - 1].whole_array =
            strchr(f->o->targets[f->o->count - 1].name, '[') != NULL;
    return rc;
}

/* Some tasks out of a row of waiting ones: each is a target of its own. */
static enum rc take_out(struct finding *f, uint32_t slot, const struct job_row *j,
                        const struct task_set *set, uint64_t *found)
{
    const char *tasks = intern_raw(f->in, row_str(j, job, array_task));
    uint32_t highest = task_highest(tasks);
    for (size_t i = 0; i < set->count; i++)
        for (uint64_t t = set->ranges[i].low; t <= set->ranges[i].high && t <= highest; t++) {
            if (!task_is_among(tasks, (uint32_t)t))
                continue;
            if (++*found > MOST_TASKS)
                return err_set(f->e, RC_USAGE, "command line",
                               S_("more than %d tasks out of %s; name all of them"), MOST_TASKS,
                               intern_text(f->in, j->id));
            enum rc rc = order_add_task(f->o, f->s, slot, (unsigned)t, f->e);
            if (rc != RC_OK)
                return rc;
        }
    return RC_OK;
}

/* "14_5", "14_[1-3,7]". */
static enum rc add_tasks(struct finding *f, const char *word, size_t array,
                         const struct task_set *set)
{
    uint64_t found = 0, size;
    for (uint32_t i = 0; i < snapshot_slots(f->s, ENTITY_JOB); i++) {
        const struct job_row *j = task_at(f, i, word, array);
        enum task_relation has =
            j != NULL ? task_set_has(set, intern_raw(f->in, row_str(j, job, array_task)), &size)
                      : TASKS_APART;
        if (has == TASKS_APART)
            continue;
        enum rc rc = has == TASKS_OVERLAP ? take_out(f, i, j, set, &found) : add_task(f, i);
        if (rc != RC_OK)
            return rc;
        found += has == TASKS_WITHIN ? size : 0;
    }
    if (found > 0)
        return RC_OK;
    return err_set(f->e, RC_USAGE, "command line", S_("there is no job %s here"), word);
}

/* Names some of the tasks, so that whoever meant one can say which. */
static enum rc refuse_array(struct finding *f, const char *word)
{
    char names[128] = "";
    size_t used = 0;
    for (uint32_t i = 0; i < snapshot_slots(f->s, ENTITY_JOB); i++) {
        const struct job_row *j = task_at(f, i, word, strlen(word));
        if (j == NULL)
            continue;
        const char *id = intern_text(f->in, j->id);
        if (used + strlen(id) + 8 > sizeof names) {
            snprintf(names + used, sizeof names - used, " ...");
            break;
        }
        used += (size_t)snprintf(names + used, sizeof names - used, " %s", id);
    }
    if (used == 0)
        return err_set(f->e, RC_USAGE, "command line", S_("there is no job %s here"), word);
    return err_set(f->e, RC_USAGE, "command line",
                   S_("%s is an array:%s; name the tasks, or say --whole-array"), word, names);
}

static enum rc add_array(struct finding *f, const char *word)
{
    size_t before = f->o->count;
    if (!f->whole_array)
        return refuse_array(f, word);
    for (uint32_t i = 0; i < snapshot_slots(f->s, ENTITY_JOB); i++) {
        const struct job_row *j = task_at(f, i, word, strlen(word));
        if (j == NULL || j->state >= job_state_INTERRUPTED)
            continue; /* what has ended is not meant */
        enum rc rc = add_task(f, i);
        if (rc != RC_OK)
            return rc;
    }
    return f->o->count > before ? RC_OK : refuse_array(f, word);
}

static enum rc add_job(struct finding *f, const char *word)
{
    struct task_set set;
    size_t array = strspn(word, "0123456789"), len = strlen(word);
    const char *tasks = word + array + 1;
    uint32_t slot = find(f, ENTITY_JOB, word, len);
    if (slot != NOT_THERE)
        return order_add(f->o, f->s, slot, f->e);
    if (array == len)
        return add_array(f, word);
    if (array == 0 || word[array] != '_')
        return err_set(f->e, RC_USAGE, "command line", S_("there is no job %s here"), word);
    size_t tasks_len = strlen(tasks);
    if (tasks_len > 2 && tasks[0] == '[' && tasks[tasks_len - 1] == ']') {
        tasks++;
        tasks_len -= 2;
    }
    if (!task_set_parse(&set, tasks, tasks_len))
        return err_set(f->e, RC_USAGE, "command line",
                       S_("%s is no job: jobs are like 14, 14_5 or 14_[1-3,7]"), word);
    return add_tasks(f, word, array, &set);
}

/* --- all of them ------------------------------------------------------------------------------- */

enum rc act_targets(struct action_order *o, const struct snapshot *s, const struct act_words *words,
                    struct err *e)
{
    struct finding f = {
        .o = o, .s = s, .in = snapshot_strings(s), .whole_array = words->whole_array, .e = e};
    bool nodes = verb_info(o->verb)->entity == ENTITY_NODE;
    enum rc rc = RC_OK;
    o->named = true;
    for (size_t i = 0; i < words->count && rc == RC_OK; i++) {
        o->named = o->named && strpbrk(words->words[i], "[,") == NULL;
        rc = nodes ? add_nodes(&f, words->words[i]) : add_job(&f, words->words[i]);
    }
    if (rc == RC_OK && o->count == 0)
        rc =
            err_set(e, RC_USAGE, "command line", S_("nothing is named: nothing is not everything"));
    return rc;
}
