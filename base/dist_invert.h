/* SPDX-License-Identifier: Apache-2.0 */
/* Inverse distribution functions that have no closed form: gamma, inverse
 * Gaussian, hypoexponential, mixture. Private to base/dist*.c. */
#ifndef SBS_BASE_DIST_INVERT_H
#define SBS_BASE_DIST_INVERT_H

#include "base/dist.h"

/* P(X <= x), P(X > x), and the density of the part that has one, at x - shift
 * (that is: d's own shift is not applied). */
struct sbs_dist_at {
    double below, above, density;
};
struct sbs_dist_at sbs_dist_at(const struct sbs_dist *d, double x);

/* Whether a law of this kind is inverted numerically, with a table. */
bool sbs_dist_needs_table(enum sbs_dist_kind kind);

/* The table of such a law whose other fields are set; NULL when
 * out of memory. Free with sbs_dist_table_free (accepts NULL). */
struct sbs_dist_table *sbs_dist_table_make(const struct sbs_dist *d);
struct sbs_dist_table *sbs_dist_table_copy(const struct sbs_dist_table *t);
void sbs_dist_table_free(struct sbs_dist_table *table);

/* Quantile, less the shift, of such a law; all but mixtures do without a
 * table, at the price of some more steps. */
double sbs_dist_invert(const struct sbs_dist *d, double u);

#endif
