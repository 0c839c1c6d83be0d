/* SPDX-License-Identifier: MIT
 * fixture_flops.h - the fixture fleet with its devices: FLOPS, heat and power. */
#ifndef SUAN_TESTS_GOLDEN_FIXTURE_FLOPS_H
#define SUAN_TESTS_GOLDEN_FIXTURE_FLOPS_H

#include "tests/golden/fixture_fleet.h"

/* fixture_fleet() and: an exporter of Zhangbei (estimated FP16; one device lost, one throttled, one silent, a model without
 * a peak, Ascends that tell no activity), one of Tianjin's processors (counted FP64), one of Guangzhou that went silent two
 * minutes ago (estimated FP64), and Shanghai, of which only the scheduler tells (allocated). The caller's reference. */
struct snapshot *fixture_flops(void);

#endif
