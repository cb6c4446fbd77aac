/* SPDX-License-Identifier: Apache-2.0 */
/* Every parameter of a model, each from the trace where it has the data, from
 * the shipped facts where not, absent where nothing is known; with a row of
 * the table for each. */
#ifndef SBS_CALIBRATE_ESTIMATE_H
#define SBS_CALIBRATE_ESTIMATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "calibrate/joint.h"
#include "calibrate/mixture.h"
#include "calibrate/phases.h"
#include "calibrate/rows.h"
#include "traces/store.h"

/* A delay of the model. */
struct sbs_law {
    enum { SBS_LAW_ABSENT = 0, SBS_LAW_CONST, SBS_LAW_LOGNORMAL,
           SBS_LAW_UNIFORM } kind;
    double a, b;    /* value; mu and sigma; lo and hi */
    double shift;
    double n;       /* observations it was fitted to; 0: none, stated */
};

/* Its mean, s; 0 when absent. */
double sbs_law_mean_s(const struct sbs_law *law);

/* The model in numbers; NaN = absent. */
struct sbs_estimate {
    struct sbs_law setup, call, collect;
    struct sbs_law provision, pull, container, boot, stop;
    struct sbs_law claim, download, upload;
    double launches_per_call, calls_per_s, poll_s, poll_task_s;
    double burst, refill_per_s;
    struct sbs_mixture mixture;
    double r_factor, share_new;
    double call_log_sd;
    double startup_log_sd, speed_log_sd; /* NaN after a quick fit */
    double gain_1; /* of 1 vCPU, middle of its prior */
    double vcpu_h_usd, gb_h_usd, min_billed_s, round_s, spot_factor;
    double notice_s;
    double local_cores, local_efficiency;
    /* what the likelihood of totals stands on, of the trace used for it */
    struct sbs_lognormal_fit provision_fit, container_fit;
    double pull_within_log_sd, pull_within_df;
    struct sbs_joint_prior prior;
};

struct sbs_posterior; /* calibrate/posterior.h */
struct sbs_inference;

/* Where an estimate comes from and goes to. */
struct sbs_estimator {
    const struct sbs_trace *own;   /* looked at first */
    const struct sbs_trace *facts; /* what own has not; may equal own */
    const struct sbs_joint *joint; /* NULL: not fitted yet */
    const struct sbs_joint_interval *interval; /* with rows only */
    const struct sbs_posterior *posterior; /* NULL: quick fit; else its
                                              medians and rows are taken */
    const struct sbs_inference *inference; /* of the posterior */
    const char *runs_of; /* whose runs, for source texts */
    struct sbs_rows *rows;         /* NULL: no table wanted */
    struct sbs_estimate *est;
};

/* Fill est: all but what the joint fit gives (setup, call, pull, call_log_sd,
 * r_factor and share_new, which come from `joint` once it is there, or from
 * own data). Fails when the facts lack what a model cannot do without. */
int sbs_estimate_run(struct sbs_estimator *e, struct sbs_error *err);

/* Rows of the joint fit and of the mixture's weights (estimate_joint.c). */
int sbs_estimate_joint(struct sbs_estimator *e, struct sbs_error *err);
/* What is believed before the totals are seen: est->prior, but for its pull
 * time (estimate_facts.c). */
int sbs_estimate_priors(struct sbs_estimator *e, struct sbs_error *err);
/* Constants, limits, prices, the local machine (estimate_facts.c). */
int sbs_estimate_facts(struct sbs_estimator *e, struct sbs_error *err);

/* Fit a phase from own (n >= 3) or from the facts. *law stays absent when
 * neither has 3. `pick` says which containers. *fit (may be NULL) gets the
 * chosen law, n = 0 when none. */
int sbs_estimate_phase(struct sbs_estimator *e, enum sbs_phase phase,
                       enum sbs_phases_of pick, const char *path,
                       struct sbs_law *law, struct sbs_lognormal_fit *fit,
                       struct sbs_error *err);

/* Which trace a figure came from, for source texts. */
const char *sbs_estimate_origin(const struct sbs_estimator *e,
                                const struct sbs_trace *trace);

#endif
