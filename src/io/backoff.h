/* SPDX-License-Identifier: MIT
 * backoff.h - how long to leave a failing source alone. Pure; randomness is an argument.
 *
 * 1, 2, 4 ... 60 s, each a fifth more or less so that many clients do not come back in step; what the
 * server asks for (Retry-After) counts up to the same cap. */
#ifndef SUAN_IO_BACKOFF_H
#define SUAN_IO_BACKOFF_H

#include <stdint.h>

enum { BACKOFF_FIRST_MS = 1000, BACKOFF_MAX_MS = 60000 };

/* The next number of a small generator; *state is its seed. */
uint64_t random_next(uint64_t *state);
/* failures: how many in a row, this one included. retry_after_s: -1 = not said. */
int64_t backoff_ms(unsigned failures, int retry_after_s, uint64_t *random);

#endif
