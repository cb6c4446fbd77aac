/* SPDX-License-Identifier: Apache-2.0 */
/* oversubscribe: ask for more than is needed. The brief's "launch 10% extra
 * tasks, use the first N" has three readings; `mode` says which. */
#include "policies/enough.h"

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

static int oversubscribe_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    const struct oversubscribe_params *p = c->params;
    switch (p->mode) {
    case MODE_WORKERS:
        plan->workers = enough_scaled(p->factor, plan->workers);
        plan->pull = true;
        return 0;
    case MODE_DUPLICATES:
        if (p->factor > 2) {
            snprintf(plan->why, sizeof plan->why,
                     "factor=%g (at most 2 with mode=duplicates)",
                     p->factor);
            return -1;
        }
        plan->extra += enough_scaled(p->factor, plan->tasks) - plan->tasks;
        return 0;
    default:
        return enough_any_k(plan, p->factor, "mode=any-k");
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
    for (uint32_t i = 0; i < enough_scaled(p->factor, n) - n; i++) {
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
    .advice =
        "mode=workers helps when workers start late or never, and cannot "
        "help against slow cores; those that come too late are billed for "
        "their start (early-stop). mode=duplicates covers a slow worker "
        "only if it drew a copy, at the price of that copy. mode=any-k cuts "
        "the tail off, and is wrong for tasks that differ.",
    /* mode=duplicates is not blind, but it copies, and runs with copies are
     * found out (sim/series). */
    .roles = SBS_ROLE_FLEET | SBS_ROLE_BLIND,
    .params = oversubscribe_table,
    .params_size = sizeof(struct oversubscribe_params),
    .plan = oversubscribe_plan,
    .start = oversubscribe_start,
};
