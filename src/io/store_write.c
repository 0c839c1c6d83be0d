/* SPDX-License-Identifier: MIT
 * store_write.c - rows of the newest snapshot that say something new, and what people said, on their way into the
 * database. */
#include "base/xmem.h"
#include "io/store_int.h"
#include "io/store_schema.h"
#include <stdlib.h>
#include <string.h>

enum { ROWS_A_PASS = 20000, REST_MS = 60000, COMING_MS = 10000 };

/* A row to be written; the book learns of it when the transaction is through. */
struct change {
    uint32_t slot;
    enum entity entity;
    bool fresh; /* written whole, unless somebody said something of it already */
    bool all;   /* what people said of it, too */
    uint64_t key, bytes, base, restless, said;
};

struct changes {
    struct store *store;
    const struct snapshot *snap;
    wall_ms now;
    struct change *list;
    size_t count, cap;
    bool restless; /* what moves all the time is written, too */
    bool partial;  /* so many that the rest waits for the next pass */
};

/* ---- finding what is new ---- */

/* Which values there are and what they are; not when the row was confirmed. */
static uint64_t bytes_of(const void *row, size_t size)
{
    const struct row_head *h = row;
    uint64_t b = hash_bytes(h->valid, (const char *)row + sizeof(*h), size - sizeof(*h));

    return b ? b : 1;
}

/* True: the said fields of the snapshot are new, and not only what the database told. */
static bool said_here(struct store_entry *entry, uint64_t said)
{
    if (entry->coming_at && said == entry->coming) {
        entry->said = said;
        entry->coming_at = 0;
    }
    return said != entry->said &&
           (!entry->coming_at || clock_mono() - entry->coming_at > COMING_MS);
}

/* Alerts are deleted when they are over, by a name that is nowhere then. */
static void keep_id(struct store_entry *entry, const struct store_row *row)
{
    if (entry->id || entry->entity != ENTITY_ALERT)
        return;
    entry->id = xstrndup(row->id, row->id_len);
    entry->id_len = (uint32_t)row->id_len;
}

static void look_closer(struct changes *c, enum entity e, uint32_t slot, const void *row,
                        uint64_t bytes, struct store_entry *entry)
{
    uint64_t said_fields = store_said(e), restless_fields = store_restless(e);
    struct store_row values;

    if (!store_row_of(c->snap, row, e, &values))
        return;
    struct change change = {.slot = slot,
                            .entity = e,
                            .key = row_head_of(row)->key,
                            .bytes = bytes,
                            .base = store_row_hash(&values, e, ~(said_fields | restless_fields)),
                            .restless = store_row_hash(&values, e, restless_fields),
                            .said = store_row_hash(&values, e, said_fields)};
    change.fresh = !entry;
    change.all = entry && said_here(entry, change.said);
    if (entry && !change.all && entry->base == change.base &&
        (!c->restless || entry->restless == change.restless)) {
        entry->bytes = entry->restless == change.restless && !entry->coming_at ? bytes : 0;
        keep_id(entry, &values);
        return;
    }
    c->list = xgrow(c->list, &c->cap, c->count + 1, sizeof(*c->list));
    c->list[c->count++] = change;
}

static void find_changes(struct changes *c, enum entity e)
{
    struct store_book *book = &c->store->book;
    size_t size = entity_info(e)->row_size;

    for (uint32_t slot = 0; slot < snapshot_slots(c->snap, e); slot++) {
        const void *row = snapshot_row(c->snap, e, slot);
        if (!row)
            continue;
        if (c->count >= ROWS_A_PASS) {
            c->partial = true;
            return;
        }
        struct store_entry *entry = store_book_find(book, row_head_of(row)->key);
        uint64_t bytes = bytes_of(row, size);
        if (entry)
            entry->pass = book->pass;
        if (!entry || entry->bytes != bytes)
            look_closer(c, e, slot, row, bytes, entry);
    }
}

/* ---- writing ---- */

static enum rc write_changes(struct changes *c, int64_t rev, struct err *e)
{
    struct store_row row;
    enum rc rc = RC_OK;

    for (size_t i = 0; rc == RC_OK && i < c->count; i++) {
        const struct change *change = &c->list[i];
        const void *from = snapshot_row(c->snap, change->entity, change->slot);
        if (!store_row_of(c->snap, from, change->entity, &row))
            continue;
        row.rev = rev;
        if (!row.at)
            row.at = c->now; /* nothing in it tells: as old as its being known */
        rc = store_table_write(&c->store->db.tables[change->entity], &row, change->all, e);
    }
    return rc;
}

static void note_changes(struct changes *c)
{
    struct store_book *book = &c->store->book;

    for (size_t i = 0; i < c->count; i++) {
        const struct change *change = &c->list[i];
        const void *row = snapshot_row(c->snap, change->entity, change->slot);
        struct store_entry *entry =
            store_book_add(book, change->entity, row_head_of(row)->center, change->key);
        entry->bytes = change->bytes;
        entry->base = change->base;
        entry->restless = change->restless;
        entry->pass = book->pass;
        if (change->all || change->fresh) {
            entry->said = change->said;
            entry->coming_at = 0;
        }
        struct store_row values;
        if (change->entity == ENTITY_ALERT && store_row_of(c->snap, row, change->entity, &values))
            keep_id(entry, &values);
    }
}

/* Rows that are in no snapshot any more. An alert that is over is deleted, or the next start would show it; the
 * others are the past, and stay until they are pruned. */
