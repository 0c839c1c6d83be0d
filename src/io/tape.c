/* SPDX-License-Identifier: MIT
 * tape.c - see tape.h. */
#include "io/tape.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "codec/json.h"
#include "io/request.h"
#include <inttypes.h>
#include <string.h>

static const char *const via_words[] = {"http", "pipe", "command"};
static const char *const cut_words[] = {"whole", "json", "lines"};

/* ---- writing ---- */

static void add_text(struct buf *out, const char *key, const char *text)
{
    if (!text)
        return;
    buf_addf(out, ",\"%s\":\"", key);
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (*p < ' ' || *p == '"' || *p == '\\')
            buf_addf(out, "\\u%04x", (unsigned)*p);
        else
            buf_addc(out, (char)*p);
    }
    buf_addc(out, '"');
}

static void add_number(struct buf *out, const char *key, int64_t n)
{
    buf_addf(out, ",\"%s\":%" PRId64, key, n);
}

static void open_line(struct buf *out, const char *type, uint64_t x, wall_ms at)
{
    buf_addf(out, "{\"t\":\"%s\",\"x\":%" PRIu64, type, x);
    add_number(out, "at", at);
}

static void add_arrays(struct buf *out, const char *const *arrays)
{
    if (!arrays)
        return;
    buf_adds(out, ",\"arrays\":{\"\":0");
    for (size_t i = 0; arrays[i]; i++)
        add_number(out, arrays[i], 1);
    buf_addc(out, '}');
}

static void add_lists(struct buf *out, const struct request *rq)
{
    buf_adds(out, ",\"lists\":{\"\":0");
    for (int i = 0; i < ENTITY_COUNT; i++)
        if (rq->lists[i])
            add_number(out, entity_info((enum entity)i)->id, 1);
    buf_addc(out, '}');
}

void tape_write_begin(struct buf *out, uint64_t x, const struct request *rq, wall_ms at)
{
    open_line(out, "begin", x, at);
    add_number(out, "what", rq->what);
    add_number(out, "tag", rq->tag);
    add_text(out, "via", via_words[rq->via]);
    add_text(out, "cut", cut_words[rq->cut]);
    add_text(out, "label", rq->label);
    add_text(out, "method", rq->method);
    add_text(out, "path", rq->path);
    add_arrays(out, rq->arrays);
    add_lists(out, rq);
    add_number(out, "slice_max", (int64_t)rq->slice_max);
    add_number(out, "body_max", (int64_t)rq->body_max);
    add_number(out, "accept_any_status", rq->accept_any_status);
    buf_adds(out, "}\n");
}

void tape_write_head(struct buf *out, uint64_t x, int status, const char *type, wall_ms at)
{
    open_line(out, "head", x, at);
    add_number(out, "status", status);
    add_text(out, "type", type);
    buf_adds(out, "}\n");
}

void tape_write_data(struct buf *out, uint64_t x, const char *data, size_t len, wall_ms at)
{
    open_line(out, "data", x, at);
    add_number(out, "n", (int64_t)len);
    buf_adds(out, "}\n");
    buf_add(out, data, len);
    buf_addc(out, '\n');
}

void tape_write_end(struct buf *out, uint64_t x, const struct reply *reply)
{
    open_line(out, "end", x, reply->at);
    add_text(out, "rc", rc_name(reply->rc));
    add_number(out, "status", reply->status);
    add_number(out, "first_byte_ms", reply->first_byte_ms);
    add_number(out, "total_ms", reply->total_ms);
    add_number(out, "retry_after_s", reply->retry_after_s);
    add_text(out, "type", reply->content_type);
    add_text(out, "head", reply->head);
    if (reply->rc != RC_OK) {
        add_text(out, "msg", reply->err.msg);
        add_text(out, "where", reply->err.where);
        add_number(out, "http", reply->err.http);
    }
    buf_adds(out, "}\n");
}

/* ---- reading ---- */

static int64_t number(const struct json *line, const char *key, int64_t fallback)
{
    double d;

    return json_num(json_member(line, key), &d) && d > -9e15 && d < 9e15 ? (int64_t)d : fallback;
}

/* NULL when the line does not have it. */
static const char *text(struct arena *a, const struct json *line, const char *key)
{
    const struct json *v = json_member(line, key);

    return json_type(v) == JSON_STRING ? arena_strdup(a, json_str(v)) : NULL;
}

