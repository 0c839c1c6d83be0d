/* SPDX-License-Identifier: MIT
 * rest_jobs.c - an element of /jobs and of /jobs/state, v0.0.38 to v0.0.45, as a JOB row. */
#include "base/hash.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "codec/quantity.h"
#include "collectors/slurm/readers.h"
#include "collectors/slurm/rows.h"
#include "collectors/slurm/slurm.h"
#include "collectors/slurm/states.h"
#include "collectors/slurm/value.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STAMP_NEAR = 128 }; /* bytes */

typedef const struct json *const members[JOB_MEMBERS];

static struct span str(const struct json *v)
{
    const char *text = json_str(v);

    return (struct span){text, strlen(text)};
}

/* A non-negative number as digits, "" if it is not set. By hand: printf's way with doubles was a tenth of reading a
 * job. */
static struct span digits(const struct json *v, char out[24])
{
    char *end = out + 23, *p = end;
    double n;

    *end = '\0';
    if (!slurm_number_json(v, &n) || !(n >= 0 && n < 1e15))
        return (struct span){end, 0};
    uint64_t left = (uint64_t)(n + 0.5);
    do
        *--p = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    return (struct span){p, (size_t)(end - p)};
}

static bool start_row(struct delta *d, members v)
{
    struct job_id id;
    char job[24], array[24], task[24];

    if (!job_id_make(&id, digits(v[JOB_job_id], job), digits(v[JOB_array_job_id], array),
                     digits(v[JOB_array_task_id], task), str(v[JOB_array_task_string])))
        return false;
    job_id_number(&id, digits(v[JOB_job_id], job));
    put_job_id(d, &id);
    return true;
}

static void add_words(struct job_words *w, const struct json *v)
{
    if (json_type(v) == JSON_STRING)
        job_words_add(w, json_str(v), strlen(json_str(v)));
    else if (json_type(v) == JSON_ARRAY)
        for (const struct json *item = json_first(v); item != NULL; item = json_next(item))
            job_words_add(w, json_str(item), strlen(json_str(item)));
}

/* Held: by its reason, by its own word, or because a priority of 0 is what holding does. */
static bool is_held(members v)
{
    double priority;
    bool hold = false;

    return strncmp(json_str(v[JOB_state_reason]), "JobHeld", 7) == 0 ||
           (json_bool(v[JOB_hold], &hold) && hold) ||
           (slurm_number_json(v[JOB_priority], &priority) && priority == 0);
}

static enum job_state put_state(struct slurm *s, struct delta *d, members v)
{
    struct job_words w = {job_state_UNKNOWN, 0};

    add_words(&w, v[JOB_job_state]);
    if (w.state == job_state_QUEUED && is_held(v))
        w.state = job_state_HELD;
    delta_int(d, FIELD_job_state, w.state);
    put_json_list(d, FIELD_job_raw_state, v[JOB_job_state], '+', &s->words);
    return w.state;
}

static void put_owner(struct delta *d, members v)
{
    char uid[24];

    put_json_str(d, FIELD_job_name, v[JOB_name]);
    if (json_str(v[JOB_user_name])[0] != '\0')
        put_json_str(d, FIELD_job_user, v[JOB_user_name]);
    else
        delta_str(d, FIELD_job_user, digits(v[JOB_user_id], uid).text);
    put_json_str(d, FIELD_job_account, v[JOB_account]);
    put_json_str(d, FIELD_job_pool, v[JOB_partition]);
    put_json_str(d, FIELD_job_qos, v[JOB_qos]);
}

static double number(const struct json *v, double fallback)
{
    double n;

    return slurm_number_json(v, &n) && n >= 0 ? n : fallback;
}

/* With details Slurm lists the devices of each node; without, an accounting cluster counts them; where
 * neither is told, what was asked for was given. Every element of the list is one node. */
static double devices_given(members v, double requested)
{
    const struct json *detail = v[JOB_gres_detail];
    double n = 0;

    for (const struct json *node = json_first(detail); node != NULL; node = json_next(node)) {
        struct gres_sum sum = quantity_gres(json_str(node));
        n += sum.devices > 0 ? sum.devices : sum.slices;
    }
    if (n > 0 || quantity_tres(json_str(v[JOB_tres_alloc_str]), "gres/gpu", &n))
        return n;
    return json_type(detail) == JSON_ARRAY ? 0 : requested;
}

