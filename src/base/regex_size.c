/* SPDX-License-Identifier: MIT
 * regex_size.c - see regex_size.h. */
#include "base/regex_size.h"
#include <string.h>

enum { MOST_GROUPS = 32, MOST_SIGNS = 8 };

/* Inside one parenthesis: sizes of what stands before the last item, and of that item; and how many signs of repetition
 * stand one upon the other there at the most. */
struct level {
    double before, last;
    int signs_before, signs;
};

struct estimate {
    struct level levels[MOST_GROUPS + 1];
    int depth;
};

static struct level *top(struct estimate *e)
{
    return &e->levels[e->depth];
}

static void add_item(struct estimate *e, double size, int signs)
{
    struct level *l = top(e);

    l->before += l->last;
    l->last = size;
    l->signs_before = l->signs > l->signs_before ? l->signs : l->signs_before;
    l->signs = signs;
}

/* A sign of repetition behind the last item. False if there are too many. */
static bool repeat(struct estimate *e, double size)
{
    top(e)->last = size;
    return ++top(e)->signs <= MOST_SIGNS;
}

/* Behind a bracket expression; "]" may be its first member. */
static const char *skip_bracket(const char *p)
{
    p++;
    if (*p == '^')
        p++;
    if (*p == ']')
        p++;
    while (*p && *p != ']') {
        if (p[0] == '[' && (p[1] == ':' || p[1] == '.' || p[1] == '=')) {
            const char *end = strchr(p + 2, ']');
            p = end ? end : p;
        }
        p++;
    }
    return *p ? p + 1 : p;
}

/* Behind "{2,5}", the greatest count in *most; p itself if it is none. */
static const char *take_count(const char *p, double *most)
{
    const char *s = p + 1;
    double n = 0;

    *most = 1;
    for (; (*s >= '0' && *s <= '9') || *s == ','; s++) {
        n = *s == ',' ? 0 : n * 10 + (*s - '0');
        *most = n > *most ? n : *most;
    }
    return *s == '}' ? s + 1 : p;
}

static bool open_group(struct estimate *e)
{
    if (e->depth == MOST_GROUPS)
        return false;
    e->levels[++e->depth] = (struct level){0};
    return true;
}

static void close_group(struct estimate *e)
{
    const struct level *l = top(e);

    if (e->depth == 0)
        return;
    e->depth--;
    add_item(e, l->before + l->last + 1, l->signs > l->signs_before ? l->signs : l->signs_before);
}

/* One character or construct; NULL if it is refused. */
static const char *step(struct estimate *e, const char *p)
{
    const char *end;
    double most;

    switch (*p) {
    case '\\':
        add_item(e, 1, 0);
        return p[1] >= '1' && p[1] <= '9' ? NULL : p + (p[1] ? 2 : 1);
    case '[':
        add_item(e, 1, 0);
        return skip_bracket(p);
    case '(':
        return open_group(e) ? p + 1 : NULL;
    case ')':
        close_group(e);
        return p + 1;
    case '*':
    case '?':
        return repeat(e, top(e)->last + 1) ? p + 1 : NULL;
    case '+':
        return repeat(e, 2 * top(e)->last + 1) ? p + 1 : NULL;
    case '{':
        end = take_count(p, &most);
        if (end == p)
            break;
        return repeat(e, most * top(e)->last + 1) ? end : NULL;
    default:
        break;
    }
    add_item(e, 1, 0);
    return p + 1;
}

bool regex_is_tame(const char *s, double most)
{
    struct estimate e = {.depth = 0};

    while (*s) {
        s = step(&e, s);
        if (!s || top(&e)->before + top(&e)->last > most)
            return false;
    }
    return true;
}
