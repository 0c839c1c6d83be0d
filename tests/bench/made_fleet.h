/* SPDX-License-Identifier: MIT
 * made_fleet.h - made-up nodes, devices and jobs of any number, told to a fleet as a collector tells them; for benchmarks
 * and for the test of how large rows are. */
#ifndef SUAN_TESTS_BENCH_MADE_FLEET_H
#define SUAN_TESTS_BENCH_MADE_FLEET_H

#include "model/fleet.h"

#define MADE_NOW 1700000000000

struct made {
    uint64_t rng;
    uint32_t seq; /* of the last poll */
    uint16_t source;
};
#define MADE_NEW                                                                                   \
    {                                                                                              \
        .rng = 12345, .source = 1                                                                  \
    }

/* What a poll says of rows that did not change: all their values, or their keys. */
enum made_how { MADE_FULL, MADE_KEEP };

/* CPU time of the thread: other programs on the machine count less. */
double made_ms(void);
/* One complete poll of NODE, DEVICE (8 a node) or JOB rows; one in `every` gets new values (0 = none). Returns the ms
 * inside the fleet. */
double made_poll(struct fleet *f, struct made *m, enum entity e, uint32_t count, enum made_how how,
                 uint32_t every, uint32_t change);
/* So many rows of the first `count` get new values, outside of any poll. */
void made_change(struct fleet *f, struct made *m, enum entity e, uint32_t count, uint32_t rows,
                 uint32_t change);

#endif
