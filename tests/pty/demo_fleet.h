/* SPDX-License-Identifier: MIT
 * demo_fleet.h - a small fixed fleet, made by deltas, for tests of the dashboard. */
#ifndef SUAN_TESTS_PTY_DEMO_FLEET_H
#define SUAN_TESTS_PTY_DEMO_FLEET_H

#include "model/fleet.h"

#define DEMO_NOW 1790000000000 /* 2026-09-21T14:13:20Z */

/* Four centers (live, live, stale, down), their nodes, jobs and sources. */
struct fleet *demo_fleet(wall_ms now);
/* A temperature and a job state move; step by step the same ones. */
/* Two interruptions by zb-g0003 and a critical alert. */
void demo_fleet_trouble(struct fleet *f, wall_ms now);
/* A critical alert of that name fires. */
void demo_fleet_alarm(struct fleet *f, wall_ms now, const char *id);
void demo_fleet_step(struct fleet *f, wall_ms now, int step);

#endif
