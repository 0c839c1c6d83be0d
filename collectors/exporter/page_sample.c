/* SPDX-License-Identifier: MIT
 * page_sample.c - what one rule of the map makes of one sample: conditions, traps, and where the value goes. */
#include "base/hash.h"
#include "base/xmem.h"
#include "collectors/exporter/page.h"
#include "model/entity.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_LABEL_MAX = 512, COUNTERS_MAX = 262144 };

/* ---- conditions ---- */

static bool cond_holds(const struct rule_cond *c, const struct prom_line *line)
{
    char text[TEXT_LABEL_MAX];
    struct prom_label label;
    size_t len = prom_label(line, c->label, &label) ? prom_unescape(&label, text, sizeof text) : 0;

    return map_fits(c->values, ',', text, len) != c->unless;
}

static bool applies(const struct map_rule *r, const struct prom_line *line)
{
    for (size_t i = 0; i < r->cond_count; i++)
        if (!cond_holds(&r->conds[i], line))
            return false;
    return true;
}

/* ---- values ---- */

static bool is_trap(const struct map_rule *r, double v)
{
    if (!(v >= r->min && v <= r->max) || !isfinite(v) || (v == 0 && r->zero_absent))
        return true;
    for (size_t i = 0; i < r->not_count; i++)
        if (v == r->nots[i])
            return true;
    return false;
}

/* A better preferred rule starts anew, a less preferred one says nothing. */
static bool takes(struct thing *t, unsigned field, uint8_t prefer)
{
    bool has = t->parts[field] > 0;

    if (has && prefer > t->prefer[field])
        return false;
    if (!has || prefer < t->prefer[field]) {
        t->prefer[field] = prefer;
        t->parts[field] = 0;
        t->num[field] = 0;
    }
    return true;
}

static void put(struct thing *t, const struct map_rule *r, unsigned field, uint8_t prefer, double v)
{
    if (!takes(t, field, prefer))
        return;
    bool first = t->parts[field] == 0;
    double *at = &t->num[field];
    switch (r->how) {
    case HOW_SUM:
        *at += v;
        break;
    case HOW_COUNT:
        *at += 1;
        break;
    case HOW_MAX:
        *at = first || v > *at ? v : *at;
        break;
    case HOW_MIN:
        *at = first || v < *at ? v : *at;
        break;
    default:
        *at = first ? v : *at;
    }
    t->wanted_parts[field] = r->parts;
    t->parts[field] = t->parts[field] < 255 ? t->parts[field] + 1 : 255;
    if (field < 64)
        t->has |= UINT64_C(1) << field;
}

static enum rc count(struct page *p, const struct map_rule *r, uint32_t thing, double v)
{
    uint64_t key = hash_u64(p->things[thing].hash, 1000u + r->number);
    uint32_t at = (uint32_t)p->counter_count;

    if (p->counter_count >= COUNTERS_MAX)
        return RC_LIMIT;
    if (hashes_put(&p->places, key, &at)) {
        p->counters =
            xgrow(p->counters, &p->counter_cap, p->counter_count + 1, sizeof *p->counters);
        p->counters[p->counter_count++] =
            (struct counter){.key = key, .thing = thing, .rule = r->number};
    }
    struct counter *c = &p->counters[at];
    c->sum += v;
    c->series = c->series < UINT16_MAX ? c->series + 1 : c->series;
    return RC_OK;
}

static void doubt(struct page *p, const struct map_rule *r, uint32_t thing, double v)
{
    if (v > 1.5)
        p->percent[r->number] = true;
    p->doubts = xgrow(p->doubts, &p->doubt_cap, p->doubt_count + 1, sizeof *p->doubts);
    p->doubts[p->doubt_count++] = (struct doubt){thing, r->number};
}

/* ---- texts and flags ---- */

/* "1=ok,0=unhealthy": NULL if the number is not among them. */
static const char *word_of(struct page *p, const char *words, double v)
{
    for (const char *at = words; *at != '\0';) {
        size_t len = strcspn(at, ","), number = strcspn(at, "=");
        double n;
        if (number < len && prom_number(at, number, &n) && n == v)
            return page_keep(p, at + number + 1, len - number - 1);
        at += len + (at[len] == ',');
    }
    return NULL;
}

