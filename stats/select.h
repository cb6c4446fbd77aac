/* SPDX-License-Identifier: Apache-2.0 */
/* Ranking and selection: which of k systems has the lowest mean. */
#ifndef SBS_STATS_SELECT_H
#define SBS_STATS_SELECT_H

#include <stddef.h>
#include <stdint.h>

/* The fully sequential procedure of Kim and Nelson (ACM TOMACS 11, 2001, with
 * c = 1), for the minimum: of k systems drawn together (common random numbers
 * pay), the survivor is the best with probability >= 1 - alpha if it is better
 * by delta than every other, and else within delta of the best (Nelson and
 * Banerjee 2001).
 *
 * The square h^2 = 2 eta df, eta = ((2 (1 - (1 - alpha)^(1 / (k - 1))))^(-2 /
 * df) - 1) / 2, of a first stage that estimates the variances of differences
 * with df degrees of freedom (n0 - 1 of n0 independent draws). k >= 2. */
double sbs_select_kn_h2(size_t k, double df, double alpha);

/* After r draws of each, is a system out whose sum is `behind` higher than
 * that of another? s2 is the first stage's variance of their difference. */
int sbs_select_kn_out(double behind, double s2, double h2, double delta,
                      double r);

/* Draws after which nothing stays undecided for a pair. */
double sbs_select_kn_most(double s2, double h2, double delta);

/* Optimal computing budget allocation (Chen, Lin, Yucesan, Chick 2000) for the
 * lowest mean: shares[k] of a budget, sum 1, from means and standard
 * deviations so far (sd > 0). Ties with the best count as `least` apart, > 0.
 */
void sbs_select_ocba(const double *mean, const double *sd, size_t k,
                     double least, double *shares);

/* P(the lowest mean seen is the lowest there is), at least: 1 less the sum of
 * the chances that another is lower by more than delta, normal means with
 * standard errors se[i] of the difference to the best (Bonferroni; Chen's
 * APCS). behind[i] is mean i less the best's; entry `best` is ignored. */
double sbs_select_chance(const double *behind, const double *se, size_t k,
                         size_t best, double delta);

/* Limits of a probability of which k in n trials are known, each wrong with
 * chance `tail` at most (Clopper and Pearson 1934). Trials in strata, such as
 * draws of the parameters, make them only safer (Hoeffding 1956). */
void sbs_select_share(uint64_t k, uint64_t n, double tail, double *lo,
                      double *hi);

/* The front: on[i] = 1 when no other of the k points (x, y >= 0) is at least
 * as low as i in both and in one of them lower by more than the share `slack`
 * of i's ([0, 1); 0: the plain Pareto front). NaN in either: 0. */
void sbs_select_front(const double *x, const double *y, size_t k,
                      double slack, unsigned char *on);

#endif
