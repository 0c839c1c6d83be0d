/* SPDX-License-Identifier: MIT
 * export_fixture.h - small fleets for the tests of the output formats, made by deltas as in life. */
#ifndef SUAN_TESTS_UNIT_EXPORT_FIXTURE_H
#define SUAN_TESTS_UNIT_EXPORT_FIXTURE_H

#include "export/export.h"

#define FIXTURE_NOW INT64_C(1795337709000) /* 2026-11-22T08:55:09Z */

/* "fleet" two centers in good health, "partial" one of their sources failed, "hostile" names that mean
 * harm, "dead" a center that never answered, "empty" no center at all, "long" a name of 70,000 quotes. */
extern const char *const fixture_names[]; /* NULL-terminated */
struct snapshot *fixture_snapshot(const char *name);
/* A long queue: one job in ten runs. */
struct snapshot *fixture_jobs(int jobs);
struct export_options fixture_options(const char *name);
/* "cn[1-3],login": one pair of brackets a name; enough for here. */
enum rc fixture_expand(const char *folded, size_t max,
                       bool (*visit)(void *arg, const char *host, size_t len), void *arg,
                       struct err *e);
/* A sink that fills a struct buf. */
struct sink fixture_sink(struct buf *out);

#endif
