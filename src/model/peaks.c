/* SPDX-License-Identifier: MIT
 * peaks.c - the table of dense peaks: see flops.h; format: head of data/peaks.conf. */
#include "base/columns.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "model/flops.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 96, COLUMNS_LEAST = 9, COLUMNS_MOST = 10 };
#define MOST_TFLOPS 1e6 /* of one device: more is a slip of the pen */
#define MOST_HERTZ 1e11

struct entry {
    char *name; /* folded */
    struct peak peak;
};

struct peak_table {
    struct entry *all;
    size_t count, cap;
    char **texts; /* what the entries point to */
    size_t text_count, text_cap;
};

struct peak_table *peak_table_new(void)
{
    return xcalloc(1, sizeof(struct peak_table));
}

static void drop_from(struct peak_table *t, size_t entries, size_t texts)
{
    while (t->count > entries)
        free(t->all[--t->count].name);
    while (t->text_count > texts)
        free(t->texts[--t->text_count]);
}

void peak_table_free(struct peak_table *t)
{
    if (!t)
        return;
    drop_from(t, 0, 0);
    free(t->all);
    free(t->texts);
    free(t);
}

static bool is_maker(const char *word)
{
    static const char *const makers[] = {"nvidia", "tesla", "amd",       "instinct",  "huawei",
                                         "ascend", "hygon", "cambricon", "moore",     "threads",
                                         "metax",  "intel", "habana",    "kunlunxin", "google"};

    for (size_t i = 0; i < ARRAY_LEN(makers); i++)
        if (strcmp(word, makers[i]) == 0)
            return true;
    return false;
}

/* "80gb", "80g" */
static bool is_memory(const char *word)
{
    size_t digits = strspn(word, "0123456789");

    return digits > 0 && (strcmp(word + digits, "gb") == 0 || strcmp(word + digits, "g") == 0);
}

static bool is_separator(char c)
{
    return c == ' ' || c == '\t' || c == '-' || c == '_';
}

/* The words that count, in lower case, a blank between them. False if that is nothing, or too long for any name. */
static bool fold(const char *name, size_t len, char out[NAME_MAX_BYTES])
{
    size_t used = 0, at = 0;
    char word[NAME_MAX_BYTES];

    while (at < len) {
        size_t n = 0;
        while (at < len && is_separator(name[at]))
            at++;
        for (; at < len && !is_separator(name[at]); at++) {
            if (n + 1 == sizeof(word))
                return false;
            word[n++] = (char)tolower((unsigned char)name[at]);
        }
        word[n] = '\0';
        if (!n || is_maker(word) || is_memory(word))
            continue;
        if (used + (used > 0) + n >= NAME_MAX_BYTES)
            return false;
        if (used)
            out[used++] = ' ';
        memcpy(out + used, word, n);
        used += n;
    }
    out[used] = '\0';
    return used > 0;
}

/* ---- reading ---- */

struct reading {
    struct peak_table *t;
    const char *name; /* of the file */
    unsigned line;
    struct err *e;
};

static enum rc refuse(const struct reading *r, const char *what, const char *cell)
{
    char where[96];
    size_t len = strlen(r->name), most = sizeof(where) - 12; /* the line must not be lost */

    (void)snprintf(where, sizeof(where), "%s:%u", r->name + (len > most ? len - most : 0), r->line);
    return err_set(r->e, RC_SYNTAX, where, "%s: \"%s\"", what, cell);
}

/* "67", "1?" or "-"; no locale. */
static bool read_tflops(const char *cell, double *out, bool *unsure)
{
    double v = 0, scale = 1;
    const char *p = cell;

    *out = NAN;
    *unsure = false;
    if (strcmp(cell, "-") == 0)
        return true;
    for (; *p >= '0' && *p <= '9' && v <= MOST_TFLOPS; p++)
        v = v * 10 + (*p - '0');
    if (*p == '.' && p > cell)
        for (p++; *p >= '0' && *p <= '9' && scale < 1e9; p++) {
            v = v * 10 + (*p - '0');
            scale *= 10;
        }
    if (*p == '?')
        *unsure = p++ > cell;
    *out = v / scale * 1e12;
    return p > cell && *p == '\0' && *out > 0 && v / scale <= MOST_TFLOPS;
}

static const char *keep(struct peak_table *t, const char *text)
{
    t->texts = xgrow(t->texts, &t->text_cap, t->text_count + 1, sizeof(*t->texts));
    return t->texts[t->text_count++] = xstrdup(text);
}

static enum rc read_figures(const struct reading *r, const struct columns_line *l, struct peak *p)
{
    double *const figures[] = {&p->fp64, &p->fp64_tensor, &p->fp32, &p->fp16, &p->fp8};
    static const uint8_t precisions[] = {precision_FP64, precision_FP64, precision_FP32,
                                         precision_FP16, precision_FP8};
    bool unsure;

