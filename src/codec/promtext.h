/* SPDX-License-Identifier: MIT
 * promtext.h - metric pages as exporters write them, a line at a time: Prometheus text 0.0.4 and OpenMetrics 1.0.
 *
 *   name{label="value",other="a\"b"} 12.5 1732276800000
 *
 * Zero-copy: what comes out points into the line. Taken besides what the formats say, because exporters write it: blanks
 * after commas and around braces, a trailing comma, names in quotes inside the braces (Prometheus 3), exemplars
 * (passed over), "#HELP" without a blank (a comment), CR at the end.
 * Sources: prometheus.io/docs/instrumenting/exposition_formats, OpenMetrics 1.0 (RFC draft), client pages.
 * Pure; thread: any. */
#ifndef SUAN_CODEC_PROMTEXT_H
#define SUAN_CODEC_PROMTEXT_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>

enum prom_format { PROM_TEXT, PROM_OPENMETRICS };

enum prom_kind {
    PROM_NOTHING, /* blank, or a comment */
    PROM_SAMPLE,
    PROM_HELP, /* name: of the family; text: what follows it */
    PROM_TYPE,
    PROM_UNIT,
    PROM_EOF /* "# EOF": the page is complete */
};

struct prom_line {
    enum prom_kind kind;
    const char *name;
    size_t name_len;
    const char *labels; /* between the braces, as written; empty if there are none */
    size_t labels_len;
    const char *text; /* HELP, TYPE, UNIT */
    size_t text_len;
    double value; /* NaN and infinities as written */
    bool has_time;
    double time; /* seconds since 1970, whichever unit the format has */
};

/* line: without its end. RC_SYNTAX: what is wrong, and in which column; *out is then of no use. */
enum rc prom_read(const char *line, size_t len, enum prom_format format, struct prom_line *out,
                  struct err *e);

struct prom_label {
    const char *name, *value; /* value: as written, between the quotes */
    size_t name_len, value_len;
    bool escaped; /* value has escapes: prom_unescape */
};
/* Walks the labels of a line that prom_read accepted: start with *at = 0. False at the end. */
bool prom_next_label(const struct prom_line *line, size_t *at, struct prom_label *out);
/* Value of that label; false if there is none. */
bool prom_label(const struct prom_line *line, const char *name, struct prom_label *out);
/* The value without its escapes, cut at size; returns its length. */
size_t prom_unescape(const struct prom_label *label, char *out, size_t size);
/* The number of a sample over the whole text: decimal, "NaN", "+Inf", "-Inf"; in any locale. */
bool prom_number(const char *text, size_t len, double *out);

#endif
