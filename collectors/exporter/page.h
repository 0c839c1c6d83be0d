/* SPDX-License-Identifier: MIT
 * page.h - one metric page while it is read: lines come in, nodes, devices and sensors with their values are what stands
 * here at its end (page_rows.h makes rows of them).
 *
 * A line is looked at no further than it must be: comments and metrics that nobody wants end at their name, the labels of
 * a device that was seen before are known by their hash. Pages are pooled: one a request under way.
 * Pure; thread: net. */
#ifndef SUAN_COLLECTORS_EXPORTER_PAGE_H
#define SUAN_COLLECTORS_EXPORTER_PAGE_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "codec/promtext.h"
#include "collectors/exporter/hashes.h"
#include "collectors/exporter/metric_map.h"
#include "collectors/exporter/page_memory.h"

enum { NOTHING = 0xffffffff };

/* A node, a device, or a slice of one. */
struct thing {
    uint64_t hash;  /* of what it is known by: the same on every page */
    uint32_t node;  /* of a device: its thing; NOTHING for a node */
    uint32_t owner; /* of a slice, or of the second half of a package: its device */
    uint16_t section;
    bool is_slice, is_part; /* part: it has no row of its own, its values are its owner's */
    const struct known_thing *
        known; /* from the page before by its labels, which were not looked at: no roles but the node's */
    uint32_t place;   /* of a node: among the things of the new memory */
    uint64_t block;   /* of a device: hash of the first labels that were read of it */
    bool is_absorbed; /* it is another thing, too: that one has its values */
    bool fresh;       /* some of its samples were not too old */
    uint32_t slices;
    uint64_t has; /* bit: num[field] */
    double num[FIELD_PLACES];
    uint8_t prefer[FIELD_PLACES], parts[FIELD_PLACES], wanted_parts[FIELD_PLACES];
    bool has_cpu[2]; /* FIELD_CPU_* */
    const char *roles[ROLES];
    const char *text[64]; /* values of text fields */
    const char *package;  /* of a die: number of its package */
};

struct sensor {
    uint64_t key, chip; /* hashes of (node, chip, sensor) and (node, chip) */
    uint32_t node;
    double temperature, limit, high, watts; /* NaN = not told */
    const char *label, *words;              /* from a table of names; from its own labels */
};

struct counter {
    uint64_t key; /* of thing and rule: the same on every page */
    uint32_t thing;
    uint16_t rule, series;
    double sum;
};

/* Labels as they stood on a line, braces included, and what they are of. */
struct block {
    const char *text;
    uint64_t hash;
    uint32_t len, thing;
    uint16_t section;
    uint8_t of;
};

/* A value that is a ratio or a percentage: the whole page tells which. */
struct doubt {
    uint32_t thing;
    uint16_t rule;
};

struct page {
    const struct metric_map *map;
    bool *percent; /* by rule: more than 1 was seen once (the owner's, of all pages) */
    const char *target;
    struct arena text;
    uint64_t line, known,
        stale;        /* lines; samples that the map knows; of which too old or from the future */
    bool html, ended; /* "# EOF" came */
    const struct map_rule *rule; /* of the last line, NULL = nobody wants it */
    char name[160];
    size_t name_len;

    struct thing *things;
    struct sensor *sensors;
    struct counter *counters;
    struct doubt *doubts;
    struct block *block;
    size_t block_count, block_cap;
    /* A metric lists its devices in the same order as the one before: which block comes next, and which was the first. */
    size_t next_block, first_block;
    const struct memory *memory; /* of the page before; NULL = look at all labels */
    size_t next_known;
    bool absorbed; /* some things were two */
    size_t thing_count, thing_cap, sensor_count, sensor_cap, counter_count, counter_cap,
        doubt_count, doubt_cap;
    struct hashes places, blocks,
        series; /* things, sensors, counters by what they are; things by labels; what was read */
    struct page *next; /* in the pool */
};

struct page *page_new(const struct metric_map *map, bool *percent);
void page_free(struct page *p);
void page_begin(struct page *p, const char *target);
/* After page_begin: labels that are those of the target's last page need no look. The memory must outlive the page. */
void page_recall(struct page *p, const struct memory *memory);
/* One line. Not RC_OK: it cannot be used, e says why. */
enum rc page_line(struct page *p, const char *text, size_t len, wall_ms at, struct err *e);

/* For page_sample.c and rows. */
uint32_t page_node(struct page *p, const char *name);
uint32_t page_throttle_bit(const char *word, size_t len);
const char *page_key_of(const char *const roles[ROLES]);
uint32_t page_device(struct page *p, uint16_t section, const char *const roles[ROLES]);
struct sensor *page_sensor(struct page *p, uint64_t key, uint64_t chip, uint32_t node);
char *page_keep(struct page *p, const char *s, size_t len);
enum rc page_apply(struct page *p, const struct map_rule *r, uint32_t thing,
                   const struct prom_line *line, double value, struct err *e);

#endif
