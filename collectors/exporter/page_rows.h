/* SPDX-License-Identifier: MIT
 * page_rows.h - from a page that was read to rows: rates, the parts of a package, names, what disappeared. Pure; thread: net. */
#ifndef SUAN_COLLECTORS_EXPORTER_PAGE_ROWS_H
#define SUAN_COLLECTORS_EXPORTER_PAGE_ROWS_H

#include "collectors/exporter/page_memory.h"
#include "collectors/exporter/page.h"
#include "model/delta.h"

enum node_names { NAMES_SHORT, NAMES_FULL, NAMES_TARGET, NAMES_PATH };

struct rows_env {
    struct page *page;
    struct memory_maker *maker; /* scratch */
    const char *host;           /* the target's, for pages that do not tell where they are from */
    size_t host_len;
    enum node_names names;
    bool whole; /* the page came to its end: what it does not list is gone */
    mono_ms now;
    struct delta *d;
};

/* Writes the rows. The new memory replaces *memory (NULL = none yet) if the page is whole. */
void rows_write(struct rows_env *env, struct memory **memory);

/* page_whole.c: what is known only at the end of the page. */
/* The only node that the page names, NULL if it names none or several. */
const char *page_only_name(const struct page *p);
void page_rates(struct page *p, const struct memory *was, struct memory_maker *maker, mono_ms now);
void page_join(struct page *p, bool whole);
/* The hottest sensor of a node, NULL if there is none. */
const struct sensor *page_hottest(const struct page *p, uint32_t node);
const char *page_sensor_words(const struct page *p, const struct sensor *s, char *out, size_t size);
/* Watts of the meter of the whole machine, NaN if there is none. */
double page_meter(const struct page *p, uint32_t node);

#endif
