/* SPDX-License-Identifier: Apache-2.0 */
/* Quantiles of a sample and how far they can be trusted. */
#ifndef SBS_STATS_QUANTILE_H
#define SBS_STATS_QUANTILE_H

#include <stddef.h>

/* For qsort: doubles, none of them NaN, into ascending order. */
int sbs_quantile_order(const void *a, const void *b);

/* Quantile p in [0, 1] of n ascending values, type 7 of Hyndman and Fan
 * (1996): linear between order statistics, the 1 + (n-1)p-th. NaN if n = 0. */
double sbs_quantile7(const double *sorted, size_t n, double p);

/* The interval of quantile p in (0, 1) between two order statistics that
 * covers it with probability >= level whatever the law (David and Nagaraja,
 * Order Statistics, 7.1): ranks *lo < *hi from 1 to n, each tail at most
 * (1 - level) / 2. Returns the coverage, or NaN (ranks 0) if n is too small.
 */
double sbs_quantile_ranks(size_t n, double p, double level, size_t *lo,
                          size_t *hi);

#endif
