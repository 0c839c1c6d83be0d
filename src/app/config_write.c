/* SPDX-License-Identifier: MIT
 * config_write.c - a configuration as YAML again, for the manifest of a recording. Files and commands that hold
 * secrets are left out: a replay needs none. */
#include "app/config.h"
#include "base/buf.h"

#include <math.h>
#include <string.h>

/* Double-quoted YAML scalar. */
static void add_scalar(struct buf *out, const char *s)
{
    buf_addc(out, '"');
    for (; *s != '\0'; s++) {
        if (*s == '"' || *s == '\\')
            buf_addc(out, '\\');
        buf_addc(out, *s);
    }
    buf_addc(out, '"');
}

static void add_pair(struct buf *out, const char *indent, const char *key, const char *value)
{
    if (value == NULL || value[0] == '\0')
        return;
    buf_addf(out, "%s%s: ", indent, key);
    add_scalar(out, value);
    buf_addc(out, '\n');
}

static void write_source(const struct config_source *s, struct buf *out)
{
    buf_addf(out, "      - %s:", s->ops->name);
    size_t start = out->len;
    buf_addc(out, '\n');
    for (size_t i = 0; i < s->ops->option_count; i++) {
        const char *name = s->ops->options[i].name;
        if (strncmp(name, "token", 5) != 0)
            add_pair(out, "          ", name, s->values[i]);
    }
    if (out->len == start + 1) {
        out->len = start;
        buf_adds(out, " {}\n");
    }
}

static const char *word(const char *field, int value)
{
    return value == 0 ? NULL
                      : entity_info(ENTITY_CENTER)
                            ->fields[entity_field(ENTITY_CENTER, field)]
                            .words[value];
}

static void write_capacity(const struct config_center *c, struct buf *out)
{
    bool first = true;
    for (int i = 0; i < 4; i++) {
        if (c->capacity[i] == NULL)
            continue;
        buf_adds(out, first ? "    capacity:\n" : "");
        add_pair(out, "      ", config_capacity_keys[i], c->capacity[i]);
        first = false;
    }
}

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static void write_level(const struct rule_info *info, const char *key, double at, struct buf *out)
{
    buf_addf(out, "%s: ", key);
    if (isnan(at))
        buf_adds(out, "off, ");
    else if (info->unit == RULE_UNIT_DURATION)
        buf_addf(out, "%.0fms, ", at * 1000);
    else
        buf_addf(out, "%.10g, ", at);
}

static void write_rule(enum rule rule, const struct rule_limits *l, struct buf *out)
{
    const struct rule_info *info = rule_info(rule);
    buf_addf(out, "  %s: ", info->id);
    if (l->off) {
        buf_adds(out, "off\n");
        return;
    }
    buf_addc(out, '{');
    if (info->unit != RULE_UNIT_SWITCH) {
        write_level(info, "warn", l->at[RULE_WARNING], out);
        write_level(info, "crit", l->at[RULE_CRITICAL], out);
    }
    buf_addf(out, "hold: %lldms}\n", (long long)l->hold_ms);
}

/* Those that are not as usual: a replay raises the same alerts. */
static void write_alerts(const struct rule_set *set, struct buf *out)
{
    bool first = true;
    for (int r = 0; r < RULE_COUNT; r++) {
        const struct rule_limits *l = &set->rules[r], *usual = &rule_info((enum rule)r)->usual;
        if (!l->off && l->hold_ms == usual->hold_ms && same(l->at[0], usual->at[0]) &&
            same(l->at[1], usual->at[1]))
            continue;
        buf_adds(out, first ? "alerts:\n" : "");
        write_rule((enum rule)r, l, out);
        first = false;
    }
}

void config_write_yaml(const struct config *c, struct buf *out)
{
    write_alerts(&c->rules, out);
    buf_adds(out, "centers:\n");
    for (size_t i = 0; i < c->center_count; i++) {
        const struct config_center *center = &c->centers[i];
        add_pair(out, "  - ", "id", center->id);
        add_pair(out, "    ", "name", center->name);
        add_pair(out, "    ", "kind", word("kind", (int)center->kind));
        add_pair(out, "    ", "tier", word("tier", (int)center->tier));
        add_pair(out, "    ", "tenancy", word("tenancy", (int)center->tenancy));
        add_pair(out, "    ", "operator", center->operator_name);
        add_pair(out, "    ", "region", center->region);
        write_capacity(center, out);
        buf_adds(out, "    sources:\n");
        for (size_t k = 0; k < center->source_count; k++)
            write_source(&center->sources[k], out);
    }
}
