/* SPDX-License-Identifier: MIT
 * config_schema.c - which keys a configuration may have; the only door to libcyaml.
 *
 * The schema is built at run time: each collector contributes its option table. Everything is read as
 * text; what the text means is config_check.c's business, because only we can say what would be right. */
#include "app/config_int.h"

#include "base/buf.h"
#include "base/sentence.h"
#include "base/xmem.h"
#include "codec/yaml.h"
#include "collectors/registry.h"

#include <cyaml/cyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TEXT 4096
#define MAX_LIST (1 << 20)
#define MAX_CENTERS 4096
#define OPTIONAL_TEXT (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)

static cyaml_schema_field_t source_fields[CONFIG_MAX_COLLECTORS + 1];
static cyaml_schema_value_t source_schema;

static const cyaml_schema_field_t capacity_fields[] = {
    CYAML_FIELD_STRING_PTR("fp64", OPTIONAL_TEXT, struct config_raw_capacity, by_precision[0], 1,
                           MAX_TEXT),
    CYAML_FIELD_STRING_PTR("fp32", OPTIONAL_TEXT, struct config_raw_capacity, by_precision[1], 1,
                           MAX_TEXT),
    CYAML_FIELD_STRING_PTR("fp16", OPTIONAL_TEXT, struct config_raw_capacity, by_precision[2], 1,
                           MAX_TEXT),
    CYAML_FIELD_STRING_PTR("fp8", OPTIONAL_TEXT, struct config_raw_capacity, by_precision[3], 1,
                           MAX_TEXT),
    CYAML_FIELD_END};

static const cyaml_schema_field_t center_fields[] = {
    CYAML_FIELD_STRING_PTR("id", CYAML_FLAG_POINTER, struct config_raw_center, id, 1, 64),
    CYAML_FIELD_STRING_PTR("name", OPTIONAL_TEXT, struct config_raw_center, name, 1, MAX_TEXT),
    CYAML_FIELD_STRING_PTR("kind", OPTIONAL_TEXT, struct config_raw_center, kind, 0, MAX_TEXT),
    CYAML_FIELD_STRING_PTR("tier", OPTIONAL_TEXT, struct config_raw_center, tier, 0, MAX_TEXT),
    CYAML_FIELD_STRING_PTR("tenancy", OPTIONAL_TEXT, struct config_raw_center, tenancy, 0,
                           MAX_TEXT),
    CYAML_FIELD_STRING_PTR("operator", OPTIONAL_TEXT, struct config_raw_center, operator_name, 0,
                           MAX_TEXT),
    CYAML_FIELD_STRING_PTR("region", OPTIONAL_TEXT, struct config_raw_center, region, 0, MAX_TEXT),
    CYAML_FIELD_STRING_PTR("actions", OPTIONAL_TEXT, struct config_raw_center, actions, 0,
                           MAX_TEXT),
    CYAML_FIELD_MAPPING_PTR("capacity", OPTIONAL_TEXT, struct config_raw_center, capacity,
                            capacity_fields),
    CYAML_FIELD_SEQUENCE_COUNT("sources", CYAML_FLAG_POINTER, struct config_raw_center, sources,
                               sources_count, &source_schema, 1, 64),
    CYAML_FIELD_END};
