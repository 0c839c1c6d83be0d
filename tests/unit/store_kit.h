/* SPDX-License-Identifier: MIT
 * store_kit.h - a place with a fleet, its ingest thread and a history, for tests; several in one process stand for
 * several suantop, as each has its own connection and its own lock. */
#ifndef SUAN_TESTS_UNIT_STORE_KIT_H
#define SUAN_TESTS_UNIT_STORE_KIT_H

#include "io/ingest.h"
#include "io/sqlite.h"
#include "io/store.h"
#include "tests/unit/model_kit.h"
#include <sys/stat.h>
#include <unistd.h>

struct place {
    struct queue *queue;
    struct snapshot_hub *hub;
    struct ingest *ingest;
    struct store *store;
};

static const char *const store_centers[] = {"tianjin", "zhangbei"};

static void kit_free_delta(void *item)
{
    delta_free(item);
}

/* A new empty folder, removed by kit_remove. */
static inline char *kit_folder(void)
{
    char template[] = "/tmp/suantop-store-XXXXXX";

    assert_non_null(mkdtemp(template));
    return xstrdup(template);
}

static inline void kit_remove(char *folder)
{
    char *command = xasprintf("chmod -R u+rwx '%s' && rm -rf '%s'", folder, folder);

    assert_int_equal(system(command), 0);
    free(command);
    free(folder);
}

static inline void kit_centers(struct fleet *f)
{
    for (uint16_t i = 0; i < 2; i++) {
        struct delta *d = delta_new(i, UINT16_MAX, clock_wall(), 0);
        delta_row(d, ENTITY_CENTER, store_centers[i], strlen(store_centers[i]));
        delta_str(d, FIELD_center_id, store_centers[i]);
        assert_int_equal(fleet_apply(f, d, NULL), RC_OK);
        delta_free(d);
    }
}

/* Without a history yet. */
static inline void place_make(struct place *p)
{
    struct fleet *f = fleet_new(NULL);

    *p = (struct place){0};
    kit_centers(f);
    p->queue = queue_new(1024, 64 << 20, kit_free_delta);
    p->hub = snapshot_hub_new(NULL, NULL);
    p->ingest = ingest_new(f, p->queue, p->hub, 5);
    assert_int_equal(ingest_start(p->ingest, NULL), RC_OK);
}

static inline struct store_options place_options(const struct place *p, const char *path)
{
    return (struct store_options){.path = path,
                                  .centers = store_centers,
                                  .center_count = 2,
                                  .out = p->queue,
                                  .hub = p->hub,
                                  .pass_ms = 10,
                                  .flush_ms = 50000};
}

static inline struct store_status place_status(const struct place *p)
{
    struct store_status now;

    store_status(p->store, &now);
    return now;
}

/* Until the history looked so many times more. */
static inline void place_passes(const struct place *p, unsigned count)
{
    uint64_t until = place_status(p).passes + count;

    for (int i = 0; i < 20000 && place_status(p).passes < until; i++)
        usleep(5000);
    assert_true(place_status(p).passes >= until);
}

static inline void place_open_with(struct place *p, const struct store_options *o)
{
    p->store = store_new(o);
    assert_int_equal(store_start(p->store, NULL), RC_OK);
    if (!o->once)
        place_passes(p, 2);
}

static inline void place_begin(struct place *p, const char *path)
{
    place_make(p);
    struct store_options o = place_options(p, path);
    place_open_with(p, &o);
}

static inline void place_end(struct place *p)
{
    if (p->store)
        assert_true(store_stop(p->store, 60000));
    store_free(p->store);
    ingest_stop(p->ingest);
    ingest_free(p->ingest);
    queue_free(p->queue);
    snapshot_hub_free(p->hub);
}

/* Rows as if a source had told them; on their way to the history when it returns. */
static inline void place_tell(struct place *p, uint16_t center, const char *lines)
{
    struct delta *d = delta_new(center, 0, clock_wall(), 0);

    kit_fill(d, lines);
    assert_true(queue_push(p->queue, d, 1, -1));
    ingest_flush(p->ingest);
}

/* What one row says, in the words of a delta; "" = there is no such row. malloc'd. */
static inline char *place_row(struct place *p, enum entity e, uint16_t center, const char *id,
                              size_t len)
{
    const struct entity_info *info = entity_info(e);
    struct buf out;

    ingest_flush(p->ingest);
    struct snapshot *s = snapshot_hub_latest(p->hub);
    struct value_ctx c = {.snap = s, .now = snapshot_at(s)};
    uint32_t slot = snapshot_find(s, e, row_key(e, center, id, len));
    const void *row = slot == UINT32_MAX ? NULL : snapshot_row(s, e, slot);
    buf_init(&out, 1 << 20);
    for (unsigned i = 0; row && i < info->field_count; i++) {
        if (!(row_head_of(row)->valid >> i & 1))
            continue;
        struct value v = column_value(&c, e, i, row);
        buf_addf(&out, "%s=", info->fields[i].id);
        value_text(&c, column_info(e, i), &v, &out);
        buf_addc(&out, ' ');
    }
    snapshot_unref(s);
    return buf_take(&out);
}

static inline char *place_find(struct place *p, enum entity e, uint16_t center, const char *id)
{
    return place_row(p, e, center, id, strlen(id));
}

/* Waits until the row holds the text (or no longer does), for as long as a slow machine may need. */
static inline void place_wait_text(struct place *p, enum entity e, uint16_t center, const char *id,
                                   const char *text, bool there)
{
    for (int i = 0; i < 10000; i++) {
        char *row = place_find(p, e, center, id);
        bool has = strstr(row, text) != NULL;
        free(row);
        if (has == there)
            return;
        usleep(5000);
    }
    char *row = place_find(p, e, center, id);
    fail_msg("%s %s: \"%s\" is %s in: %s", entity_info(e)->id, id, text, there ? "not" : "still",
             row);
}

/* A number from the file, asked by a connection of its own. */
static inline int64_t file_number(const char *path, const char *sql)
{
    struct db *db;
    struct err e = {0};
    int64_t n = -1;

    if (db_open(path, DB_READ, 2000, &db, &e) != RC_OK || db_number(db, sql, &n, &e) != RC_OK)
        fail_msg("%s: %s: %s", sql, e.where, e.msg);
    db_close(db);
    return n;
}

#endif
