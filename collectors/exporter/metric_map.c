/* SPDX-License-Identifier: MIT
 * metric_map.c - see metric_map.h: sections, labels, and finding a rule by its name. */
#include "collectors/exporter/metric_map.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "codec/promtext.h"
#include "collectors/collector.h"
#include "collectors/exporter/metric_map_int.h"
#include "data/data.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 16 << 20, SECTIONS_MAX = 1000, RULES_MAX = 60000 };

static const char *const role_words[ROLES] = {
    "",       "node", "key", "index", "uuid",  "serial",  "model",
    "vendor", "pci",  "job", "user",  "slice", "profile",
};

void metric_map_init(struct metric_map *m)
{
    memset(m, 0, sizeof *m);
    arena_init(&m->arena, TEXT_MAX);
    map_init(&m->names);
}

void metric_map_free(struct metric_map *m)
{
    arena_fini(&m->arena);
    free(m->rules);
    free(m->sections);
    map_fini(&m->names);
}

char *map_keep(struct metric_map *m, const char *s)
{
    static char empty[1];
    char *copy = arena_strdup(&m->arena, s);

    return copy != NULL ? copy : empty;
}

enum rc map_wrong(const struct map_reader *r, const char *fmt, ...)
{
    char where[96], what[256];
    va_list args;

    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    snprintf(where, sizeof where, "%.80s:%u", r->file, r->at.line);
    return err_set(r->e, RC_SCHEMA, where, "%s", what);
}

/* ---- names ---- */

struct name_key {
    const struct metric_map *map;
    const char *name;
    size_t len;
};

static bool same_name(const void *arg, uint32_t value)
{
    const struct name_key *k = arg;
    const struct map_rule *r = &k->map->rules[value];

    return strlen(r->name) == k->len && memcmp(r->name, k->name, k->len) == 0;
}

static uint32_t find_first(const struct metric_map *m, const char *name, size_t len)
{
    struct name_key key = {m, name, len};

    return map_find(&m->names, hash_bytes(0, name, len), same_name, &key);
}

static const struct map_rule *living(const struct metric_map *m, uint32_t i)
{
    while (i != MAP_NONE && m->rules[i].gone)
        i = m->rules[i].next;
    return i != MAP_NONE ? &m->rules[i] : NULL;
}

const struct map_rule *metric_map_find(const struct metric_map *m, const char *name, size_t len)
{
    return living(m, find_first(m, name, len));
}

const struct map_rule *metric_map_next(const struct metric_map *m, const struct map_rule *r)
{
    return living(m, r->next);
}

/* Behind those of its name; a site's lines take the place of what an earlier text said of that name. */
static void link_rule(const struct map_reader *reader, uint32_t number)
{
    struct metric_map *m = reader->map;
    struct map_rule *r = &m->rules[number];
    uint32_t i = find_first(m, r->name, strlen(r->name));

    r->next = MAP_NONE;
    if (i == MAP_NONE) {
        map_add(&m->names, hash_bytes(0, r->name, strlen(r->name)), number);
        return;
    }
    for (;; i = m->rules[i].next) {
        if (i < reader->first)
            m->rules[i].gone = true;
        if (m->rules[i].next == MAP_NONE)
            break;
    }
    m->rules[i].next = number;
}

static enum rc add_rule(struct map_reader *r, const struct map_rule *made, const char *prefix)
{
    struct metric_map *m = r->map;
    char name[160];

    if (m->rule_count == RULES_MAX)
        return map_wrong(r, S_("more than %d lines"), RULES_MAX);
    m->rules = xgrow(m->rules, &m->rule_cap, m->rule_count + 1, sizeof *m->rules);
    uint32_t number = (uint32_t)m->rule_count++;
    m->rules[number] = *made;
    m->rules[number].number = (uint16_t)number;
    snprintf(name, sizeof name, "%s%s", prefix, made->name);
    m->rules[number].name = map_keep(m, name);
    link_rule(r, number);
    return RC_OK;
}

static enum rc read_metric(struct map_reader *r)
{
    struct map_rule rule;

