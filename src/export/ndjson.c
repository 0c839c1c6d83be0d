/* SPDX-License-Identifier: MIT
 * ndjson.c - one JSON object a line: the snapshot, its errors, then every row. The members are those of
 * the json format; "entity" says what a line is. */
#include "export/formats.h"
#include "export/head.h"
#include "export/rowjson.h"

static void begin_line(struct jsonw *out, const char *entity)
{
    out->follows = false;
    jsonw_open(out, '{');
    jsonw_key(out, "entity");
    jsonw_string(out, entity);
}

static void end_line(struct jsonw *out)
{
    jsonw_close(out, '}');
    stream_putc(&out->out, '\n');
}

static void write_head(struct jsonw *out, const struct walk *w)
{
    struct head_error e;

    begin_line(out, "snapshot");
    jsonw_key(out, "schema");
    jsonw_string(out, EXPORT_SCHEMA);
    jsonw_key(out, "generated_at");
    jsonw_time(out, w->options->now);
    jsonw_key(out, "complete");
    jsonw_bool(out, head_is_complete(w));
    jsonw_key(out, "totals");
    head_write_totals(out, w);
    end_line(out);
    for (uint32_t slot = 0; head_next_error(w, &slot, &e);) {
        begin_line(out, "error");
        head_write_error(out, &e);
        end_line(out);
    }
}

static void write_rows(struct jsonw *out, const struct walk *w, enum entity e)
{
    struct rowjson *r = rowjson_new(w, e, true);
    const void *row;

    for (uint32_t slot = 0; stream_ok(&out->out) && (row = walk_next(w, e, &slot)) != NULL;) {
        rowjson_write(r, &out->out, row);
        stream_putc(&out->out, '\n');
    }
    rowjson_free(r);
}

static enum rc write_ndjson(const struct snapshot *s, const struct export_options *o,
                            const struct sink *sink, struct err *e)
{
    struct walk w = walk_of(s, o);
    struct jsonw out;

    jsonw_begin(&out, sink, e);
    write_head(&out, &w);
    for (int i = 0; i < ENTITY_COUNT; i++)
        if (walk_wants(&w, walk_order[i]))
            write_rows(&out, &w, walk_order[i]);
    return jsonw_end(&out);
}

const struct export_format export_ndjson = {
    "ndjson", "one JSON object a line, each naming its entity", write_ndjson};
