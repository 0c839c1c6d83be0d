/* SPDX-License-Identifier: MIT
 * clock.h - the only place that asks what time it is. Thread: any.
 *
 * model, codec, collectors and views never call this: time is an argument there. Wall time is
 * milliseconds since 1970 UTC (type `wall_ms`; 0 = unknown, no real event is that old); intervals
 * and deadlines use monotonic milliseconds. Formatting a given time is pure and lives here too. */
#ifndef SUAN_BASE_CLOCK_H
#define SUAN_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

typedef int64_t wall_ms;
typedef int64_t mono_ms;

wall_ms clock_wall(void);
mono_ms clock_mono(void);
/* So many milliseconds from now, for waiting on a condition whose clock is CLOCK_MONOTONIC. */
struct timespec clock_deadline(int64_t ms);

/* "2026-11-22T08:55:09Z"; out must hold 32 bytes; "" for 0. */
void time_rfc3339(wall_ms t, char out[32]);
/* Inverse: RFC 3339, or "2026-11-22T08:55:09" as local time of the given offset; a blank may
 * stand for the T. 0 if it is neither, or before 1970 (Go's zero time is of the year 1). */
wall_ms time_parse(const char *s, int utc_offset_minutes);
/* Local "14:07:31" (offset in minutes east of UTC). */
void time_hms(wall_ms t, int utc_offset_minutes, char out[16]);
/* Local "11-22 14:07". */
void time_short(wall_ms t, int utc_offset_minutes, char out[16]);
/* The zone's offset at t; reads TZ. Not pure: for app and term only. */
int clock_utc_offset(wall_ms t);
/* At most 5 cells: "0s" "59s" "12m" "3h04" "3d04h" "120d" "9y"; negative or > 100 y: "?". */
void time_age(int64_t ms, char out[16]);
/* Slurm-like "2-03:04:05" / "03:04:05". */
void time_duration(int64_t ms, char out[24]);

#endif
