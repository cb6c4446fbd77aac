/* SPDX-License-Identifier: Apache-2.0 */
/* Not one winner but all families, each with its weight. Near families cannot
 * be told apart by 50 or 1000 durations (SCIENCE.md C.3), and what a winner
 * says of p95 is too sure.
 *
 * Weights are Akaike's: exp(-AICc/2), scaled (Burnham and Anderson, Model
 * Selection and Multimodel Inference, 2002, 2.9). Not the evidence, because
 * that depends on how wide the priors of the parameters are, and those here
 * are wide on purpose. */
#ifndef SBS_CALIBRATE_LAW_AVERAGE_H
#define SBS_CALIBRATE_LAW_AVERAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "calibrate/law_fit.h"

enum { SBS_LAW_MEMBERS = 2 * SBS_LAW_FAMILIES }; /* without, with a shift */

struct sbs_law_member {
    struct sbs_law_fit fit;
    double weight; /* they sum to 1 */
};

struct sbs_law_average {
    size_t n_members;
    struct sbs_law_member member[SBS_LAW_MEMBERS]; /* heaviest first */
    double bic; /* the smallest of all members */
};

/* Fit every family, without and where there is room with a shift. Fails when
 * none can be fitted (the reasons of sbs_law_fit). */
int sbs_law_average_make(const struct sbs_obs *obs, size_t n,
                         struct sbs_law_average *out, struct sbs_error *err);

/* Weight of a family, with and without shift. */
double sbs_law_average_weight(const struct sbs_law_average *a,
                              const struct sbs_law_family *family);
/* P(X <= t), and its quantile, of the average at the best parameters. */
double sbs_law_average_cdf(const struct sbs_law_average *a, double t);
double sbs_law_average_quantile(const struct sbs_law_average *a, double u);

/* n_draws laws, each a member drawn by weight with parameters drawn from its
 * posterior (calibrate/law_posterior.h), given the same obs. Each can be
 * written as the D of a model file (sbs_dist_write) and holds no memory.
 * Independent of threads. */
int sbs_law_average_draws(const struct sbs_law_average *a,
                          const struct sbs_obs *obs, size_t n_draws,
                          uint64_t seed, struct sbs_dist *out,
                          struct sbs_error *err);

#endif
