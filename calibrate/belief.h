/* SPDX-License-Identifier: Apache-2.0 */
/* The parameters that run totals tell about, with what is believed of each
 * before a run is seen (traces/facts/priors.csv), and how a set of their
 * values becomes a draw of the model file.
 *
 * Each parameter is a standard normal z under its prior: value = exp(mid +
 * sd z), or 1 / (1 + exp(-(mid + sd z))) for a share. */
#ifndef SBS_CALIBRATE_BELIEF_H
#define SBS_CALIBRATE_BELIEF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "calibrate/estimate.h"
#include "traces/store.h"

struct cJSON;

/* Two readings of why cores differ. What the shipped runs say of processors
 * is a first and a last result, and both readings explain these. */
enum sbs_reading {
    SBS_READING_KINDS, /* processors by Geekbench ratio: two sets mixed */
    SBS_READING_BROAD, /* one lognormal law of slow-down */
    SBS_READINGS
};
const char *sbs_reading_name(enum sbs_reading r); /* "kinds", "broad" */

/* The moved parameters, in the order of z. */
#define SBS_BELIEFS(X)                                                    \
    X(SETUP, "client.setup_s", "s", "set-up")                             \
    X(PULL, "startup.pull_s", "s", "image pull")                          \
    X(CALL, "client.call_s", "s", "launch call")                          \
    X(POLL, "client.poll_task_s", "s", "a look at a task")                \
    X(CALL_SD, "run.call_log_sd", "", "calls, run to run")                \
    X(STARTUP_SD, "run.startup_log_sd", "", "start-up, run to run")       \
    X(SPEED_SD, "run.speed_log_sd", "", "speed, run to run")              \
    X(SLOW, "", "", "core slow-down")                                     \
    X(SPREAD, "", "", "spread of cores")

enum sbs_belief_id {
#define SBS_BELIEF_ID(id, path, unit, name) SBS_BELIEF_##id,
    SBS_BELIEFS(SBS_BELIEF_ID)
#undef SBS_BELIEF_ID
    SBS_BELIEF_N
};

/* Not moved: known from elsewhere, to the precision of those data. Two each
 * for a law (sigma and mu), one for the others. */
enum { SBS_NUISANCE_PROVISION = SBS_BELIEF_N,
       SBS_NUISANCE_PULL = SBS_NUISANCE_PROVISION + 2,
       SBS_NUISANCE_CONTAINER = SBS_NUISANCE_PULL + 2,
       SBS_NUISANCE_BOOT = SBS_NUISANCE_CONTAINER + 2,
       SBS_NUISANCE_STOP = SBS_NUISANCE_BOOT + 2,
       SBS_NUISANCE_CORES = SBS_NUISANCE_STOP + 2, /* of own workers */
       SBS_NUISANCE_GAIN,                          /* of 1 vCPU */
       SBS_NUISANCE_GAIN_MORE,                     /* of 4 vCPU and more */
       SBS_BELIEF_DIM };

struct sbs_belief {
    const char *path, *unit, *name; /* path: key of the model file */
    bool used;       /* false: stamps of the trace itself tell it */
    bool share;      /* logistic instead of exp */
    double mid, sd;  /* on that scale */
    double log_most; /* the value is cut there: what a model file allows */
    char source[240]; /* of the prior */
};

/* All of one reading. */
struct sbs_beliefs {
    enum sbs_reading reading;
    struct sbs_belief of[SBS_BELIEF_N];
    double gain_lo, gain_hi; /* of 1 vCPU, uniform */
    double gain_more_log_sd; /* of 4 vCPU and more, median 1 */
    const struct sbs_estimate *est; /* laws known from elsewhere; borrowed */
};

/* Priors from `facts` (samples prior_s and prior_ratio) and, for set-up and
 * pull time, from est->prior. Fails when one is missing. */
int sbs_beliefs_make(struct sbs_beliefs *b, enum sbs_reading reading,
                     const struct sbs_trace *facts,
                     const struct sbs_estimate *est, struct sbs_error *err);

double sbs_belief_value(const struct sbs_belief *b, double z);
/* z of a value inside the range. */
double sbs_belief_z(const struct sbs_belief *b, double value);

/* The draw of z[SBS_BELIEF_DIM] as an object {"path": value, ...}, numbers to
 * 4 significant digits; the caller deletes it. NULL: out of memory. */
struct cJSON *sbs_belief_draw(const struct sbs_beliefs *b, const double *z);

/* Typical (log-mean) slow-down of all cores, and the sd of its log, under
 * z: what the two readings can be compared by. */
void sbs_belief_cores(const struct sbs_beliefs *b, const double *z,
                      double *typical, double *log_sd);

#endif
