/* SPDX-License-Identifier: MIT
 * random.h - random numbers of the simulation: the same seed gives the same fleet, on any machine.
 *
 * Two kinds: a stream (struct rng) for what happens one after the other, and random_at() for what must be known at any
 * time without having been stepped there, such as the noise of a temperature. Pure; no state but the caller's. */
#ifndef SUAN_FLEETSIM_RANDOM_H
#define SUAN_FLEETSIM_RANDOM_H

#include <math.h>
#include <stdint.h>

struct rng {
    uint64_t state;
};

/* splitmix64, Steele et al. 2014. */
static inline uint64_t random_mix(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static inline uint64_t random_u64(struct rng *r)
{
    return random_mix(r->state += UINT64_C(0x9e3779b97f4a7c15));
}

/* In [0, 1), of what can be named by two numbers. */
static inline double random_at(uint64_t what, uint64_t which)
{
    return (double)(random_mix(random_mix(what + UINT64_C(0x9e3779b97f4a7c15)) ^ which) >> 11) *
           0x1p-53;
}

/* In [0, 1). */
static inline double random_share(struct rng *r)
{
    return (double)(random_u64(r) >> 11) * 0x1p-53;
}

/* In 0..n-1; n > 0. */
static inline uint32_t random_below(struct rng *r, uint32_t n)
{
    return (uint32_t)((random_u64(r) >> 32) * n >> 32);
}

static inline double random_exponential(struct rng *r, double mean)
{
    return -mean * log1p(-random_share(r));
}

/* Box and Muller, one of the pair. */
static inline double random_normal(struct rng *r)
{
    double radius = sqrt(-2 * log1p(-random_share(r)));

    return radius * cos(2 * M_PI * random_share(r));
}

/* With that mean; spread: standard deviation of its logarithm. */
static inline double random_lognormal(struct rng *r, double mean, double spread)
{
    return mean * exp(spread * random_normal(r) - spread * spread / 2);
}

#endif
