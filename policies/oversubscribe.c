/* SPDX-License-Identifier: Apache-2.0 */
/* oversubscribe: ask for more than is needed. The brief's "launch 10% extra
 * tasks, use the first N" has three readings; `mode` says which. */
#include <math.h>
#include <stdio.h>

#include <sbsim/policy.h>

enum { MODE_WORKERS, MODE_DUPLICATES, MODE_ANY_K };

struct oversubscribe_params {
    double factor;
    int mode;
};

static const struct sbs_param oversubscribe_table[] = {
    SBS_PARAM(struct oversubscribe_params, factor, "", 1.1, 1, 100,
              "how many times the needed workers or tasks"),
    SBS_PARAM_CHOICE(struct oversubscribe_params, mode,
                     "workers|duplicates|any-k", MODE_WORKERS,
                     "more workers, copies, or replicas"),
    SBS_PARAM_END
};

/* ceil(factor n), safe against 1.1 x 50 = 55.000000000000007. */
static uint32_t scaled(double factor, uint32_t n)
{
    return (uint32_t)ceil(factor * n - 1e-9 * n);
}

static int oversubscribe_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    const struct oversubscribe_params *p = c->params;
    switch (p->mode) {
    case MODE_WORKERS:
        plan->workers = scaled(p->factor, plan->workers);
        plan->pull = true;
        return 0;
    case MODE_DUPLICATES:
        if (p->factor > 2) {
            snprintf(plan->why, sizeof plan->why,
                     "factor=%g (at most 2 with mode=duplicates)",
                     p->factor);
            return -1;
        }
        plan->extra += scaled(p->factor, plan->tasks) - plan->tasks;
        return 0;
    default:
        if (!plan->exchangeable) {
            snprintf(plan->why, sizeof plan->why,
                     "mode=any-k drops results, and the workload's tasks "
                     "are not exchangeable");
            return -1;
        }
        plan->tasks = scaled(p->factor, plan->tasks);
        plan->workers = scaled(p->factor, plan->workers);
        return 0;
    }
}

/* mode=duplicates: the extra workers copy tasks drawn without replacement
 * (partial Fisher-Yates). */
static void oversubscribe_start(struct sbs_ctx *c)
{
    const struct oversubscribe_params *p = c->params;
    const struct sbs_plan *plan = c->host->plan(c);
    if (p->mode != MODE_DUPLICATES)
        return;
    uint32_t n = plan->tasks, k = plan->units_per_task;
    uint32_t *task = c->host->alloc(c, n * sizeof *task);
    if (!task)
        return;
    for (uint32_t t = 0; t < n; t++)
        task[t] = t;
    for (uint32_t i = 0; i < scaled(p->factor, n) - n; i++) {
        uint32_t j = i + (uint32_t)(c->host->rand_u01(c) * (n - i));
        uint32_t drawn = task[j];
        task[j] = task[i];
        c->host->bind(c, plan->workers + i, drawn * k, k, true);
    }
}

SBS_POLICY(oversubscribe) = {
    SBS_POLICY_HEAD,
    .name = "oversubscribe",
    .summary = "launch more workers, copies or replicas than needed",
    .description =
        "mode=workers launches ceil(factor x workers) and gives the tasks "
        "to the first that are ready: it trims the tail of start-up only. "
        "mode=duplicates gives ceil(factor n) - n random tasks a second "
        "copy from the start; the first copy to finish counts. mode=any-k "
        "runs ceil(factor n) replicas and stops at the n-th result: only "
        "for exchangeable tasks, because the slowest results are dropped.",
    .reference = "brief/profiling-plan.md, Quick Win 4; order statistics "
                 "of any-k: Joshi, Soljanin, Wornell, ACM TOMPECS 2 (2017)",
    .roles = SBS_ROLE_FLEET,
    .params = oversubscribe_table,
    .params_size = sizeof(struct oversubscribe_params),
    .plan = oversubscribe_plan,
    .start = oversubscribe_start,
};