/* "release", or several: "sysname+release" become one text with a blank between. Empty if one is missing. */
static size_t labels_text(const struct prom_line *line, const char *names, char *out, size_t size)
{
    size_t n = 0;

    for (const char *at = names; *at != '\0';) {
        char name[64];
        struct prom_label label;
        size_t len = strcspn(at, "+");
        snprintf(name, sizeof name, "%.*s", (int)len, at);
        if (!prom_label(line, name, &label) || label.value_len == 0 || n + 2 >= size)
            return 0;
        if (n > 0)
            out[n++] = ' ';
        n += prom_unescape(&label, out + n, size - n);
        at += len + (at[len] == '+');
    }
    return n;
}

static void put_text(struct page *p, const struct map_rule *r, struct thing *t,
                     const struct prom_line *line, double v)
{
    char text[TEXT_LABEL_MAX];
    const char *word = NULL;
    size_t len = r->text != NULL ? labels_text(line, r->text, text, sizeof text) : 0;

    if (len > 0)
        word = page_keep(p, text, len);
    else if (r->words != NULL && r->text == NULL)
        word = word_of(p, r->words, v);
    if (word != NULL && *word != '\0' && takes(t, r->field, r->prefer)) {
        t->text[r->field] = word;
        t->parts[r->field] = 1;
    }
}

uint32_t page_throttle_bit(const char *word, size_t len)
{
    const char *const *words = entity_info(ENTITY_DEVICE)->fields[FIELD_device_throttle].words;

    for (uint32_t i = 0; words[i] != NULL; i++)
        if (strlen(words[i]) == len && memcmp(words[i], word, len) == 0)
            return UINT32_C(1) << i;
    return UINT32_C(1) << throttle_OTHER;
}

static uint32_t flags_of(const struct map_rule *r, const struct prom_line *line, double v)
{
    struct prom_label label;
    uint32_t flags = 0;

    if (r->flag != NULL) {
        size_t len = strlen(r->flag);
        char name[64];
        if (v <= 0)
            return 0;
        if (len == 0 || r->flag[len - 1] != ':')
            return page_throttle_bit(r->flag, len);
        snprintf(name, sizeof name, "%.*s", (int)len - 1, r->flag);
        return prom_label(line, name, &label) ? page_throttle_bit(label.value, label.value_len) : 0;
    }
    for (const char *at = r->bits; *at != '\0';) {
        size_t len = strcspn(at, ","), number = strcspn(at, "=");
        double bit;
        if (number < len && prom_number(at, number, &bit) && v >= 0 && v < 1e15 &&
            ((uint64_t)v & (uint64_t)bit) != 0)
            flags |= page_throttle_bit(at + number + 1, len - number - 1);
        at += len + (at[len] == ',');
    }
    return flags;
}

static void put_flags(struct thing *t, const struct map_rule *r, uint32_t flags)
{
    if (!takes(t, r->field, r->prefer))
        return;
    t->num[r->field] = (double)((uint32_t)t->num[r->field] | flags);
    t->parts[r->field] = 1;
    t->has |= UINT64_C(1) << r->field;
}

/* Of times of several XIDs the newest, and which XID that was. */
static void put_newest(struct thing *t, const struct map_rule *r, const struct prom_line *line,
                       double v)
{
    struct prom_label label;
    double number;

    if (!prom_label(line, r->newest, &label) || !prom_number(label.value, label.value_len, &number))
        return;
    if (!takes(t, r->field, r->prefer) || (t->parts[r->field] > 0 && v <= t->num[r->field]))
        return;
    t->num[r->field] = v;
    t->parts[r->field] = 1;
    t->has |= UINT64_C(1) << r->field;
    if (!takes(t, FIELD_device_xid_last, 0))
        return;
    t->num[FIELD_device_xid_last] = number;
    t->parts[FIELD_device_xid_last] = 1;
    t->has |= UINT64_C(1) << FIELD_device_xid_last;
}

/* ---- sensors ---- */

static uint64_t label_hash(uint64_t seed, const struct prom_line *line, const char *name)
{
    struct prom_label label;

    if (name == NULL || !prom_label(line, name, &label))
        return hash_u64(seed, 7);
    return hash_bytes(seed, label.value, label.value_len);
}

