/* SPDX-License-Identifier: MIT
 * config_write.c - a configuration as YAML again, for the manifest of a recording. Files and commands that hold
 * secrets are left out: a replay needs none. */
#include "app/config.h"
#include "base/buf.h"

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

void config_write_yaml(const struct config *c, struct buf *out)
{
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
