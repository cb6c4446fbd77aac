/* SPDX-License-Identifier: Apache-2.0 */
/* The means of workers by weighted least squares: one random effect a
 * worker, fixed effects of run and processor. With rho = var(worker) /
 * var(residual) and n_i rows of worker i, its mean has the variance
 * s2 (rho + 1 / n_i), so the weight a_i = n_i / (1 + rho n_i). One covariate
 * x varies within workers, too: `within` has its sums there, and its slope
 * is that of both parts together (generalised least squares). */
#ifndef SBS_CALIBRATE_BETWEEN_H
#define SBS_CALIBRATE_BETWEEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct sbs_between_worker {
    double n;    /* rows, >= 1 */
    double mean; /* of their values */
    double x;    /* mean of the covariate */
    size_t run, processor;
};

/* Sums about the means of workers; xx = 0: no covariate. */
struct sbs_between_within {
    double xx, xy;
};

struct sbs_between {
    const struct sbs_between_worker *worker; /* [m], borrowed */
    struct sbs_between_within within;
    size_t m, n_runs, n_processors;
    bool processors; /* fixed effects of the processors are in */
    size_t rank;     /* of the fixed effects */
    double centre, centre_x; /* taken off the means, for accuracy */
    bool *kept;      /* columns that add to the rank */
    double *a, *b, *bx; /* normal equations, for the means and for x */
};

/* What sbs_between_at finds for one rho. */
struct sbs_between_fit {
    double ss;      /* N(rho): generalised least sum of squares, less that
                       within workers */
    double slope;   /* of the covariate */
    double log_det; /* of the normal equations */
    double weight;  /* sum of the a_i */
    double log_var; /* sum of log(1 + rho n_i) */
};

/* m >= 1 workers; run < n_runs, processor < n_processors. -1: no memory. */
int sbs_between_init(struct sbs_between *b,
                     const struct sbs_between_worker *worker, size_t m,
                     struct sbs_between_within within, size_t n_runs,
                     size_t n_processors, bool processors,
                     struct sbs_error *err);
void sbs_between_fini(struct sbs_between *b);
struct sbs_between_fit sbs_between_at(struct sbs_between *b, double rho);
/* The effect of each processor, against their mean over workers, and its
 * standard error over the residual sd, into effect and se, both
 * [n_processors]; after a fit at this rho, with all columns in one run.
 * NaN where not estimable. */
void sbs_between_effects(struct sbs_between *b, double rho, double *effect,
                         double *se);

#endif
