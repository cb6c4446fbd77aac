/* SPDX-License-Identifier: Apache-2.0 */
/* oracle: knows when each worker is ready, how fast it will be and how long
 * each task is. No policy for the real world: it shows what the best static
 * division could reach, and holds the engine to the formula. */
#include <math.h>

#include <sbsim/policy.h>

#include "policies/cut.h"

struct oracle_params {
    int64_t units;
};

static const struct sbs_param oracle_table[] = {
    SBS_PARAM(struct oracle_params, units, "units per task", 1000, 1, 1e6,
              "how finely divisible work is cut, by itself"),
    SBS_PARAM_END
};

/* Nobody waits for results longer than three years. */
#define HORIZON_S 1e8

static int oracle_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    const struct oracle_params *p = c->params;
    plan->pull = plan->dealt = true;
    if (!plan->cut && plan->divisible)
        plan->units_per_task = cut_finely(plan, p->units);
    return 0;
}

/* Whoever asked for extra workers has its own work for them. */
static bool is_mine(struct sbs_ctx *c, uint32_t w)
{
    return w < c->host->plan(c)->workers || c->host->worker(c, w)->local;
}

/* How many units from `first` on fit into work_s reference seconds. */
static uint32_t units_in(struct sbs_ctx *c, uint32_t first, double work_s)
{
    const struct sbs_plan *p = c->host->plan(c);
    uint32_t k = p->units_per_task, u = first;
    while (u < p->tasks * k) {
        double unit_s = c->host->foresee_task_s(c, u / k) / k;
        uint32_t rest = (u / k + 1) * k - u;
        double fit = unit_s > 0 ? floor(work_s / unit_s) : rest;
        if (!(fit >= rest))
            return u + (uint32_t)fit - first;
        work_s -= rest * unit_s;
        u += rest;
    }
    return u - first;
}

/* Give the workers, in order, as many units as each can do by t_s; the first
 * unit that is left over. Without `bind` only count. */
static uint32_t deal(struct sbs_ctx *c, double t_s, bool bind)
{
    const struct sbs_plan *p = c->host->plan(c);
    uint32_t n = p->tasks * p->units_per_task, u = 0;
    double h = c->host->constants(c)->overhead_s;
    for (uint32_t w = 0; w < c->host->workers(c) && u < n; w++) {
        if (!is_mine(c, w))
            continue;
        double work_s = c->host->foresee_work_s(c, w, t_s - h);
        uint32_t fit = work_s > 0 ? units_in(c, u, work_s) : 0;
        if (bind && fit > 0)
            c->host->bind(c, w, u, fit, false);
        u += fit;
    }
    return u;
}

/* What nobody can do in time, all alike: somebody has to. */
static void deal_rest(struct sbs_ctx *c, uint32_t first)
{
    const struct sbs_plan *p = c->host->plan(c);
    uint64_t n = p->tasks * p->units_per_task - first, m = p->workers;
    for (uint64_t i = 0; i < m; i++) {
        uint64_t lo = i * n / m, hi = (i + 1) * n / m;
        if (lo < hi)
            c->host->bind(c, (uint32_t)i, first + (uint32_t)lo,
                          (uint32_t)(hi - lo), false);
    }
}

static void oracle_start(struct sbs_ctx *c)
{
    const struct sbs_plan *p = c->host->plan(c);
    uint32_t n = p->tasks * p->units_per_task;
    double lo = 0, hi = 1;
    while (hi < HORIZON_S && deal(c, hi, false) < n)
        hi *= 2;
    /* To the last bit but a few. */
    while (hi < HORIZON_S && hi - lo > 1e-15 * hi) {
        double mid = lo + (hi - lo) / 2;
        if (mid <= lo || mid >= hi)
            break;
        if (deal(c, mid, false) < n)
            lo = mid;
        else
            hi = mid;
    }
    uint32_t done = deal(c, hi, true);
    if (done < n)
        deal_rest(c, done);
}

static enum sbs_taken oracle_on_idle(struct sbs_ctx *c, uint32_t w)
{
    uint32_t n = c->host->plan(c)->units_per_task;
    return c->host->assign(c, w, n) == 0 ? SBS_TAKEN : SBS_PASS;
}

SBS_POLICY(oracle) = {
    SBS_POLICY_HEAD,
    .name = "oracle",
    .summary = "the best division for one who knows all speeds beforehand",
    .description =
        "Knows when every worker will be ready, what it can compute by any "
        "time, and the true length of every task. Divisible work is cut "
        "into `units` per task (fewer when min_unit_s says so, or beyond a "
        "million in all), unless a cutter or a chunk rule is there. By "
        "bisection it finds the smallest T by which "
        "the workers, in launch order, can do all units, each a contiguous "
        "share, and binds each share as one chunk before anybody is ready. "
        "For equal units that is the exact optimum, for fine ones the "
        "divisible bound L1 to within a unit; for tasks that differ and "
        "cannot be cut it is a good division, not the best one. It counts "
        "the mean overhead once per worker. It does not know failures, nor "
        "workers launched later or waiting for a place under the quota: "
        "these get nothing at first. Lost units go back to the queue, and "
        "idle workers take a task's worth at a time.",
    .reference = "water filling, and for equal tasks the earliest-completion "
                 "greedy; both are checked against enumeration "
                 "(tests/test_model_bound)",
    .advice = "A yardstick: what is between a policy and the oracle can be "
              "gained by knowing more, what is between the oracle and "
              "static is what the speeds and starts of workers cost. "
              "Nobody can run it.",
    .roles = SBS_ROLE_BASE | SBS_ROLE_ORACLE,
    .params = oracle_table,
    .params_size = sizeof(struct oracle_params),
    .plan = oracle_plan,
    .start = oracle_start,
    .on_idle = oracle_on_idle,
};
