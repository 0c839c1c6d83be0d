/* SPDX-License-Identifier: MIT
 * account_rest.c - an element of /slurmdb/jobs, v0.0.38 to v0.0.45, as an ATTEMPT row. */
#include "base/hash.h"
#include "base/sentence.h"
#include "collectors/slurm/readers.h"
#include "collectors/slurm/rows.h"
#include "collectors/slurm/slurm.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef const struct json *const members[ACCOUNT_MEMBERS];

static struct span str(const struct json *v)
{
    const char *text = json_str(v);

    return (struct span){text, strlen(text)};
}

static struct span digits(const struct json *v, char out[24])
{
    double n;

    out[0] = '\0';
    if (slurm_number_json(v, &n) && n >= 0 && n < 1e15)
        snprintf(out, 24, "%.0f", n);
    return (struct span){out, strlen(out)};
}

/* Under the name that the job has in the list of jobs: squeue calls a part of a heterogeneous one 14+1. */
static bool read_id(const struct slurm *s, members v, struct job_id *id)
{
    const struct json *array = v[ACCOUNT_array];
    char job[24], base[24], task[24], part[64];
    struct span lead = digits(json_member(v[ACCOUNT_het], "job_id"), base);

    if (s->jobs_way == WAY_TEXT && lead.len > 0 && !span_is(lead, "0")) {
        struct span offset = digits(json_member(v[ACCOUNT_het], "job_offset"), task);
        int len = snprintf(part, sizeof part, "%s+%s", base, offset.len > 0 ? task : "0");
        return job_id_read(id, (struct span){part, (size_t)len});
    }
    return job_id_make(id, digits(v[ACCOUNT_job_id], job),
                       digits(json_member(array, "job_id"), base),
                       digits(json_member(array, "task_id"), task), (struct span){"", 0});
}

static wall_ms seconds(const struct json *v)
{
    double n;

    return slurm_number_json(v, &n) && n > 0 && n < 253402300800.0 ? (wall_ms)n * 1000 : 0;
}

static double number(const struct json *v)
{
    double n;

    return slurm_number_json(v, &n) && n >= 0 ? n : NAN;
}

/* "NODE_FAIL" or ["NODE_FAIL"]; a requeued run is ["PENDING","REQUEUED"]. */
static struct span state_of(struct slurm *s, const struct json *state)
{
    buf_reset(&s->words);
    join_json(&s->words, json_member(state, "current"), '+');
    return (struct span){s->words.data, s->words.len};
}

/* The sum without a model, or that of all models. */
static double gpus(struct slurm *s, const struct json *list)
{
    double all = NAN, models = NAN;

    for (const struct json *v = json_first(list); v != NULL; v = json_next(v)) {
        const char *name = json_str(json_member(v, "name"));
        double n = number(json_member(v, "count"));
        if (strcmp(json_str(json_member(v, "type")), "gres") != 0 || !isfinite(n))
            continue;
        if (strcmp(name, "gpu") == 0)
            all = n;
        else if (strncmp(name, "gpu:", 4) == 0)
            models = isfinite(models) ? models + n : n;
    }
    if (!isfinite(all))
        all = models;
    s->accounts.counts_devices |= isfinite(all);
    return isfinite(all) || !s->accounts.counts_devices ? all : 0;
}

static double cpus(const struct json *list)
{
    for (const struct json *v = json_first(list); v != NULL; v = json_next(v))
        if (strcmp(json_str(json_member(v, "type")), "cpu") == 0)
            return number(json_member(v, "count"));
    return NAN;
}

static void read_record(struct slurm *s, members v, struct attempt_record *a)
{
    const struct json *time = v[ACCOUNT_time];
    const struct json *tres = json_member(v[ACCOUNT_tres], "allocated");

    a->state = state_of(s, v[ACCOUNT_state]);
    a->name = str(v[ACCOUNT_name]);
    a->user = str(v[ACCOUNT_user]);
    a->account = str(v[ACCOUNT_account]);
    a->pool = str(v[ACCOUNT_partition]);
    a->nodes = str(v[ACCOUNT_nodes]);
    a->failed_node = str(v[ACCOUNT_failed_node]);
    a->ended_by = str(v[ACCOUNT_kill_request_user]);
    a->submit = seconds(json_member(time, "submission"));
    a->eligible = seconds(json_member(time, "eligible"));
    a->start = seconds(json_member(time, "start"));
    a->end = seconds(json_member(time, "end"));
    a->node_count = number(v[ACCOUNT_allocation_nodes]);
    a->cpus = cpus(tres);
    a->devices = gpus(s, tres);
    a->restarts = number(v[ACCOUNT_restart_cnt]);
}

/* One slurmdbd can keep the accounts of many clusters. */
static bool is_ours(const struct slurm *s, const struct json *cluster)
{
    const char *name = json_str(cluster);

    return *name == '\0' || s->rest_cluster[0] == '\0' || strcmp(name, s->rest_cluster) == 0;
}

enum rc slurm_rest_account(struct slurm *s, const char *text, size_t len, struct delta *d,
                           struct err *e)
{
    const struct json *v[ACCOUNT_MEMBERS];
    struct attempt_record a;
    struct seen *seen = &s->accounts.seen;
    uint64_t hash = hash_bytes(0, text, len), key;

    s->answer.rows++;
    bool known = seen_before(seen, hash, &key);
    if (!s->accounts.past)
        seen_add(seen, hash, 0);
    if (known)
        return RC_OK;
    enum rc rc = json_read(s->readers.account, text, len, v, e);
    if (rc != RC_OK)
        return rc;
    if (!read_id(s, v, &a.job))
        return err_set(e, RC_SCHEMA, "slurmdb/jobs", S_("a record without a job id"));
    if (!is_ours(s, v[ACCOUNT_cluster]))
        return RC_OK;
    read_record(s, v, &a);
    put_attempt(d, &a);
    return RC_OK;
}
