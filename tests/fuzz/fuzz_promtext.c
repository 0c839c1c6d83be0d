/* SPDX-License-Identifier: MIT
 * fuzz_promtext.c - whatever goes in: what comes out lies within the line, and labels end. */
#include "codec/promtext.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(what)                                                                                 \
    do {                                                                                           \
        if (!(what))                                                                               \
            abort();                                                                               \
    } while (0)

static bool within(const char *p, size_t len, const char *text, size_t size)
{
    return p >= text && p <= text + size && len <= size - (size_t)(p - text);
}

static void check_labels(const struct prom_line *l, const char *text, size_t size)
{
    struct prom_label label;
    size_t at = 0, before = 0, count = 0;
    char out[64];

    while (prom_next_label(l, &at, &label)) {
        must(at > before && at <= l->labels_len && ++count <= size);
        must(within(label.name, label.name_len, text, size) && label.name_len > 0);
        must(within(label.value, label.value_len, text, size));
        must(prom_unescape(&label, out, sizeof out) < sizeof out && memchr(out, 0, sizeof out));
        before = at;
    }
}

static void check_line(const char *text, size_t size, enum prom_format format)
{
    struct prom_line l;

    if (prom_read(text, size, format, &l, NULL) != RC_OK)
        return;
    must(within(l.name, l.name_len, text, size));
    must(within(l.labels, l.labels_len, text, size));
    must(within(l.text, l.text_len, text, size));
    if (l.kind == PROM_SAMPLE)
        check_labels(&l, text, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;

    for (const char *end = text + size; text <= end;) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t len = (size_t)((newline ? newline : end) - text);
        check_line(text, len, PROM_TEXT);
        check_line(text, len, PROM_OPENMETRICS);
        text += len + 1;
    }
    return 0;
}
