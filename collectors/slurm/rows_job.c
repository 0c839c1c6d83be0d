/* SPDX-License-Identifier: MIT
 * rows_job.c - parts of JOB rows that do not depend on how Slurm spelt them. */
#include "base/xmem.h"
#include "codec/quantity.h"
#include "collectors/slurm/rows.h"
#include "collectors/slurm/states.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- ids -------------------------------------------------------------------------------------- */

static bool all_digits(struct span v)
{
    for (size_t i = 0; i < v.len; i++)
        if (v.text[i] < '0' || v.text[i] > '9')
            return false;
    return v.len > 0 && v.len < 20;
}

/* One of "7", "2-99", "0-999:3". */
static double count_range(struct span range)
{
    double from, to, step = 1;
    const char *dash = memchr(range.text, '-', range.len);
    const char *colon = memchr(range.text, ':', range.len);
    const char *end = range.text + range.len;

    if (dash == NULL)
        return slurm_number_text(range, &from) ? 1 : 0;
    const char *to_end = colon != NULL ? colon : end;
    if (to_end <= dash ||
        !slurm_number_text((struct span){range.text, (size_t)(dash - range.text)}, &from) ||
        !slurm_number_text((struct span){dash + 1, (size_t)(to_end - dash - 1)}, &to))
        return 0;
    if (colon != NULL &&
        (!slurm_number_text((struct span){colon + 1, (size_t)(end - colon - 1)}, &step) ||
         step < 1))
        return 0;
    return to >= from && from >= 0 ? floor((to - from) / step) + 1 : 0;
}

static struct span before(struct span v, char mark)
{
    const char *p = v.len > 0 ? memchr(v.text, mark, v.len) : NULL;

    return (struct span){v.text, p != NULL ? (size_t)(p - v.text) : v.len};
}

double count_tasks(struct span list)
{
    struct span left = before(list, '%');
    double n = 0;

    while (left.len > 0) {
        struct span range = before(left, ',');
        n += count_range(range);
        size_t used = range.len + (range.len < left.len);
        left.text += used;
        left.len -= used;
    }
    return n < 1e9 ? n : 0;
}

/* The highest index: tasks start from the lowest, so it is what stays while the rest shrinks. */
static struct span last_index(struct span tasks)
{
    size_t start = tasks.len;

    while (start > 0 && strchr("-,", tasks.text[start - 1]) == NULL)
        start--;
    return before((struct span){tasks.text + start, tasks.len - start}, ':');
}

/* Long task lists are cut for people; the field `array_task` has all of it. */
static void make_rest(struct job_id *out, struct span array, struct span rest)
{
    struct span tasks = before(rest, '%');
    struct span last = last_index(tasks);
    bool cut = tasks.len > 60;

    out->task = rest;
    out->tasks = count_tasks(rest);
    snprintf(out->id, sizeof out->id, "%.*s_[%.*s%s]", (int)array.len, array.text,
             cut ? 60 : (int)tasks.len, tasks.text, cut ? "..." : "");
    snprintf(out->identity, sizeof out->identity, "%.*s_[%.*s", (int)array.len, array.text,
             last.len < 12 ? (int)last.len : 12, last.text);
}

bool job_id_make(struct job_id *out, struct span job, struct span array, struct span task,
                 struct span rest)
{
    bool in_array = all_digits(array) && !(array.len == 1 && array.text[0] == '0');

    *out = (struct job_id){.task = {"", 0}, .tasks = 1};
    if (in_array)
        snprintf(out->array, sizeof out->array, "%.*s", (int)array.len, array.text);
    if (in_array && all_digits(task)) {
        out->task = task;
        snprintf(out->id, sizeof out->id, "%s_%.*s", out->array, (int)task.len, task.text);
    } else if (in_array && rest.len > 0) {
        make_rest(out, array, rest);
        return true;
    } else if (all_digits(job)) {
        snprintf(out->id, sizeof out->id, "%.*s", (int)job.len, job.text);
    } else {
        return false;
    }
    snprintf(out->identity, sizeof out->identity, "%s", out->id);
    return true;
}

bool job_id_read(struct job_id *out, struct span text)
{
    const struct span none = {"", 0};
    struct span base = before(text, '_');

    if (base.len == text.len) {
        struct span lead = before(text, '+'); /* 14+1: a part of a heterogeneous job */
        if (lead.len == text.len || !all_digits(lead) || text.len >= sizeof out->identity)
            return job_id_make(out, text, none, none, none);
        *out = (struct job_id){.task = none, .tasks = 1};
        snprintf(out->id, sizeof out->id, "%.*s", (int)text.len, text.text);
        snprintf(out->identity, sizeof out->identity, "%s", out->id);
        return true;
    }
    struct span task = {text.text + base.len + 1, text.len - base.len - 1};
    if (task.len < 2 || task.text[0] != '[')
        return all_digits(task) && job_id_make(out, base, base, task, none);
    struct span rest = {task.text + 1, task.len - 2};
    if (rest.len == 0 || task.text[task.len - 1] != ']')
        return false;
    return job_id_make(out, base, base, none, rest);
}

