/* SPDX-License-Identifier: MIT
 * poisson.h - how much a count of rare events says. Pure; thread: any.
 *
 * The mean of a Poisson count of which n were seen lies with 95 % between chi2(.025, 2n) / 2 and
 * chi2(.975, 2n + 2) / 2 (Garwood's exact bounds), so the mean time between events of which n were
 * seen in T lies between 2 T / chi2(.975, 2n + 2) and 2 T / chi2(.025, 2n). Of none seen it can only
 * be said that it is longer than T / 3 (with 95 %). */
#ifndef SUAN_MODEL_POISSON_H
#define SUAN_MODEL_POISSON_H

#include <stdbool.h>

/* Regularised lower incomplete gamma function P(a, x), a > 0. */
double gamma_p(double a, double x);
/* The x below which a chi-square variable with k degrees of freedom is with probability p. */
double chi2_quantile(double p, double k);
/* Probability of n events or more where `mean` are expected. */
double poisson_at_least(double n, double mean);

struct mean_time {
    double events, total;   /* n, and T in whatever unit */
    double mean, low, high; /* NAN where T is 0; n = 0: mean = low = T / 3 and high is infinite */
    bool at_least;          /* n = 0: "> mean" */
};
struct mean_time poisson_mean_time(double total, double events);

#endif