static const cyaml_schema_value_t center_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct config_raw_center, center_fields)};
static const cyaml_schema_field_t top_fields[] = {
    CYAML_FIELD_STRING_PTR("refresh", OPTIONAL_TEXT, struct config_raw, refresh, 0, MAX_TEXT),
    CYAML_FIELD_STRING_PTR("history", OPTIONAL_TEXT, struct config_raw, history, 1, MAX_TEXT),
    CYAML_FIELD_STRING_PTR("history_max", OPTIONAL_TEXT, struct config_raw, history_max, 1,
                           MAX_TEXT),
    CYAML_FIELD_STRING_PTR("actions", OPTIONAL_TEXT, struct config_raw, actions, 0, MAX_TEXT),
    CYAML_FIELD_STRING_PTR("audit", OPTIONAL_TEXT, struct config_raw, audit, 1, MAX_TEXT),
    CYAML_FIELD_STRING_PTR("theme", OPTIONAL_TEXT, struct config_raw, theme, 0, MAX_TEXT),
    CYAML_FIELD_STRING_PTR("language", OPTIONAL_TEXT, struct config_raw, language, 0, MAX_TEXT),
    CYAML_FIELD_STRING_PTR("bell", OPTIONAL_TEXT, struct config_raw, bell, 0, MAX_TEXT),
    CYAML_FIELD_STRING_PTR("simulated", OPTIONAL_TEXT, struct config_raw, simulated, 0, MAX_TEXT),
    CYAML_FIELD_STRING_PTR("exec_on_alert", OPTIONAL_TEXT, struct config_raw, exec_on_alert, 1,
                           MAX_TEXT),
    CYAML_FIELD_IGNORE("alerts", CYAML_FLAG_OPTIONAL), /* config_alerts.c reads it */
    CYAML_FIELD_SEQUENCE_COUNT("centers", CYAML_FLAG_POINTER, struct config_raw, centers,
                               centers_count, &center_schema, 1, MAX_CENTERS),
    CYAML_FIELD_END};
static const cyaml_schema_value_t top_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct config_raw, top_fields)};

/* One optional string per option; a collector's mapping is an array of char pointers by option index. */
static cyaml_schema_field_t *option_fields(const struct collector_ops *ops)
{
    cyaml_schema_field_t *fields = xcalloc(ops->option_count + 1, sizeof *fields);
    for (size_t i = 0; i < ops->option_count; i++)
        fields[i] = (cyaml_schema_field_t){
            .key = ops->options[i].name,
            .data_offset = (uint32_t)(i * sizeof(char *)),
            .value = {.type = CYAML_STRING,
                      .flags = OPTIONAL_TEXT,
                      .data_size = sizeof(char),
                      .string = {.min = 0,
                                 .max = ops->options[i].type == OPT_LIST ? MAX_LIST : MAX_TEXT}},
        };
    fields[ops->option_count] = (cyaml_schema_field_t)CYAML_FIELD_END;
    return fields;
}

static void build_schema(void)
{
    const struct collector_ops *const *all = collector_all();
    size_t n = 0;
    if (source_fields[0].key != NULL)
        return;
    for (; all[n] != NULL && n < CONFIG_MAX_COLLECTORS; n++)
        source_fields[n] = (cyaml_schema_field_t){
            .key = all[n]->name,
            .data_offset = (uint32_t)(n * sizeof(char **)),
            .value = {.type = CYAML_MAPPING,
                      .flags = OPTIONAL_TEXT,
                      .data_size = (uint32_t)((all[n]->option_count + 1) * sizeof(char *)),
                      .mapping = {.fields = option_fields(all[n])}},
        };
    source_fields[n] = (cyaml_schema_field_t)CYAML_FIELD_END;
    source_schema = (cyaml_schema_value_t){
        CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct config_raw_source, source_fields)};
}

/* What libcyaml said: the first line is the complaint, the next ones are where, innermost first. */
struct complaint {
    char text[256];
    char field[64]; /* innermost mapping field */
    int line;
};

static void note_where(struct complaint *c, const char *message)
{
    const char *line = strstr(message, "(line: ");
    const char *field = strstr(message, "mapping field '");
    if (line != NULL && c->line == 0)
        c->line = (int)strtol(line + 7, NULL, 10);
    if (field != NULL && c->field[0] == '\0')
        snprintf(c->field, sizeof c->field, "%.*s", (int)strcspn(field + 15, "'"), field + 15);
}

