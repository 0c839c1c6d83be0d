/* SPDX-License-Identifier: MIT
 * aggregates.c - see aggregates.h. */
#include "collectors/prometheus/aggregates.h"
#include "base/xmem.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 512, MODEL_MAX = 96 };

/* clang-format off */
#define MODEL(name, per_clock, peak)
#define AGGREGATE(record, state, precision, provenance, field, scale, live, expr) \
    {record, state, precision_##precision, provenance_##provenance, FIELD_aggregate_##field, scale, live, expr},
const struct aggregate_info prom_aggregates[] = {
#include "collectors/prometheus/aggregates.def"
    {NULL, NULL, precision_NONE, provenance_NONE, 0, 0, false, NULL}};
#undef AGGREGATE
#undef MODEL
/* clang-format on */

static bool is_word(const struct field *f, unsigned value, const char *word)
{
    return value == 0 ? *word == '\0' : strcmp(f->words[value], word) == 0;
}

const struct aggregate_info *prom_aggregate(const char *record, const char *state,
                                            const char *precision, const char *provenance)
{
    const struct field *fields = entity_info(ENTITY_AGGREGATE)->fields;

    for (const struct aggregate_info *a = prom_aggregates; a->record != NULL; a++)
        if (strcmp(a->record, record) == 0 &&
            strcmp(a->state != NULL ? a->state : "", state) == 0 &&
            is_word(&fields[FIELD_aggregate_precision], a->precision, precision) &&
            is_word(&fields[FIELD_aggregate_provenance], a->provenance, provenance))
            return a;
    return NULL;
}

struct sum {
    char model[MODEL_MAX];
    enum precision precision;
    enum provenance provenance;
    double values[FIELDS_aggregate]; /* NAN = not told */
};

struct sums {
    struct sum rows[ROWS_MAX];
    size_t count;
    double age_s; /* of the oldest scrape; NAN */
};

struct sums *sums_new(void)
{
    struct sums *s = xcalloc(1, sizeof *s);

    sums_begin(s);
    return s;
}

void sums_free(struct sums *s)
{
    free(s);
}

void sums_begin(struct sums *s)
{
    s->count = 0;
    s->age_s = NAN;
}

static struct sum *row_of(struct sums *s, const char *model, enum precision precision,
                          enum provenance provenance)
{
    struct sum *row = s->rows;

    for (; row < s->rows + s->count; row++)
        if (strcmp(row->model, model) == 0 && row->precision == precision &&
            row->provenance == provenance)
            return row;
    if (s->count == ROWS_MAX)
        return NULL;
    s->count++;
    snprintf(row->model, sizeof row->model, "%s", model);
    row->precision = precision;
    row->provenance = provenance;
    for (unsigned i = 0; i < FIELDS_aggregate; i++)
        row->values[i] = NAN;
    return row;
}

void sums_tell(struct sums *s, const struct aggregate_info *a, const char *model, double v)
{
    if (!isfinite(v) || v < 0 || strlen(model) >= MODEL_MAX)
        return;
    if (a->field == FIELD_aggregate_sampled_at) {
        s->age_s = v;
        return;
    }
    struct sum *row = row_of(s, model, a->precision, a->provenance);
    if (row != NULL)
        row->values[a->field] = v * a->scale;
}

static double known(const struct sum *row)
{
    double reporting = row->values[FIELD_aggregate_reporting],
           silent = row->values[FIELD_aggregate_devices];

    if (isnan(reporting) && isnan(silent))
        return NAN;
    return (isnan(reporting) ? 0 : reporting) + (isnan(silent) ? 0 : silent);
}

static bool tells_devices(const struct sum *row)
{
    return row->precision == precision_NONE;
}

double sums_devices(const struct sums *s)
{
    double all = NAN;

    for (const struct sum *row = s->rows; row < s->rows + s->count; row++)
        if (tells_devices(row) && !isnan(known(row)))
            all = (isnan(all) ? 0 : all) + known(row);
    return all;
}

bool sums_empty(const struct sums *s)
{
    return s->count == 0;
}

static double devices_of(const struct sums *s, const char *model)
{
    for (const struct sum *row = s->rows; row < s->rows + s->count; row++)
        if (tells_devices(row) && strcmp(row->model, model) == 0)
            return known(row);
    return NAN;
}

static void put_identity(const struct sum *row, struct delta *d, const char *source)
{
    const struct field *fields = entity_info(ENTITY_AGGREGATE)->fields;
    char id[512];

    if (tells_devices(row))
        snprintf(id, sizeof id, "%s/%s", source, row->model);
    else
        snprintf(id, sizeof id, "%s/%s/%s/%s", source, row->model,
                 fields[FIELD_aggregate_precision].words[row->precision],
                 fields[FIELD_aggregate_provenance].words[row->provenance]);
    delta_row(d, ENTITY_AGGREGATE, id, strlen(id));
    delta_str(d, FIELD_aggregate_source, source);
    if (row->model[0] != '\0')
        delta_str(d, FIELD_aggregate_model, row->model);
    delta_int(d, FIELD_aggregate_precision, row->precision);
    delta_int(d, FIELD_aggregate_provenance, row->provenance);
}

/* With every field: what is not told any more is taken back. */
static void put_row(const struct sums *s, const struct sum *row, struct delta *d,
                    const char *source, wall_ms at)
{
    put_identity(row, d, source);
    for (int field = FIELD_aggregate_devices; field < FIELDS_aggregate; field++)
        if (field != FIELD_aggregate_devices && field != FIELD_aggregate_sampled_at)
            delta_num(d, field, row->values[field]);
    delta_num(d, FIELD_aggregate_devices,
              tells_devices(row) ? known(row) : devices_of(s, row->model));
    delta_time(d, FIELD_aggregate_sampled_at,
               isnan(s->age_s) ? at : at - (wall_ms)(s->age_s * 1000));
}

void sums_rows(const struct sums *s, struct delta *d, const char *source, wall_ms at)
{
    for (const struct sum *row = s->rows; row < s->rows + s->count; row++)
        put_row(s, row, d, source, at);
}
