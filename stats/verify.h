/* SPDX-License-Identifier: Apache-2.0 */
/* A forecast against what came: statistics of single figures, of completion
 * curves, of coverage over runs, of means, and of the order of policies. */
#ifndef SBS_STATS_VERIFY_H
#define SBS_STATS_VERIFY_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* Probability integral transform (1 + #{sorted <= y}) / (n + 1): uniform on
 * its n + 1 values when y comes from the same law (ties apart). */
double sbs_verify_pit(const double *sorted, size_t n, double y);

/* Continuous ranked probability score E|X - y| - E|X - X'| / 2 of n >= 2
 * ascending values, the fair form (pairs over n (n - 1), Ferro 2014): its
 * mean over ensembles is the score of the law they come from. */
double sbs_verify_crps(const double *sorted, size_t n, double y);

/* Wasserstein-1 distance of two ascending samples (na, nb >= 1): the area
 * between their distribution functions. */
double sbs_verify_w1(const double *a, size_t na, const double *b, size_t nb);

/* A sample in ascending order, such as the completion times of a run. */
struct sbs_curve {
    const double *t;
    size_t n;
};

/* Is `live` one of them? Each of the n + 1 curves has its mean distance (W1)
 * to the other n; *distance is that of the live one, and the result the share
 * of the n + 1 that are at least as far, live included: if all come from the
 * same law it is uniform on 1/(n+1), 2/(n+1), ..., 1. each[0..n) (may be NULL)
 * are the distances of the others. NaN when out of memory or n = 0. */
double sbs_verify_curve(const struct sbs_curve *sim, size_t n,
                        struct sbs_curve live, double *distance,
                        double *each);

/* Kolmogorov's distance of n values in (0, 1) from the uniform law; sorts
 * them. */
double sbs_verify_uniform(double *u, size_t n);

/* Coverage: k of n intervals of level `level` held the truth. */
struct sbs_coverage {
    uint64_t k, n;
    double lo, hi; /* 95% limits of the true coverage (Clopper, Pearson) */
    double p;      /* P(at most k) if the level is true: one-sided test */
    uint64_t least; /* fewest that pass at 5%: P(at most least) >= 0.05 */
    double power60; /* chance that a true coverage of 60% passes: how little
                     * a pass means */
};
void sbs_verify_coverage(struct sbs_coverage *c, uint64_t k, uint64_t n,
                         double level);

/* Two one-sided tests of a mean against `target`, margin a fraction of it. */
enum sbs_tost { SBS_TOST_OPEN, SBS_TOST_EQUIVALENT, SBS_TOST_DIFFERENT };
struct sbs_equivalence {
    enum sbs_tost verdict; /* at 5% */
    uint64_t n;
    double ratio, lo, hi;  /* mean / target, its 90% interval (t); NaN n < 2 */
    double p_different;    /* of "within the margin"; NaN n < 2 */
    double cv;             /* sd / mean used for n_needed */
    double n_needed;       /* ((z.95 + z.90) cv / margin)^2, at least 2 */
};
/* cv_guess is used for n_needed while n < 2. */
void sbs_verify_equivalence(struct sbs_equivalence *e, const double *values,
                            size_t n, double target, double margin,
                            double cv_guess);

/* Kendall's tau-a of x and y, n >= 2; *p is the exact chance of at least as
 * much concordance if all orders of y are equally likely (no ties). */
double sbs_verify_kendall(const double *x, const double *y, size_t n,
                          double *p);

/* Holm's step-down test of n p-values (NaN: not tested) at level `alpha` for
 * all together: rejected[i] is 0 or 1. Returns how many are. */
size_t sbs_verify_holm(const double *p, size_t n, double alpha,
                       unsigned char *rejected);

#endif
