/* SPDX-License-Identifier: MIT
 * rest_member.c - what stands beside the list in an answer of slurmrestd: who answers (meta), what
 * went wrong (errors), what is only a warning, the state of the controller (statistics). */
#include "collectors/slurm/readers.h"
#include "collectors/slurm/slurm.h"
#include "collectors/slurm/value.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static enum rc read_meta(struct slurm *s, const char *text, size_t len, struct err *e)
{
    const struct json *v[2];
    enum rc rc = json_read(s->readers.meta, text, len, v, e);

    if (rc != RC_OK)
        return rc;
    const struct json *slurm = json_type(v[0]) == JSON_OBJECT ? v[0] : v[1];
    const char *release = json_str(json_member(slurm, "release"));
    const char *cluster = json_str(json_member(slurm, "cluster"));
    s->answer.meta = json_type(slurm) == JSON_OBJECT;
    if (*release != '\0')
        snprintf(s->release, sizeof s->release, "%s", release);
    if (*cluster != '\0') {
        snprintf(s->rest_cluster, sizeof s->rest_cluster, "%s", cluster);
        snprintf(s->cluster, sizeof s->cluster, "%s", cluster);
    }
    return RC_OK;
}

static double error_number(const struct json *entry)
{
    static const char *const keys[] = {"error_number", "errno", "error_code"};
    double n;

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (json_num(json_member(entry, keys[i]), &n))
            return n;
    return 0;
}

/* The first entry with a number counts: entries without one accompany success. */
static enum rc read_errors(struct slurm *s, const char *text, size_t len, struct err *e)
{
    enum rc rc = json_read(s->readers.any, text, len, NULL, e);

    if (rc != RC_OK)
        return rc;
    const struct json *root = json_root(s->readers.any);
    for (const struct json *v = json_first(root); v != NULL; v = json_next(v)) {
        const char *error = json_str(json_member(v, "error"));
        const char *description = json_str(json_member(v, "description"));
        double number = error_number(v);
        if (s->answer.has_error && (s->answer.error_number != 0 || number == 0))
            continue;
        s->answer.has_error = true;
        s->answer.error_number = number;
        snprintf(s->answer.error_text, sizeof s->answer.error_text, "%s%s%s", error,
                 *error != '\0' && *description != '\0' ? ": " : "", description);
    }
    return RC_OK;
}

/* From 23.11 on an unchanged job list is an empty one with this warning. */
static enum rc read_warnings(struct slurm *s, const char *text, size_t len, struct err *e)
{
    enum rc rc = json_read(s->readers.any, text, len, NULL, e);

    if (rc != RC_OK)
        return rc;
    const struct json *root = json_root(s->readers.any);
    for (const struct json *v = json_first(root); v != NULL; v = json_next(v)) {
        const char *words = json_str(json_member(v, "description"));
        if (strstr(words, "changes since") != NULL || strstr(words, "No job changes") != NULL)
            s->answer.unchanged = true;
    }
    return RC_OK;
}

static enum rc read_last_update(struct slurm *s, const char *text, size_t len, struct err *e)
{
    double n;
    enum rc rc = json_read(s->readers.any, text, len, NULL, e);

    if (rc == RC_OK && slurm_number_json(json_root(s->readers.any), &n) && n > 0)
        s->answer.last_update = n;
    return rc;
}

/* ---- statistics ---- */

static double figure(const struct json *v)
{
    double n;

    return slurm_number_json(v, &n) && n >= 0 ? n : NAN;
}

static const struct json *row_where(const struct json *table, const char *key, const char *value)
{
    for (const struct json *row = json_first(table); row != NULL; row = json_next(row))
        if (strcmp(json_str(json_member(row, key)), value) == 0)
            return row;
    return NULL;
}

/* What the requests of our user take on average; where we do not know who we are there, what a list
 * of jobs takes, because that is the dearest that we ask for. */
static double cost(const struct slurm *s, const struct json *const *v)
{
    const struct json *row = NULL;

    if (s->opt.user != NULL)
        row = row_where(v[DIAG_rpcs_by_user], "user", s->opt.user);
    if (row == NULL)
        row = row_where(v[DIAG_rpcs_by_message_type], "message_type", "REQUEST_JOB_INFO");
    return figure(json_member(row, "average_time"));
}

static enum rc read_statistics(struct slurm *s, const char *text, size_t len, struct delta *d,
                               struct err *e)
{
    const struct json *v[DIAG_MEMBERS];
    enum rc rc = json_read(s->readers.diag, text, len, v, e);

    if (rc != RC_OK)
        return rc;
    double jobs = figure(v[DIAG_jobs_pending]) + figure(v[DIAG_jobs_running]);
    if (isfinite(jobs))
        s->volume.counted = jobs;
    s->volume.running = figure(v[DIAG_jobs_running]);
    s->volume.ended_a_second = (figure(v[DIAG_jobs_completed]) + figure(v[DIAG_jobs_failed]) +
                                figure(v[DIAG_jobs_canceled])) /
                               fmax(600, figure(v[DIAG_req_time]) - figure(v[DIAG_req_time_start]));
    if (figure(v[DIAG_req_time]) > 0)
        s->controller_time = figure(v[DIAG_req_time]);
    s->answer.rows++;
    struct controller_figures f = {figure(v[DIAG_server_thread_count]),
                                   figure(v[DIAG_agent_queue_size]),
                                   figure(v[DIAG_schedule_cycle_last]), cost(s, v)};
    slurm_put_controller(s, d, &f);
    return RC_OK;
}

enum rc slurm_rest_member(struct slurm *s, const char *key, const char *text, size_t len,
                          struct delta *d, struct err *e)
{
    if (strcmp(key, "meta") == 0)
        return read_meta(s, text, len, e);
    if (strcmp(key, "errors") == 0)
        return read_errors(s, text, len, e);
    if (strcmp(key, "warnings") == 0)
        return read_warnings(s, text, len, e);
    if (strcmp(key, "last_update") == 0)
        return read_last_update(s, text, len, e);
    if (strcmp(key, "statistics") == 0)
        return read_statistics(s, text, len, d, e);
    return RC_OK;
}
