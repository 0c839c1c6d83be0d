/* SPDX-License-Identifier: MIT
 * flopsjson.c - see flopsjson.h. */
#include "export/flopsjson.h"
#include "base/xmem.h"
#include "model/entity.h"

static const char *const counts_words[] = {"devices", "nodes", NULL};

const struct flopsjson_member *flopsjson_members(void)
{
    static struct flopsjson_member all[] = {
        {"precision", "string", false, "of the operands; precisions are never added up", NULL},
        {"provenance", "string", false,
         "how it is known; only measured and estimated are rates of work", NULL},
        {"flops_per_second", "number", false,
         "floating point operations a second, of what reports; nothing is extrapolated", NULL},
        {"peak_flops_per_second", "number", true,
         "dense peak of what reports; null where a model among it is not known", NULL},
        {"devices_reporting", "number", false,
         "devices (or nodes, see counts) whose figures are in it", NULL},
        {"devices_known", "number", false, "devices (or nodes) that there are", NULL},
        {"counts", "string", false, "what the two count: nodes where processors counted operations",
         counts_words},
        {"approximate", "boolean", false, "a peak in it is hearsay: see peaks.conf", NULL},
        {"declared", "boolean", false, "a part of it is what the configuration says", NULL},
        {"age_seconds", "number", true, "age of the oldest figure in it; null: it has none", NULL},
        {NULL, NULL, false, NULL, NULL}};

    const struct field *fields = entity_info(ENTITY_AGGREGATE)->fields;
    all[0].words = fields[FIELD_aggregate_precision].words;
    all[1].words = fields[FIELD_aggregate_provenance].words;
    return all;
}

static void put_flag(struct stream *out, const char *key, bool v)
{
    stream_puts(out, key);
    stream_puts(out, v ? "true" : "false");
}

static void put_total(struct stream *out, const struct flops_total *t, const char *precision,
                      const char *provenance, wall_ms now)
{
    stream_puts(out, "{\"precision\":\"");
    stream_puts(out, precision);
    stream_puts(out, "\",\"provenance\":\"");
    stream_puts(out, provenance);
    stream_puts(out, "\",\"flops_per_second\":");
    stream_number(out, t->flops);
    stream_puts(out, ",\"peak_flops_per_second\":");
    if (t->declared || (t->peaked > 0 && t->peaked == t->reporting))
        stream_number(out, t->peak);
    else
        stream_puts(out, "null");
    stream_puts(out, ",\"devices_reporting\":");
    stream_number(out, t->reporting);
    stream_puts(out, ",\"devices_known\":");
    stream_number(out, t->known);
    stream_puts(out, t->nodes ? ",\"counts\":\"nodes\"" : ",\"counts\":\"devices\"");
    put_flag(out, ",\"approximate\":", t->hearsay);
    put_flag(out, ",\"declared\":", t->declared);
    stream_puts(out, ",\"age_seconds\":");
    if (t->oldest_at)
        stream_milli(out, now > t->oldest_at ? now - t->oldest_at : 0);
    else
        stream_puts(out, "null");
    stream_putc(out, '}');
}

void flopsjson_put(struct stream *out, const struct flops_totals *t, wall_ms now)
{
    const struct flopsjson_member *m = flopsjson_members();
    const char *follows = "";

    stream_putc(out, '[');
    for (int p = precision_FP64; p < precision_COUNT; p++) {
        for (int how = provenance_MEASURED; how < provenance_COUNT; how++)
            if (flops_told(&t->of[p][how])) {
                stream_puts(out, follows);
                put_total(out, &t->of[p][how], m[0].words[p], m[1].words[how], now);
                follows = ",";
            }
        /* What processors counted, where the cell above is that of devices. */
        if (flops_told(&t->processors[p]) && !t->of[p][provenance_MEASURED].nodes) {
            stream_puts(out, follows);
            put_total(out, &t->processors[p], m[0].words[p], m[1].words[provenance_MEASURED], now);
            follows = ",";
        }
    }
    stream_putc(out, ']');
}
