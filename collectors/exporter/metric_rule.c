/* SPDX-License-Identifier: MIT
 * metric_rule.c - one line of the metric map: NAME | FIELD | SCALE | OPTIONS. */
#include "base/sentence.h"
#include "base/xmem.h"
#include "codec/promtext.h"
#include "collectors/exporter/metric_map_int.h"
#include "model/entity.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const sensor_words[] = {
    [SENSOR_TEMPERATURE] = "temperature",
    [SENSOR_LIMIT] = "limit",
    [SENSOR_HIGH] = "high",
    [SENSOR_POWER] = "power",
    [SENSOR_CHIP] = "chip",
    [SENSOR_LABEL] = "label",
};

static enum rc entity_field_of(struct map_reader *r, struct map_rule *rule, enum entity e,
                               const char *word)
{
    if (e == ENTITY_NODE && strcmp(word, "cpu_all") == 0)
        rule->field = FIELD_CPU_ALL;
    else if (e == ENTITY_NODE && strcmp(word, "cpu_idle") == 0)
        rule->field = FIELD_CPU_IDLE;
    else {
        int field = entity_field(e, word);
        if (field < 0 || entity_info(e)->fields[field].group == GROUP_ROLLUP)
            return map_wrong(r, S_("%s.%.60s is no field that a metric can be"), entity_info(e)->id,
                             word);
        rule->field = (uint8_t)field;
    }
    return RC_OK;
}

static enum rc read_field(struct map_reader *r, struct map_rule *rule)
{
    const char *text = r->line.count > 1 ? r->line.cell[1] : "";

    rule->of = OF_DEVICE;
    rule->field = FIELD_PLACES;
    if (strcmp(text, "device") == 0)
        return RC_OK;
    if (strncmp(text, "device.", 7) == 0)
        return entity_field_of(r, rule, ENTITY_DEVICE, text + 7);
    rule->of = OF_NODE;
    if (strcmp(text, "node") == 0)
        return RC_OK;
    if (strncmp(text, "node.", 5) == 0)
        return entity_field_of(r, rule, ENTITY_NODE, text + 5);
    rule->of = OF_SENSOR;
    if (strncmp(text, "sensor.", 7) == 0)
        for (size_t i = 0; i < ARRAY_LEN(sensor_words); i++)
            if (strcmp(text + 7, sensor_words[i]) == 0) {
                rule->field = (uint8_t)i;
                return RC_OK;
            }
    return map_wrong(
        r,
        S_("\"%.60s\" is none of: device, device.FIELD, node.FIELD, sensor.{temperature,limit,high,power,chip,label}"),
        text);
}

/* ---- options ---- */

static bool number(const char *text, double *out)
{
    return prom_number(text, strlen(text), out);
}

/* "LABEL=VALUE,VALUE" */
static bool read_cond(struct map_reader *r, struct map_rule *rule, const char *text, bool unless)
{
    char *copy = map_keep(r->map, text), *equals = strchr(copy, '=');

    if (equals == NULL || equals == copy || rule->cond_count == RULE_CONDS)
        return false;
    *equals = '\0';
    rule->conds[rule->cond_count++] = (struct rule_cond){copy, equals + 1, unless};
    return true;
}

/* One label or two. */
static bool read_pair(struct map_reader *r, const char *out[2], const char *text)
{
    char *copy = map_keep(r->map, text), *comma = strchr(copy, ',');

    if (comma != NULL)
        *comma++ = '\0';
    out[0] = copy;
    out[1] = comma;
    return *copy != '\0';
}

static bool read_small(uint8_t *out, const char *text)
{
    double v;

    if (!number(text, &v) || !(v >= 0 && v <= 99))
        return false;
    *out = (uint8_t)v;
    return true;
}

/* Options without a value. */
static bool read_word(struct map_rule *rule, const char *word)
{
    static const struct {
        const char *word;
        uint8_t how;
    } hows[] = {{"first", HOW_FIRST},
                {"sum", HOW_SUM},
                {"max", HOW_MAX},
                {"min", HOW_MIN},
                {"count", HOW_COUNT}};

    for (size_t i = 0; i < ARRAY_LEN(hows); i++)
        if (strcmp(word, hows[i].word) == 0) {
            rule->how = hows[i].how;
            return true;
        }
    if (strcmp(word, "counter") == 0)
        rule->counter = true;
    else if (strcmp(word, "ratio_or_percent") == 0)
        rule->detect = true;
    else if (strcmp(word, "zero_absent") == 0)
        rule->zero_absent = true;
    else
        return false;
    return true;
}

static bool read_text(struct map_reader *r, const char **out, const char *text)
{
    *out = map_keep(r->map, text);
    return **out != '\0';
}

