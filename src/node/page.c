/* SPDX-License-Identifier: MIT
 * page.c - see page.h. */
#include "node/page.h"
#include "base/xmem.h"
#include <math.h>
#include <stdint.h>
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
static size_t name_len(enum family f, enum page_format format)
{
    size_t len = strlen(families[f].name);

    if (format == PAGE_TEXT || families[f].type == GAUGE)
        return len;
    return len - strlen(families[f].type == COUNTER ? "_total" : "_info");
}

static void write_head(struct buf *out, enum page_format format, enum family f)
{
    const char *const words[] = {"# HELP ", families[f].help,
                                 "# TYPE ", type_word(families[f].type, format),
                                 "# UNIT ", families[f].unit};
    bool has_unit = format == PAGE_OPENMETRICS && families[f].unit[0] != '\0';
    size_t len = name_len(f, format);

    for (size_t i = 0; i < (has_unit ? 6 : 4); i += 2) {
        buf_adds(out, words[i]);
        buf_add(out, families[f].name, len);
        buf_addc(out, ' ');
        buf_adds(out, words[i + 1]);
        buf_addc(out, '\n');
    }
}

static void write_whole(struct buf *out, uint32_t v)
{
    char text[12], *at = text + sizeof text;

    do
        *--at = (char)('0' + v % 10);
    while ((v /= 10) != 0);
    buf_add(out, at, (size_t)(text + sizeof text - at));
}

/* The fewest digits that mean the same number. */
static void write_value(struct buf *out, double v)
{
    char text[32];

    if (v >= 0 && v < 1e9 && v == (double)(uint32_t)v && !signbit(v)) {
        write_whole(out, (uint32_t)v);
        return;
    }
    snprintf(text, sizeof text, "%.15g", v);
    if (strtod(text, NULL) != v)
        snprintf(text, sizeof text, "%.17g", v);
    buf_adds(out, text);
}

static void write_sample(struct buf *out, const char *name, const struct samples *s,
                         const struct sample *x)
{
    const char *labels = sample_labels(s, x);

    buf_adds(out, name);
    if (labels[0] != '\0') {
        buf_addc(out, '{');
        buf_adds(out, labels);
        buf_addc(out, '}');
    }
    buf_addc(out, ' ');
    write_value(out, x->value);
    buf_addc(out, '\n');
}

/* ---- families under names of others: as their writer has them, where the format knows that */

static bool is_one_of(const char *word, const char *const *words)
{
    while (*words != NULL && strcmp(*words, word) != 0)
        words++;
    return *words != NULL;
}

static const char *other_type(const struct other_family *f, enum page_format format)
{
    static const char *const types[] = {"gauge", "counter", "histogram", "summary", NULL};
    size_t len = strlen(f->family);
    bool known = is_one_of(f->type, types);

    if (format == PAGE_TEXT)
        return known ? f->type : "untyped";
    /* There a counter must be called _total. */
    if (strcmp(f->type, "counter") == 0 && (len <= 6 || strcmp(f->family + len - 6, "_total") != 0))
        known = false;
    return known ? f->type : "unknown";
}

static void write_other_head(struct buf *out, enum page_format format, const struct other_family *f)
{
    const char *type = other_type(f, format);
    int len = (int)strlen(f->family);

    if (format == PAGE_OPENMETRICS && strcmp(type, "counter") == 0)
        len -= 6;
    if (f->help[0] != '\0')
        buf_addf(out, "# HELP %.*s %s\n", len, f->family, f->help);
    buf_addf(out, "# TYPE %.*s %s\n", len, f->family, type);
}

/* They come sorted by family. */
static void write_others(struct buf *out, enum page_format format, const struct samples *s,
                         const size_t *order, size_t count)
{
    const char *last = "";

    for (size_t i = 0; i < count; i++) {
        const struct other_family f = other_of(s, &s->at[order[i]]);
        if (strcmp(last, f.family) != 0)
            write_other_head(out, format, &f);
        last = f.family;
        write_sample(out, f.name, s, &s->at[order[i]]);
    }
}

/* ---- the page */

enum { KINDS = FAMILY_COUNT + 1 }; /* FAMILY_OTHER is the last */

/* Samples by family, in the order that they came in: order[first[f]] is the first of family f. */
static size_t *by_family(const struct samples *s, size_t first[KINDS + 1])
{
    size_t *order = xcalloc(s->count + 1, sizeof *order), next[KINDS];

    memset(first, 0, (KINDS + 1) * sizeof *first);
    for (size_t i = 0; i < s->count; i++)
        first[s->at[i].family + 1]++;
    for (size_t f = 0; f < KINDS; f++)
        first[f + 1] += first[f];
    memcpy(next, first, sizeof next);
    for (size_t i = 0; i < s->count; i++)
        order[next[s->at[i].family]++] = i;
    return order;
}

static bool told_before(const struct samples *s, const size_t *order, size_t count)
{
    const char *labels = sample_labels(s, &s->at[order[count]]);

    for (size_t k = 0; k < count; k++)
        if (strcmp(sample_labels(s, &s->at[order[k]]), labels) == 0)
            return true;
    return false;
}

enum rc page_write(struct buf *out, enum page_format format, const struct samples *s)
{
    size_t first[KINDS + 1], *order = by_family(s, first);

    for (enum family f = 0; f < FAMILY_COUNT; f++) {
        const size_t *of = order + first[f];
        size_t count = first[f + 1] - first[f];
        if (count > 0)
            write_head(out, format, f);
        for (size_t i = 0; i < count; i++)
            if (!told_before(s, of, i))
                write_sample(out, families[f].name, s, &s->at[of[i]]);
    }
    write_others(out, format, s, order + first[FAMILY_OTHER],
                 first[FAMILY_OTHER + 1] - first[FAMILY_OTHER]);
    free(order);
    if (format == PAGE_OPENMETRICS)
        buf_adds(out, "# EOF\n");
    return out->failed ? RC_LIMIT : RC_OK;
}
