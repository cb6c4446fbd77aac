/* SPDX-License-Identifier: Apache-2.0 */
/* The likelihood of run totals. People mostly have totals only: when the first
 * and the last result arrived. For a client that launches one worker per task
 * in a serial loop, as the shipped runs did, the completion times of the tasks
 * are independent once the run's call factor K is given, so
 *   P(all in (a, b]) = prod_i (F_i(b) - F_i(a))
 * and the probability that the first is in one small interval and the last in
 * another is a difference of four such products: no simulation noise.
 *   F_i(t) = P(setup + (i+1) call K + startup + ref_i slowdown + lag <= t)
 *   startup = provision + pull + container, slowdown from the class mixture. */
#ifndef SBS_CALIBRATE_TOTALS_H
#define SBS_CALIBRATE_TOTALS_H

#include <stddef.h>

#include "base/error.h"
#include "calibrate/fit_lognormal.h"

#define SBS_TOTALS_CLASSES 32 /* most processor classes */
/* Above this the spread of work outweighs that of startup: such a run tells
 * about processors, a shorter one about startup and launching. */
#define SBS_TOTALS_LONG_S 60

/* One processor class; its weight is (1 - share) w_old + share w_new. */
struct sbs_totals_class {
    double log_slowdown; /* log of reference score / its score */
    double log_sd;       /* spread within the class, machines included */
    double w_old, w_new; /* its weight in either set; each set sums to 1 */
};

/* One measured run. A missing total is NaN. */
struct sbs_totals_run {
    size_t n;            /* tasks, each on its own worker, launched in turn */
    const double *ref_s; /* n, seconds of work on the reference core */
    double fixed_s;      /* seconds per task that no processor shortens */
    double first_s, last_s;  /* when the client held them */
    double first_pm_s, last_pm_s; /* rounding: half the last digit, s */
};

/* What does not change during the fit. */
struct sbs_totals_fixed {
    struct sbs_lognormal_fit provision, container;
    double pull_log_sd;             /* within one image */
    double poll_s, poll_task_s;     /* of the client, as in the model file */
    struct sbs_totals_class classes[SBS_TOTALS_CLASSES];
    size_t n_classes;
};

/* What is fitted. */
struct sbs_totals_theta {
    double setup_s, pull_s, call_s; /* pull_s: median */
    double call_log_sd;             /* run to run */
    double r_factor;                /* slowdown = class slowdown x r_factor */
    double share_new;               /* [0, 1] */
};

/* Tables that depend on `fixed` only. */
struct sbs_totals;
struct sbs_totals *sbs_totals_create(const struct sbs_totals_fixed *fixed,
                                     struct sbs_error *err);
void sbs_totals_destroy(struct sbs_totals *t);

/* log P(measured totals of `run` within their rounding | theta); -INFINITY
 * when impossible. Uses scratch memory of t: one thread at a time. */
double sbs_totals_loglik(struct sbs_totals *t,
                         const struct sbs_totals_theta *theta,
                         const struct sbs_totals_run *run);

/* P(the client holds the last result by time_s): an independent forward
 * calculation, used to check the simulator. */
double sbs_totals_last_cdf(struct sbs_totals *t,
                           const struct sbs_totals_theta *theta,
                           const struct sbs_totals_run *run, double time_s);
/* P(the client holds the first result by time_s). */
double sbs_totals_first_cdf(struct sbs_totals *t,
                            const struct sbs_totals_theta *theta,
                            const struct sbs_totals_run *run, double time_s);

/* Share of the tasks the client is expected to hold by time_s. */
double sbs_totals_done_share(struct sbs_totals *t,
                             const struct sbs_totals_theta *theta,
                             const struct sbs_totals_run *run, double time_s);

/* Mean and sd of one worker's startup (without boot). */
void sbs_totals_startup(struct sbs_totals *t,
                        const struct sbs_totals_theta *theta, double *mean_s,
                        double *sd_s);

#endif
