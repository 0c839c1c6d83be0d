/* SPDX-License-Identifier: MIT
 * page.c - see page.h. */
#include "node/page.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum type { GAUGE, COUNTER, INFO };

static const struct {
    enum type type;
    const char *name, *unit, *help;
} families[] = {
#define FAMILY(id, type, name, unit, help) {type, name, unit, help},
#include "node/families.def"
#undef FAMILY
};

const char *page_content_type(enum page_format format)
{
    return format == PAGE_OPENMETRICS ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                      : "text/plain; version=0.0.4; charset=utf-8";
}

static const char *type_word(enum type type, enum page_format format)
{
    if (type == COUNTER)
        return "counter";
    return type == INFO && format == PAGE_OPENMETRICS ? "info" : "gauge";
}

/* OpenMetrics names a family without what the type adds to the names of its samples. */
static int name_len(enum family f, enum page_format format)
{
    size_t len = strlen(families[f].name);

    if (format == PAGE_TEXT || families[f].type == GAUGE)
        return (int)len;
    return (int)(len - strlen(families[f].type == COUNTER ? "_total" : "_info"));
}

static void write_head(struct buf *out, enum page_format format, enum family f)
{
    int len = name_len(f, format);

    buf_addf(out, "# HELP %.*s %s\n", len, families[f].name, families[f].help);
    buf_addf(out, "# TYPE %.*s %s\n", len, families[f].name, type_word(families[f].type, format));
    if (format == PAGE_OPENMETRICS && families[f].unit[0] != '\0')
        buf_addf(out, "# UNIT %.*s %s\n", len, families[f].name, families[f].unit);
}

/* The fewest digits that mean the same number. */
static void write_value(struct buf *out, double v)
{
    char text[32];

    snprintf(text, sizeof text, "%.15g", v);
    if (strtod(text, NULL) != v)
        snprintf(text, sizeof text, "%.17g", v);
    buf_adds(out, text);
}

static bool told_before(const struct samples *s, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (s->at[k].family == s->at[i].family &&
            strcmp(sample_labels(s, &s->at[k]), sample_labels(s, &s->at[i])) == 0)
            return true;
    return false;
}

static void write_sample(struct buf *out, const struct samples *s, const struct sample *x)
{
    const char *labels = sample_labels(s, x);

    buf_adds(out, families[x->family].name);
    if (labels[0] != '\0')
        buf_addf(out, "{%s}", labels);
    buf_addc(out, ' ');
    write_value(out, x->value);
    buf_addc(out, '\n');
}

enum rc page_write(struct buf *out, enum page_format format, const struct samples *s)
{
    for (enum family f = 0; f < FAMILY_COUNT; f++) {
        bool head = false;
        for (size_t i = 0; i < s->count; i++) {
            if (s->at[i].family != f || told_before(s, i))
                continue;
            if (!head)
                write_head(out, format, f);
            head = true;
            write_sample(out, s, &s->at[i]);
        }
    }
    if (format == PAGE_OPENMETRICS)
        buf_adds(out, "# EOF\n");
    return out->failed ? RC_LIMIT : RC_OK;
}
