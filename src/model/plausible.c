/* SPDX-License-Identifier: MIT
 * plausible.c - see plausible.h. */
#include "model/plausible.h"
#include <math.h>

static const struct {
    double min, max;
} ranges[] = {
    [UNIT_NONE] = {-9007199254740992.0, 9007199254740992.0},
    [UNIT_COUNT] = {0, 9007199254740992.0},
    [UNIT_BYTE] = {0, 1e21},
    [UNIT_WATT] = {0, 1e10},
    [UNIT_CELSIUS] = {-60, 250},
    [UNIT_PERCENT] = {0, 1e6}, /* "100 %" of one CPU: a node of 512 reports 51200 */
    [UNIT_RPM] = {0, 1e6},
    [UNIT_LOAD] = {0, 1e7},
    [UNIT_SECOND] = {-1, 1e11}, /* -1 = unlimited */
    [UNIT_MILLISECOND] = {0, 1e14},
    [UNIT_HOUR] = {0, 1e12},
    [UNIT_FLOPS] = {0, 1e24},
    [UNIT_HERTZ] = {0, 1e12},
    [UNIT_DEGREE] = {-250, 250},
};

#define LAST_TIME 253402300799999 /* 9999-12-31T23:59:59.999Z */

bool plausible_num(enum field_unit unit, double v)
{
    return isfinite(v) && v >= ranges[unit].min && v <= ranges[unit].max;
}

bool plausible_time(wall_ms t)
{
    return t > 0 && t <= LAST_TIME;
}

static unsigned word_count(const struct field *f)
{
    unsigned n = 0;

    while (f->words[n])
        n++;
    return n;
}

bool plausible_int(const struct field *f, int64_t *v)
{
    switch (f->type) {
    case FT_BOOL:
        *v = *v != 0;
        return true;
    case FT_ENUM:
        return *v >= 0 && *v < word_count(f);
    case FT_FLAGS:
        *v &= (int64_t)((UINT64_C(1) << word_count(f)) - 1);
        return true;
    default:
        return false;
    }
}
