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
    s->at[s->count++] = (struct sample){family, labels, value};
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
    s->at[s->count++] = (struct sample){family, s->at[i].labels, value};
}

void samples_append_one(struct samples *s, const struct samples *from, size_t i)
{
    const char *labels = sample_labels(from, &from->at[i]);
    size_t at = s->text.len;

    buf_add(&s->text, labels, strlen(labels) + 1);
    add_sample(s, from->at[i].family, at, from->at[i].value);
}
