/* SPDX-License-Identifier: MIT
 * series.c - see series.h: pages as they were scraped, and who was. */
#include "fleetsim/series.h"
#include "base/xmem.h"
#include "codec/promtext.h"
#include "fleetsim/page.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_MAX = 1 << 20, LABELS_MAX = 64, NAMES_MAX = 96, NAME_TEXT = 80 };

/* Names of metrics that were held against the matchers already: there are few, and a regular expression costs. */
struct known {
    char name[NAME_TEXT];
    bool fits;
};

struct scrape {
    const struct world *w;
    const struct promql_matcher *m;
    size_t count;
    struct promql_vector *out;
    struct known known[NAMES_MAX];
    size_t known_count;
    const char *job, *instance; /* of the target at hand */
    double now;
};

static bool is_name(const struct promql_matcher *m)
{
    return strcmp(m->name, "__name__") == 0;
}

static bool name_fits(const struct scrape *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++)
        if (is_name(&s->m[i]) && !promql_fits(&s->m[i], name))
            return false;
    return true;
}

static bool is_wanted(void *arg, const char *name)
{
    struct scrape *s = arg;

    for (size_t i = 0; i < s->known_count; i++)
        if (strcmp(s->known[i].name, name) == 0)
            return s->known[i].fits;
    bool fits = name_fits(s, name);
    if (s->known_count < NAMES_MAX && strlen(name) < NAME_TEXT) {
        struct known *k = &s->known[s->known_count++];
        snprintf(k->name, sizeof(k->name), "%s", name);
        k->fits = fits;
    }
    return fits;
}

/* Is it worth to look at that target? */
static bool target_fits(const struct scrape *s)
{
    for (size_t i = 0; i < s->count; i++)
        if ((strcmp(s->m[i].name, "instance") == 0 && !promql_fits(&s->m[i], s->instance)) ||
            (strcmp(s->m[i].name, "job") == 0 && !promql_fits(&s->m[i], s->job)))
            return false;
    return true;
}

/* ---- a line of a page ---- */

/* A label of the page that is called as one of the target's gets another name. */
static const char *label_name(struct arena *a, const struct prom_label *l)
{
    bool own = (l->name_len == 3 && strncmp(l->name, "job", 3) == 0) ||
               (l->name_len == 8 && strncmp(l->name, "instance", 8) == 0);

    return arena_printf(a, "%s%.*s", own ? "exported_" : "", (int)l->name_len, l->name);
}

static const char *label_value(struct arena *a, const struct prom_label *l)
{
    char *value = arena_alloc(a, l->value_len + 1);

    value[prom_unescape(l, value, l->value_len + 1)] = '\0';
    return value;
}

static void add_line(struct scrape *s, const struct prom_line *line)
{
    struct arena *a = s->out->arena;
    char *name = arena_strndup(a, line->name, line->name_len);

    if (!is_wanted(s, name))
        return;
    struct promql_label *labels = arena_alloc(a, LABELS_MAX * sizeof(*labels));
    struct prom_label l;
    uint32_t n = 0;
    labels[n++] = (struct promql_label){"__name__", name};
    labels[n++] = (struct promql_label){"job", s->job};
    labels[n++] = (struct promql_label){"instance", s->instance};
    for (size_t at = 0; n < LABELS_MAX && prom_next_label(line, &at, &l);)
        labels[n++] = (struct promql_label){label_name(a, &l), label_value(a, &l)};
    promql_add(s->out, labels, n, line->value, line->has_time ? line->time : s->now);
    if (!promql_all_fit(s->m, s->count, &s->out->samples[s->out->count - 1]))
        s->out->count--;
}

static void add_page(struct scrape *s, uint32_t node, struct buf *page)
{
    struct prom_line line;
    struct err e;

    buf_reset(page);
    page_say(page, s->w, node, is_wanted, s);
    for (const char *p = page->data; *p;) {
        size_t len = strcspn(p, "\n");
        if (prom_read(p, len, PROM_TEXT, &line, &e) == RC_OK && line.kind == PROM_SAMPLE)
            add_line(s, &line);
        p += len + (p[len] == '\n');
    }
}

/* ---- targets ---- */

static void add_up(struct scrape *s, bool up)
{
    struct promql_label *l = arena_alloc(s->out->arena, 3 * sizeof(*l));

    l[0] = (struct promql_label){"__name__", "up"};
    l[1] = (struct promql_label){"job", s->job};
    l[2] = (struct promql_label){"instance", s->instance};
    promql_add(s->out, l, 3, up, s->now);
    if (!promql_all_fit(s->m, s->count, &s->out->samples[s->out->count - 1]))
        s->out->count--;
}

static void scrape_pool(struct scrape *s, uint32_t pool, struct buf *page)
{
    unsigned port;
    char name[SIM_NAME_MAX];

    s->job = page_exporter(s->w, pool, &port);
    for (uint32_t i = 0; i < world_pool(s->w, pool)->nodes; i++) {
        uint32_t node = s->w->pools[pool].first_node + i;
        world_node_name(s->w, node, name);
        s->instance = arena_printf(s->out->arena, "%s:%u", name, port);
        if (!target_fits(s))
            continue;
        if (is_wanted(s, "up"))
            add_up(s, !s->w->nodes[node].down);
        if (!s->w->nodes[node].down)
            add_page(s, node, page);
    }
}

void series_select(void *world, const struct promql_matcher *m, size_t count,
                   struct promql_vector *out)
{
    const struct world *w = world;
    struct scrape *s = xcalloc(1, sizeof(*s));
    struct buf page;

    *s = (struct scrape){.w = w, .m = m, .count = count, .out = out, .now = series_now(w)};
    buf_init(&page, PAGE_MAX);
    series_recorded(w, m, count, out);
    for (uint32_t i = 0; i < w->center->pool_count; i++)
        if (page_is_there(w, i))
            scrape_pool(s, i, &page);
    buf_fini(&page);
    free(s);
}
