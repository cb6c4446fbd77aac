/* SPDX-License-Identifier: Apache-2.0 */
/* What an inference says: every parameter before and after the runs were
 * seen, how well it is known now, and both readings of the cores. */
#ifndef SBS_CALIBRATE_POSTERIOR_H
#define SBS_CALIBRATE_POSTERIOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"
#include "calibrate/infer.h"
#include "calibrate/rows.h"

struct sbs_jsonw;

/* One quantity, in natural units. SLOW and SPREAD are those of all cores,
 * whatever the reading (sbs_belief_cores). */
struct sbs_posterior_row {
    const char *path, *unit, *name;
    double prior_p05, prior_p50, prior_p95;
    double p025, p05, p50, p95, p975;
    double learnt; /* 1 - posterior variance / prior variance, log scale */
    enum sbs_known known;
    const char *source; /* of the prior */
};

struct sbs_posterior {
    struct sbs_posterior_row row[SBS_BELIEF_N];
    size_t n; /* those that the runs were asked about */
    double correlation[SBS_BELIEF_N][SBS_BELIEF_N]; /* posterior, log scale */
    double share_new, r_factor; /* medians under the reading "kinds"; NaN
                                   when it has no draw */
};

int sbs_posterior_make(const struct sbs_inference *f,
                       struct sbs_posterior *out, struct sbs_error *err);

/* The row of a parameter; NULL when the runs were not asked about it. */
const struct sbs_posterior_row *
sbs_posterior_find(const struct sbs_posterior *p, enum sbs_belief_id id);

/* Rows for the table of a calibration. `origin` says whose runs. */
int sbs_posterior_rows(const struct sbs_posterior *p,
                       const struct sbs_inference *f, const char *origin,
                       struct sbs_rows *rows, struct sbs_error *err);

void sbs_posterior_print(const struct sbs_posterior *p,
                         const struct sbs_inference *f, FILE *out);
void sbs_posterior_json(const struct sbs_posterior *p,
                        const struct sbs_inference *f, struct sbs_jsonw *w);

#endif
