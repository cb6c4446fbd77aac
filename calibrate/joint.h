/* SPDX-License-Identifier: Apache-2.0 */
/* One set of parameters for all measured run totals: set-up and call time of
 * the client, pull time of the image, the factor by which real work differs
 * from Geekbench, and how much of the fleet is of the new processor set. */
#ifndef SBS_CALIBRATE_JOINT_H
#define SBS_CALIBRATE_JOINT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "calibrate/totals.h"
#include "traces/store.h"

#define SBS_JOINT_RUNS 32 /* most runs looked at */

/* A run of the trace as the likelihood sees it. */
struct sbs_joint_run {
    struct sbs_totals_run total; /* ref_s owned by the array below */
    const char *name;            /* of the trace */
    size_t workers;              /* containers launched */
    double vcpu, memory_gb;      /* NaN: not stated */
    double half_s, half_pm_s;    /* NaN: not measured; not in `total` */
    double bill_usd;             /* NaN: not from a bill; not in `total` */
    double task_ref_s;           /* as told, NaN: not stated */
    double most_s;               /* author's estimate, shown only */
    bool serial;                 /* of a client whose loop is understood */
    bool fitted;                 /* serial, one container a task: the exact
                                    likelihood applies */
    bool waiting;                /* its tasks waited rather than computed */
    char why[96];                /* why it is not fitted */
};

struct sbs_joint_runs {
    struct sbs_joint_run run[SBS_JOINT_RUNS];
    size_t n, n_fitted;
    double *ref_s; /* owned: work of all tasks of all runs */
};

/* The Fargate runs with a measured total. Serial are those of a client with
 * "serial loop" in its description, fitted those of them with one container
 * a task. `transfer_s` is the time per task for its data. Work: the rows of
 * /workload when the first has the run's task_ref_s, else task_ref_s for
 * each. */
int sbs_joint_collect(const struct sbs_trace *trace, double transfer_s,
                      struct sbs_joint_runs *out, struct sbs_error *err);
void sbs_joint_runs_fini(struct sbs_joint_runs *runs);

/* What is believed before the totals are seen (lognormal; NaN sd = flat). */
struct sbs_joint_prior {
    double setup_s, setup_log_sd;
    double pull_s, pull_log_sd;
    double r_log_sd; /* r_factor has median 1 */
};

/* Parameters in the order of the covariance: logs of the first five, logit
 * of the share. */
enum sbs_joint_parameter { SBS_JOINT_SETUP, SBS_JOINT_PULL, SBS_JOINT_CALL,
                           SBS_JOINT_CALL_SD, SBS_JOINT_R, SBS_JOINT_SHARE,
                           SBS_JOINT_N };

struct sbs_joint {
    struct sbs_totals_theta theta;
    double se[SBS_JOINT_N]; /* of log, of logit for the share */
    double correlation_setup_pull;
    double share_lo, share_hi; /* profile likelihood, 95% */
    double r_lo, r_hi; /* best r_factor over those shares, -+ 1.96 se */
    double other_share, other_r, other_drop; /* second mode, NaN: none */
    double loglik;
    bool has_work;  /* a fitted run has enough work to see processors */
    size_t n_short; /* fitted runs with little work */
};

/* Maximum of likelihood times prior: a grid over (r_factor, share) for the
 * start, then Nelder-Mead over all six. call_log_sd has the factor that makes
 * one run's worth of spread pay for call_s (REML). Without a run that has
 * work, r_factor is 1 and the share 0.5 (stated as assumed by the caller). */
int sbs_joint_fit(struct sbs_totals *totals,
                  const struct sbs_joint_runs *runs,
                  const struct sbs_joint_prior *prior,
                  struct sbs_joint *out, struct sbs_error *err);

/* 95% profile-likelihood intervals of call_s and call_log_sd from the runs
 * with little work. Few runs tell their spread, so that a standard error
 * would be too sure. A second or two: for the table, not for a run. */
struct sbs_joint_interval {
    double call_lo, call_hi, call_sd_lo, call_sd_hi;
};
int sbs_joint_intervals(struct sbs_totals *totals,
                        const struct sbs_joint_runs *runs,
                        const struct sbs_joint_prior *prior,
                        const struct sbs_joint *at,
                        struct sbs_joint_interval *out,
                        struct sbs_error *err);

/* r_factor that suits a given share best, everything else as in `at`; the
 * log likelihood (with r's prior) goes to *loglik. */
double sbs_joint_best_r(struct sbs_totals *totals,
                        const struct sbs_joint_runs *runs,
                        const struct sbs_joint_prior *prior,
                        const struct sbs_totals_theta *at, double share,
                        double *loglik);

#endif