    if (r->section == MAP_NONE)
        return map_wrong(r, S_("a metric before the first [section]"));
    if (strlen(r->line.cell[0]) > 120)
        return map_wrong(r, S_("the name of a metric has at most 120 bytes"));
    memset(&rule, 0, sizeof rule);
    rule.name = r->line.cell[0];
    rule.section = (uint16_t)r->section;
    enum rc rc = map_read_rule(r, &rule);
    const char *prefix = r->map->sections[r->section].prefix;
    if (rc == RC_OK)
        rc = add_rule(r, &rule, "");
    if (rc == RC_OK && prefix != NULL)
        rc = add_rule(r, &rule, prefix);
    return rc;
}

/* ---- sections ---- */

static enum rc read_section(struct map_reader *r)
{
    struct metric_map *m = r->map;
    char name[64];
    size_t len = strcspn(r->line.cell[0] + 1, "]");

    if (r->line.cell[0][len + 1] != ']' || len == 0 || len >= sizeof name || r->line.count > 1)
        return map_wrong(r, S_("a section is [name] alone on its line"));
    snprintf(name, sizeof name, "%.*s", (int)len, r->line.cell[0] + 1);
    for (r->section = 0; r->section < m->section_count; r->section++)
        if (strcmp(m->sections[r->section].name, name) == 0)
            return RC_OK; /* of an earlier text: it goes on */
    if (m->section_count == SECTIONS_MAX)
        return map_wrong(r, S_("more than %d sections"), SECTIONS_MAX);
    m->sections = xgrow(m->sections, &m->section_cap, m->section_count + 1, sizeof *m->sections);
    memset(&m->sections[m->section_count], 0, sizeof *m->sections);
    m->sections[m->section_count++].name = map_keep(m, name);
    return RC_OK;
}

static enum rc add_label(struct map_reader *r, struct map_section *s, enum role role,
                         const char *word, size_t len)
{
    char text[64];

    if (len >= sizeof text || s->label_count == ARRAY_LEN(s->labels))
        return map_wrong(r, S_("a label that is too long, or more than %zu of them"),
                         ARRAY_LEN(s->labels));
    snprintf(text, sizeof text, "%.*s", (int)len, word);
    s->labels[s->label_count].name = map_keep(r->map, text);
    s->labels[s->label_count].len = (uint8_t)len;
    s->labels[s->label_count++].role = (uint8_t)role;
    return RC_OK;
}

static enum rc read_labels(struct map_reader *r, struct map_section *s, enum role role)
{
    enum rc rc = RC_OK;

    for (const char *p = r->line.cell[1]; rc == RC_OK && *p != '\0';) {
        size_t len = strcspn(p, " ");
        if (p[0] == '=' && role == ROLE_VENDOR)
            s->vendor = map_keep(r->map, p + 1);
        else if (len > 0)
            rc = add_label(r, s, role, p, len);
        p += len + (p[len] == ' ');
    }
    if (role == ROLE_SLICE && r->line.count > 2) {
        s->partitions = strstr(r->line.cell[2], "partitions") != NULL;
        s->own_uuid = strstr(r->line.cell[2], "own_uuid") != NULL;
    }
    return rc;
}

static enum rc read_blanks(struct map_reader *r, struct map_section *s)
{
    for (const char *p = r->line.cell[1]; *p != '\0';) {
        size_t len = strcspn(p, " ");
        double v;
        if (len > 0 && (s->blank_count == ARRAY_LEN(s->blanks) || !prom_number(p, len, &v)))
            return map_wrong(r, S_("@blank wants at most %zu numbers"), ARRAY_LEN(s->blanks));
        if (len > 0) {
            s->blank_least = s->blank_count == 0 || v < s->blank_least ? v : s->blank_least;
            s->blanks[s->blank_count++] = v;
        }
        p += len + (p[len] == ' ');
    }
    return RC_OK;
}

/* "@index | gpu gpu_id": what the labels of this section's metrics are called. */
static enum rc read_trait(struct map_reader *r)
{
    const char *word = r->line.cell[0] + 1;

