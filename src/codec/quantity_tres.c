/* SPDX-License-Identifier: MIT
 * quantity_tres.c - Slurm's resource texts: TRES and GRES lists.
 *
 * Two spellings meet here: "gpu:h200:4(S:0-1)" with colons (GRES of nodes, details of jobs), where
 * every entry is a further set of devices, and "gres/gpu:h200=4" with an equals sign (TRES), where
 * an untyped entry is the total of the typed ones. */
#include "codec/quantity.h"

#include <string.h>

struct entry {
    const char *text;
    size_t len;
};

/* Next entry of a comma list; commas in parentheses do not count. False at the end. */
static bool next_entry(const char **p, struct entry *e)
{
    int depth = 0;
    while (**p == ',' || **p == ' ')
        ++*p;
    e->text = *p;
    for (; **p && (**p != ',' || depth > 0); ++*p)
        depth += **p == '(' ? 1 : **p == ')' ? -1 : 0;
    e->len = (size_t)(*p - e->text);
    return e->len > 0;
}

/* --- TRES ------------------------------------------------------------------------------------- */

static bool tres_value(const char *name, size_t name_len, const char *text, size_t len, double *out)
{
    char copy[48];
    bool mem = name_len == 3 && memcmp(name, "mem", 3) == 0;
    if (len == 0 || len >= sizeof copy)
        return false;
    memcpy(copy, text, len);
    copy[len] = 0;
    return quantity_bytes(copy, mem ? 1048576.0 : 1.0, out);
}

bool quantity_tres(const char *list, const char *name, double *out)
{
    size_t n = strlen(name);
    double sum = 0, v;
    bool typed = false;
    struct entry e;
    while (next_entry(&list, &e)) {
        const char *eq = memchr(e.text, '=', e.len);
        if (!eq || (size_t)(eq - e.text) < n || memcmp(e.text, name, n) != 0)
            continue;
        size_t left = e.len - (size_t)(eq - e.text) - 1;
        if ((e.text[n] != '=' && e.text[n] != ':') || !tres_value(name, n, eq + 1, left, &v))
            continue;
        if (e.text[n] == '=') {
            *out = v;
            return true;
        }
        typed = true;
        sum += v;
    }
    if (typed)
        *out = sum;
    return typed;
}

/* --- GRES ------------------------------------------------------------------------------------- */

struct gres {
    uint64_t count;
    const char *type; /* "" if untyped */
    size_t type_len;
    bool total; /* of the TRES spelling: count of all typed entries together */
    bool tres;
};

static bool strip(struct entry *e, const char *prefix)
{
    size_t n = strlen(prefix);
    if (e->len < n || memcmp(e->text, prefix, n) != 0)
        return false;
    e->text += n;
    e->len -= n;
    return true;
}

static bool parse_count(const char *s, size_t len, uint64_t *out)
{
    uint64_t v = 0;
    size_t i = 0;
    for (; i < len && s[i] >= '0' && s[i] <= '9' && v <= UINT32_MAX; i++)
        v = v * 10 + (uint64_t)(s[i] - '0');
    if (i > 0 && i + 1 == len && s[i] == 'K') {
        v *= 1024;
        i++;
    }
    *out = v;
    return i > 0 && i == len && v <= UINT32_MAX;
}

/* "(S:0-1)", "(IDX:0-3)" behind the count. */
static void strip_remark(struct entry *e)
{
    bool closed = e->len > 0 && e->text[e->len - 1] == ')';
    const char *open = closed ? memrchr(e->text, '(', e->len) : NULL;
    if (open)
        e->len = (size_t)(open - e->text);
}

