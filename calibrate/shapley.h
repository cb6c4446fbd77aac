/* SPDX-License-Identifier: Apache-2.0 */
/* Shares of a total that belongs to several factors together: the Shapley
 * value, the mean of a factor's contribution over all orders of telling
 * (Shapley, A value for n-person games, 1953). Values are indexed by the set
 * of factors that are on: bit i of the index is factor i. */
#ifndef SBS_CALIBRATE_SHAPLEY_H
#define SBS_CALIBRATE_SHAPLEY_H

#include <stdint.h>

enum { SBS_SHAPLEY_MAX = 16 };

/* What v[set] counts in the share of factor i of k: the share is the sum of
 * coefficient times value over all sets. */
double sbs_shapley_coefficient(uint32_t k, uint32_t i, uint32_t set);

/* share[k] of v[2^k]; they sum to v[all] - v[none]. */
void sbs_shapley_shares(uint32_t k, const double *v, double *share);

/* Least and largest contribution of factor i over all k! orders. */
void sbs_shapley_range(uint32_t k, const double *v, uint32_t i, double *lo,
                       double *hi);

#endif
