/* SPDX-License-Identifier: MIT
 * lines.c - cuts command output into lines while it arrives.
 *
 * A line that lies in one piece is handed out where it is; only one that is cut by the end of a
 * piece is collected. */
#include "codec/lines.h"

#include "base/buf.h"
#include "base/xmem.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct lines {
    size_t max;
    enum rc (*line)(void *arg, const char *text, size_t len);
    void *arg;
    struct buf head; /* what earlier pieces had of this line */
    bool begun, skip;
    uint64_t bad;
};

struct lines *lines_new(size_t line_max, enum rc (*line)(void *arg, const char *text, size_t len),
                        void *arg)
{
    struct lines *l = xcalloc(1, sizeof *l);
    l->max = line_max;
    l->line = line;
    l->arg = arg;
    buf_init(&l->head, line_max + 1); /* room for the carriage return */
    return l;
}

void lines_free(struct lines *l)
{
    if (!l)
        return;
    buf_fini(&l->head);
    free(l);
}

static enum rc hand_out(struct lines *l, const char *text, size_t len)
{
    bool skip = l->skip;
    l->begun = l->skip = false;
    if (len > 0 && text[len - 1] == '\r')
        len--;
    if (skip || len > l->max) {
        l->bad++;
        return RC_OK;
    }
    return l->line(l->arg, text, len);
}

static void keep(struct lines *l, const char *text, size_t len)
{
    l->begun = true;
    if (!l->skip && buf_add(&l->head, text, len) != RC_OK)
        l->skip = true;
}

static enum rc end_line(struct lines *l, const char *text, size_t len)
{
    if (!l->begun)
        return hand_out(l, text, len);
    keep(l, text, len);
    enum rc rc = hand_out(l, l->head.data, l->head.len);
    buf_reset(&l->head);
    return rc;
}

enum rc lines_feed(struct lines *l, const char *data, size_t len)
{
    while (len > 0) {
        const char *nl = memchr(data, '\n', len);
        if (!nl) {
            keep(l, data, len);
            return RC_OK;
        }
        size_t n = (size_t)(nl - data);
        enum rc rc = end_line(l, data, n);
        if (rc != RC_OK)
            return rc;
        data += n + 1;
        len -= n + 1;
    }
    return RC_OK;
}

enum rc lines_end(struct lines *l)
{
    return l->begun ? end_line(l, "", 0) : RC_OK;
}

uint64_t lines_bad_count(const struct lines *l)
{
    return l->bad;
}
