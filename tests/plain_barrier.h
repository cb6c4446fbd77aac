/* SPDX-License-Identifier: Apache-2.0 */
/* The barrier workload as one would write it first: one path, one day after
 * the other, libm, a generator of its own. Nothing of the product is used, so
 * that tests and benches compare two independent programs. */
#ifndef SBS_TESTS_PLAIN_BARRIER_H
#define SBS_TESTS_PLAIN_BARRIER_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

/* xorshift64*: Vigna, ACM TOMS 42, 2016. State not 0. */
static inline double plain_u01(uint64_t *state)
{
    uint64_t x = *state;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    *state = x;
    return ((double)(x * 2685821657736338717u >> 11) + 0.5) * 0x1p-53;
}

struct plain {
    double mean, sd, payoff, stopped, q05, tail, max;
    /* standard errors of the first six */
    double mean_se, sd_se, payoff_se, stopped_se, q05_se, tail_se;
};

/* The value of one path; *max grows to its highest close. */
static inline double plain_path(double mu, double sigma, uint64_t *state,
                                int *stopped, double *max)
{
    double dt = 1.0 / 252, a = (mu - sigma * sigma / 2) * dt;
    double b = sigma * sqrt(dt), log_s = log(100), barrier = log(90);
    double top = log_s, second = 0;
    *stopped = 0;
    for (int day = 0; day < 252; day++) {
        double z = second;
        if (day % 2 == 0) {
            double r = sqrt(-2 * log(plain_u01(state)));
            double angle = 2 * 3.14159265358979323846 * plain_u01(state);
            z = r * cos(angle);
            second = r * sin(angle);
        }
        log_s += a + b * z;
        if (log_s > top)
            top = log_s;
        if (log_s < barrier) {
            *stopped = 1;
            break;
        }
    }
    if (exp(top) > *max)
        *max = exp(top);
    return exp(log_s);
}

static inline int plain_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Type 7. */
static inline double plain_quantile(const double *sorted, int n, double p)
{
    double h = (n - 1) * p;
    int j = (int)h;
    return j + 1 < n ? sorted[j] + (h - j) * (sorted[j + 1] - sorted[j])
                     : sorted[j];
}

/* Everything about one scenario; v is room for n values. */
static inline struct plain plain_run(int scenario, int n, uint64_t *state,
                                     double *v)
{
    struct plain r = { .max = 100 };
    double mu = 0.05 + 0.001 * scenario, sigma = 0.2 + 0.0005 * scenario;
    double payoff2 = 0, m2 = 0, m4 = 0, tail2 = 0;
    int low = 0, hits = 0;
    for (int i = 0; i < n; i++) {
        int stopped;
        v[i] = plain_path(mu, sigma, state, &stopped, &r.max);
        hits += stopped;
        r.mean += v[i] / n;
        r.payoff += fmax(v[i] - 100, 0) / n;
        payoff2 += pow(fmax(v[i] - 100, 0), 2) / n;
    }
    qsort(v, (size_t)n, sizeof *v, plain_compare);
    r.stopped = (double)hits / n;
    r.q05 = plain_quantile(v, n, 0.05);
    for (int i = 0; i < n; i++) {
        m2 += pow(v[i] - r.mean, 2) / n;
        m4 += pow(v[i] - r.mean, 4) / n;
        if (v[i] <= r.q05) {
            low++;
            r.tail += v[i];
            tail2 += v[i] * v[i];
        }
    }
    r.tail /= low;
    r.sd = sqrt(m2 * n / (n - 1));
    r.mean_se = r.sd / sqrt(n);
    r.sd_se = sqrt((m4 - m2 * m2) / n) / (2 * r.sd);
    r.payoff_se = sqrt((payoff2 - r.payoff * r.payoff) / n);
    r.stopped_se = sqrt(r.stopped * (1 - r.stopped) / n);
    /* 1 / density at the quantile from its neighbours */
    double slope = (plain_quantile(v, n, 0.06) - plain_quantile(v, n, 0.04)) /
                   0.02;
    r.q05_se = sqrt(0.05 * 0.95 / n) * slope;
    r.tail_se = sqrt((tail2 / low - r.tail * r.tail +
                      0.95 * pow(r.q05 - r.tail, 2)) / (0.05 * n));
    return r;
}

#endif
