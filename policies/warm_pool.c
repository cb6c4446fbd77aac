/* SPDX-License-Identifier: Apache-2.0 */
/* warm-pool: workers that were launched before the call and wait, ready,
 * billed for the time they waited. */
#include <stdio.h>

#include <sbsim/policy.h>

struct warm_pool_params {
    int64_t size;
    double keep_s;
};

static const struct sbs_param warm_pool_table[] = {
    SBS_PARAM(struct warm_pool_params, size, "workers", 0, 0, 1e6,
              "how many wait; 0 = the fleet, as far as the quota goes"),
    SBS_PARAM(struct warm_pool_params, keep_s, "s", 3600, 0, 1e7,
              "how long each was kept waiting and billed"),
    SBS_PARAM_END
};

static int warm_pool_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    const struct warm_pool_params *p = c->params;
    if (p->size > (int64_t)plan->workers) {
        snprintf(plan->why, sizeof plan->why,
                 "size=%lld is more than the fleet of %u workers",
                 (long long)p->size, plan->workers);
        return -1;
    }
    if (p->size > (int64_t)plan->places) {
        snprintf(plan->why, sizeof plan->why,
                 "size=%lld is more than the %u workers the quota admits",
                 (long long)p->size, plan->places);
        return -1;
    }
    /* The fleet may still grow; the plan is cut down to it in the end. */
    plan->warm = p->size > 0 ? (uint32_t)p->size : plan->places;
    plan->warm_s = p->keep_s;
    return 0;
}

SBS_POLICY(warm_pool) = {
    SBS_POLICY_HEAD,
    .name = "warm-pool",
    .summary = "workers that wait, ready and billed, before the call",
    .description =
        "The first `size` workers are ready at time 0 and have been billed "
        "for keep_s seconds of waiting. Saves launch and start-up, never "
        "compute time; the default keep_s is the hour of the brief's "
        "starburst_keep_warm(duration_minutes = 60).",
    .reference = "brief/profiling-plan.md, Quick Win 3; keeping rule: "
                 "Karlin et al., Algorithmica 11 (1994) 542-571 (ski "
                 "rental)",
    .advice =
        "Helps when start-up is a large part of the time and jobs come "
        "often enough to share the waiting. Hurts the bill of a single job: "
        "an idle fleet costs what a working one does, for keep_s seconds. "
        "It makes no core faster, so it does nothing about stragglers.",
    .roles = SBS_ROLE_WARM,
    .params = warm_pool_table,
    .params_size = sizeof(struct warm_pool_params),
    .plan = warm_pool_plan,
};