    for (int i = 0; i < 5; i++) {
        if (!read_tflops(l->cell[2 + i], figures[i], &unsure))
            return refuse(r, S_("is no number of TFLOPS"), l->cell[2 + i]);
        if (unsure)
            p->unsure |= (uint8_t)(1u << precisions[i]);
    }
    return RC_OK;
}

static enum rc read_clock(const struct reading *r, const struct columns_line *l, struct peak *p)
{
    double tera = NAN;
    bool unsure;

    if (l->count == COLUMNS_MOST && !read_tflops(l->cell[9], &tera, &unsure))
        return refuse(r, S_("is no clock in GHz"), l->cell[9]);
    p->fp16_clock = tera / 1000; /* read as 10^12, told in 10^9 */
    return isnan(tera) || p->fp16_clock <= MOST_HERTZ
               ? RC_OK
               : refuse(r, S_("is no clock in GHz"), l->cell[9]);
}

static enum rc add_names(const struct reading *r, const char *names, const struct peak *p)
{
    struct peak_table *t = r->t;
    char folded[NAME_MAX_BYTES];
    size_t len;

    for (;; names += len + 1) {
        len = strcspn(names, ",");
        if (!fold(names, len, folded))
            return refuse(r, S_("is no name of a model"), names);
        t->all = xgrow(t->all, &t->cap, t->count + 1, sizeof(*t->all));
        t->all[t->count++] = (struct entry){.name = xstrdup(folded), .peak = *p};
        if (!names[len])
            return RC_OK;
    }
}

static enum rc read_line(const struct reading *r, const struct columns_line *l)
{
    struct peak p = {.confidence = 0};
    enum rc rc;

    if (l->too_long || l->count < COLUMNS_LEAST || l->count > COLUMNS_MOST)
        return refuse(r, S_("nine or ten columns are wanted, in one line of 511 bytes"),
                      l->cell[0]);
    const char *confidence = l->cell[7];
    if (strlen(confidence) != 1 || !strchr("ABC", confidence[0]))
        return refuse(r, S_("confidence is A, B or C"), confidence);
    p.confidence = confidence[0];
    rc = read_figures(r, l, &p);
    if (rc != RC_OK)
        return rc;
    rc = read_clock(r, l, &p);
    if (rc != RC_OK)
        return rc;
    p.model = keep(r->t, l->cell[0]);
    p.vendor = keep(r->t, l->cell[1]);
    p.source = keep(r->t, l->cell[8]);
    return add_names(r, l->cell[0], &p);
}

enum rc peak_table_add(struct peak_table *t, const char *text, const char *name, struct err *e)
{
    struct columns c = {.text = text};
    struct columns_line line;
    struct reading r = {.t = t, .name = name, .e = e};
    size_t entries = t->count, texts = t->text_count;
    enum rc rc = RC_OK;

    while (rc == RC_OK && columns_next(&c, &line)) {
        r.line = c.line;
        rc = read_line(&r, &line);
    }
    if (rc != RC_OK)
        drop_from(t, entries, texts);
    return rc;
}

/* ---- asking ---- */

const struct peak *peak_find(const struct peak_table *t, const char *model)
{
    char folded[NAME_MAX_BYTES];

    if (!t || !fold(model, strlen(model), folded))
        return NULL;
    for (size_t i = t->count; i > 0; i--) /* what was added last wins */
        if (strcmp(t->all[i - 1].name, folded) == 0)
            return &t->all[i - 1].peak;
    return NULL;
}

double peak_of(const struct peak *p, enum precision precision)
{
    if (!p)
        return NAN;
    switch (precision) {
    case precision_FP64:
        return isnan(p->fp64_tensor) ? p->fp64 : p->fp64_tensor;
    case precision_FP32:
        return p->fp32;
    case precision_FP16:
        return p->fp16;
    case precision_FP8:
        return p->fp8;
    default:
        return NAN;
    }
}

bool peak_is_hearsay(const struct peak *p, enum precision precision)
{
    return p->confidence == 'C' || (p->unsure >> precision & 1);
}

bool peak_of_slice(const struct peak *p, const char *profile, struct peak *out)
{
    double share = (profile[0] - '0') / 7.0;

    if (profile[0] < '1' || profile[0] > '7' || profile[1] != 'g' || profile[2] != '.')
        return false;
    *out = *p;
    out->fp64 *= share;
    out->fp64_tensor *= share;
    out->fp32 *= share;
    out->fp16 *= share;
    out->fp8 *= share;
    if (profile[0] != '7')
        out->confidence = 'C';
    return true;
}
