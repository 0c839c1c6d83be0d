/* SPDX-License-Identifier: MIT
 * json.c - the whole snapshot as one JSON document, one row a line; docs/schema/snapshot-1.json. */
#include "export/formats.h"
#include "export/head.h"
#include "export/rowjson.h"

static void write_errors(struct jsonw *out, const struct walk *w)
{
    struct head_error e;

    jsonw_key(out, "errors");
    jsonw_open(out, '[');
    for (uint32_t slot = 0; head_next_error(w, &slot, &e);) {
        jsonw_newline(out);
        jsonw_open(out, '{');
        head_write_error(out, &e);
        jsonw_close(out, '}');
    }
    jsonw_close(out, ']');
}

static void write_rows(struct jsonw *out, const struct walk *w, enum entity e)
{
    struct rowjson *r = rowjson_new(w, e, false);
    const void *row;

    jsonw_newline(out);
    jsonw_key(out, entity_info(e)->plural);
    jsonw_open(out, '[');
    for (uint32_t slot = 0; stream_ok(&out->out) && (row = walk_next(w, e, &slot)) != NULL;) {
        jsonw_newline(out);
        rowjson_write(r, &out->out, row);
        out->follows = true;
    }
    jsonw_close(out, ']');
    rowjson_free(r);
}

static void write_head(struct jsonw *out, const struct walk *w)
{
    jsonw_key(out, "schema");
    jsonw_string(out, EXPORT_SCHEMA);
    jsonw_newline(out);
    jsonw_key(out, "generated_at");
    jsonw_time(out, w->options->now);
    jsonw_newline(out);
    jsonw_key(out, "complete");
    jsonw_bool(out, head_is_complete(w));
    jsonw_newline(out);
    write_errors(out, w);
    jsonw_newline(out);
    jsonw_key(out, "totals");
    head_write_totals(out, w);
}

static enum rc write_json(const struct snapshot *s, const struct export_options *o,
                          const struct sink *sink, struct err *e)
{
    struct walk w = walk_of(s, o);
    struct jsonw out;

    jsonw_begin(&out, sink, e);
    jsonw_open(&out, '{');
    write_head(&out, &w);
    for (int i = 0; i < ENTITY_COUNT; i++)
        if (walk_wants(&w, walk_order[i]))
            write_rows(&out, &w, walk_order[i]);
    jsonw_close(&out, '}');
    stream_putc(&out.out, '\n');
    return jsonw_end(&out);
}

const struct export_format export_json = {"json", "one JSON document, see schema/snapshot-1.json",
                                          write_json};
