/* SPDX-License-Identifier: Apache-2.0 */
/* What the runs cannot tell apart, and the cheapest next run that would.
 *
 * Totals are sums. A result that came after 1296 s tells start-up plus
 * computing; whether it was a slow start or a slow core is told by another
 * run, or by a prior. Here the draws of an inference are read for that: how
 * much of each total is start-up, how sure that is, which parameters move
 * against each other; then runs that were not made are simulated under the
 * draws, and a regression of what is in doubt on what they would measure says
 * how much doubt they would take away (the expected share of variance
 * removed, in the linear approximation: Ryan et al., International
 * Statistical Review 84 (2016) 128, section 4). */
#ifndef SBS_CALIBRATE_IDENTIFY_H
#define SBS_CALIBRATE_IDENTIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"
#include "calibrate/infer.h"

struct cJSON;
struct sbs_jsonw;

enum { SBS_IDENTIFY_PAIRS = 8, SBS_IDENTIFY_RUNS = 5 };
/* Share of variance that a run removes to be called a cure. */
#define SBS_IDENTIFY_CURE 0.5

/* What can be in doubt. */
#define SBS_DOUBTS(X)                                             \
    X(PARTS, "start-up against cores")                            \
    X(CORES, "core slow-down")                                    \
    X(SPREAD, "spread of cores")                                  \
    X(CLIENT, "set-up against pull")
enum sbs_doubt {
#define SBS_DOUBT_ID(id, name) SBS_DOUBT_##id,
    SBS_DOUBTS(SBS_DOUBT_ID)
#undef SBS_DOUBT_ID
    SBS_DOUBT_N
};

/* A measured run split: the first result's time as start-up and launching of
 * its worker, and computing. */
struct sbs_identify_split {
    const char *run;
    double first_s;                  /* measured (last_s without a first) */
    double start_p05, start_p50, start_p95;
    double slow_p05, slow_p95;       /* slow-down of that worker, implied */
    bool confounded; /* the start's interval is wide against the whole */
};

struct sbs_identify_pair {
    const char *a, *b; /* parameters that move against each other */
    double correlation;
};

/* A run that was not made. */
struct sbs_identify_run {
    char what[64];
    size_t tasks;
    double ref_s;      /* a task, on the reference core */
    double cost_usd, makespan_s; /* expected */
    double gain[SBS_DOUBT_N]; /* share of variance it would remove */
};

struct sbs_identify {
    struct sbs_identify_split split[SBS_JOINT_RUNS];
    size_t n_splits;
    bool confounded; /* any of them */
    struct sbs_identify_pair pair[SBS_IDENTIFY_PAIRS];
    size_t n_pairs;
    struct sbs_identify_run run[SBS_IDENTIFY_RUNS];
    size_t n_runs;
    int cure[SBS_DOUBT_N]; /* cheapest run that halves the variance, or
                              the best there is; index in run */
};

/* `model` is the model file the inference was made with (without draws). */
int sbs_identify_make(const struct sbs_inference *f, struct cJSON *model,
                      uint64_t seed, struct sbs_identify *out,
                      struct sbs_error *err);
void sbs_identify_print(const struct sbs_identify *r, FILE *out);
void sbs_identify_json(const struct sbs_identify *r, struct sbs_jsonw *w);

#endif
