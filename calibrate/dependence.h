/* SPDX-License-Identifier: Apache-2.0 */
/* Do the phases of one worker go together, with each other and with its
 * speed? Spearman's rank correlation, a permutation test, and what it does
 * to the 95th percentile of a start.
 *
 * Interval: tanh(atanh(r) +- z sqrt((1 + r^2/2) / (n - 3))), Bonett and
 * Wright, Psychometrika 65, 2000, p. 23. Copula: normal scores with Pearson
 * correlation 2 sin(pi r / 6) have the rank correlation r (Pearson 1907;
 * Kruskal, JASA 53, 1958, p. 814). */
#ifndef SBS_CALIBRATE_DEPENDENCE_H
#define SBS_CALIBRATE_DEPENDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define SBS_DEPENDENCE_MOST 6 /* variables of a worker */
#define SBS_DEPENDENCE_LEAST_N 10 /* workers below which nothing is said */

struct sbs_spearman {
    size_t n;
    bool told;     /* n >= SBS_DEPENDENCE_LEAST_N and both vary */
    double r, lo, hi;
    double p;      /* two-sided permutation test, (1 + #) / (B + 1) */
    double copula; /* 2 sin(pi r / 6) */
};

struct sbs_dependence_options {
    double level;          /* .95 */
    uint32_t permutations; /* >= 999 */
    uint64_t seed;
};

/* Rank correlation of a[0..n) and b[0..n) (no NaN); `stream` makes the
 * permutations of different pairs different. */
int sbs_dependence_spearman(const double *a, const double *b, size_t n,
                            const struct sbs_dependence_options *o,
                            uint32_t stream, struct sbs_spearman *out,
                            struct sbs_error *err);

double sbs_dependence_copula(double rank_correlation);

/* The least |rank correlation| that n workers find with probability .9 at
 * 5%; and the workers needed to find r. */
double sbs_dependence_findable(size_t n);
size_t sbs_dependence_needed(double r);

/* The 95th percentile of a sum with and without dependence. The ratio's
 * interval is a bootstrap over workers. */
struct sbs_tail {
    bool told;
    size_t n;
    double independent, joint; /* s */
    double ratio, lo, hi;      /* joint / independent */
};

/* x[i * k + j]: variable j (k <= SBS_DEPENDENCE_MOST) of worker i, seconds;
 * n >= SBS_DEPENDENCE_LEAST_N. Margins are the empirical ones. */
int sbs_dependence_tail(const double *x, size_t n, size_t k,
                        const struct sbs_dependence_options *o,
                        struct sbs_tail *out, struct sbs_error *err);

#endif
