/* SPDX-License-Identifier: Apache-2.0 */
/*
 * truncate: stop when the estimator is good enough. The mean of k results of
 * relative standard deviation cv has a relative 95% half-width of
 * 1.96 cv / sqrt(k), so the client waits for the first
 *
 *     k = max(n_min, ceil((1.96 cv / eps)^2))
 *
 * of the n results and stops the rest.
 */
#include "policies/enough.h"

struct truncate_params {
    double eps, cv;
    int64_t n_min;
};

static const struct sbs_param truncate_table[] = {
    SBS_PARAM(struct truncate_params, eps, "", 0.01, 1e-9, 1e3,
              "relative 95% half-width that is good enough"),
    SBS_PARAM(struct truncate_params, cv, "", 0.01, 0, 1e3,
              "relative sd of one task's result"),
    SBS_PARAM(struct truncate_params, n_min, "tasks", 10, 1, 1e9,
              "never stop with fewer results"),
    SBS_PARAM_END
};

static double truncate_needed(const struct truncate_params *p)
{
    double root = 1.96 * p->cv / p->eps, k = root * root;
    return fmax(ceil(k - 1e-9 * k), (double)p->n_min);
}

static int truncate_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    const struct truncate_params *p = c->params;
    double k = truncate_needed(p);
    if (enough_check(plan, "truncate") != 0)
        return -1;
    if (k > plan->tasks) {
        snprintf(plan->why, sizeof plan->why,
                 "eps=%g with cv=%g and n_min=%lld takes %.10g results, and "
                 "the workload has %u tasks", p->eps, p->cv,
                 (long long)p->n_min, k, plan->tasks);
        return -1;
    }
    plan->needed = (uint32_t)k;
    return 0;
}

SBS_POLICY(truncate) = {
    SBS_POLICY_HEAD,
    .name = "truncate",
    .summary = "stop as soon as the estimate is good enough",
    .description =
        "Starts all n tasks and is done with the first k results, where k "
        "is the least number, at least n_min, that makes the relative 95% "
        "half-width 1.96 cv / sqrt(k) at most eps; cv is what you know of "
        "the spread of one task's result. The rest is ordered stopped. "
        "Needs exchangeable tasks, and refuses when all of them would not "
        "be enough. Beware: the first to finish are a biased sample when "
        "how long a task takes depends on its value. In the barrier kernel, "
        "where paths that hit stop early, the first 90 of 100 chunks put "
        "P(hit) .053 too high with 1 path a chunk, .0026 with 100, .0003 "
        "with 1000. Rule: chunks of at least 10^4 paths, or wait for all.",
    .reference = "Glynn and Heidelberger, Bias properties of budget "
                 "constrained simulations, Operations Research 38 (1990)",
    .advice =
        "Helps when more tasks were started than the accuracy asks for: the "
        "stragglers among them are never waited for. The bill still holds "
        "what the stopped ones did. Hurts when tasks are short and their "
        "length tells their value (bias), when cv is a guess, and does "
        "nothing when eps needs nearly all tasks.",
    .roles = SBS_ROLE_STOP,
    .params = truncate_table,
    .params_size = sizeof(struct truncate_params),
    .plan = truncate_plan,
};
