/* SPDX-License-Identifier: MIT
 * prom_answer.c - the pieces of an answer: samples, and what stands beside them (errors, warnings, versions). */
#include "collectors/prometheus/labels.h"
#include "base/sentence.h"
#include "collectors/prometheus/prom.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- samples: {"metric":{...},"value":[time,"value"]} ---- */

/* "1.5", "NaN", "+Inf": all of it, else NAN. */
static double number_of(const struct json *v)
{
    char *end;
    double n;

    if (json_type(v) == JSON_STRING) {
        const char *s = json_str(v);
        n = strtod(s, &end);
        return *s != '\0' && *end == '\0' ? n : NAN;
    }
    return json_num(v, &n) ? n : NAN;
}

static void tell_aggregate(struct prom *p, const struct labels *l, double v)
{
    const char *name = label_of(l, "__name__"), *mark = label_of(l, "suantop");
    size_t prefix = strlen(p->opt.rules), table = 0;
    const struct aggregate_info *a = NULL;

    while (prom_aggregates[table].record != NULL)
        table++;
    if (strcmp(mark, "nodes") == 0)
        p->answer.nodes = v;
    else if (strcmp(mark, "devices") == 0)
        p->answer.devices = v;
    else if (strcmp(mark, "age") == 0)
        p->answer.rule_age_s = v;
    else if (mark[0] == 'a' && mark[1] >= '0' && mark[1] <= '9' &&
             (size_t)strtoul(mark + 1, NULL, 10) < table)
        a = &prom_aggregates[strtoul(mark + 1, NULL, 10)];
    else if (strncmp(name, p->opt.rules, prefix) == 0)
        a = prom_aggregate(name + prefix, label_of(l, "state"), label_of(l, "precision"),
                           label_of(l, "provenance"));
    if (a != NULL)
        sums_tell(p->sums, a, label_of(l, "model"), v);
    else if (*mark == '\0')
        p->answer.foreign++;
}

static enum rc read_sample(struct prom *p, enum part part, const char *text, size_t len,
                           struct err *e)
{
    const struct json *values[2];
    enum rc rc = json_read(p->samples, text, len, values, e);

    if (rc != RC_OK)
        return rc;
    const struct json *time = json_first(values[1]), *value = json_next(time);
    if (json_type(values[0]) != JSON_OBJECT || json_type(values[1]) != JSON_ARRAY || value == NULL)
        return err_set(e, RC_SCHEMA, "sample", S_("has no labels or no value"));
    struct labels l = {.metric = values[0]};
    p->answer.samples++;
    if (part == PART_AGGREGATES)
        tell_aggregate(p, &l, number_of(value));
    else
        return prom_sample(p, &l, number_of(time), number_of(value), e);
    return RC_OK;
}

/* ---- beside them ---- */

static void note_warning(struct prom *p, const char *text)
{
    struct answer *a = &p->answer;

    if (a->warnings++ == 0)
        snprintf(a->warning, sizeof a->warning, "%s", text);
}

static void read_text(char *out, size_t size, const struct json *v)
{
    snprintf(out, size, "%s", json_str(v));
}

static void read_warnings(struct prom *p, const struct json *list)
{
    for (const struct json *v = json_first(list); v != NULL; v = json_next(v))
        note_warning(p, json_str(v));
}

static enum rc read_member(struct prom *p, const char *key, const char *text, size_t len,
                           struct err *e)
{
    struct answer *a = &p->answer;
    enum rc rc = json_read(p->any, text, len, NULL, e);
    const struct json *v = json_root(p->any);

    if (rc != RC_OK)
        return rc;
    if (strcmp(key, "status") == 0)
        a->ok = strcmp(json_str(v), "success") == 0;
    else if (strcmp(key, "error") == 0)
        read_text(a->error, sizeof a->error, v);
    else if (strcmp(key, "errorType") == 0)
        read_text(a->error_type, sizeof a->error_type, v);
    else if (strcmp(key, "isPartial") == 0)
        (void)json_bool(v, &a->partial);
    else if (strcmp(key, "warnings") == 0)
        read_warnings(p, v);
    else if (strcmp(key, "data.version") == 0)
        read_text(a->version, sizeof a->version, v);
    else if (strcmp(key, "data.application") == 0)
        read_text(a->application, sizeof a->application, v);
    else if (strcmp(key, "data.goVersion") == 0)
        read_text(a->go, sizeof a->go, v);
    else if (strcmp(key, "data.resultType") == 0 && strcmp(json_str(v), "vector") != 0)
        return err_set(e, RC_SCHEMA, "result", S_("is no vector"));
    return RC_OK;
}

static bool is_read(const char *key)
{
    static const char *const keys[] = {"status",           "error",          "errorType",
                                       "isPartial",        "warnings",       "data.version",
                                       "data.application", "data.goVersion", "data.resultType"};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}

static enum rc read_alert(struct prom *p, const char *text, size_t len, struct delta *d,
                          struct err *e)
{
    enum rc rc = json_read(p->any, text, len, NULL, e);

    return rc == RC_OK ? prom_alert(p, json_root(p->any), d, e) : rc;
}

enum rc prom_decode(void *state, const struct request *rq, const char *key, const char *text,
                    size_t len, struct delta *d, struct err *e)
{
    struct prom *p = state;

    if (strcmp(key, "data.alerts") == 0)
        return rq->what == PART_ALERTS ? read_alert(p, text, len, d, e) : RC_OK;
    if (strcmp(key, "data.result") == 0)
        return rq->what > PART_HELLO && rq->what < PART_ALERTS
                   ? read_sample(p, (enum part)rq->what, text, len, e)
                   : RC_OK;
    return is_read(key) ? read_member(p, key, text, len, e) : RC_OK;
}
