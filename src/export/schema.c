/* SPDX-License-Identifier: MIT
 * schema.c - the JSON Schema of the json format, made from the same tables as the format.
 *
 * Each entity is a definition, so the lines of ndjson can be checked against it too. Nothing forbids
 * more members: fields may be added without a new version. */
#include "export/flopsjson.h"
#include "export/head.h"
#include "model/fields.h"

#define DIALECT "https://json-schema.org/draft/2020-12/schema"

/* "description" and what a value may be: an object that the caller closes. */
static void open_member(struct jsonw *out, const char *name, const char *help)
{
    jsonw_newline(out);
    jsonw_key(out, name);
    jsonw_open(out, '{');
    if (help != NULL && *help != '\0') {
        jsonw_key(out, "description");
        jsonw_string(out, help);
    }
}

static void type(struct jsonw *out, const char *name, bool nullable)
{
    jsonw_key(out, "type");
    if (!nullable) {
        jsonw_string(out, name);
        return;
    }
    jsonw_open(out, '[');
    jsonw_string(out, name);
    jsonw_string(out, "null");
    jsonw_close(out, ']');
}

static void words(struct jsonw *out, const char *const *list, bool nullable)
{
    jsonw_key(out, "enum");
    jsonw_open(out, '[');
    for (; *list != NULL; list++)
        jsonw_string(out, *list);
    if (nullable)
        jsonw_null(out);
    jsonw_close(out, ']');
}

static void time_type(struct jsonw *out, bool nullable)
{
    type(out, "string", nullable);
    jsonw_key(out, "format");
    jsonw_string(out, "date-time");
}

static void array_type(struct jsonw *out, const char *const *list)
{
    type(out, "array", true);
    jsonw_key(out, "items");
    jsonw_open(out, '{');
    if (list != NULL)
        words(out, list, false);
    else
        type(out, "string", false);
    jsonw_close(out, '}');
}

static void value_type(struct jsonw *out, const struct field *f)
{
    switch (f->type) {
    case FT_STR:
        type(out, "string", true);
        break;
    case FT_NUM:
        type(out, "number", true);
        break;
    case FT_BOOL:
        type(out, "boolean", true);
        break;
    case FT_TIME:
        time_type(out, true);
        break;
    case FT_ENUM:
        words(out, f->words, true);
        break;
    case FT_LIST:
    case FT_HOSTLIST:
        array_type(out, NULL);
        break;
    case FT_FLAGS:
        array_type(out, f->words);
        break;
    }
}

static void member(struct jsonw *out, const char *name, const char *help, const struct field *f)
{
    open_member(out, name, help);
    value_type(out, f);
    jsonw_close(out, '}');
}

static void plain_member(struct jsonw *out, const char *name, const char *help, const char *kind,
                         bool nullable)
{
    open_member(out, name, help);
    type(out, kind, nullable);
    jsonw_close(out, '}');
}

static void require_columns(struct jsonw *out, enum entity e)
{
    char room[64];
    const char *name;

    jsonw_key(out, "required");
    jsonw_open(out, '[');
    jsonw_string(out, "center");
    jsonw_string(out, "age_seconds");
    if (e == ENTITY_JOB)
        jsonw_string(out, "gone");
    if (e == ENTITY_CENTER)
        jsonw_string(out, "flops");
    for (unsigned i = 0; i < column_count(e); i++)
        if ((name = walk_column_name(e, i, room)) != NULL)
            jsonw_string(out, name);
    jsonw_close(out, ']');
}

static void reference(struct jsonw *out, const char *id)
{
    jsonw_key(out, "$ref");
    char target[64] = "#/$defs/";
    size_t len = strlen(target);

    for (; *id != '\0' && len < sizeof(target) - 1; id++)
        target[len++] = *id;
    target[len] = '\0';
    jsonw_string(out, target);
}

static void list_of(struct jsonw *out, const char *name, const char *help, const char *id)
{
    open_member(out, name, help);
    type(out, "array", false);
    if (id != NULL) {
        jsonw_key(out, "items");
        jsonw_open(out, '{');
        reference(out, id);
        jsonw_close(out, '}');
    }
    jsonw_close(out, '}');
}

static void define_flops(struct jsonw *out)
{
    const struct flopsjson_member *all = flopsjson_members();

    open_member(out, "flops_total", "FLOPS of one precision, known in one way");
    type(out, "object", false);
    jsonw_key(out, "required");
    jsonw_open(out, '[');
    for (const struct flopsjson_member *m = all; m->name != NULL; m++)
        jsonw_string(out, m->name);
    jsonw_close(out, ']');
    jsonw_key(out, "properties");
    jsonw_open(out, '{');
    for (const struct flopsjson_member *m = all; m->name != NULL; m++) {
        open_member(out, m->name, m->help);
        if (m->words != NULL)
            words(out, m->words, m->nullable);
        else
            type(out, m->type, m->nullable);
        jsonw_close(out, '}');
    }
    jsonw_close(out, '}');
    jsonw_close(out, '}');
}

