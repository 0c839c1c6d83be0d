/* SPDX-License-Identifier: MIT
 * lemon.h - which nodes break more than their share. Pure; thread: any.
 *
 * Within 28 days, among peers (nodes with the same device model; those without a model are peers of
 * each other):
 *   m  jobs of several nodes that it broke          s  jobs of one node that it broke
 *   r  s per job that ran on it alone               x  different device faults that ask for action
 *   o  times that it was taken out, not announced
 *   score L = .30 P(m) + .20 P(s) + .20 P(r) + .15 P(x) + .15 P(o)
 * P is the share of the other peers that lie strictly below; 0 for a count of 0. The score only ranks;
 * the weights are ours, so the raw counts stand beside it.
 *   flagged  3 events or more, p < 1e-4, and in the worst 5 % of its peers in 2 signals (in 1 if only
 *            one signal exists among them)
 *   p        Poisson probability of so many events at the rate of the other peers, (n + 1/2) / peers:
 *            half an event keeps a small quiet fleet from proving anything. */
#ifndef SUAN_MODEL_LEMON_H
#define SUAN_MODEL_LEMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lemon {
    uint32_t group; /* peers have the same */
    uint32_t peers; /* nodes of the group besides itself, also those without any count */
    uint32_t events, broken_jobs, lone_failures, lone_jobs, device_faults, times_out;
    double score, p; /* computed; p NAN without peers */
    bool flagged;
};

/* All nodes that have any count but lone_jobs. Reorders them by group. */
void lemon_rank(struct lemon **all, size_t count);

#endif