/* Could it be a device type, "h200" or "1g.10gb"? Then it is not a count that cannot be read. */
static bool is_type(const char *s, size_t len)
{
    bool letter = false;
    for (size_t i = 0; i < len; i++) {
        char c = s[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool is_digit = c >= '0' && c <= '9';
        if (!is_letter && !is_digit && (i == 0 || c == 0 || !strchr("_-.+", c)))
            return false;
        letter |= is_letter;
    }
    return letter;
}

/* The count behind the last mark; without one, as in "gpu" and "gpu:h200", it is 1. Returns how
 * much of the text before it is type, or -1. */
static ptrdiff_t split_count(const struct entry *e, struct gres *g)
{
    const char *eq = memrchr(e->text, '=', e->len), *colon = memrchr(e->text, ':', e->len);
    const char *mark = eq ? eq : colon;
    if (!mark)
        return e->len == 0 ? 0 : -1;
    size_t head = (size_t)(mark - e->text), left = e->len - head - 1;
    g->tres = eq != NULL;
    if (parse_count(mark + 1, left, &g->count))
        return (ptrdiff_t)head;
    g->count = 1;
    return !eq && head == 0 && is_type(mark + 1, left) ? (ptrdiff_t)e->len : -1;
}

/* What follows "gpu": "", ":4", ":h200", ":h200:4", "=4", ":h200=4". */
static bool parse_gpu(const struct entry *e, struct gres *g)
{
    *g = (struct gres){.count = 1, .type = ""};
    ptrdiff_t head = split_count(e, g);
    if (head < 0 || (head > 0 && e->text[0] != ':'))
        return false;
    if (head > 0) {
        g->type = e->text + 1;
        g->type_len = (size_t)head - 1;
    }
    if (g->type_len == 6 && memcmp(g->type, "(null)", 6) == 0)
        g->type_len = 0;
    g->total = g->tres && g->type_len == 0;
    return true;
}

/* "1g.10gb", "3g.20gb+me", "a100_1g.5gb": digits, "g.", digits, "gb". */
static bool is_mig(const char *s, size_t len)
{
    for (size_t i = 1; i + 2 < len; i++) {
        size_t j = i + 2;
        if (s[i] != 'g' || s[i + 1] != '.' || s[i - 1] < '0' || s[i - 1] > '9')
            continue;
        while (j < len && s[j] >= '0' && s[j] <= '9')
            j++;
        if (j > i + 2 && j + 2 <= len && s[j] == 'g' && s[j + 1] == 'b')
            return true;
    }
    return false;
}

struct tally {
    uint64_t listed, typed, slices, tres_slices, total;
    bool has_total;
    uint64_t best; /* rank of the entry that `model` names */
};

static void note_model(struct tally *t, struct gres_sum *sum, const struct gres *g, bool mig)
{
    uint64_t rank = g->count + 1 + (mig ? 0 : (uint64_t)1 << 33); /* whole devices before slices */
    if (g->type_len == 0 || g->type_len >= sizeof sum->model || rank <= t->best)
        return;
    t->best = rank;
    memcpy(sum->model, g->type, g->type_len);
    sum->model[g->type_len] = 0;
}

static void add(struct tally *t, struct gres_sum *sum, const struct gres *g)
{
    bool mig = is_mig(g->type, g->type_len);
    if (g->total) {
        t->total += g->count;
        t->has_total = true;
    } else if (mig) {
        t->slices += g->count;
        t->tres_slices += g->tres ? g->count : 0;
    } else if (g->tres) {
        t->typed += g->count;
    } else {
        t->listed += g->count;
    }
    note_model(t, sum, g, mig);
}

static uint32_t clamp(uint64_t v)
{
    return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

struct gres_sum quantity_gres(const char *text)
{
    struct gres_sum sum = {0};
    struct tally t = {0};
    struct entry e;
    while (next_entry(&text, &e)) {
        struct gres g;
        strip_remark(&e);
        (void)(strip(&e, "gres/") || strip(&e, "gres:"));
        if (strip(&e, "gpu") && parse_gpu(&e, &g))
            add(&t, &sum, &g);
    }
    uint64_t tres = t.typed;
    if (t.has_total)
        tres = t.total > t.tres_slices ? t.total - t.tres_slices : 0;
    sum.devices = clamp(t.listed + tres);
    sum.slices = clamp(t.slices);
    return sum;
}