static bool read_valued(struct map_reader *r, struct map_rule *rule, const char *word,
                        const char *value)
{
    if (strcmp(word, "from") == 0)
        return number(value, &rule->min);
    if (strcmp(word, "to") == 0)
        return number(value, &rule->max);
    if (strcmp(word, "not") == 0)
        return rule->not_count < RULE_NOTS && number(value, &rule->nots[rule->not_count++]);
    if (strcmp(word, "or") == 0)
        return read_small(&rule->prefer, value);
    if (strcmp(word, "parts") == 0)
        return read_small(&rule->parts, value);
    if (strcmp(word, "if") == 0 || strcmp(word, "unless") == 0)
        return read_cond(r, rule, value, *word == 'u');
    if (strcmp(word, "text") == 0)
        return read_text(r, &rule->text, value);
    if (strcmp(word, "of") == 0)
        return read_text(r, &rule->number_of, value);
    if (strcmp(word, "words") == 0)
        return read_text(r, &rule->words, value);
    if (strcmp(word, "flag") == 0)
        return read_text(r, &rule->flag, value);
    if (strcmp(word, "bits") == 0)
        return read_text(r, &rule->bits, value);
    if (strcmp(word, "newest") == 0)
        return read_text(r, &rule->newest, value);
    if (strcmp(word, "key") == 0)
        return read_pair(r, rule->key, value);
    if (strcmp(word, "called") == 0)
        return read_pair(r, rule->called, value);
    return false;
}

static enum rc read_option(struct map_reader *r, struct map_rule *rule, char *word)
{
    char *colon = strchr(word, ':');
    bool good;

    if (colon == NULL) {
        good = read_word(rule, word);
    } else {
        *colon = '\0';
        good = read_valued(r, rule, word, colon + 1);
        *colon = ':';
    }
    if (good)
        return RC_OK;
    return map_wrong(
        r,
        S_("\"%.60s\" is no option, or its value is not right; there are: first sum max min count counter "
           "ratio_or_percent zero_absent from: to: not: or: parts: if: unless: text: of: words: flag: bits: "
           "newest: key: called:"),
        word);
}

static enum rc read_options(struct map_reader *r, struct map_rule *rule)
{
    char word[COLUMNS_LINE_MAX];
    enum rc rc = RC_OK;

    for (const char *at = r->line.count > 3 ? r->line.cell[3] : ""; rc == RC_OK && *at != '\0';) {
        size_t len = strcspn(at, " \t");
        snprintf(word, sizeof word, "%.*s", (int)len, at);
        if (len > 0)
            rc = read_option(r, rule, word);
        at += len + (at[len] != '\0');
    }
    return rc;
}

/* A text needs a label or words, a number may have neither. */
static enum rc check(struct map_reader *r, const struct map_rule *rule)
{
    if (r->line.count > 4)
        return map_wrong(r, S_("more than four columns: NAME | FIELD | SCALE | OPTIONS"));
    if (rule->of == OF_SENSOR) {
        bool named = rule->field == SENSOR_CHIP || rule->field == SENSOR_LABEL;
        if (rule->key[0] == NULL || named != (rule->text != NULL))
            return map_wrong(r, named ? S_("a name needs key: and text:")
                                      : S_("a sensor needs key: and no text:"));
        return RC_OK;
    }
    if (rule->field >= FIELD_CPU_ALL)
        return RC_OK;
    enum entity e = rule->of == OF_NODE ? ENTITY_NODE : ENTITY_DEVICE;
    const struct field *f = &entity_info(e)->fields[rule->field];
    bool text = f->type == FT_STR || f->type == FT_LIST;
    if (text != (rule->text != NULL || rule->words != NULL))
        return map_wrong(r, text ? S_("a text needs text: or words:")
                                 : S_("a number can have neither text: nor words:"));
    if ((f->type == FT_FLAGS) != (rule->flag != NULL || rule->bits != NULL))
        return map_wrong(r,
                         S_("flag: and bits: are for device.throttle, and it needs one of them"));
    if (f->type == FT_ENUM)
        return map_wrong(r, S_("a metric cannot be that field"));
    return RC_OK;
}

enum rc map_read_rule(struct map_reader *r, struct map_rule *rule)
{
    const char *scale = r->line.count > 2 ? r->line.cell[2] : "";

    rule->scale = 1;
    rule->min = -INFINITY;
    rule->max = INFINITY;
    enum rc rc = read_field(r, rule);
    if (rc == RC_OK && *scale != '\0' &&
        (!number(scale, &rule->scale) || !isfinite(rule->scale) || rule->scale == 0))
        rc = map_wrong(r, S_("\"%.40s\" is no scale"), scale);
    if (rc == RC_OK)
        rc = read_options(r, rule);
    rule->needs_labels = rule->cond_count > 0 || rule->text != NULL || rule->number_of != NULL ||
                         rule->newest != NULL || rule->key[0] != NULL ||
                         (rule->flag != NULL && strchr(rule->flag, ':') != NULL);
    return rc == RC_OK ? check(r, rule) : rc;
}
