/* SPDX-License-Identifier: Apache-2.0 */
/* Where the time of a run goes: from the ideal fleet to the simulated one,
 * shared out among the factors of the model by Shapley values of the mean
 * makespan (seconds, they add up) and of its logarithm (factors of time, they
 * multiply). doc/explain.md */
#ifndef SBS_CALIBRATE_EXPLAIN_H
#define SBS_CALIBRATE_EXPLAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "calibrate/factors.h"
#include "sim/sim.h"

struct sbs_explain_job {
    struct sbs_scenario scenario;
    const struct sbs_stack *stack; /* borrowed */
    uint32_t reps; /* 0: as many as the precision below takes */
    int threads;   /* 0: all */
    void (*progress)(void *context, uint64_t done, uint64_t all);
    void *progress_context;
};

/* With reps 0: the standard error of every share is brought to this part of
 * the gap, with so many replications at least (for percentiles) and at most;
 * a pilot tells how many. */
#define SBS_EXPLAIN_PRECISION 0.005
enum { SBS_EXPLAIN_REPS_PILOT = 256, SBS_EXPLAIN_REPS_MIN = 1000,
       SBS_EXPLAIN_REPS_MAX = 4000 };

/* A share of the gap. Orders: the least and largest contribution over all
 * orders of telling. Known: 5% to 95% over the posterior draws, NAN without
 * them. */
struct sbs_explain_share {
    double mean, se;
    double order_lo, order_hi;
    double known_lo, known_hi;
};

struct sbs_explain_factor {
    enum sbs_factor id;
    struct sbs_explain_share time_s; /* of the makespan */
    struct sbs_explain_share log;    /* of the logarithm of its mean */
};

struct sbs_explanation {
    struct sbs_plan plan;
    uint32_t reps, draws; /* draws 0: the model has none */
    uint32_t unfinished;  /* replications left out: some do not finish */
    uint32_t n_factors;
    struct sbs_explain_factor factor[SBS_FACTOR_N];
    struct sbs_explain_share gap_s, gap_log;
    double ideal_s, ideal_se_s, makespan_s, makespan_se_s;
    double p05_s, p95_s;
    double cost_usd, cost_lo_usd, cost_hi_usd; /* mean, least, most */
    double typical_slowdown; /* mean over draws */

    /* The local machine: the tasks on reference cores that do not hinder
     * each other, and as it is. */
    double local_ideal_s, local_s, local_cores;
    double expected;  /* workers / local cores */
    double evenness;  /* speed-up of the ideal over `expected`: whole tasks */
    double local_factor; /* local_s / local_ideal_s */
    double speedup, speedup_se; /* mean local time / mean makespan */
    double product; /* of expected and all factors: is speedup */

    /* The best that anybody could do with these workers. */
    double bound_s, bound_se_s, bound_lo_s, bound_hi_s; /* 5% to 95% */
    double bound_speedup, bound_speedup_lo, bound_speedup_hi;
    double reach_p; /* replications in which `expected` could be reached */

    double *value_s; /* [2^n_factors] mean makespan of each set */
    double *makespans_s; /* [reps] of the whole model, NAN left out */
};

int sbs_explain(const struct sbs_explain_job *job,
                struct sbs_explanation **out, struct sbs_error *err);
void sbs_explain_destroy(struct sbs_explanation *e); /* NULL allowed */

/* Where a measured makespan falls among the simulated: (1 + those at or
 * below it) / (1 + all). */
double sbs_explain_rank(const struct sbs_explanation *e, double measured_s);

#endif