static int word(const struct json *line, const char *key, const char *const *words, int count)
{
    const char *s = json_str(json_member(line, key));

    for (int i = 0; i < count; i++)
        if (strcmp(words[i], s) == 0)
            return i;
    return 0;
}

/* The keys of an object whose value is 1. */
static const char *const *keys(struct request *rq, const struct json *object)
{
    const char **list = arena_calloc(&rq->arena, (json_count(object) + 1) * sizeof(*list));
    size_t n = 0;

    for (const struct json *v = json_first(object); list && v; v = json_next(v))
        if (*json_key(v))
            list[n++] = arena_strdup(&rq->arena, json_key(v));
    return list;
}

static void read_begin(const struct json *line, struct tape_event *ev)
{
    struct request *rq = request_new();
    const struct json *arrays = json_member(line, "arrays");

    rq->what = (int)number(line, "what", 0);
    rq->tag = (uint32_t)number(line, "tag", 0);
    rq->via = (enum via)word(line, "via", via_words, ARRAY_LEN(via_words));
    rq->cut = (enum cut)word(line, "cut", cut_words, ARRAY_LEN(cut_words));
    rq->label = text(&rq->arena, line, "label");
    rq->method = text(&rq->arena, line, "method");
    rq->path = text(&rq->arena, line, "path");
    rq->arrays = arrays ? keys(rq, arrays) : NULL;
    rq->slice_max = (size_t)number(line, "slice_max", 0);
    rq->body_max = (uint64_t)number(line, "body_max", 0);
    rq->accept_any_status = number(line, "accept_any_status", 0) != 0;
    for (int i = 0; i < ENTITY_COUNT; i++)
        rq->lists[i] =
            json_member(json_member(line, "lists"), entity_info((enum entity)i)->id) != NULL;
    ev->rq = rq;
}

static const char *or_empty(const char *s)
{
    return s ? s : "";
}

static void read_end(const struct json *line, struct tape_event *ev)
{
    struct reply *r = &ev->reply;

    *r = (struct reply){.rc = rc_from_name(json_str(json_member(line, "rc"))),
                        .status = (int)number(line, "status", 0),
                        .first_byte_ms = number(line, "first_byte_ms", 0),
                        .total_ms = number(line, "total_ms", 0),
                        .retry_after_s = (int)number(line, "retry_after_s", -1),
                        .content_type = or_empty(text(&ev->texts, line, "type")),
                        .head = or_empty(text(&ev->texts, line, "head")),
                        .at = ev->at};
    if (r->rc == RC_OK)
        return;
    err_set(&r->err, r->rc, json_str(json_member(line, "where")), "%s",
            json_str(json_member(line, "msg")));
    r->err.http = (int)number(line, "http", 0);
}

enum rc tape_parse(struct json_reader *r, const char *line, size_t len, struct tape_event *ev,
                   struct err *e)
{
    enum rc rc = json_read(r, line, len, NULL, e);
    const struct json *root = json_root(r);

    if (rc != RC_OK)
        return rc;
    arena_reset(&ev->texts);
    ev->type = TAPE_NONE;
    ev->rq = NULL;
    ev->x = (uint64_t)number(root, "x", 0);
    ev->at = number(root, "at", 0);
    const char *type = json_str(json_member(root, "t"));
    if (strcmp(type, "begin") == 0) {
        ev->type = TAPE_BEGIN;
        read_begin(root, ev);
    } else if (strcmp(type, "head") == 0) {
        ev->type = TAPE_HEAD;
        ev->status = (int)number(root, "status", 0);
        ev->content_type = or_empty(text(&ev->texts, root, "type"));
    } else if (strcmp(type, "data") == 0) {
        ev->type = TAPE_DATA;
        ev->n = (size_t)number(root, "n", -1);
        if (ev->n > TAPE_DATA_MAX)
            return err_set(e, RC_LIMIT, "recording", S_("a piece is too long"));
    } else if (strcmp(type, "end") == 0) {
        ev->type = TAPE_END;
        read_end(root, ev);
    } else {
        return err_set(e, RC_SYNTAX, "recording", S_("a line is no event"));
    }
    return RC_OK;
}
