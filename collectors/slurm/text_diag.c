/* SPDX-License-Identifier: MIT
 * text_diag.c - what sdiag and `scontrol show config` print: the controller's figures, its name. */
#include "collectors/slurm/slurm.h"
#include "collectors/slurm/value.h"
#include <math.h>
#include <string.h>

static struct span trim(struct span v)
{
    while (v.len > 0 && strchr(" \t", v.text[0]) != NULL) {
        v.text++;
        v.len--;
    }
    while (v.len > 0 && strchr(" \t\r", v.text[v.len - 1]) != NULL)
        v.len--;
    return v;
}

/* "Key <mark> value". */
static bool cut_pair(struct span line, char mark, struct span *key, struct span *value)
{
    const char *at = line.len > 0 ? memchr(line.text, mark, line.len) : NULL;

    if (at == NULL)
        return false;
    *key = trim((struct span){line.text, (size_t)(at - line.text)});
    *value = trim((struct span){at + 1, (size_t)(line.text + line.len - at - 1)});
    return true;
}

/* ---- scontrol show config ---- */

static void learn(char *out, size_t size, struct span v)
{
    if (v.len > 0 && v.len < size)
        span_copy(v, out, size);
}

static bool has_text(struct span v, const char *word)
{
    return v.len > 0 && memmem(v.text, v.len, word, strlen(word)) != NULL;
}

enum rc slurm_text_config(struct slurm *s, const char *text, size_t len, struct delta *d,
                          struct err *e)
{
    struct span key, value;

    (void)d;
    (void)e;
    if (!cut_pair((struct span){text, len}, '=', &key, &value))
        return RC_OK;
    s->answer.rows++;
    if (span_is(key, "ClusterName")) {
        learn(s->text_cluster, sizeof s->text_cluster, value);
        if (s->rest_cluster[0] == '\0')
            learn(s->cluster, sizeof s->cluster, value);
    }
    /* "GresTypes = gpu,nic" and "AccountingStorageTRES = cpu,...,gres/gpu"; the latter comes first. */
    if (span_is(key, "AccountingStorageTRES"))
        s->gpus_counted = has_text(value, "gres/gpu");
    if (span_is(key, "GresTypes") && !has_text(value, "gpu"))
        s->gpus_counted = true;
    if (span_is(key, "SLURM_VERSION"))
        learn(s->release, sizeof s->release, value);
    return RC_OK;
}

/* ---- sdiag ---- */

enum section {
    SECTION_TOP,
    SECTION_MAIN,
    SECTION_BACKFILL,
    SECTION_TYPES,
    SECTION_USERS,
    SECTION_REST
};

static bool begins(struct span v, const char *word)
{
    size_t n = strlen(word);

    return v.len >= n && memcmp(v.text, word, n) == 0;
}

/* True when the line is the heading of a table. */
static bool turn_section(struct slurm *s, struct span line)
{
    static const struct {
        const char *begins;
        enum section section;
    } headings[] = {
        {"Main schedule statistics", SECTION_MAIN},
        {"Backfilling stats", SECTION_BACKFILL},
        {"Remote Procedure Call statistics by message type", SECTION_TYPES},
        {"Remote Procedure Call statistics by user", SECTION_USERS},
        {"Pending RPC statistics", SECTION_REST},
    };

    for (size_t i = 0; i < sizeof headings / sizeof headings[0]; i++)
        if (begins(line, headings[i].begins)) {
            s->answer.section = (int)headings[i].section;
            return true;
        }
    return false;
}

/* "REQUEST_JOB_INFO ( 2003) count:3 ave_time:278 total_time:836" */
static double average_of(struct span line)
{
    static const char mark[] = "ave_time:";
    const char *at = memmem(line.text, line.len, mark, sizeof mark - 1);
    double n;

    if (at == NULL)
        return NAN;
    const char *from = at + sizeof mark - 1, *end = line.text + line.len;
    size_t len = 0;
    while (from + len < end && from[len] >= '0' && from[len] <= '9')
        len++;
    return slurm_number_text((struct span){from, len}, &n) ? n : NAN;
}

static void read_figure(struct slurm *s, struct span key, struct span value)
{
    double n;

    if (!slurm_number_text(value, &n) || n < 0)
        return;
    s->answer.rows++;
    if (span_is(key, "Server thread count"))
        s->sdiag.figures.threads = n;
    else if (span_is(key, "Agent queue size"))
        s->sdiag.figures.queue = n;
    else if (span_is(key, "Jobs pending"))
        s->sdiag.pending = n;
    else if (span_is(key, "Jobs running"))
        s->sdiag.running = n;
    else if (s->answer.section == SECTION_MAIN && span_is(key, "Last cycle"))
        s->sdiag.figures.cycle_us = n;
}

static void start(struct slurm *s)
{
    s->sdiag = (struct sdiag){{NAN, NAN, NAN, NAN}, NAN, NAN};
    s->answer.section = SECTION_TOP;
}

enum rc slurm_text_diag(struct slurm *s, const char *text, size_t len, struct delta *d,
                        struct err *e)
{
    struct span line = trim((struct span){text, len}), key, value;

    (void)d;
    (void)e;
    if (begins(line, "sdiag output at"))
        start(s);
    if (turn_section(s, line))
        return RC_OK;
    if (s->answer.section == SECTION_TYPES && begins(line, "REQUEST_JOB_INFO "))
        s->sdiag.figures.cost_us = average_of(line);
    else if (s->answer.section < SECTION_TYPES && cut_pair(line, ':', &key, &value))
        read_figure(s, key, value);
    return RC_OK;
}

void slurm_text_diag_end(struct slurm *s, struct delta *d)
{
    double jobs = s->sdiag.pending + s->sdiag.running;

    if (isfinite(jobs))
        s->volume.counted = jobs;
    slurm_put_controller(s, d, &s->sdiag.figures);
}
