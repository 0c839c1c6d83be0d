/* SPDX-License-Identifier: MIT
 * backoff.c - see backoff.h. */
#include "io/backoff.h"

uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u; /* splitmix64 */

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

int64_t backoff_ms(unsigned failures, int retry_after_s, uint64_t *random)
{
    int64_t ms = BACKOFF_FIRST_MS;

    for (unsigned i = 1; i < failures && ms < BACKOFF_MAX_MS; i++)
        ms *= 2;
    ms += ms * ((int64_t)(random_next(random) % 401) - 200) / 1000;
    if (ms > BACKOFF_MAX_MS)
        ms = BACKOFF_MAX_MS;
    if (retry_after_s >= BACKOFF_MAX_MS / 1000)
        return BACKOFF_MAX_MS;
    return (int64_t)retry_after_s * 1000 > ms ? (int64_t)retry_after_s * 1000 : ms;
}