static void on_log(cyaml_log_t level, void *arg, const char *fmt, va_list args)
    __attribute__((format(printf, 3, 0)));

static void on_log(cyaml_log_t level, void *arg, const char *fmt, va_list args)
{
    struct complaint *c = arg;
    char message[512];
    (void)level;
    vsnprintf(message, sizeof message, fmt, args);
    const char *text = strncmp(message, "Load: ", 6) == 0 ? message + 6 : message;
    if (c->text[0] == '\0') {
        snprintf(c->text, sizeof c->text, "%.*s", (int)strcspn(text, "\n"), text);
        const char *line = strstr(text, "line: ");
        if (line != NULL)
            c->line = (int)strtol(line + 6, NULL, 10);
    } else {
        note_where(c, message);
    }
}

static void accepted_keys(struct buf *out, const char *field)
{
    const struct collector_ops *ops = collector_find(field);
    const cyaml_schema_field_t *fields = top_fields;
    if (ops != NULL) {
        for (size_t i = 0; i < ops->option_count; i++)
            buf_addf(out, " %s", ops->options[i].name);
        return;
    }
    if (strcmp(field, "sources") == 0)
        fields = source_fields;
    else if (strcmp(field, "centers") == 0)
        fields = center_fields;
    else if (strcmp(field, "capacity") == 0)
        fields = capacity_fields;
    for (; fields->key != NULL; fields++)
        buf_addf(out, " %s", fields->key);
}

static enum rc refuse(const char *text, size_t len, const char *name, const struct complaint *c,
                      struct err *e)
{
    char where[96], problem[128];
    int line = yaml_broken(text, len, problem);
    const char *key = strstr(c->text, "Unexpected key: ");
    if (line > 0) { /* libcyaml complains of what it had read before that */
        snprintf(where, sizeof where, "%.80s:%d", name, line);
        return err_set(e, RC_SCHEMA, where, S_("is not YAML") ": %s", problem);
    }
    line = c->line;
    if (key != NULL)
        line = yaml_line_of_key(text, len, key + 16, line);
    snprintf(where, sizeof where, "%.80s:%d", name, line);
    if (key == NULL)
        return err_set(e, RC_SCHEMA, where, "%s%s%s",
                       c->text[0] != '\0' ? c->text : S_("is not a configuration"),
                       c->field[0] != '\0' ? " at " : "", c->field);
    struct buf accepted;
    buf_init(&accepted, 1024);
    accepted_keys(&accepted, c->field);
    err_set(e, RC_SCHEMA, where, S_("unknown key \"%s\"; accepted here:%s"), key + 16,
            accepted.data);
    buf_fini(&accepted);
    return RC_SCHEMA;
}

static cyaml_config_t config_of(struct complaint *c)
{
    return (cyaml_config_t){.log_fn = on_log,
                            .log_ctx = c,
                            .mem_fn = cyaml_mem,
                            .log_level = CYAML_LOG_ERROR,
                            .flags = CYAML_CFG_NO_ALIAS};
}

enum rc config_parse(const char *text, size_t len, const char *name, struct config_raw **out,
                     struct err *e)
{
    struct complaint c = {.line = 0};
    cyaml_config_t cfg = config_of(&c);
    cyaml_data_t *data = NULL;
    build_schema();
    *out = NULL;
    cyaml_err_t rc = cyaml_load_data((const uint8_t *)text, len, &cfg, &top_schema, &data, NULL);
    if (rc != CYAML_OK)
        return refuse(text, len, name, &c, e);
    if (data == NULL)
        return err_set(e, RC_SCHEMA, name, S_("is empty; it needs at least: centers"));
    *out = (struct config_raw *)data;
    return RC_OK;
}

void config_raw_free(struct config_raw *raw)
{
    struct complaint c = {.line = 0};
    cyaml_config_t cfg = config_of(&c);
    cyaml_free(&cfg, &top_schema, (cyaml_data_t *)raw, 0);
}
