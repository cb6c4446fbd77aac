/* SPDX-License-Identifier: Apache-2.0 */
/* Designs of experiments: n points that fill the unit cube of d dimensions
 * more evenly than random ones would. Row i has the d coordinates of point
 * i, each in (0, 1). Equal arguments give equal bits. */
#ifndef SBS_STATS_DESIGN_H
#define SBS_STATS_DESIGN_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

enum { SBS_DESIGN_SOBOL_MAX = 40 }; /* dimensions */

/* Latin hypercube (McKay, Beckman, Conover, Technometrics 21, 1979): each of
 * the n equal strata of each dimension has one point. NULL when out of
 * memory; the caller frees it. */
double *sbs_design_latin(size_t n, size_t d, uint64_t seed,
                         struct sbs_error *err);

/* Points 1 .. n of the Sobol sequence (Antonov and Saleev's order, GSL's
 * direction numbers from Bratley and Fox, ACM TOMS 14, 1988, algorithm 659),
 * d <= SBS_DESIGN_SOBOL_MAX; point 0, the corner, is left out. */
double *sbs_design_sobol(size_t n, size_t d, struct sbs_error *err);

#endif
