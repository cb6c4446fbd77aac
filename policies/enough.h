/* SPDX-License-Identifier: Apache-2.0 */
/* What the policies share that say how many results are enough (any-k,
 * oversubscribe, truncate, mds). */
#ifndef SBS_POLICIES_ENOUGH_H
#define SBS_POLICIES_ENOUGH_H

#include <math.h>
#include <stdio.h>

#include <sbsim/policy.h>

/* ceil(factor n), safe against 1.1 x 50 = 55.000000000000007. */
static inline uint32_t enough_scaled(double factor, uint32_t n)
{
    return (uint32_t)ceil(factor * n - 1e-9 * n);
}

/* May this layer let some results go? `who` begins the refusal. */
static inline int enough_check(struct sbs_plan *plan, const char *who)
{
    if (!plan->exchangeable) {
        snprintf(plan->why, sizeof plan->why,
                 "%s drops results, and the workload's tasks are not "
                 "exchangeable", who);
        return -1;
    }
    /* oversubscribe has no role that says so: only one of its modes stops
     * early. */
    if (plan->needed < plan->tasks) {
        snprintf(plan->why, sizeof plan->why,
                 "%s and a layer to its right (any-k, oversubscribe with "
                 "mode=any-k, truncate, mds) both decide how many results "
                 "are enough", who);
        return -1;
    }
    return 0;
}

/* ceil(factor n) replicas on as many times the workers, the first n count. */
static inline int enough_any_k(struct sbs_plan *plan, double factor,
                               const char *who)
{
    if (enough_check(plan, who) != 0)
        return -1;
    plan->tasks = enough_scaled(factor, plan->tasks);
    plan->workers = enough_scaled(factor, plan->workers);
    return 0;
}

#endif
