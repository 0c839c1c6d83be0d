/* SPDX-License-Identifier: MIT
 * fuzz_peaks.c - a site's peaks.conf: it is taken or refused as a whole, with file and line, and what is taken are numbers
 * above zero. */
#include "model/flops.h"
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(what)                                                                                 \
    do {                                                                                           \
        if (!(what))                                                                               \
            abort();                                                                               \
    } while (0)

static void check_figure(double v)
{
    must(isnan(v) || (v > 0 && v <= FLOPS_MOST));
}

/* Any line of the text may be a name that is in the table. */
static void ask(const struct peak_table *t, const char *text)
{
    char name[64];

    for (const char *p = text; *p; p += strcspn(p, "\n"), p += *p == '\n') {
        size_t len = strcspn(p, "|,\n");
        if (len == 0 || len >= sizeof name)
            continue;
        memcpy(name, p, len);
        name[len] = '\0';
        const struct peak *peak = peak_find(t, name);
        if (peak == NULL)
            continue;
        must(peak->confidence >= 'A' && peak->confidence <= 'C');
        must(peak->source != NULL && peak->model != NULL);
        for (int i = precision_FP64; i < precision_COUNT; i++)
            check_figure(peak_of(peak, (enum precision)i));
        check_figure(peak->fp64);
        check_figure(peak->fp16_clock);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    struct peak_table *t = peak_table_new();
    struct err e = {0};

    must(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    enum rc rc = peak_table_add(t, text, "peaks.conf", &e);
    must(rc == RC_OK || (rc == RC_SYNTAX && strncmp(e.where, "peaks.conf:", 11) == 0));
    ask(t, text);
    peak_table_free(t);
    free(text);
    return 0;
}