static void define_row(struct jsonw *out, enum entity e)
{
    char room[64];
    const char *name;

    open_member(out, entity_info(e)->id, entity_info(e)->help);
    type(out, "object", false);
    require_columns(out, e);
    jsonw_key(out, "properties");
    jsonw_open(out, '{');
    plain_member(out, "center", "id of the center", "string", false);
    plain_member(out, "age_seconds", "age of these values; null: never confirmed", "number", true);
    if (e == ENTITY_JOB)
        plain_member(out, "gone", "the scheduler no longer lists it", "boolean", false);
    for (unsigned i = 0; i < column_count(e); i++)
        if ((name = walk_column_name(e, i, room)) != NULL)
            member(out, name, column_info(e, i)->help, column_info(e, i));
    if (e == ENTITY_CENTER)
        list_of(out, "flops", "what is known of its FLOPS, one for each precision and provenance",
                "flops_total");
    plain_member(out, "raw_name_base64",
                 "bytes of the name, where the text above has lost some of them", "string", false);
    jsonw_close(out, '}');
    jsonw_close(out, '}');
}

static void define_error(struct jsonw *out)
{
    static const char *const names[] = {"center", "source", "class", "message"};

    open_member(out, "error", "a source that did not answer well");
    type(out, "object", false);
    jsonw_key(out, "required");
    jsonw_open(out, '[');
    for (int i = 0; i < 4; i++)
        jsonw_string(out, names[i]);
    jsonw_string(out, "mend");
    jsonw_string(out, "since");
    jsonw_close(out, ']');
    jsonw_key(out, "properties");
    jsonw_open(out, '{');
    plain_member(out, "center", "id of the center", "string", false);
    plain_member(out, "source", "name of the source", "string", false);
    plain_member(out, "class", "class of the failure in one word", "string", false);
    plain_member(out, "message", "what happened", "string", false);
    plain_member(out, "mend", "what to do about it", "string", true);
    open_member(out, "since", "when it last answered well; null: never");
    time_type(out, true);
    jsonw_close(out, '}');
    jsonw_close(out, '}');
    jsonw_close(out, '}');
}

static void require_totals(struct jsonw *out)
{
    const struct entity_info *info = entity_info(ENTITY_CENTER);

    jsonw_key(out, "required");
    jsonw_open(out, '[');
    for (int i = 0; head_counts[i] != NULL; i++)
        jsonw_string(out, head_counts[i]);
    for (unsigned i = 0; i < info->field_count; i++)
        if (head_totals_has(i))
            jsonw_string(out, info->fields[i].id);
    jsonw_string(out, "hottest_node");
    jsonw_string(out, "flops");
    jsonw_close(out, ']');
}

static void define_totals(struct jsonw *out)
{
    const struct entity_info *info = entity_info(ENTITY_CENTER);

    open_member(out, "totals", "the figures of all centers put together; null: no center knows it");
    type(out, "object", false);
    require_totals(out);
    jsonw_key(out, "properties");
    jsonw_open(out, '{');
    for (int i = 0; head_counts[i] != NULL; i++)
        plain_member(out, head_counts[i], NULL, "integer", false);
    for (unsigned i = 0; i < info->field_count; i++)
        if (head_totals_has(i))
            member(out, info->fields[i].id, info->fields[i].help, &info->fields[i]);
    list_of(out, "flops", "of all centers, one for each precision and provenance", "flops_total");
    plain_member(out, "hottest_node", "node with that temperature", "string", true);
    jsonw_close(out, '}');
    jsonw_close(out, '}');
}

static void describe_top(struct jsonw *out)
{
    jsonw_key(out, "properties");
    jsonw_open(out, '{');
    open_member(out, "schema", NULL);
    jsonw_key(out, "const");
    jsonw_string(out, EXPORT_SCHEMA);
    jsonw_close(out, '}');
    open_member(out, "generated_at", "when the snapshot was written");
    time_type(out, false);
    jsonw_close(out, '}');
    plain_member(out, "complete", "every source answered well", "boolean", false);
    list_of(out, "errors", "one for each source that did not", "error");
    open_member(out, "totals", NULL);
    reference(out, "totals");
    jsonw_close(out, '}');
    for (int i = 0; i < ENTITY_COUNT; i++) {
        const struct entity_info *info = entity_info(walk_order[i]);
        list_of(out, info->plural, NULL, info->id);
    }
    jsonw_close(out, '}');
}

static void require_top(struct jsonw *out)
{
    static const char *const names[] = {"schema", "generated_at", "complete", "errors", "totals"};

    jsonw_newline(out);
    jsonw_key(out, "required");
    jsonw_open(out, '[');
    for (int i = 0; i < 5; i++)
        jsonw_string(out, names[i]);
    jsonw_close(out, ']');
    jsonw_newline(out);
}

enum rc export_schema(const struct sink *sink, struct err *e)
{
    struct jsonw out;

    jsonw_begin(&out, sink, e);
    jsonw_open(&out, '{');
    jsonw_key(&out, "$schema");
    jsonw_string(&out, DIALECT);
    jsonw_newline(&out);
    jsonw_key(&out, "title");
    jsonw_string(&out, EXPORT_SCHEMA);
    jsonw_newline(&out);
    jsonw_key(&out, "description");
    jsonw_string(
        &out, "What `suantop snapshot -f json` writes. Made from the field tables: make schema.");
    jsonw_newline(&out);
    type(&out, "object", false);
    require_top(&out);
    describe_top(&out);
    jsonw_newline(&out);
    jsonw_key(&out, "$defs");
    jsonw_open(&out, '{');
    define_error(&out);
    define_totals(&out);
    define_flops(&out);
    for (int i = 0; i < ENTITY_COUNT; i++)
        define_row(&out, walk_order[i]);
    jsonw_close(&out, '}');
    jsonw_close(&out, '}');
    stream_putc(&out.out, '\n');
    return jsonw_end(&out);
}
