/* SPDX-License-Identifier: Apache-2.0 */
/* split: cut every task into equal units that workers pull, so that a slow
 * worker simply does fewer of them. Only for divisible work (Monte Carlo
 * paths with a stream per piece); refuses units shorter than the workload
 * allows. */
#include <stdio.h>

#include <sbsim/policy.h>

struct split_params {
    int64_t units;
};

static const struct sbs_param split_table[] = {
    SBS_PARAM(struct split_params, units, "units per task", 20, 1, 1e6,
              "equal pieces each task is cut into"),
    SBS_PARAM_END
};

static int split_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    const struct split_params *p = c->params;
    plan->pull = true;
    plan->units_per_task = (uint32_t)p->units;
    if (p->units == 1)
        return 0;
    if (!plan->divisible) {
        snprintf(plan->why, sizeof plan->why,
                 "the workload does not say that its tasks can be cut "
                 "(--set workload.divisible=true if they can)");
        return -1;
    }
    double unit_s = plan->task_s / (double)p->units;
    if (unit_s < plan->min_unit_s) {
        snprintf(plan->why, sizeof plan->why,
                 "units=%lld makes units of %.3g s (at least %.3g s)",
                 (long long)p->units, unit_s, plan->min_unit_s);
        return -1;
    }
    return 0;
}

SBS_POLICY(split) = {
    SBS_POLICY_HEAD,
    .name = "split",
    .summary = "cut tasks into units that workers pull",
    .description =
        "Cuts every task into equal units; ready workers pull one unit at "
        "a time. Slow workers do fewer units, so the last result comes "
        "when the whole fleet runs out of work, one unit apart. Each unit "
        "pays claim, download and upload.",
    .reference = "fixed-size chunking: Kruskal and Weiss, IEEE TSE 11 "
                 "(1985) 1001-1016",
    .advice =
        "Helps divisible work on unequal or late workers more than any "
        "copying does: nobody waits for more than one unit. Each unit pays "
        "claim, download and upload, so too many cost more than the tail "
        "they remove. Each unit needs random numbers of its own.",
    .roles = SBS_ROLE_CUT,
    .params = split_table,
    .params_size = sizeof(struct split_params),
    .plan = split_plan,
};
