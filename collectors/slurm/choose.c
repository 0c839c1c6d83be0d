/* SPDX-License-Identifier: MIT
 * choose.c - which way to ask for a part, and the sentence that tells the operator why.
 *
 * Only the job list is dear: as JSON 3 to 11 KB a record, built whole in the server before its first
 * byte. The controller's own count of jobs (a small question) predicts its size; beyond rest_limit squeue
 * is asked instead where commands can be run. */
#include "codec/quantity.h"
#include "base/sentence.h"
#include "collectors/slurm/slurm.h"
#include <stdio.h>
#include <string.h>

/* Measured on 22.05 and 26.05; a cluster's own figure replaces it after the first list. */
static double usual_bytes(int api)
{
    return api >= 40 ? 11000 : api == 39 ? 5000 : 3300;
}

double slurm_predicted_bytes(const struct slurm *s)
{
    const struct job_volume *v = &s->volume;
    double each = v->measured ? v->bytes_per_record : usual_bytes(s->api);
    double records = v->counted > 0 ? v->counted : 0;

    if (v->records >= 0) {
        /* The controller counts each task of an array, the list folds what waits: so what the last
         * list had plus what came since is nearer than the count. */
        double more = v->counted >= 0 && v->counted_then >= 0 ? v->counted - v->counted_then : 0;
        records = v->records + (more > 0 ? more : 0);
    }
    return records * each;
}

bool slurm_uses_rest(const struct slurm *s)
{
    return s->has_rest && !s->rest_dead && s->opt.prefer != PREFER_TEXT;
}

bool slurm_ways_differ(const struct slurm *s)
{
    return s->rest_cluster[0] != '\0' && s->text_cluster[0] != '\0' &&
           strcmp(s->rest_cluster, s->text_cluster) != 0;
}

/* Near the limit the way must not change with every poll. */
static enum way choose_jobs(struct slurm *s)
{
    double bytes = slurm_predicted_bytes(s);
    double limit = s->jobs_way == WAY_TEXT ? s->opt.rest_limit * 0.7 : s->opt.rest_limit;

    bool squeue = s->has_text && s->opt.prefer != PREFER_REST && !slurm_ways_differ(s);

    s->too_big = bytes > limit && !squeue;
    return bytes > limit && !s->too_big ? WAY_TEXT : WAY_REST;
}

enum way slurm_choose(struct slurm *s, enum part p)
{
    if (!slurm_uses_rest(s) || p == PART_HELLO)
        return WAY_TEXT;
    if (p == PART_ACCOUNT)
        return slurm_accounts_way(s);
    if (p != PART_JOBS)
        return WAY_REST;
    s->jobs_way = choose_jobs(s);
    return s->jobs_way;
}

/* What a good list has taught. */
void slurm_measure_jobs(struct slurm *s, enum way w, const struct reply *reply)
{
    struct job_volume *v = &s->volume;

    v->records = (double)s->answer.rows;
    v->counted_then = v->counted;
    if (w == WAY_REST && s->answer.rows > 0) {
        v->bytes_per_record = (double)reply->bytes / (double)s->answer.rows;
        v->measured = true;
    }
}

/* ---- words ---- */

/* First word of the command without its folder: "ssh". */
static void over(const struct slurm *s, char *out, size_t size)
{
    const char *command = s->opt.command;
    size_t len = command != NULL ? strcspn(command, " \t") : 0;

    out[0] = '\0';
    while (len > 0 && memchr(command, '/', len) != NULL) {
        size_t skip = (size_t)((const char *)memchr(command, '/', len) - command) + 1;
        command += skip;
        len -= skip;
    }
    if (len > 0)
        snprintf(out, size, " over %.*s", len < 24 ? (int)len : 24, command);
}

static void describe_via(struct slurm *s)
{
    char how[40], rest[64];

    over(s, how, sizeof how);
    if (!slurm_uses_rest(s)) {
        if (how[0] != '\0')
            snprintf(s->via, sizeof s->via, S_("Slurm commands over %s"), how + strlen(" over "));
        else
            snprintf(s->via, sizeof s->via, "%s", S_("Slurm commands"));
        return;
    }
    snprintf(rest, sizeof rest, "slurmrestd v0.0.%d%s", s->api,
             s->rest_via == VIA_PIPE ? how
             : s->opt.socket != NULL ? " (socket)"
                                     : "");
    if (s->jobs_way == WAY_TEXT)
        snprintf(s->via, sizeof s->via, "%s, squeue%s", rest, s->rest_via == VIA_PIPE ? "" : how);
    else
        snprintf(s->via, sizeof s->via, "%s", rest);
}

/* "21 901", "72 MB" */
static void figures(const struct slurm *s, char *jobs, char *size)
{
    char number[64];
    const struct job_volume *v = &s->volume;
    double bytes = slurm_predicted_bytes(s);

    quantity_group(v->counted >= 0 ? v->counted : v->records >= 0 ? v->records : 0, 0, number);
    snprintf(jobs, 80, "%s", number);
    bool small = bytes < 1e6;
    quantity_group(bytes / (small ? 1e3 : 1e6), !small && bytes < 10e6 ? 1 : 0, number);
    snprintf(size, 80, "%s %s", number, small ? "kB" : "MB");
}

static void describe_note(struct slurm *s)
{
    char jobs[80], size[80];

    figures(s, jobs, size);
    if (s->rest_dead)
        snprintf(s->note, sizeof s->note, "text: %s", s->dead_why);
    else if (!s->has_rest)
        snprintf(s->note, sizeof s->note, "text: " S_("no url, socket or command is configured"));
    else if (s->opt.prefer == PREFER_TEXT)
        snprintf(s->note, sizeof s->note, "text: " S_("as configured"));
    else if (slurm_ways_differ(s))
        snprintf(s->note, sizeof s->note,
                 S_(S_("REST only: the commands reach cluster %s, slurmrestd is %s's")),
                 s->text_cluster, s->rest_cluster);
    else if (s->jobs_way == WAY_TEXT)
        snprintf(s->note, sizeof s->note, S_("text: %s jobs would be %s of JSON"), jobs, size);
    else if (s->too_big)
        snprintf(s->note, sizeof s->note,
                 S_("REST: %s jobs are %s of JSON, so asked every %lld s") "%s", jobs, size,
                 (long long)(slurm_interval_ms(s, PART_JOBS) / 1000),
                 s->has_text ? "" : "; " S_("command: or bin_dir: would let squeue do it"));
    else
        snprintf(s->note, sizeof s->note, S_("REST: %s jobs are %s of JSON"), jobs, size);
}

static void describe_accounts(struct slurm *s)
{
    size_t used = strlen(s->note), left = sizeof s->note - used;

    if (s->accounts.trouble[0] != '\0')
        snprintf(s->note + used, left, "; " S_("accounting") ": %s", s->accounts.trouble);
    else if (s->accounting == ACCOUNTING_ABSENT)
        snprintf(s->note + used, left, "; " S_("no accounting (slurmdbd)"));
}

/* Tells of the next list, so that the words follow the newest figures. */
void slurm_describe(struct slurm *s)
{
    if (slurm_uses_rest(s))
        s->jobs_way = choose_jobs(s);
    describe_via(s);
    describe_note(s);
    describe_accounts(s);
}
