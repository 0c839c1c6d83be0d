/* SPDX-License-Identifier: MIT
 * prom_alert.c - an alert of the server as an ALERT row.
 *
 * Its identity is "@source/name/hash of all labels": no rule of ours begins with '@', so it can never be taken for one of
 * ours, nor for one of another source. What the fleet does with it: model/alert_foreign.c. */
#include "collectors/prometheus/labels.h"
#include "base/sentence.h"
#include "collectors/prometheus/prom.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TEXT_MAX = 1024, ID_MAX = 256 /* as in struct annotation */ };

static uint64_t add_bytes(uint64_t h, const char *s)
{
    for (; *s != '\0'; s++)
        h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
    return (h ^ 0xff) * UINT64_C(1099511628211);
}

/* The same whatever the order of the labels. Not keyed: it stays the same when the program is started again. */
static uint64_t fingerprint(const char *source, const struct json *labels)
{
    const uint64_t basis = UINT64_C(14695981039346656037);
    uint64_t sum = add_bytes(basis, source);

    for (const struct json *v = json_first(labels); v != NULL; v = json_next(v)) {
        uint64_t h = add_bytes(add_bytes(basis, json_key(v)), json_str(v));
        sum += h ^ h >> 29;
    }
    return sum;
}

/* So many digits, then `behind` ('\0' = anything); false if not. */
static bool read_digits(const char **s, int digits, char behind, int64_t *out)
{
    const char *p = *s;

    for (*out = 0; digits > 0; digits--, p++) {
        if (*p < '0' || *p > '9')
            return false;
        *out = *out * 10 + (*p - '0');
    }
    if (behind != '\0' && *p != behind)
        return false;
    *s = p + (behind != '\0');
    return true;
}

/* ".137614597": the milliseconds of it. */
static int64_t read_fraction(const char **s)
{
    int64_t ms = 0, unit = 100;

    if (**s != '.')
        return 0;
    for (++*s; **s >= '0' && **s <= '9'; ++*s, unit /= 10)
        ms += unit * (**s - '0');
    return ms;
}

/* Days since 1970 of the Gregorian calendar: years begin in March, so that the odd day is their last. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t y = year - (month <= 2), century = y / 100;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return y * 365 + y / 4 - century + y / 400 + of_year - 719468;
}

/* "2026-11-22T07:05:05.137614597Z", or with "+08:00"; 0 if it is none. */
static wall_ms time_of(const char *s)
{
    int64_t year, month, day, hour, minute, second, ahead_h = 0, ahead_m = 0;

    if (!read_digits(&s, 4, '-', &year) || !read_digits(&s, 2, '-', &month) ||
        !read_digits(&s, 2, 'T', &day) || !read_digits(&s, 2, ':', &hour) ||
        !read_digits(&s, 2, ':', &minute) || !read_digits(&s, 2, '\0', &second) || year < 1971 ||
        month < 1 || month > 12 || day < 1 || day > 31)
        return 0;
    int64_t ms = read_fraction(&s), sign = *s == '-' ? -1 : 1;
    if (*s == '+' || *s == '-') {
        s++;
        if (!read_digits(&s, 2, ':', &ahead_h) || !read_digits(&s, 2, '\0', &ahead_m))
            return 0;
    }
    int64_t minutes = (days_of(year, month, day) * 24 + hour) * 60 + minute;
    return (wall_ms)((minutes - sign * (ahead_h * 60 + ahead_m)) * 60000 + second * 1000 + ms);
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
    char id[ID_MAX], *end;
    double v = strtod(json_str(value), &end);

    snprintf(id, sizeof id, "@%.80s/%.120s/%016llx", p->conf.id, label_of(l, "alertname"),
             (unsigned long long)fingerprint(p->conf.id, l->metric));
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
        return err_set(e, RC_SCHEMA, "alert", S_("has no name"));
    if (state < 0)
        return RC_OK; /* "inactive" */
    put_row(p, alert, &l, state, d);
    return RC_OK;
}
