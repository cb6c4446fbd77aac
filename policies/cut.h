/* SPDX-License-Identifier: Apache-2.0 */
/* What the policies share that cut tasks along with something else (wide,
 * spot-mix, steal, oracle). */
#ifndef SBS_POLICIES_CUT_H
#define SBS_POLICIES_CUT_H

#include <math.h>

#include <sbsim/policy.h>

/* The most units that a task may be cut into, up to a million. */
static inline double cut_most(const struct sbs_plan *plan)
{
    double task_s = plan->task_s * plan->work_scale;
    if (!plan->divisible)
        return 1;
    if (!(plan->min_unit_s > 0))
        return 1e6;
    return fmax(1, fmin(1e6, floor(task_s / plan->min_unit_s)));
}

/* Cut tasks into `units`, as far as they may be, unless a layer to the right
 * has cut them; one to the left still can. */
static inline void cut_into(struct sbs_plan *plan, double units)
{
    if (plan->units_per_task == 1)
        plan->units_per_task =
            (uint32_t)fmax(1, fmin(units, cut_most(plan)));
}

/* `units` a task, as far as they may be cut, and no more than a million in
 * all: more make a run slow and nothing better. */
static inline uint32_t cut_finely(const struct sbs_plan *plan, int64_t units)
{
    double most = fmin(cut_most(plan), floor(1e6 / plan->tasks));
    return (uint32_t)fmax(1, fmin((double)units, most));
}

#endif
