/* SPDX-License-Identifier: MIT
 * fixture_trouble.h - what went wrong in the fixture fleet; part of fixture_fleet(). */
#ifndef SUAN_TESTS_GOLDEN_FIXTURE_TROUBLE_H
#define SUAN_TESTS_GOLDEN_FIXTURE_TROUBLE_H

#include "model/fleet.h"

/* Interruptions of four weeks, attempts, outages, hours and alerts of its centers 0 to 4. */
void fixture_trouble(struct fleet *f);

#endif
