/* SPDX-License-Identifier: MIT
 * tape.h - the events of a recording, as text.
 *
 * One JSON object a line; a "data" line is followed by its bytes and a newline:
 *   {"t":"begin","x":7,"at":1790000000000,"what":2,"tag":0,"via":"http","label":"GET /nodes", ...}
 *   {"t":"head","x":7,"at":...,"status":200,"type":"application/json"}
 *   {"t":"data","x":7,"at":...,"n":65536}
 *   {"t":"end","x":7,"at":...,"rc":"ok","status":200,...}
 * x tells the exchanges apart that run at the same time. Pure; thread: one at a time. */
#ifndef SUAN_IO_TAPE_H
#define SUAN_IO_TAPE_H

#include "base/buf.h"
#include "collectors/collector.h"

enum { TAPE_LINE_MAX = 256 * 1024, TAPE_DATA_MAX = 1 << 20 };

void tape_write_begin(struct buf *out, uint64_t x, const struct request *rq, wall_ms at);
void tape_write_head(struct buf *out, uint64_t x, int status, const char *type, wall_ms at);
void tape_write_data(struct buf *out, uint64_t x, const char *data, size_t len, wall_ms at);
void tape_write_end(struct buf *out, uint64_t x, const struct reply *reply);

enum tape_type { TAPE_NONE, TAPE_BEGIN, TAPE_HEAD, TAPE_DATA, TAPE_END };

struct tape_event {
    enum tape_type type;
    uint64_t x;
    wall_ms at;
    size_t n;           /* TAPE_DATA: bytes that follow the line */
    struct request *rq; /* TAPE_BEGIN: the caller's, to be freed with request_free */
    int status;         /* TAPE_HEAD */
    struct reply reply; /* TAPE_END; its strings lie in `texts` */
    struct arena texts; /* initialised by the caller, reset by each parse */
    const char *content_type;
};

struct json_reader;
/* One line. RC_SYNTAX when it is not an event. */
enum rc tape_parse(struct json_reader *r, const char *line, size_t len, struct tape_event *ev,
                   struct err *e);

#endif
