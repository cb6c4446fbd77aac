/* SPDX-License-Identifier: Apache-2.0 */
/* Where the spread of task times is: between processors, between workers of
 * one processor, growing while a worker runs, or from task to task.
 *
 *   y_ij = run + processor + w_i + b x_ij + e_ij
 *
 * y = log(time per unit of reference work), i = worker, j = its tasks, x =
 * hours from "worker ready" to the middle of the task; w_i and e_ij normal,
 * run and processor fixed. REML; the interval of the intra-class correlation
 * is Wald's (Annals of Mathematical Statistics 18, 1947, p. 586; Seely and
 * El-Bassiouni, Annals of Statistics 11, 1983, p. 197), exact for unbalanced
 * designs too and the F interval for balanced ones. Intervals of the single
 * components are generalised ones (Weerahandi, JASA 88, 1993, p. 899), drawn.
 *
 * The middle of the task, because then the null distribution of the slope is
 * symmetric: turn the order of a worker's tasks round, and x - mean x changes
 * its sign. With the start of the task the slope has a bias of
 * -6 var(e) / (T n (n+1)) (doc/diagnose.md). */
#ifndef SBS_CALIBRATE_VARIANCE_H
#define SBS_CALIBRATE_VARIANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct sbs_variance_row {
    double value;      /* log of the time per unit of reference work */
    double elapsed_h;  /* hours from "worker ready" to the middle */
    size_t worker, processor, run;
};

struct sbs_variance_data {
    struct sbs_variance_row *row; /* is sorted by worker, elapsed_h */
    size_t n, n_workers, n_processors, n_runs; /* indices are below these */
    bool pulled; /* workers took tasks while there were any: the last task of
                    each is longer than usual and left out of the drift test */
};

#define SBS_COMPONENTS(X)                                        \
    X(PROCESSOR, "processor", "between processor models")        \
    X(WORKER, "worker", "between workers of one processor")      \
    X(DRIFT, "drift", "growing while a worker runs")             \
    X(RESIDUAL, "residual", "from task to task on one worker")

enum sbs_component {
#define SBS_COMPONENT_ID(id, name, what) SBS_COMPONENT_##id,
    SBS_COMPONENTS(SBS_COMPONENT_ID)
#undef SBS_COMPONENT_ID
    SBS_COMPONENT_COUNT
};

/* A standard deviation (of the log) and its share of the variance. */
struct sbs_share {
    bool told;
    double sd, sd_lo, sd_hi;
    double share, share_lo, share_hi;
};

struct sbs_icc {
    double value, lo, hi;
    size_t df_between, df_within;
};

struct sbs_drift {
    bool told;
    size_t n, workers;  /* rows, and workers with at least two of them */
    double slope, se;   /* of the log, per hour */
    double df, p;       /* t test, two-sided */
    double lo, hi;      /* of the slope */
    double least;       /* slope found with probability .9 */
    double span_h;      /* median hours from first to last of a worker */
    double within_ss;   /* sum of (x - mean x)^2 */
    /* Mann-Kendall within workers, summed (Hirsch, Slack and Smith, Water
     * Resources Research 18, 1982, p. 107). */
    double kendall_s, kendall_z, kendall_p;
    size_t pairs;
};

struct sbs_variance {
    double level;          /* of all intervals */
    size_t n, workers;     /* rows, workers that have some */
    size_t repeated;       /* workers with at least two */
    size_t processors, runs;
    double per_worker;     /* harmonic mean of rows a worker */
    double total_sd;       /* of all values, run means taken off */
    bool told;             /* worker and residual can be separated */
    struct sbs_share part[SBS_COMPONENT_COUNT];
    struct sbs_icc icc;    /* worker / (worker + residual), processor held */
    struct sbs_icc persistent; /* the same with processors among workers */
    struct sbs_drift drift;
    double *effect, *effect_se; /* [n_processors], or NULL */
};

struct sbs_variance_options {
    double level;   /* .95 */
    uint32_t draws; /* behind the intervals of components; 2000 */
    uint64_t seed;
};

/* Fits; sorts data->row. Fails (SBS_EINPUT) with no row or a value that is
 * not finite. What the design does not tell is `told` = false, never a
 * number. The caller calls sbs_variance_fini. */
int sbs_variance_fit(struct sbs_variance_data *data,
                     const struct sbs_variance_options *o,
                     struct sbs_variance *out, struct sbs_error *err);
void sbs_variance_fini(struct sbs_variance *v);

/* The drift part alone (rows sorted by worker, elapsed_h). */
int sbs_variance_drift(const struct sbs_variance_data *data, double level,
                       struct sbs_drift *out, struct sbs_error *err);

const char *sbs_component_name(enum sbs_component c);
const char *sbs_component_what(enum sbs_component c);

/* P(X <= x) for X noncentral chi-square, by Sankaran's second approximation
 * (Biometrika 50, 1963, p. 199), error below .003; exact for df = 1. */
double sbs_variance_noncentral(double x, double df, double lambda);

#endif
