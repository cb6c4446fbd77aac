/* SPDX-License-Identifier: Apache-2.0 */
/* What the means of paired figures could as well have been: a bootstrap that
 * keeps the pairing, in two kinds. Replication r used draw r % draws of the
 * parameters. */
#ifndef SBS_STATS_RESAMPLE_H
#define SBS_STATS_RESAMPLE_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct sbs_resample;

/* Of `rows` figures of n replications, figure i at values[i][0..n), all
 * finite. draws < 2: none; otherwise each is used as often, at least twice:
 * n a multiple of draws. NULL and an error when that is not so, or out of
 * memory. Keeps nothing of `values`. */
struct sbs_resample *sbs_resample_create(const double *const *values,
                                         size_t rows, size_t n, size_t draws,
                                         struct sbs_error *err);
void sbs_resample_destroy(struct sbs_resample *x);

/* Means over these very draws, as another set of replications might have
 * given them: out[rows]. Residuals within draws, multiplied by normal
 * variates that all figures of a replication share (multiplier bootstrap, van
 * der Vaart and Wellner 1996, 2.9): covariances are those within draws,
 * unbiased. `number` is which sample, of `seed`. */
void sbs_resample_means(const struct sbs_resample *x, uint64_t seed,
                        uint32_t number, double *out);

/* Means under draw d, as far as its replications tell: normal about means
 * shrunk to those of all draws by between / (between + within / n of a draw)
 * (empirical Bayes, as in stats/split.h). Only with draws. */
void sbs_resample_draw(const struct sbs_resample *x, size_t d, uint64_t seed,
                       uint32_t number, double *out);

#endif