static void put_devices(struct delta *d, members v, enum job_state state)
{
    struct job_devices j = {json_str(v[JOB_tres_per_node]), json_str(v[JOB_tres_per_job]),
                            json_str(v[JOB_tres_per_task]), json_str(v[JOB_tres_req_str]),
                            number(v[JOB_node_count], 1),   number(v[JOB_tasks], 1)};
    double requested = devices_requested(&j);

    delta_num(d, FIELD_job_devices_requested, requested);
    delta_num(d, FIELD_job_devices_allocated,
              job_holds_devices(state) ? devices_given(v, requested) : NAN);
}

static void put_size(struct delta *d, members v)
{
    const double mib = 1024.0 * 1024.0;
    double memory = NAN, n;

    if (quantity_tres(json_str(v[JOB_tres_req_str]), "mem", &n) && n > 0)
        memory = n;
    else if (slurm_number_json(v[JOB_memory_per_node], &n) && n > 0)
        memory = n * mib * number(v[JOB_node_count], 1);
    else if (slurm_number_json(v[JOB_memory_per_cpu], &n) && n > 0)
        memory = n * mib * number(v[JOB_cpus], 1);
    put_json_num(d, FIELD_job_cpus, v[JOB_cpus], 1);
    delta_num(d, FIELD_job_memory_bytes, memory);
    put_json_num(d, FIELD_job_node_count, v[JOB_node_count], 1);
    put_json_str(d, FIELD_job_nodes, v[JOB_nodes]);
}

static wall_ms seconds(const struct json *v)
{
    double n;

    return slurm_number_json(v, &n) && n > 0 && n < 253402300800.0 ? (wall_ms)n * 1000 : 0;
}

static void put_times(struct delta *d, members v, enum job_state state)
{
    struct job_times t = {seconds(v[JOB_submit_time]), seconds(v[JOB_eligible_time]),
                          seconds(v[JOB_start_time]), seconds(v[JOB_end_time]),
                          seconds(v[JOB_preempt_time])};

    put_job_times(d, state, &t);
    if (json_type(v[JOB_time_limit]) == JSON_NULL) /* how v0.0.38 writes "unlimited" */
        delta_num(d, FIELD_job_time_limit_seconds, -1);
    else
        put_json_minutes(d, FIELD_job_time_limit_seconds, v[JOB_time_limit]);
}

/* A wait status up to v0.0.39, {return_code, signal{id}} from v0.0.40 on (there first "signal_id"). */
static void put_exit(struct delta *d, const struct json *v, enum job_state state)
{
    double status, code = NAN, signal = NAN;
    const struct json *sig = json_member(v, "signal");
    const struct json *id = json_member(sig, "id");

    if (slurm_number_json(v, &status) && status >= 0 && status < 65536) {
        put_job_exit(d, state, true, (unsigned)status >> 8 & 0xff, (unsigned)status & 0x7f);
        return;
    }
    if (!slurm_number_json(json_member(v, "return_code"), &code))
        code = NAN;
    if (!slurm_number_json(id != NULL ? id : json_member(sig, "signal_id"), &signal))
        signal = NAN;
    put_job_exit(d, state, json_type(v) == JSON_OBJECT, code, signal);
}

static void put_rest(struct delta *d, members v)
{
    bool requeue;

    put_json_num(d, FIELD_job_priority, v[JOB_priority], 1);
    put_json_num(d, FIELD_job_restarts, v[JOB_restart_cnt], 1);
    if (json_bool(v[JOB_requeue], &requeue))
        delta_int(d, FIELD_job_requeueable, requeue);
    else
        delta_absent(d, FIELD_job_requeueable);
    put_json_str(d, FIELD_job_dependency, v[JOB_dependency]);
    put_json_str(d, FIELD_job_reservation, v[JOB_resv_name]);
    put_json_str(d, FIELD_job_licenses, v[JOB_licenses]);
    put_json_str(d, FIELD_job_features, v[JOB_features]);
    put_json_str(d, FIELD_job_required_nodes, v[JOB_required_nodes]);
    put_json_str(d, FIELD_job_failed_node, v[JOB_failed_node]);
}

/* Behind the key of the scheduler's stamp, NULL without one. What follows it is much alike in all elements of a list, so
 * it is first looked for as far from the end as in the one before. */
