/* SPDX-License-Identifier: MIT
 * scenario_int.h - reading of a scenario, for scenario*.c only. */
#ifndef SUAN_FLEETSIM_SCENARIO_INT_H
#define SUAN_FLEETSIM_SCENARIO_INT_H

#include "fleetsim/scenario.h"

enum keyword { KEYWORD_center, KEYWORD_pool, KEYWORD_model, KEYWORD_work, KEYWORD_fault, KEYWORDS };
extern const char *const scenario_keywords[KEYWORDS];

struct reading {
    struct scenario *s;
    const char *file;
    unsigned line;
    struct err *e;
};

/* "file:line: what: " and the sentence; returns rc. */
enum rc scenario_complain(const struct reading *r, unsigned line, enum rc rc, const char *what,
                          const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* --- scenario_check.c: what no line alone can tell: names that are used, twice or not at all, what is missing, sums --- */
enum rc scenario_check(const struct reading *r);

#endif
