/* SPDX-License-Identifier: MIT
 * recorder.c - see recorder.h.
 *
 * A secret may be cut by the border of two pieces, so the end of each piece is held back until what
 * follows is known. A recording that fails (disk full) ends; the program goes on. */
#include "base/log.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "io/recorder.h"
#include "io/secret.h"
#include "io/tape.h"
#include "io/zfile.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "record"

enum { PIECE = 64 * 1024, OPEN_MAX = 64, LINE_MAX_BYTES = TAPE_LINE_MAX + TAPE_DATA_MAX };

struct open_exchange {
    uint64_t id;
    wall_ms at;
    struct buf held;
};

struct recorder {
    struct zwriter *file;
    uint64_t max;
    bool over; /* full or broken: nothing more is written */
    struct open_exchange open[OPEN_MAX];
    size_t open_count;
    struct buf text;
};

enum rc recorder_open(const char *dir, unsigned index, uint64_t max_bytes, struct recorder **out,
                      struct err *e)
{
    char *path = xasprintf("%s/%u.rec.zst", dir, index);
    struct zwriter *file = NULL;
    enum rc rc = zwriter_open(path, &file, e);

    free(path);
    if (rc != RC_OK)
        return rc;
    struct recorder *r = xcalloc(1, sizeof(*r));
    r->file = file;
    r->max = max_bytes;
    buf_init(&r->text, LINE_MAX_BYTES);
    *out = r;
    return RC_OK;
}

void recorder_close(struct recorder *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->open_count; i++)
        buf_fini(&r->open[i].held);
    zwriter_close(r->file);
    buf_fini(&r->text);
    free(r);
}

static void end_recording(struct recorder *r, const char *why)
{
    r->over = true;
    log_warn("recording ended: %s", why);
}

/* Writes r->text. Scrubbed once more as a whole: a label, a path or an error text may quote a secret. */
static void write_text(struct recorder *r, bool flush)
{
    struct err e = {0};

    secret_scrub(r->text.data, r->text.len);
    enum rc rc = r->text.failed ? err_set(&e, RC_LIMIT, NULL, S_("a line is too long"))
                                : zwriter_add(r->file, r->text.data, r->text.len, &e);
    if (rc == RC_OK && flush)
        rc = zwriter_flush(r->file, &e);
    buf_reset(&r->text);
    if (rc != RC_OK)
        end_recording(r, e.msg);
    else if (zwriter_size(r->file) > r->max)
        end_recording(r, "it is as long as it may become");
}

static struct open_exchange *find(struct recorder *r, uint64_t id)
{
    for (size_t i = 0; i < r->open_count; i++)
        if (r->open[i].id == id)
            return &r->open[i];
    return NULL;
}

void recorder_begin(struct recorder *r, uint64_t exchange, const struct request *rq, wall_ms at)
{
    if (r->over || r->open_count == OPEN_MAX)
        return;
    struct open_exchange *x = &r->open[r->open_count++];
    x->id = exchange;
    x->at = at;
    buf_init(&x->held, PIECE + SECRET_LONGEST * 2);
    tape_write_begin(&r->text, exchange, rq, at);
    write_text(r, false);
}

void recorder_head(struct recorder *r, uint64_t exchange, int status, const char *type, wall_ms at)
{
    if (r->over || !find(r, exchange))
        return;
    tape_write_head(&r->text, exchange, status, type, at);
    write_text(r, false);
}

/* Lets go of all but the last `keep` bytes. */
static void let_go(struct recorder *r, struct open_exchange *x, size_t keep)
{
    secret_scrub(x->held.data, x->held.len);
    while (x->held.len > keep && !r->over) {
        size_t n = x->held.len - keep < PIECE ? x->held.len - keep : PIECE;
        tape_write_data(&r->text, x->id, x->held.data, n, x->at);
        write_text(r, false);
        buf_consume(&x->held, n);
    }
}

void recorder_data(struct recorder *r, uint64_t exchange, const char *data, size_t len, wall_ms at)
{
    struct open_exchange *x = r->over ? NULL : find(r, exchange);

    while (x && len && !r->over) {
        size_t n = len < PIECE ? len : PIECE;
        x->at = at;
        buf_add(&x->held, data, n);
        data += n;
        len -= n;
        if (x->held.len >= PIECE)
            let_go(r, x, secret_longest());
    }
}

void recorder_end(struct recorder *r, uint64_t exchange, const struct reply *reply)
{
    struct open_exchange *x = find(r, exchange);

    if (!x)
        return;
    let_go(r, x, 0);
    buf_fini(&x->held);
    *x = r->open[--r->open_count];
    if (r->over)
        return;
    tape_write_end(&r->text, exchange, reply);
    write_text(r, true);
}
