/* SPDX-License-Identifier: MIT
 * store_book.h - what the database is known to hold of each row, as hashes: so that a row is written when, and only
 * when, it says something new.
 *
 * What people say of a row (store_said) is told apart: another process may have said it. `said` is what the snapshots
 * here showed last, `coming` what was read from the database and is on its way into the fleet. Until a snapshot shows
 * that (or some seconds have passed), nothing is new here; after that, whatever differs is.
 * What moves all the time (store_restless) is told apart, too: it is no reason to write more than once a minute.
 * Thread: the history's. */
#ifndef SUAN_IO_STORE_BOOK_H
#define SUAN_IO_STORE_BOOK_H

#include "base/hash.h"
#include "model/entity.h"

struct store_entry {
    uint64_t key;   /* row_key */
    uint64_t bytes; /* of the row struct, to see at once that nothing changed; 0 = look closer */
    uint64_t base, restless, said, coming;
    uint32_t pass; /* the pass that saw it in a snapshot last; 0 = never */
    uint16_t center;
    uint8_t entity;
    int64_t coming_at; /* mono_ms; 0 = nothing is coming */
    char *id;          /* alerts only, which are deleted when they are over */
    uint32_t id_len;
};

struct store_book {
    struct map map;
    struct store_entry *entries;
    size_t count, cap;
    uint32_t pass;
    const void *strings; /* the string table that `bytes` refer to */
};

void store_book_init(struct store_book *b);
void store_book_fini(struct store_book *b);
/* Nothing is known any more: all will be written again. */
void store_book_clear(struct store_book *b);
/* Valid until the next store_book_add or store_book_forget; NULL = unknown. */
struct store_entry *store_book_find(const struct store_book *b, uint64_t key);
/* The entry of the key, made if need be. */
struct store_entry *store_book_add(struct store_book *b, enum entity e, uint16_t center,
                                   uint64_t key);
void store_book_forget(struct store_book *b, size_t index);

#endif
