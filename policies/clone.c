/* SPDX-License-Identifier: Apache-2.0 */
/* clone: every task has several workers from the start; the first result
 * counts. With f workers in the fleet each further f workers are dealt the
 * same contiguous tasks as `static` deals, whatever the base does. */
#include "policies/copies.h"

struct clone_params {
    int64_t copies;
};

static const struct sbs_param clone_table[] = {
    SBS_PARAM(struct clone_params, copies, "", 2, 1, 100,
              "workers for each task, the first one included"),
    SBS_PARAM_END
};

static int clone_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    const struct clone_params *p = c->params;
    uint32_t fleet =
        plan->workers < plan->tasks ? plan->workers : plan->tasks;
    uint32_t more = (uint32_t)(p->copies - 1) * fleet;
    plan->extra += more;
    if (plan->max_workers > 0)
        plan->max_workers += more;
    return 0;
}

static void clone_start(struct sbs_ctx *c)
{
    const struct clone_params *p = c->params;
    const struct sbs_plan *plan = c->host->plan(c);
    uint64_t n = plan->tasks, k = plan->units_per_task;
    uint64_t fleets = (uint64_t)p->copies - 1;
    uint64_t m = fleets > 0 ? plan->extra / fleets : 0;
    for (uint64_t i = 0; i < fleets * m; i++) {
        uint64_t lo = i % m * n / m, hi = (i % m + 1) * n / m;
        c->host->bind(c, plan->workers + (uint32_t)i, (uint32_t)(lo * k),
                      (uint32_t)((hi - lo) * k), true);
    }
}

SBS_POLICY(clone) = {
    SBS_POLICY_HEAD,
    .name = "clone",
    .summary = "several copies of every task from the start, keep the first",
    .description =
        "Launches copies x workers and deals each set of workers all tasks "
        "as static does (with one worker per task, each task runs on "
        "`copies` workers). The first result of a task counts; the client "
        "stops the others when it sees it.",
    .reference = "Ananthanarayanan et al., Dolly, NSDI 2013; E T = D + "
                 "H_n / (c mu) for shifted exponential task times: Wang, "
                 "Joshi, Wornell, arXiv 1404.1328",
    .advice = "Cuts start-up and speed lottery alike without waiting for "
              "signs of trouble, at a bill of almost `copies` times; pays "
              "when tasks are short or the spread is very large.",
    .roles = SBS_ROLE_COPY | SBS_ROLE_FLEET,
    .params = clone_table,
    .params_size = sizeof(struct clone_params),
    .plan = clone_plan,
    .start = clone_start,
};
