/* SPDX-License-Identifier: Apache-2.0 */
/* An oracle's layer that decides nothing and writes down when the workers of
 * each run are ready and how fast they are (steady models only). */
#ifndef SBS_TESTS_GAUGE_H
#define SBS_TESTS_GAUGE_H

#include "model/bound.h"
#include "tests/simtest.h"

enum { GAUGE_WORKERS = 64, GAUGE_RUNS = 5000 };

struct gauge {
    struct sbs_bound_worker worker[GAUGE_WORKERS]; /* of the run */
    uint32_t n, runs;
    double (*formula)(const struct gauge *g); /* what the makespan must be */
    double want[GAUGE_RUNS];
    double work_s, unit_s; /* for the formula */
};

static inline void gauge_start(struct sbs_ctx *c)
{
    struct gauge *g = *(struct gauge *const *)c->params;
    const double near_s = 1e4, far_s = 2e4;
    g->n = c->host->workers(c);
    for (uint32_t w = 0; w < g->n && w < GAUGE_WORKERS; w++) {
        double near = c->host->foresee_work_s(c, w, near_s);
        double far = c->host->foresee_work_s(c, w, far_s);
        double rate = (far - near) / (far_s - near_s);
        g->worker[w] = (struct sbs_bound_worker){
            rate > 0 ? near_s - near / rate : INFINITY, rate
        };
    }
    if (g->runs < GAUGE_RUNS)
        g->want[g->runs++] = g->formula(g);
}

static const struct sbs_policy gauge_policy = {
    SBS_POLICY_HEAD, .name = "gauge", .roles = SBS_ROLE_ORACLE,
    .start = gauge_start
};

/* Run `reps` replications under a gauge (and another layer, or NULL); the
 * largest relative difference of a makespan from the formula, where that is
 * a number. INFINITY when the run fails. */
static inline double gauge_run(struct gauge *g, const struct sbs_layer *more,
                               struct simtest *t, const char *model,
                               const char *work, const char *policy,
                               struct simtest_options o)
{
    struct gauge *to_gauge = g;
    struct sbs_layer left[2] = { { &gauge_policy, &to_gauge } };
    double worst = 0;
    if (more)
        left[1] = *more;
    o.left = left;
    o.n_left = more ? 2 : 1;
    g->runs = 0;
    if (simtest_run(t, model, work, policy, o) != 0) {
        printf("# %s\n", t->err.text);
        return INFINITY;
    }
    for (uint32_t r = 0; r < g->runs; r++) {
        double x = simtest_value(t, 0, SBS_METRIC_makespan_s, r);
        if (isnan(g->want[r]))
            continue;
        double off = fabs(x / g->want[r] - 1);
        worst = isnan(off) ? INFINITY : fmax(worst, off);
    }
    return worst;
}

#endif