static bool is_over(const struct store *s, const struct store_entry *entry)
{
    return entry->pass != 0 && entry->pass != s->book.pass;
}

static enum rc drop_over(struct store *s, struct err *e)
{
    enum rc rc = RC_OK;

    for (size_t i = 0; rc == RC_OK && i < s->book.count; i++) {
        const struct store_entry *entry = &s->book.entries[i];
        if (entry->id && is_over(s, entry) && entry->center < s->o.center_count)
            rc = store_table_drop(&s->db.tables[entry->entity], s->o.centers[entry->center],
                                  entry->id, entry->id_len, e);
    }
    return rc;
}

static bool any_over(const struct changes *c)
{
    const struct store_book *book = &c->store->book;

    for (size_t i = 0; !c->partial && i < book->count; i++)
        if (book->entries[i].id && is_over(c->store, &book->entries[i]))
            return true;
    return false;
}

static void forget_over(struct store *s)
{
    for (size_t i = s->book.count; i-- > 0;)
        if (is_over(s, &s->book.entries[i]))
            store_book_forget(&s->book, i);
}

static enum rc write_in(struct changes *c, int64_t rev, bool sample, struct err *e)
{
    struct store *s = c->store;
    enum rc rc = write_changes(c, rev, e);

    if (rc == RC_OK && !c->partial)
        rc = drop_over(s, e);
    if (rc == RC_OK && sample)
        rc = store_samples_write(&s->samples, s->db.db, c->snap, c->now, e);
    if (rc == RC_OK)
        return store_db_commit(&s->db, rev, c->now, e);
    store_db_rollback(&s->db);
    return rc;
}

static enum rc write_all(struct changes *c, struct err *e)
{
    struct store *s = c->store;
    int64_t rev = 0, sampled_at = s->samples.sampled_at;
    bool sample = store_samples_due(&s->samples, c->now);

    if (c->count == 0 && !sample && !any_over(c))
        return RC_OK;
    enum rc rc = store_db_begin(&s->db, &rev, e);
    if (rc == RC_OK)
        rc = write_in(c, rev, sample, e);
    if (rc != RC_OK)
        s->samples.sampled_at = sampled_at;
    return rc;
}

static void begin_pass(struct store_book *book, const struct snapshot *snap)
{
    if (snapshot_strings(snap) != book->strings)
        for (size_t i = 0; i < book->count; i++)
            book->entries[i].bytes = 0;
    book->strings = snapshot_strings(snap);
    book->pass = book->pass == UINT32_MAX ? 1 : book->pass + 1;
}

enum rc store_write(struct store *s, struct snapshot *snap, struct err *e)
{
    mono_ms now = clock_mono();
    struct changes c = {.store = s, .snap = snap, .now = clock_wall()};

    c.restless = now - s->rested_at >= REST_MS || atomic_load(&s->stop_by) != 0;
    begin_pass(&s->book, snap);
    for (int i = 0; i < ENTITY_COUNT && !c.partial; i++)
        if (store_keeps((enum entity)i))
            find_changes(&c, (enum entity)i);
    enum rc rc = write_all(&c, e);
    if (rc == RC_OK) {
        note_changes(&c);
        if (!c.partial)
            forget_over(s);
        if (c.restless && !c.partial)
            s->rested_at = now;
        s->generation = c.partial ? 0 : snapshot_generation(snap);
        pthread_mutex_lock(&s->lock);
        s->status.rows += c.count;
        pthread_mutex_unlock(&s->lock);
    }
    free(c.list);
    return rc;
}

/* ---- what people say ---- */

static enum rc write_say(struct store *s, const struct annotation *a, int64_t rev, struct err *e)
{
    struct delta *d = delta_new(a->center, UINT16_MAX, a->at, 0);
    enum rc rc = RC_OK;

    annotation_to_delta(a, d);
    if (!d->failed && d->first && a->center < s->o.center_count && store_keeps(a->entity))
        rc = store_table_say(&s->db.tables[a->entity], s->db.db, s->o.centers[a->center], d->first,
                             a->at, rev, e);
    delta_free(d);
    return rc;
}

static struct store_say *first_say(struct store *s)
{
    pthread_mutex_lock(&s->lock);
    struct store_say *say = s->says;
    pthread_mutex_unlock(&s->lock);
    return say;
}

static void drop_says(struct store *s, size_t count)
{
    while (count--) {
        pthread_mutex_lock(&s->lock);
        struct store_say *say = s->says;
        s->says = say->next;
        if (!s->says)
            s->last_say = &s->says;
        pthread_mutex_unlock(&s->lock);
        free(say);
    }
}

/* Only this thread takes away from the list; others add at its end. */
static struct store_say *next_say(struct store *s, struct store_say *say)
{
    pthread_mutex_lock(&s->lock);
    struct store_say *next = say->next;
    pthread_mutex_unlock(&s->lock);
    return next;
}

enum rc store_write_says(struct store *s, struct err *e)
{
    struct store_say *say = first_say(s);
    size_t count = 0;
    int64_t rev = 0;

    if (!say || !s->db.can_say)
        return RC_OK;
    enum rc rc = store_db_begin(&s->db, &rev, e);
    if (rc != RC_OK)
        return rc;
    for (; rc == RC_OK && say; say = next_say(s, say), count++)
        rc = write_say(s, &say->what, rev, e);
    if (rc == RC_OK)
        rc = store_db_commit(&s->db, rev, clock_wall(), e);
    else
        store_db_rollback(&s->db);
    if (rc == RC_OK)
        drop_says(s, count);
    return rc;
}
