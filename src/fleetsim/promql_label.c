/* SPDX-License-Identifier: MIT
 * promql_label.c - labels of samples: finding, leaving out, setting, grouping by them. */
#include "base/buf.h"
#include "base/hash.h"
#include "base/xmem.h"
#include "fleetsim/promql_int.h"
#include <stdlib.h>
#include <string.h>

enum { KEYS_MAX = 1 << 30 };

const char *promql_label(const struct promql_sample *s, const char *name)
{
    for (uint32_t i = 0; i < s->label_count; i++)
        if (strcmp(s->labels[i].name, name) == 0)
            return s->labels[i].value;
    return "";
}

bool promql_fits(const struct promql_matcher *m, const char *value)
{
    switch (m->how) {
    case MATCH_IS:
        return strcmp(m->value, value) == 0;
    case MATCH_IS_NOT:
        return strcmp(m->value, value) != 0;
    case MATCH_REGEX:
        return regexec(&m->regex, value, 0, NULL, 0) == 0;
    default:
        return regexec(&m->regex, value, 0, NULL, 0) != 0;
    }
}

bool promql_all_fit(const struct promql_matcher *m, size_t count, const struct promql_sample *s)
{
    for (size_t i = 0; i < count; i++)
        if (!promql_fits(&m[i], promql_label(s, m[i].name)))
            return false;
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct promql_label *)a)->name, ((const struct promql_label *)b)->name);
}

void promql_add(struct promql_vector *v, struct promql_label *labels, uint32_t count, double value,
                double at)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < count; i++)
        if (labels[i].value[0] != '\0')
            labels[kept++] = labels[i];
    if (kept > 0)
        qsort(labels, kept, sizeof(*labels), by_name);
    if (v->count == v->cap) { /* the old block stays in the arena: at most as much again */
        size_t cap = v->cap ? 2 * v->cap : 16;
        struct promql_sample *more = arena_alloc(v->arena, cap * sizeof(*more));
        if (v->count > 0)
            memcpy(more, v->samples, v->count * sizeof(*more));
        v->samples = more;
        v->cap = cap;
    }
    v->samples[v->count++] = (struct promql_sample){labels, kept, value, at};
}

bool names_has(const struct names *n, const char *name)
{
    for (size_t i = 0; i < n->count; i++)
        if (strcmp(n->name[i], name) == 0)
            return true;
    return false;
}

uint32_t labels_of_group(struct arena *a, const struct promql_sample *s, const struct names *n,
                         bool on, struct promql_label **out)
{
    uint32_t count = 0;

    *out = arena_alloc(a, (s->label_count + 1) * sizeof(**out));
    for (uint32_t i = 0; i < s->label_count; i++) {
        const char *name = s->labels[i].name;
        if (on ? names_has(n, name) : !names_has(n, name) && strcmp(name, "__name__") != 0)
            (*out)[count++] = s->labels[i];
    }
    return count;
}

void labels_set(struct arena *a, struct promql_sample *s, const char *name, const char *value)
{
    struct promql_label *more = arena_alloc(a, (s->label_count + 1) * sizeof(*more));
    struct promql_label own = {name, value};
    uint32_t n = 0;

    for (uint32_t i = 0; i < s->label_count; i++) {
        int order = strcmp(s->labels[i].name, name);
        if (order >= 0 && own.value[0] != '\0') {
            more[n++] = own;
            own.value = "";
        }
        if (order != 0)
            more[n++] = s->labels[i];
    }
    if (own.value[0] != '\0')
        more[n++] = own;
    s->labels = more;
    s->label_count = n;
}

/* ---- groups ---- */

struct groups {
    struct map by_key;
    struct buf keys, key; /* all of them, one after the other; that of the moment */
    size_t *begin;
    size_t cap;
    uint32_t count;
};

struct groups *groups_new(void)
{
    struct groups *g = xcalloc(1, sizeof(*g));

    map_init(&g->by_key);
    buf_init(&g->keys, KEYS_MAX);
    buf_init(&g->key, KEYS_MAX);
    return g;
}

void groups_free(struct groups *g)
{
    map_fini(&g->by_key);
    buf_fini(&g->keys);
    buf_fini(&g->key);
    free(g->begin);
    free(g);
}

static bool is_key(const void *arg, uint32_t group)
{
    const struct groups *g = arg;
    size_t begin = g->begin[group];
    size_t end = group + 1 < g->count ? g->begin[group + 1] : g->keys.len;

    return end - begin == g->key.len && memcmp(g->keys.data + begin, g->key.data, g->key.len) == 0;
}

uint32_t groups_of(struct groups *g, const struct promql_label *labels, uint32_t count, bool add)
{
    buf_reset(&g->key);
    for (uint32_t i = 0; i < count; i++) {
        (void)buf_add(&g->key, labels[i].name, strlen(labels[i].name) + 1);
        (void)buf_add(&g->key, labels[i].value, strlen(labels[i].value) + 1);
    }
    uint64_t hash = hash_bytes(0, g->key.data, g->key.len);
    uint32_t group = map_find(&g->by_key, hash, is_key, g);
    if (group != MAP_NONE || !add)
        return group;
    g->begin = xgrow(g->begin, &g->cap, (size_t)g->count + 1, sizeof(*g->begin));
    g->begin[g->count] = g->keys.len;
    (void)buf_add(&g->keys, g->key.data, g->key.len);
    map_add(&g->by_key, hash, g->count);
    return g->count++;
}
