/* SPDX-License-Identifier: MIT
 * fixture_fleet.h - fleets made by deltas, for tests of the views: the same bytes on every machine. */
#ifndef SUAN_TESTS_GOLDEN_FIXTURE_FLEET_H
#define SUAN_TESTS_GOLDEN_FIXTURE_FLEET_H

#include "model/fleet.h"

/* 2026-11-22 14:07:31 at UTC+8. */
#define FIXTURE_NOW INT64_C(1795327651000)
#define FIXTURE_OFFSET 480

/* Six centers: two live (one with CJK names, GPUs and hundreds of jobs; one without devices), one stale,
 * one down, one small with an elder second source, one that has not answered yet. The caller's reference. */
struct snapshot *fixture_fleet(void);
/* The same for those who go on with it: tick and publish are still to come. The caller's. */
struct fleet *fixture_fleet_unpublished(void);
/* Nothing at all, and one source that has not answered. */
struct snapshot *fixture_empty(void);
/* One center of one cluster, as somebody sees who just starts the program on a small machine. */
struct snapshot *fixture_small(void);

#endif
