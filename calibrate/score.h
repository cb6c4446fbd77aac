/* SPDX-License-Identifier: Apache-2.0 */
/* A forecast held to what was measured (doc/forecast.md). */
#ifndef SBS_CALIBRATE_SCORE_H
#define SBS_CALIBRATE_SCORE_H

#include <stdio.h>

#include "calibrate/forecast.h"
#include "calibrate/measured.h"

/* One figure of one run. */
struct sbs_score_row {
    const char *run, *policy;
    enum sbs_figure figure;
    double observed, p05, p50, p95;
    double pit;
    bool inside;         /* p05 <= observed <= p95 */
    double crps;         /* fair ensemble form */
    double naive, last;  /* errors of the baselines; NaN: they say nothing */
};

/* One figure of one policy over its runs. */
struct sbs_score_figure {
    struct sbs_coverage coverage;
    double p_coverage, p_pit; /* by simulation from the forecast itself */
    double crps;              /* mean */
    double skill_naive, skill_last; /* 1 - crps / error; NaN: none */
};

struct sbs_score_policy {
    const struct sbs_forecast_policy *forecast;
    size_t runs;
    struct sbs_score_figure figure[SBS_N_FIGURES]; /* coverage.n 0: none */
    struct sbs_equivalence mean; /* of the makespan */
    double mean_s;               /* measured */
    double p_curve; /* of the mean distance of the runs; NaN: none */
};

/* A completion curve. */
struct sbs_score_curve {
    const char *run, *policy;
    double distance_s, p;
};

enum sbs_score_when { SBS_SCORE_AFTER, SBS_SCORE_UNKNOWN, SBS_SCORE_BEFORE };

/* A check that can fail; p NaN: decided without. */
struct sbs_score_check {
    char what[120];
    double p;
    unsigned char failed;
};

/* Borrows from forecast and measured. */
struct sbs_score {
    const struct sbs_forecast *forecast;
    struct sbs_score_row *row;
    size_t n_rows;
    struct sbs_score_policy *policy; /* as many as forecast */
    struct sbs_score_curve *curve;
    size_t n_curves, n_runs;
    size_t n_before, n_undated; /* runs that are no proof of a forecast */
    double tau, p_tau;         /* of policies by mean makespan; NaN: < 2 */
    size_t n_compared;
    size_t pairs, pairs_agree; /* beyond the margin; same sign */
    struct sbs_score_check *check;
    size_t n_checks, n_failed;
    size_t n_calibration; /* the first ones: together at 5% (Holm) */
};

/* `policy` for runs that do not say theirs (NULL: the only one forecast).
 * -1 when a run's policy was not forecast. */
int sbs_score_make(struct sbs_score *s, const struct sbs_forecast *forecast,
                   const struct sbs_measured *measured, const char *policy,
                   struct sbs_error *err);
void sbs_score_fini(struct sbs_score *s);

void sbs_score_print(const struct sbs_score *s, FILE *out);
/* Schema "sbsim-score", version 1. */
int sbs_score_json(const struct sbs_score *s, FILE *out,
                   struct sbs_error *err);

#endif
