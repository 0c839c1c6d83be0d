/* SPDX-License-Identifier: MIT
 * plausible.h - which numbers from outside are believed. Pure; thread: any.
 *
 * A value that cannot be (a negative count, 999 degrees, 4e9 percent) becomes absent: shown as "?",
 * left out of every sum. */
#ifndef SUAN_MODEL_PLAUSIBLE_H
#define SUAN_MODEL_PLAUSIBLE_H

#include "model/entity.h"

bool plausible_num(enum field_unit unit, double v);
bool plausible_time(wall_ms t);
/* ENUM: an index of the words; FLAGS: *v loses bits without a word; BOOL: *v becomes 0 or 1. */
bool plausible_int(const struct field *f, int64_t *v);

#endif
