/* SPDX-License-Identifier: Apache-2.0 */
/* A smooth surface through noisy values at a few points: Gaussian process
 * regression (Rasmussen and Williams, Gaussian Processes for Machine Learning,
 * 2006, algorithm 2.1) with a Matern 5/2 covariance. */
#ifndef SBS_STATS_GP_H
#define SBS_STATS_GP_H

#include <stddef.h>

#include "base/error.h"

enum { SBS_GP_DIMS = 5 };

struct sbs_gp;

/* Of n >= 2 points x[i * dims ...] in [0, 1]^dims with values y[i] known to a
 * variance noise[i] >= 0. One length of the covariance in each dimension, out
 * of .15 to 2.5, by marginal likelihood; a constant mean and the size of the
 * covariance by profiling it. NULL and an error when memory is short or the
 * matrix is not positive definite (points that coincide, without noise). */
struct sbs_gp *sbs_gp_create(const double *x, const double *y,
                             const double *noise, size_t n, size_t dims,
                             struct sbs_error *err);
void sbs_gp_destroy(struct sbs_gp *gp);

/* Mean and sd of the surface at x[dims]. */
void sbs_gp_at(const struct sbs_gp *gp, const double *x, double *mean,
               double *sd);

/* Expected improvement below `least` of a normal value (Jones, Schonlau,
 * Welch 1998); with sd 0 what is certain. */
double sbs_gp_improvement(double mean, double sd, double least);

#endif
