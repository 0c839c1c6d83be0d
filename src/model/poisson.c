/* SPDX-License-Identifier: MIT
 * poisson.c - see poisson.h. Series and continued fraction as in Abramowitz and Stegun 6.5.29 and
 * 6.5.31; quantiles by bisection, which cannot fail. */
#include "model/poisson.h"
#include <math.h>

enum { MOST_TERMS = 100000, HALVINGS = 200 };
#define TINY 1e-300
#define CLOSE 1e-15

static double series(double a, double x)
{
    double term = 1 / a, sum = term;

    for (int n = 1; n < MOST_TERMS && term > sum * CLOSE; n++) {
        term *= x / (a + n);
        sum += term;
    }
    return sum * exp(a * log(x) - x - lgamma(a));
}

/* The upper one, by Lentz's method. */
static double fraction(double a, double x)
{
    double b = x + 1 - a, c = 1 / TINY, d = 1 / b, h = d;

    for (int i = 1; i < MOST_TERMS; i++) {
        double an = -i * (i - a);
        b += 2;
        d = an * d + b;
        d = 1 / (fabs(d) < TINY ? TINY : d);
        c = b + an / c;
        c = fabs(c) < TINY ? TINY : c;
        h *= d * c;
        if (fabs(d * c - 1) < CLOSE)
            break;
    }
    return h * exp(a * log(x) - x - lgamma(a));
}

double gamma_p(double a, double x)
{
    if (!(x > 0))
        return 0;
    return x < a + 1 ? series(a, x) : 1 - fraction(a, x);
}

double chi2_quantile(double p, double k)
{
    double low = 0, high = k + 10;

    if (!(k > 0) || !(p > 0))
        return 0;
    while (gamma_p(k / 2, high / 2) < p && high < 1e15)
        high *= 2;
    for (int i = 0; i < HALVINGS && high - low > high * CLOSE; i++) {
        double middle = (low + high) / 2;
        if (gamma_p(k / 2, middle / 2) < p)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

double poisson_at_least(double n, double mean)
{
    return n < 1 ? 1 : gamma_p(n, mean);
}

struct mean_time poisson_mean_time(double total, double events)
{
    struct mean_time m = {.events = events, .total = total, .mean = NAN, .low = NAN, .high = NAN};

    if (!(total > 0))
        return m;
    m.at_least = events < 1;
    m.mean = m.at_least ? total / 3 : total / events;
    m.low = m.at_least ? total / 3 : 2 * total / chi2_quantile(.975, 2 * events + 2);
    m.high = m.at_least ? INFINITY : 2 * total / chi2_quantile(.025, 2 * events);
    return m;
}
