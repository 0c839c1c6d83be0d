/* SPDX-License-Identifier: MIT
 * samples.c - see samples.h. */
#include "node/samples.h"
#include "base/utf8.h"
#include "base/xmem.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 4 << 20, VALUE_MAX = 256 };

void samples_init(struct samples *s)
{
    memset(s, 0, sizeof *s);
    buf_init(&s->text, TEXT_MAX);
}

void samples_fini(struct samples *s)
{
    free(s->at);
    buf_fini(&s->text);
}

void samples_reset(struct samples *s)
{
    s->count = 0;
    buf_reset(&s->text);
}

static void add_value(struct buf *out, const char *value)
{
    char clean[VALUE_MAX];
    size_t len = text_clean_into(clean, sizeof clean, value, strlen(value));

    for (size_t i = 0; i < len; i++) {
        if (clean[i] == '"' || clean[i] == '\\')
            buf_addc(out, '\\');
        buf_addc(out, clean[i]);
    }
}

/* The sample whose labels are the text's last part; a set that is full drops it whole. */
static void add_sample(struct samples *s, enum family family, size_t labels, double value)
{
    if (s->text.failed) {
        s->text.failed = false;
        buf_truncate(&s->text, labels);
        return;
    }
    s->at = xgrow(s->at, &s->cap, s->count + 1, sizeof *s->at);
    s->at[s->count++] = (struct sample){family, labels, 0, value};
}

void samples_add(struct samples *s, enum family family, double value, const struct label *labels)
{
    size_t at = s->text.len;

    if (!isfinite(value))
        return;
    for (; labels != NULL && labels->name != NULL; labels++) {
        if (labels->value == NULL || labels->value[0] == '\0')
            continue;
        buf_addf(&s->text, "%s%s=\"", s->text.len > at ? "," : "", labels->name);
        add_value(&s->text, labels->value);
        buf_addc(&s->text, '"');
    }
    buf_addc(&s->text, '\0');
    add_sample(s, family, at, value);
}

void samples_add_same(struct samples *s, enum family family, double value, size_t i)
{
    s->at = xgrow(s->at, &s->cap, s->count + 1, sizeof *s->at);
    s->at[s->count++] = (struct sample){family, s->at[i].labels, 0, value};
}

static enum family family_called(const char *name)
{
    static const char *const names[] = {
#define FAMILY(id, type, name, unit, help) name,
#include "node/families.def"
#undef FAMILY
    };
    enum family f = 0;

    while (f < FAMILY_COUNT && strcmp(names[f], name) != 0)
        f++;
    return f;
}

static void add_text(struct buf *out, const char *text)
{
    buf_add(out, text, strlen(text) + 1);
}

void samples_add_other(struct samples *s, const struct other_family *family, double value,
                       const char *labels)
{
    enum family ours = family_called(family->name);
    size_t at = s->text.len, other;

    add_text(&s->text, labels);
    other = s->text.len;
    if (ours == FAMILY_OTHER) {
        add_text(&s->text, family->family);
        add_text(&s->text, family->name);
        add_text(&s->text, family->type);
        add_text(&s->text, family->help);
    }
    size_t count = s->count;
    add_sample(s, ours, at, value);
    if (s->count > count)
        s->at[count].other = other;
}

struct other_family other_of(const struct samples *s, const struct sample *x)
{
    struct other_family f;

    f.family = s->text.data + x->other;
    f.name = f.family + strlen(f.family) + 1;
    f.type = f.name + strlen(f.name) + 1;
    f.help = f.type + strlen(f.type) + 1;
    return f;
}

void samples_append_one(struct samples *s, const struct samples *from, size_t i)
{
    const char *labels = sample_labels(from, &from->at[i]);
    size_t at = s->text.len;

    if (from->at[i].family == FAMILY_OTHER) {
        const struct other_family family = other_of(from, &from->at[i]);
        samples_add_other(s, &family, from->at[i].value, labels);
        return;
    }
    buf_add(&s->text, labels, strlen(labels) + 1);
    add_sample(s, from->at[i].family, at, from->at[i].value);
}
