/* SPDX-License-Identifier: Apache-2.0 */
/* The calibrated model against what was measured: every total of every
 * Fargate run, fitted or not, predicted by the simulator; and the same for
 * other weights of the processors. */
#ifndef SBS_CALIBRATE_PREDICT_H
#define SBS_CALIBRATE_PREDICT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "calibrate/calibrate.h"

struct sbs_prediction {
    const char *run;    /* name in the trace */
    const char *figure; /* first, last, most */
    size_t tasks;
    double measured_s;
    double p05_s, p50_s, p95_s; /* of the model, type 7 */
    double percentile; /* of the measurement, 0 to 1; for "most" (no
                          quantile, p.. are NaN) the share of tasks that
                          the model expects done by then */
    const char *use;            /* fitted, not fitted: why */
};

struct sbs_predictions {
    struct sbs_prediction *row; /* owned */
    size_t n;
    uint32_t reps;
};

/* Simulate every run of c->runs under `static`, one worker a task, `reps`
 * replications from `seed`. A run whose tasks waited rather than computed is
 * simulated with processors of slow-down 1. The result borrows names from c
 * and its trace. */
int sbs_predict_totals(const struct sbs_calibration *c, uint32_t reps,
                       uint64_t seed, struct sbs_predictions *out,
                       struct sbs_error *err);
void sbs_predictions_fini(struct sbs_predictions *p);
void sbs_predictions_print(const struct sbs_predictions *p, FILE *out);
void sbs_predictions_json(const struct sbs_predictions *p,
                          struct sbs_jsonw *w);

/* A set of processor weights, its best r_factor, and how the run with work
 * fares under it (closed form, not simulated). */
struct sbs_alternative {
    const char *name;
    double share_new, r_factor;
    double loglik; /* relative to the fitted share */
    double first_s, first_percentile; /* median; of the measurement */
    double last_s, last_percentile;
};
enum { SBS_ALTERNATIVES = 4 };
/* Fitted, 2021 (share 0), half and half, new only. n = 0 without a run that
 * has work. */
int sbs_predict_alternatives(const struct sbs_calibration *c,
                             struct sbs_alternative out[SBS_ALTERNATIVES],
                             size_t *n, struct sbs_error *err);
void sbs_alternatives_print(const struct sbs_alternative *a, size_t n,
                            FILE *out);
void sbs_alternatives_json(const struct sbs_alternative *a, size_t n,
                           struct sbs_jsonw *w);

#endif
