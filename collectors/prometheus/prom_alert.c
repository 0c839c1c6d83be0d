/* SPDX-License-Identifier: MIT
 * prom_alert.c - an alert of the server as an ALERT row.
 *
 * Its identity is "@source/name/hash of all labels": no rule of ours begins with '@', so it can never be taken for one of
 * ours, nor for one of another source. What the fleet does with it: model/alert_foreign.c. */
#include "collectors/prometheus/labels.h"
#include "collectors/prometheus/prom.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TEXT_MAX = 1024, NAME_MAX_SHOWN = 120 };

/* The same whatever the order of the labels. Not keyed: it stays the same when the program is started again. */
static uint64_t fingerprint(const struct json *labels)
{
    uint64_t sum = 0;

    for (const struct json *v = json_first(labels); v != NULL; v = json_next(v)) {
        uint64_t h = UINT64_C(14695981039346656037);
        const char *parts[] = {json_key(v), json_str(v)};
        for (size_t i = 0; i < 2; i++) {
            for (const char *c = parts[i]; *c != '\0'; c++)
                h = (h ^ (unsigned char)*c) * UINT64_C(1099511628211);
            h = (h ^ 0xff) * UINT64_C(1099511628211);
        }
        sum += h ^ h >> 29;
    }
    return sum;
}

/* "2026-11-22T07:05:05.137614597Z" */
static wall_ms time_of(const char *s)
{
    int year, month, day, hour, minute, used = 0;
    double second;

    if (sscanf(s, "%4d-%2d-%2dT%2d:%2d:%lf%n", &year, &month, &day, &hour, &minute, &second,
               &used) != 6 ||
        year < 1971 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31)
        return 0;
    /* Days since 1970 of the proleptic Gregorian calendar, with the year beginning in March. */
    int64_t y = year - (month <= 2), era = y / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t days = era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
    int sign = s[used] == '-' ? 1 : -1, zone_hour = 0, zone_minute = 0;
    if (s[used] == '+' || s[used] == '-')
        (void)sscanf(s + used + 1, "%2d:%2d", &zone_hour, &zone_minute);
    return (wall_ms)(((days * 24 + hour + sign * zone_hour) * 60 + minute + sign * zone_minute) *
                         60000 +
                     (int64_t)(second * 1000));
}

static enum severity severity_of(const char *word)
{
    static const char *const critical[] = {"critical", "page",  "error", "fatal",
                                           "disaster", "emerg", "p0",    "p1"};
    static const char *const info[] = {"info", "none", "notice", "debug", "p4", "p5"};

    for (size_t i = 0; i < sizeof critical / sizeof critical[0]; i++)
        if (strcasecmp(word, critical[i]) == 0)
            return severity_CRITICAL;
    for (size_t i = 0; i < sizeof info / sizeof info[0]; i++)
        if (strcasecmp(word, info[i]) == 0)
            return severity_INFO;
    return severity_WARNING;
}

static void put_text(struct delta *d, int field, const char *s)
{
    size_t len = strlen(s);

    if (len > TEXT_MAX) {
        for (len = TEXT_MAX; len > 0 && ((unsigned char)s[len] & 0xc0) == 0x80; len--)
            ; /* not in the middle of a character */
    }
    delta_strn(d, field, s, len);
}

static void put_words(struct delta *d, const struct labels *l, const struct json *annotations)
{
    static const char *const keys[] = {"summary", "description", "message", "title"};
    char usual[300];

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const char *s = json_str(json_member(annotations, keys[i]));
        if (*s != '\0') {
            put_text(d, FIELD_alert_summary, s);
            return;
        }
    }
    snprintf(usual, sizeof usual, "%.100s%s%.150s", label_of(l, "alertname"),
             *label_of(l, "instance") != '\0' ? " on " : "", label_of(l, "instance"));
    put_text(d, FIELD_alert_summary, usual);
}

static void put_place(const struct prom *p, struct delta *d, const struct labels *l)
{
    const char *which, *host = p->opt.node_label != NULL ? label_of(l, p->opt.node_label) : "";
    const char *device = label_first(l, label_devices, &which);
    char node[HOST_MAX];

    if (*host == '\0')
        host = label_first(l, label_hosts, &which);
    label_host_name(host, p->opt.whole_names, node);
    delta_str(d, FIELD_alert_node, node);
    delta_str(d, FIELD_alert_device, device);
}

static int state_of(const struct json *alert)
{
    const char *word = json_str(json_member(alert, "state"));

    if (strcmp(word, "firing") == 0)
        return alert_state_FIRING;
    return strcmp(word, "pending") == 0 ? alert_state_PENDING : -1;
}

static void put_row(const struct prom *p, const struct json *alert, const struct labels *l,
                    int state, struct delta *d)
{
    const struct json *value = json_member(alert, "value");
    char id[512], *end;
    double v = strtod(json_str(value), &end);

    snprintf(id, sizeof id, "@%.200s/%.*s/%016llx", p->conf.id, NAME_MAX_SHOWN,
             label_of(l, "alertname"), (unsigned long long)fingerprint(l->metric));
    delta_row(d, ENTITY_ALERT, id, strlen(id));
    put_text(d, FIELD_alert_rule, label_of(l, "alertname"));
    delta_str(d, FIELD_alert_origin, p->conf.id);
    delta_int(d, FIELD_alert_severity, severity_of(label_of(l, "severity")));
    delta_int(d, FIELD_alert_state, state);
    put_words(d, l, json_member(alert, "annotations"));
    put_place(p, d, l);
    delta_num(d, FIELD_alert_value, *json_str(value) != '\0' && *end == '\0' ? v : (double)NAN);
    delta_time(d, FIELD_alert_since, time_of(json_str(json_member(alert, "activeAt"))));
}

enum rc prom_alert(struct prom *p, const struct json *alert, struct delta *d, struct err *e)
{
    struct labels l = {.metric = json_member(alert, "labels")};
    int state = state_of(alert);

    if (json_type(l.metric) != JSON_OBJECT || *label_of(&l, "alertname") == '\0')
        return err_set(e, RC_SCHEMA, "alert", "has no name");
    if (state < 0)
        return RC_OK; /* "inactive" */
    put_row(p, alert, &l, state, d);
    return RC_OK;
}
