/* SPDX-License-Identifier: MIT
 * figure.h - numbers as people read them, and what age does to them.
 *
 * Decimal point and grouping do not depend on the locale. Absent is never 0: callers ask row_has first
 * and show figure_absent. Pure. */
#ifndef SUAN_UI_FIGURE_H
#define SUAN_UI_FIGURE_H

#include "ui/view.h"

#define FIGURE_MAX 48
#define FIGURE_ABSENT "?"

/* "41 216", "-3.50": a thin space every three digits (a plain one in ASCII). */
void figure_number(char out[FIGURE_MAX], double v, int decimals, bool ascii);
/* GPU-hours: whole ones from 10 on, below that tenths, and "<0.1" for what is less but not nothing. */
void figure_hours(char out[FIGURE_MAX], double hours, bool ascii);
/* A number in at most `cells`: "41 216", else "41216", else "41.2k" "412k" "3.1M"; "#" if nothing fits. */
void figure_fit(char out[FIGURE_MAX], double v, int cells, bool ascii);
/* Three significant digits with a decimal (SI) or binary step: "38.2" and "M". */
void figure_si(double v, char out[FIGURE_MAX], const char **step);
void figure_binary(double v, char out[FIGURE_MAX], const char **step);
/* "503 GiB", "38.2 MW", "91°C", "12 ms": with its unit, for running text. */
void figure_unit(char out[FIGURE_MAX], double v, enum field_unit unit, bool ascii);
/* "74%"; a share that is neither 0 nor 1 is shown as neither "0%" nor "100%". */
void figure_percent(char out[FIGURE_MAX], double share);
/* FLOPS and what they are of, in one unit: "18.31" of "26.14" "EF"; "?" for what is not known (NAN). fine: one digit
 * more from 100 on, where there is room. Something that is not nothing is never "0.00". */
struct figure_flops {
    char used[FIGURE_MAX], peak[FIGURE_MAX];
    const char *unit;
};
void figure_flops(struct figure_flops *out, double flops, double peak, bool fine);
/* "12m" style age or duration, at most 5 cells; seconds where the unit is seconds. */
void figure_duration(char out[FIGURE_MAX], int64_t ms);

/* How old a row's values are, against the rhythm of their source: it missed a poll, ten minutes passed,
 * an hour passed. */
enum freshness { AGE_FRESH, AGE_STALE, AGE_OLD, AGE_LOST };
enum freshness figure_freshness(const struct view_input *in, const void *row);
enum freshness figure_freshness_of(int64_t age_ms, int64_t interval_ms);
/* Fresh as it is, stale dim, old faint and struck out. A lost value is to be shown as "?" in FAINT. */
struct style figure_aged(struct style s, enum freshness f);

/* Heat of a temperature: 35 degrees is the coldest step, 95 the hottest. */
enum role figure_heat(double celsius);
/* Style of a temperature with a limit (0 = unknown): amber near it, red and true at it. */
struct style figure_temperature_style(double celsius, double limit, bool *crit);

#endif