void job_id_number(struct job_id *id, struct span number)
{
    if (id->array[0] != '\0' && all_digits(id->task) && all_digits(number))
        snprintf(id->number, sizeof id->number, "%.*s", (int)number.len, number.text);
}

void put_job_id(struct delta *d, const struct job_id *id)
{
    delta_row(d, ENTITY_JOB, id->identity, strlen(id->identity));
    delta_str(d, FIELD_job_id, id->id);
    delta_str(d, FIELD_job_array_job, id->array);
    delta_strn(d, FIELD_job_array_task, id->task.text, id->task.len);
    if (id->number[0] != '\0')
        delta_str(d, FIELD_job_raw_id, id->number);
    delta_num(d, FIELD_job_tasks, id->tasks > 0 ? id->tasks : NAN);
}

/* --- times and ends --------------------------------------------------------------------------- */

void put_job_times(struct delta *d, enum job_state state, const struct job_times *t)
{
    bool waiting = job_is_waiting(state);
    bool over = job_has_ended(state) || state == job_state_COMPLETING;

    delta_time(d, FIELD_job_submitted_at, t->submit);
    delta_time(d, FIELD_job_eligible_at, t->eligible);
    delta_time(d, FIELD_job_started_at, waiting ? 0 : t->start);
    delta_time(d, FIELD_job_expected_start_at, waiting ? t->start : 0);
    delta_time(d, FIELD_job_ended_at, over ? t->end : 0); /* before that it is the deadline */
    delta_time(d, FIELD_job_preempted_at, t->preempt);
}

void put_job_exit(struct delta *d, enum job_state state, bool known, double code, double signal)
{
    known = known && job_has_ended(state);
    delta_num(d, FIELD_job_exit_code, known ? code : NAN);
    delta_num(d, FIELD_job_exit_signal, known && signal > 0 ? signal : NAN);
}

/* --- devices ---------------------------------------------------------------------------------- */

static double gpus_in(const char *gres)
{
    struct gres_sum sum = quantity_gres(gres);

    return sum.devices > 0 ? sum.devices : sum.slices;
}

double devices_requested(const struct job_devices *j)
{
    double n = gpus_in(j->per_job);

    if (n == 0 && quantity_tres(j->requested, "gres/gpu", &n) && n > 0)
        return n;
    if (n == 0)
        n = gpus_in(j->per_node) * (j->nodes > 1 ? j->nodes : 1);
    if (n == 0)
        n = gpus_in(j->per_task) * (j->tasks > 1 ? j->tasks : 1);
    return n;
}

/* --- reasons ---------------------------------------------------------------------------------- */

static bool is_code(struct span v)
{
    for (size_t i = 0; i < v.len; i++) {
        char c = v.text[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
            return false;
    }
    return v.len > 0;
}

static bool begins(struct span v, const char *word)
{
    size_t n = strlen(word);

    return v.len >= n && memcmp(v.text, word, n) == 0;
}

/* The code in a description: what stands before its first comma, where that looks like one. */
static struct span code_of(struct span description)
{
    struct span head = before(description, ',');

    if (begins(description, "Nodes required") || begins(description, "Nodes_required"))
        return (struct span){"Resources", 9};
    return is_code(head) ? head : description;
}

/* Some releases write the blanks of a description as underscores. */
static void put_description(struct delta *d, struct span v, struct buf *scratch)
{
    bool blanks = v.len > 0 && memchr(v.text, ' ', v.len) != NULL;

    buf_reset(scratch);
    buf_add(scratch, v.text, v.len);
    for (size_t i = 0; !blanks && i < scratch->len; i++)
        if (scratch->data[i] == '_')
            scratch->data[i] = ' ';
    delta_strn(d, FIELD_job_reason_text, scratch->data, scratch->len);
}

void put_job_reason(struct delta *d, struct span code, struct span description, struct buf *scratch)
{
    if (description.len == 0 && code.len > 0 && !is_code(code)) {
        description = code;
        code = code_of(code);
    }
    if (span_is_unset(code))
        delta_absent(d, FIELD_job_reason);
    else
        delta_strn(d, FIELD_job_reason, code.text, code.len);
    put_description(d, description, scratch);
}