static const char *find_stamp(struct slurm *s, const char *text, size_t len)
{
    static const char key[] = "\"last_sched_evaluation\":";
    size_t n = sizeof key - 1, back = s->stamp_back + STAMP_NEAR;
    const char *from = back < len ? text + len - back : text, *end = text + len;
    size_t near = 2 * STAMP_NEAR + n;
    const char *at =
        memmem(from, (size_t)(end - from) < near ? (size_t)(end - from) : near, key, n);

    if (at == NULL)
        at = memmem(text, len, key, n);
    if (at == NULL)
        return NULL;
    s->stamp_back = (size_t)(end - at);
    return at + n;
}

/* The scheduler stamps each job that it looks at: the stamp is left out, or a long queue would look
 * changed in every poll. Without that member (or with an odd one) all bytes count. */
static uint64_t hash_job(struct slurm *s, const char *text, size_t len)
{
    const char *value = find_stamp(s, text, len);

    if (value == NULL)
        return hash_bytes(0, text, len);
    const char *p = value, *end = text + len;
    while (p < end && (*p == ' ' || *p == '\n'))
        p++;
    bool nested = p < end && *p == '{';
    while (p < end && *p != '}' && (nested || *p != ','))
        p++;
    return hash_bytes(hash_bytes(0, text, (size_t)(value - text)), p, (size_t)(end - p));
}

/* All that v0.0.38 tells of its cluster. */
static void learn_cluster(struct slurm *s, const struct json *v)
{
    if (s->rest_cluster[0] == '\0')
        snprintf(s->rest_cluster, sizeof s->rest_cluster, "%s", json_str(v));
    if (s->cluster[0] == '\0')
        snprintf(s->cluster, sizeof s->cluster, "%s", json_str(v));
}

enum rc slurm_rest_job(struct slurm *s, const char *text, size_t len, struct delta *d,
                       struct err *e)
{
    const struct json *v[JOB_MEMBERS];
    uint64_t hash = hash_job(s, text, len);

    if (slurm_keep_if_seen(s, &s->jobs_seen, d, ENTITY_JOB, hash))
        return RC_OK;
    enum rc rc = json_read(s->readers.job, text, len, v, e);
    if (rc != RC_OK)
        return rc;
    if (!start_row(d, v))
        return err_set(e, RC_SCHEMA, "jobs", S_("a job without an id"));
    enum job_state state = put_state(s, d, v);
    put_job_reason(d, str(v[JOB_state_reason]), str(v[JOB_state_description]), &s->words);
    put_owner(d, v);
    put_devices(d, v, state);
    put_size(d, v);
    put_times(d, v, state);
    put_exit(d, v[JOB_exit_code], state);
    put_rest(d, v);
    learn_cluster(s, v[JOB_cluster]);
    seen_add(&s->jobs_seen, hash, delta_last_key(d));
    return RC_OK;
}

/* /jobs/state expands arrays into their tasks. Only rows that the last list had are touched: a task of
 * a folded array has none, and what is new the next list brings with all that belongs to it. */
enum rc slurm_rest_job_state(struct slurm *s, const char *text, size_t len, struct delta *d,
                             struct err *e)
{
    struct job_words w = {job_state_UNKNOWN, 0};
    struct job_id id;
    const struct json *root;
    enum rc rc = json_read(s->readers.any, text, len, NULL, e);

    if (rc != RC_OK)
        return rc;
    root = json_root(s->readers.any);
    char number[24];
    const struct json *job = json_member(root, "job_id");
    struct span word = json_type(job) == JSON_STRING ? str(job) : digits(job, number);
    if (!job_id_read(&id, word))
        return err_set(e, RC_SCHEMA, "jobs/state", S_("a job without an id"));
    s->answer.rows++;
    uint64_t key = row_key(ENTITY_JOB, d->center, id.identity, strlen(id.identity));
    if (!seen_has_key(&s->jobs_seen, key))
        return RC_OK;
    add_words(&w, json_member(root, "state"));
    if (w.state == job_state_QUEUED)
        return RC_OK; /* held or not is more than this list tells */
    s->jobs_seen.stale = true;
    delta_row(d, ENTITY_JOB, id.identity, strlen(id.identity));
    delta_int(d, FIELD_job_state, w.state);
    put_json_list(d, FIELD_job_raw_state, json_member(root, "state"), '+', &s->words);
    return RC_OK;
}
