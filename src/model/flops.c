/* SPDX-License-Identifier: MIT
 * flops.c - see flops.h: the formulas. */
#include "model/flops.h"
#include "model/fields.h"
#include <math.h>

/* Exporters round: a pipe that was busy all the time may be told as 100.4 %. More than that is no share. */
#define MOST_PERCENT 101.0
#define MOST_OVER 1.25 /* a boost clock over that of the peak */

/* Share of a pipe, NAN = not told. */
static double share(bool has, float percent)
{
    if (!has || !(percent >= 0 && percent <= MOST_PERCENT))
        return NAN;
    return percent > 100 ? 1 : (double)percent / 100;
}

#define SHARE(d, id) share(row_has(d, device, id), (float)row_num(d, device, id))

/* Mean clock of its highest; 1 where one of them is not told. */
static double clock_share(const struct device_row *d)
{
    if (!row_has(d, device, clock_hertz) || !row_has(d, device, clock_max_hertz) ||
        !(row_num(d, device, clock_max_hertz) > 0))
        return 1;
    double s = (double)d->clock_hertz / (double)row_num(d, device, clock_max_hertz);
    return s < 1 ? s : 1;
}

double flops_clock_of(const struct device_row *d, const struct peak *p, enum precision precision)
{
    double own = row_has(d, device, clock_hertz) ? (double)d->clock_hertz : NAN;
    bool has_highest =
        row_has(d, device, clock_max_hertz) && row_num(d, device, clock_max_hertz) > 0;

    if (isnan(own))
        return NAN;
    /* Far over the clock of the peak: one of the two is wrong. */
    if (precision == precision_FP16 && own <= p->fp16_clock * MOST_OVER)
        return p->fp16_clock;
    return has_highest ? fmax((double)row_num(d, device, clock_max_hertz), own) : NAN;
}

/* Of the tensor pipes with FP16 operands; where only all tensor pipes together are told, what is not FP64 of them. */
static double fp16_share(const struct device_row *d)
{
    double fp16 = SHARE(d, fp16_tensor_utilization_percent);
    double any = SHARE(d, tensor_utilization_percent);
    double fp64 = SHARE(d, fp64_tensor_utilization_percent);

    if (!isnan(fp16) || isnan(any) || isnan(fp64))
        return isnan(fp16) ? any : fp16;
    return any > fp64 ? any - fp64 : 0;
}

/* activity x peak; a pipe that rested adds nothing even where its peak is not known. */
static double work(double activity, double peak)
{
    return activity == 0 ? 0 : activity * peak;
}

/* NAN = no pipe of that precision is told, or the peak of one that worked is not known. */
static double estimate(const struct device_row *d, const struct peak *p, enum precision precision)
{
    double tensor = SHARE(d, fp64_tensor_utilization_percent);
    double vector = SHARE(d, fp64_utilization_percent);

    switch (precision) {
    case precision_FP16:
        return fp16_share(d) * p->fp16;
    case precision_FP32:
        return SHARE(d, fp32_utilization_percent) * p->fp32;
    case precision_FP64:
        if (isnan(tensor) && isnan(vector))
            return NAN;
        return work(isnan(tensor) ? 0 : tensor, p->fp64_tensor) +
               work(isnan(vector) ? 0 : vector, p->fp64);
    default:
        return NAN;
    }
}

/* NAN = not counted. */
static double counted(const struct device_row *d, enum precision precision)
{
    if (precision == precision_FP64 && row_has(d, device, counted_fp64_flops))
        return row_num(d, device, counted_fp64_flops);
    if (precision == precision_FP32 && row_has(d, device, counted_fp32_flops))
        return row_num(d, device, counted_fp32_flops);
    if (precision == precision_FP16 && row_has(d, device, counted_fp16_flops))
        return row_num(d, device, counted_fp16_flops);
    return NAN;
}

struct flops_figure flops_of_device(const struct device_row *d, const struct peak *p,
                                    enum precision precision)
{
    struct flops_figure f = {.flops = counted(d, precision), .peak = peak_of(p, precision)};

    if (f.flops <= FLOPS_MOST) {
        f.provenance = provenance_MEASURED;
        return f;
    }
    f.flops = p ? estimate(d, p, precision) : NAN;
    double clock = f.flops > 0 ? flops_clock_of(d, p, precision) : NAN;
    if (!isnan(clock))
        f.flops *= (double)d->clock_hertz / clock;
    if (f.flops <= FLOPS_MOST)
        f.provenance = provenance_ESTIMATED;
    else
        f.flops = NAN;
    return f;
}

double flops_tensor_utilization(const struct device_row *d)
{
    return SHARE(d, tensor_utilization_percent) * clock_share(d) * 100;
}

enum precision flops_precision_of(enum center_kind kind)
{
    switch (kind) {
    case center_kind_SUPER:
        return precision_FP64;
    case center_kind_GENERAL:
        return precision_FP32;
    default:
        return precision_FP16;
    }
}

enum provenance flops_best(const struct flops_totals *t, enum precision precision)
{
    const struct flops_total *of = t->of[precision];
    enum provenance first = provenance_MEASURED, second = provenance_ESTIMATED;

    if (of[provenance_ESTIMATED].reporting > of[provenance_MEASURED].reporting) {
        first = provenance_ESTIMATED;
        second = provenance_MEASURED;
    }
    if (flops_told(&of[first]))
        return first;
    if (flops_told(&of[second]))
        return second;
    if (flops_told(&of[provenance_ALLOCATED]))
        return provenance_ALLOCATED;
    return flops_told(&of[provenance_NAMEPLATE]) ? provenance_NAMEPLATE : provenance_NONE;
}

void flops_total_add(struct flops_total *into, const struct flops_total *t)
{
    into->flops += t->flops;
    into->peak += t->peak;
    into->reporting += t->reporting;
    into->known += t->known;
    into->peaked += t->peaked;
    into->hearsay = into->hearsay || t->hearsay;
    into->declared = into->declared || t->declared;
    if (t->oldest_at > 0 && (into->oldest_at == 0 || t->oldest_at < into->oldest_at))
        into->oldest_at = t->oldest_at;
}