static const char *label_text(struct page *p, const struct prom_line *line, const char *name)
{
    char text[TEXT_LABEL_MAX];
    struct prom_label label;

    if (name == NULL || !prom_label(line, name, &label))
        return "";
    return page_keep(p, text, prom_unescape(&label, text, sizeof text));
}

static void put_sensor(struct page *p, const struct map_rule *r, uint32_t node,
                       const struct prom_line *line, double v)
{
    uint64_t chip = label_hash(p->things[node].hash, line, r->key[0]);
    bool of_chip = r->field == SENSOR_CHIP;
    uint64_t key = of_chip ? hash_u64(chip, 11) : label_hash(chip, line, r->key[1]);
    struct sensor *s = page_sensor(p, key, chip, node);

    switch (r->field) {
    case SENSOR_TEMPERATURE:
        s->temperature = v > s->temperature || isnan(s->temperature) ? v : s->temperature;
        break;
    case SENSOR_LIMIT:
        s->limit = v;
        break;
    case SENSOR_HIGH:
        s->high = v;
        break;
    case SENSOR_POWER:
        s->watts = v;
        break;
    default:
        s->label = label_text(p, line, r->text);
        return;
    }
    if (s->words == NULL && (r->field == SENSOR_TEMPERATURE || r->field == SENSOR_POWER)) {
        const char *const *names = r->called[0] != NULL ? r->called : r->key;
        const char *a = label_text(p, line, names[0]), *b = label_text(p, line, names[1]);
        char words[2 * TEXT_LABEL_MAX];
        int n = snprintf(words, sizeof words, "%s%s%s", a, *a != '\0' && *b != '\0' ? " " : "", b);
        p->sensors[s - p->sensors].words = page_keep(p, words, (size_t)n);
    }
}

/* ---- one rule ---- */

/* What a slice tells of heat, power and clock is its device's. */
static bool is_physical(unsigned field)
{
    switch (field) {
    case FIELD_device_temperature_celsius:
    case FIELD_device_memory_temperature_celsius:
    case FIELD_device_temperature_limit_celsius:
    case FIELD_device_temperature_headroom_celsius:
    case FIELD_device_power_watts:
    case FIELD_device_power_limit_watts:
    case FIELD_device_clock_hertz:
    case FIELD_device_clock_max_hertz:
    case FIELD_device_throttle:
    case FIELD_device_remap_pending:
    case FIELD_device_remap_failed:
    case FIELD_device_ecc_uncorrectable:
        return true;
    default:
        return false;
    }
}

static enum rc apply_number(struct page *p, const struct map_rule *r, uint32_t thing,
                            const struct prom_line *line, double value)
{
    struct thing *t = &p->things[thing];
    uint8_t prefer = r->prefer;

    if (t->is_slice && r->field < 64 && is_physical(r->field)) {
        thing = t->owner;
        t = &p->things[thing];
        prefer = (uint8_t)(prefer + 100); /* what the device itself tells counts more */
    }
    if (r->counter)
        return count(p, r, thing, value * r->scale);
    if (r->detect)
        doubt(p, r, thing, value);
    if (r->newest != NULL)
        put_newest(t, r, line, value);
    else if (r->flag != NULL || r->bits != NULL)
        put_flags(t, r, flags_of(r, line, value));
    else
        put(t, r, r->field, prefer, value * r->scale);
    return RC_OK;
}

enum rc page_apply(struct page *p, const struct map_rule *r, uint32_t thing,
                   const struct prom_line *line, double value, struct err *e)
{
    struct prom_label label;

    (void)e;
    if (r->needs_labels && !applies(r, line))
        return RC_OK;
    bool is_text = r->text != NULL || r->words != NULL;
    if (r->number_of != NULL) {
        if (!(value > 0) || !prom_label(line, r->number_of, &label) ||
            !prom_number(label.value, label.value_len, &value))
            return RC_OK;
    }
    if (is_trap(r, value))
        return RC_OK;
    if (r->of != OF_DEVICE && p->things[thing].node != NOTHING)
        thing = p->things[thing].node;
    if (r->of == OF_SENSOR)
        put_sensor(p, r, thing, line, value * r->scale);
    else if (r->field == FIELD_PLACES)
        return RC_OK; /* that it is there is all */
    else if (is_text)
        put_text(p, r, &p->things[thing], line, value);
    else
        return apply_number(p, r, thing, line, value);
    return RC_OK;
}
