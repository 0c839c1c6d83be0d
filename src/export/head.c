/* SPDX-License-Identifier: MIT
 * head.c - see head.h. */
#include "export/head.h"
#include "export/flopsjson.h"
#include "base/sentence.h"
#include "model/fields.h"

const char *const head_counts[] = {
    "centers", "centers_live", "centers_stale", "centers_down", "sources", "sources_bad", NULL};

bool head_totals_has(unsigned center_field)
{
    const struct field *f = &entity_info(ENTITY_CENTER)->fields[center_field];

    switch (center_field) {
    case FIELD_center_sources_total:
    case FIELD_center_sources_ok:
    case FIELD_center_flops_devices: /* of a precision and provenance, which are never added up: see "flops" */
    case FIELD_center_flops_devices_known:
    case FIELD_center_tensor_utilization_percent: /* a mean */
        return false;
    default:
        return f->group == GROUP_ROLLUP && f->unit != UNIT_FLOPS &&
               (f->type == FT_NUM || f->type == FT_TIME);
    }
}

static double fold_num(enum field_unit unit, bool first, double sum, double v)
{
    if (first)
        return v;
    if (unit == UNIT_CELSIUS)
        return v > sum ? v : sum;
    return sum + v;
}

static void add_center(struct head_totals *t, const struct center_row *c)
{
    const struct entity_info *info = entity_info(ENTITY_CENTER);
    enum health health = row_has(c, center, health) ? (enum health)c->health : health_STARTING;

    t->centers++;
    t->centers_live += health == health_LIVE;
    t->centers_stale += health == health_STALE;
    t->centers_down += health == health_DOWN;
    for (unsigned i = 0; i < info->field_count; i++) {
        const struct field *f = &info->fields[i];
        bool first = !field_has(&t->sum, i);
        if (!head_totals_has(i) || !field_has(c, i))
            continue;
        union field_value v = {.num = 0};
        if (f->type == FT_NUM) {
            v.num = fold_num(f->unit, first, field_num(&t->sum, f), field_num(c, f));
        } else {
            wall_ms a = field_time(&t->sum, f), b = field_time(c, f);
            v.time = first || b < a ? b : a;
        }
        field_put(&t->sum, f, i, &v);
    }
}

double head_heat(const struct node_row *n)
{
    double sensor = row_has(n, node, temperature_celsius) ? (double)n->temperature_celsius : NAN;

    return row_has(n, node, device_temperature_max_celsius)
               ? fmax(sensor, n->device_temperature_max_celsius)
               : sensor;
}

static const struct node_row *hottest_node(const struct walk *all)
{
    const struct node_row *hottest = NULL, *n;

    for (uint32_t slot = 0; (n = walk_next(all, ENTITY_NODE, &slot)) != NULL;)
        if (!isnan(head_heat(n)) && (hottest == NULL || head_heat(n) > head_heat(hottest)))
            hottest = n;
    return hottest;
}

/* -1 = all */
static int only_center(const struct walk *w)
{
    const struct center_row *c;
    uint32_t slot = 0;

    if (w->options->only_center == NULL)
        return -1;
    c = walk_next(w, ENTITY_CENTER, &slot);
    return c != NULL ? c->h.center : UINT16_MAX;
}

struct head_totals head_totals(const struct walk *w)
{
    struct head_totals t = {.centers = 0};
    struct export_options unfiltered = *w->options;
    struct walk all = *w;
    const struct center_row *c;
    const struct source_row *s;

    unfiltered.filter = NULL;
    all.options = &unfiltered;
    for (uint32_t slot = 0; (c = walk_next(&all, ENTITY_CENTER, &slot)) != NULL;)
        add_center(&t, c);
    for (uint32_t slot = 0; (s = walk_next(&all, ENTITY_SOURCE, &slot)) != NULL;) {
        t.sources++;
        t.sources_bad += walk_source_is_bad(s);
    }
    t.hottest = hottest_node(&all);
    t.flops = snapshot_flops(w->snap, only_center(&all));
    return t;
}

static void write_total(struct jsonw *out, const struct head_totals *t, unsigned field)
{
    const struct field *f = &entity_info(ENTITY_CENTER)->fields[field];

    jsonw_key(out, f->id);
    if (!field_has(&t->sum, field))
        jsonw_null(out);
    else if (f->type == FT_NUM)
        jsonw_number(out, field_num(&t->sum, f));
    else
        jsonw_time(out, field_time(&t->sum, f));
}

void head_write_totals(struct jsonw *out, const struct walk *w)
{
    struct head_totals t = head_totals(w);
    const double counts[] = {t.centers,      t.centers_live, t.centers_stale,
                             t.centers_down, t.sources,      t.sources_bad};

    jsonw_open(out, '{');
    for (int i = 0; head_counts[i] != NULL; i++) {
        jsonw_key(out, head_counts[i]);
        jsonw_number(out, counts[i]);
    }
    for (unsigned i = 0; i < FIELDS_center; i++)
        if (head_totals_has(i))
            write_total(out, &t, i);
    jsonw_key(out, "flops");
    flopsjson_put(&out->out, t.flops, w->options->now);
    out->follows = true;
    jsonw_key(out, "hottest_node");
    jsonw_string(out, t.hottest != NULL ? intern_text(w->strings, t.hottest->name) : NULL);
    jsonw_close(out, '}');
}

static const char *text_or(const struct walk *w, bool has, strid id, const char *otherwise)
{
    return has ? intern_text(w->strings, id) : otherwise;
}

static void describe(const struct walk *w, const struct source_row *s, struct head_error *out)
{
    bool starting = !row_has(s, source, state) || s->state == source_state_STARTING;
    const struct field *state = &entity_info(ENTITY_SOURCE)->fields[FIELD_source_state];

    out->center = walk_center_id(w, &s->h);
    out->source = intern_text(w->strings, s->name);
    out->class = text_or(w, row_has(s, source, error_code), s->error_code,
                         starting ? rc_name(RC_TIMEOUT) : state->words[s->state]);
    out->message =
        text_or(w, row_has(s, source, error), s->error,
                starting ? S_("has not answered yet") : S_("has not answered for too long"));
    out->mend = text_or(w, row_has(s, source, mend), s->mend, NULL);
    out->since = row_has(s, source, last_ok_at) ? s->last_ok_at : 0;
}

bool head_next_error(const struct walk *w, uint32_t *slot, struct head_error *out)
{
    struct export_options unfiltered = *w->options;
    struct walk all = *w;
    const struct source_row *s;

    unfiltered.filter = NULL;
    all.options = &unfiltered;
    while ((s = walk_next(&all, ENTITY_SOURCE, slot)) != NULL) {
        if (!walk_source_is_bad(s))
            continue;
        describe(w, s, out);
        return true;
    }
    return false;
}

bool head_is_complete(const struct walk *w)
{
    struct head_error e;
    uint32_t slot = 0;

    return w->options->complete && !head_next_error(w, &slot, &e);
}

bool export_complete(const struct snapshot *s, const struct export_options *o)
{
    struct walk w = walk_of(s, o);

    return head_is_complete(&w);
}

void head_write_error(struct jsonw *out, const struct head_error *e)
{
    jsonw_key(out, "center");
    jsonw_string(out, e->center);
    jsonw_key(out, "source");
    jsonw_string(out, e->source);
    jsonw_key(out, "class");
    jsonw_string(out, e->class);
    jsonw_key(out, "message");
    jsonw_string(out, e->message);
    jsonw_key(out, "mend");
    jsonw_string(out, e->mend);
    jsonw_key(out, "since");
    jsonw_time(out, e->since);
}
