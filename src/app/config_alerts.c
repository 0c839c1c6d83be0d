/* SPDX-License-Identifier: MIT
 * config_alerts.c - `alerts:` of a configuration: rule: off, or rule: {warn: , crit: , hold: }. */
#include "app/config_int.h"

#include "base/buf.h"
#include "base/sentence.h"
#include "codec/quantity.h"
#include "codec/yaml.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MAX_HOLD_MS (24 * 3600 * 1000)

struct reading {
    const struct config_text *where;
    struct rule_set *out;
    enum rule rule; /* whose mapping is read */
    bool seen[RULE_COUNT];
    enum rc rc;
    struct err *e;
};

static bool refuse(struct reading *r, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static bool refuse(struct reading *r, int line, const char *fmt, ...)
{
    char where[96], message[384];
    va_list args;
    va_start(args, fmt);
    vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    snprintf(where, sizeof where, "%.80s:%d", r->where->name, line);
    r->rc = err_set(r->e, RC_SCHEMA, where, "%s", message);
    return false;
}

static bool number(const char *text, double least, double most, double *out)
{
    return quantity_number(text, out) && *out >= least && *out <= most;
}

static bool percent(const char *text, double *out)
{
    char bare[32];
    size_t len = strcspn(text, " %");
    if (len >= sizeof bare || strspn(text + len, " %") != strlen(text + len))
        return false;
    memcpy(bare, text, len);
    bare[len] = '\0';
    return number(bare, 0, 100, out) && *out > 0;
}

static bool threshold(enum rule_unit unit, const char *text, double *out)
{
    int64_t ms;
    switch (unit) {
    case RULE_UNIT_DURATION:
        if (!quantity_duration(text, &ms) || ms <= 0)
            return false;
        *out = (double)ms / 1000;
        return true;
    case RULE_UNIT_PERCENT:
        return percent(text, out);
    case RULE_UNIT_CELSIUS:
        return number(text, 1, 200, out);
    case RULE_UNIT_COUNT:
        return number(text, 1, 1e6, out) && *out == floor(*out);
    case RULE_UNIT_PROBABILITY:
        return number(text, 1e-15, 1, out) && *out < 1;
    case RULE_UNIT_SWITCH:
        break;
    }
    return false;
}

/* Says what a threshold of the rule looks like. */
static bool refuse_level(struct reading *r, const char *key, const char *value, int line)
{
    const struct rule_info *info = rule_info(r->rule);
    const char *id = info->id;
    switch (info->unit) {
    case RULE_UNIT_DURATION:
        return refuse(r, line,
                      S_("%s of %s must be a duration such as 90s, 30m or 12h, or off; not \"%s\""),
                      key, id, value);
    case RULE_UNIT_PERCENT:
        return refuse(r, line, S_("%s of %s must be a share from 0 to 100 %%, or off; not \"%s\""),
                      key, id, value);
    case RULE_UNIT_CELSIUS:
        return refuse(
            r, line, S_("%s of %s must be a temperature from 1 to 200 degrees, or off; not \"%s\""),
            key, id, value);
    case RULE_UNIT_COUNT:
        return refuse(r, line, S_("%s of %s must be a whole number from 1, or off; not \"%s\""),
                      key, id, value);
    case RULE_UNIT_PROBABILITY:
        return refuse(
            r, line,
            S_("%s of %s must be a probability between 0 and 1, such as 1e-3, or off; not \"%s\""),
            key, id, value);
    case RULE_UNIT_SWITCH:
        break;
    }
    return refuse(r, line, S_("%s is so or is not: it has no %s; accepted here: hold"), id, key);
}

static bool take_level(struct reading *r, int level, const char *key, const char *value, int line)
{
    const struct rule_info *info = rule_info(r->rule);
    double at = NAN;
    if (info->unit == RULE_UNIT_SWITCH ||
        (strcmp(value, "off") != 0 && !threshold(info->unit, value, &at)))
        return refuse_level(r, key, value, line);
    rule_set_level(r->out, r->rule, level, at);
    return true;
}

static bool take_setting(void *arg, const char *key, const char *value, int line)
{
    struct reading *r = arg;
    const char *id = rule_info(r->rule)->id;
    if (value == NULL)
        return refuse(r, line, S_("%s of %s must be one value"), key, id);
    if (strcmp(key, "warn") == 0)
        return take_level(r, RULE_WARNING, key, value, line);
    if (strcmp(key, "crit") == 0)
        return take_level(r, RULE_CRITICAL, key, value, line);
    if (strcmp(key, "hold") != 0)
        return refuse(r, line, S_("unknown key \"%s\" of %s; accepted here: warn crit hold"), key,
                      id);
    int64_t *hold = &r->out->rules[r->rule].hold_ms;
    if (strcmp(value, "0") == 0)
        *hold = 0;
    else if (!quantity_duration(value, hold) || *hold < 0 || *hold > MAX_HOLD_MS)
        return refuse(r, line, S_("hold of %s must be a duration up to 24h, not \"%s\""), id,
                      value);
    return true;
}

/* Critical is further than warning; of a probability, further down. */
static bool check_order(struct reading *r, int line)
{
    const struct rule_info *info = rule_info(r->rule);
    const double *at = r->out->rules[r->rule].at;
    bool down = info->unit == RULE_UNIT_PROBABILITY;
    if (down ? at[RULE_CRITICAL] > at[RULE_WARNING] : at[RULE_CRITICAL] < at[RULE_WARNING])
        return refuse(r, line,
                      down ? "%s: " S_("crit (%g) must not be above warn (%g)")
                           : "%s: " S_("crit (%g) must not be below warn (%g)"),
                      info->id, at[RULE_CRITICAL], at[RULE_WARNING]);
    return true;
}

static bool unknown_rule(struct reading *r, const char *key, int line)
{
    struct buf names;
    buf_init(&names, 1024);
    for (int i = 0; i < RULE_COUNT; i++)
        buf_addf(&names, " %s", rule_info((enum rule)i)->id);
    refuse(r, line, S_("there is no alert \"%s\"; accepted here:%s"), key, names.data);
    buf_fini(&names);
    return false;
}

static bool take_rule(void *arg, const char *key, const char *value, int line)
{
    struct reading *r = arg;
    char path[64];
    r->rule = rule_find(key, strlen(key));
    if (r->rule == RULE_COUNT)
        return unknown_rule(r, key, line);
    if (r->seen[r->rule])
        return refuse(r, line, S_("%s is there twice"), key);
    r->seen[r->rule] = true;
    if (value != NULL && strcmp(value, "off") == 0) {
        r->out->rules[r->rule].off = true;
        return true;
    }
    snprintf(path, sizeof path, "alerts/%s", rule_info(r->rule)->id);
    if (value != NULL || !yaml_pairs(r->where->text, r->where->len, path, take_setting, r))
        return refuse(r, line, S_("%s must be off, or a mapping with warn, crit or hold"), key);
    return r->rc == RC_OK && check_order(r, line);
}

enum rc config_alerts(const struct config_text *where, struct rule_set *out, struct err *e)
{
    struct reading r = {.where = where, .out = out, .rc = RC_OK, .e = e};
    if (!yaml_pairs(where->text, where->len, "alerts", take_rule, &r))
        refuse(&r, yaml_line(where->text, where->len, "alerts"),
               S_("alerts must be a mapping: the name of an alert, then off or its thresholds"));
    return r.rc;
}
