/* SPDX-License-Identifier: MIT
 * fixture_devices.h - a center with devices of every kind, made by deltas, for tests of view 3: the same on every machine. */
#ifndef SUAN_TESTS_GOLDEN_FIXTURE_DEVICES_H
#define SUAN_TESTS_GOLDEN_FIXTURE_DEVICES_H

#include "model/fleet.h"
#include "tests/golden/fixture_fleet.h"

/* 52 nodes in four pools, 416 devices and seven slices: some hot, throttled, lost, with XIDs, idle though given away; one
 * node is down. Their time is FIXTURE_NOW. The caller's reference. */
struct snapshot *fixture_devices(void);
/* So many more nodes of eight devices, in five pools of one center, and nothing else. */
struct snapshot *fixture_many_devices(uint32_t nodes);

#endif
