/* SPDX-License-Identifier: MIT
 * book.h - what one answer told of nodes and devices, put together before it becomes rows.
 *
 * An answer is a list of single figures in any order, from several exporters, some of which name a host by an address that
 * another series explains. The book collects them for the length of one answer (a round). book_end names the things,
 * writes one row for each, and takes back what it told last time and does not know any more. Between rounds it remembers
 * which things there were, and which fields it told. Thread: one at a time. */
#ifndef SUAN_COLLECTORS_PROMETHEUS_BOOK_H
#define SUAN_COLLECTORS_PROMETHEUS_BOOK_H

#include "base/arena.h"
#include "base/hash.h"
#include "collectors/prometheus/labels.h"
#include "model/delta.h"

struct told {
    struct told *next;
    uint16_t field;
    uint8_t rank;    /* the lower wins */
    double num;      /* NUM, BOOL, FLAGS; TIME in ms */
    const char *str; /* NULL = a number */
};

/* A thing as an exporter names it. */
struct entry {
    const char *host, *instance; /* instance: address that it was scraped at, "" = not told */
    const char *device;          /* NULL = the node itself */
    struct told *told;
    bool named; /* host is a name; else an address */
};

struct thing; /* a row of ours, over the rounds */

struct book {
    struct arena arena; /* of the round */
    struct entry **entries;
    size_t entry_cap;
    uint32_t entry_count;
    struct map by_entry, by_instance, by_address, by_down; /* of the round */
    struct alias *aliases;
    size_t alias_cap;
    uint32_t alias_count;
    const char **down; /* hosts and addresses with a target that does not answer */
    size_t down_cap;
    uint32_t down_count;
    struct thing *things;
    size_t thing_cap;
    uint32_t thing_count;
    struct map by_identity;
    uint32_t round;
    bool whole_names; /* keep the domain of a host's name */
    bool overfull;    /* more things than anybody wants to hear of */
};

void book_init(struct book *b, bool whole_names);
void book_fini(struct book *b);

void book_begin(struct book *b);
/* which: the label that `host` came from. NULL beyond the limit. */
struct entry *book_entry(struct book *b, const char *host, const char *which, const char *instance,
                         const char *device);
/* v is a number as the field's type wants it. */
void book_num(struct book *b, struct entry *e, unsigned field, unsigned rank, double v);
void book_str(struct book *b, struct entry *e, unsigned field, unsigned rank, const char *s);
/* That instance is the host of that name. */
void book_alias(struct book *b, const char *instance, const char *name);
void book_is_down(struct book *b, const char *host);

struct book_end {
    bool tells[ENTITY_COUNT];  /* rows of these are made */
    bool covers[ENTITY_COUNT]; /* the round was about all of these: what is missing is gone */
    bool partly;               /* it asked for some of the fields: nothing is taken back */
    bool believed;
};
struct book_sum {
    uint32_t rows[ENTITY_COUNT];
    uint32_t silent; /* not told: their target does not answer */
};
/* The name of the host that a label names, or (not `named`) an address. */
void book_host(const struct book *b, const char *host, bool named, char out[HOST_MAX]);
bool book_knows_down(const struct book *b, const char *host);
/* Where the node was scraped last: without the port. */
bool book_address(const struct book *b, const char *node, char out[HOST_MAX]);
struct book_sum book_end(struct book *b, struct delta *d, const struct book_end *how);

#endif