    if (r->section == MAP_NONE || r->line.count < 2)
        return map_wrong(r, S_("@%s wants a [section] before it and a value"), word);
    struct map_section *s = &r->map->sections[r->section];
    if (strcmp(word, "prefix") == 0) {
        s->prefix = map_keep(r->map, r->line.cell[1]);
        return RC_OK;
    }
    if (strcmp(word, "pairs") == 0) {
        s->pairs = map_keep(r->map, r->line.cell[1]);
        return RC_OK;
    }
    if (strcmp(word, "blank") == 0)
        return read_blanks(r, s);
    for (int role = 1; role < ROLES; role++)
        if (strcmp(word, role_words[role]) == 0)
            return read_labels(r, s, (enum role)role);
    return map_wrong(
        r,
        S_("@%.40s is none of: node key index uuid serial model vendor pci job user slice profile prefix pairs blank"),
        word);
}

enum rc metric_map_add(struct metric_map *m, const char *text, const char *name, struct err *e)
{
    struct map_reader r = {.map = m,
                           .file = name,
                           .at = {.text = text},
                           .section = MAP_NONE,
                           .first = m->rule_count,
                           .e = e};
    enum rc rc = RC_OK;

    while (rc == RC_OK && columns_next(&r.at, &r.line)) {
        if (r.line.too_long)
            rc = map_wrong(&r, S_("the line is longer than %d bytes or has more than %d columns"),
                           COLUMNS_LINE_MAX - 1, COLUMNS_MAX);
        else if (r.line.cell[0][0] == '[')
            rc = read_section(&r);
        else if (r.line.cell[0][0] == '@')
            rc = read_trait(&r);
        else
            rc = read_metric(&r);
    }
    return rc;
}

enum rc metric_map_of_source(struct metric_map *m, const struct source_data *data, struct err *e)
{
    enum rc rc = RC_OK;

    metric_map_init(m);
    if (data == NULL)
        return metric_map_add(m, data_metrics, "metrics.conf", e);
    for (size_t i = 0; rc == RC_OK && i < ARRAY_LEN(data->metrics); i++)
        if (data->metrics[i] != NULL)
            rc = metric_map_add(m, data->metrics[i], data->metrics_name[i], e);
    return rc;
}

enum rc metric_map_only(struct metric_map *m, const char *section, struct err *e)
{
    char names[200] = "";
    size_t wanted = 0;

    while (wanted < m->section_count && strcmp(m->sections[wanted].name, section) != 0)
        wanted++;
    if (wanted == m->section_count) {
        for (size_t i = 0; i < m->section_count; i++) {
            size_t used = strlen(names);
            snprintf(names + used, sizeof names - used, " %s", m->sections[i].name);
        }
        return err_set(e, RC_USAGE, "kind",
                       S_("\"%.40s\" is no section of the metric map; there are:%s"), section,
                       names);
    }
    for (size_t i = 0; i < m->rule_count; i++)
        m->rules[i].gone = m->rules[i].gone || m->rules[i].section != wanted;
    return RC_OK;
}

int metric_map_label(const struct map_section *s, const char *label, size_t len)
{
    for (int i = 0; i < s->label_count; i++)
        if (s->labels[i].len == len && memcmp(s->labels[i].name, label, len) == 0)
            return i;
    return -1;
}

/* `*` at the beginning and at the end fit anything. */
static bool fits_one(const char *pattern, size_t plen, const char *text, size_t len)
{
    bool before = plen > 0 && pattern[0] == '*', behind = plen > 1 && pattern[plen - 1] == '*';

    pattern += before;
    plen -= (size_t)before + behind;
    if (plen > len)
        return false;
    if (!before)
        return memcmp(pattern, text, plen) == 0 && (behind || plen == len);
    if (!behind)
        return memcmp(pattern, text + len - plen, plen) == 0;
    for (size_t i = 0; i + plen <= len; i++)
        if (memcmp(pattern, text + i, plen) == 0)
            return true;
    return false;
}

bool map_fits(const char *list, char separator, const char *text, size_t len)
{
    for (;;) {
        const char *end = strchr(list, separator);
        size_t n = end != NULL ? (size_t)(end - list) : strlen(list);
        if (fits_one(list, n, text, len))
            return true;
        if (end == NULL)
            return false;
        list = end + 1;
    }
}
