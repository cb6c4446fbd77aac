/* SPDX-License-Identifier: Apache-2.0 */
/* static: every task has its worker before anything is launched. With m
 * workers and n tasks, worker i takes the contiguous tasks
 * floor(i n/m) .. floor((i+1) n/m) - 1, one attempt per task. This is what
 * staRburst's first clients did, with m = n. */
#include <sbsim/policy.h>

struct static_state {
    uint32_t replaced, by; /* the worker lost last, plus 1, and its heir */
};

static int static_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    (void)c;
    plan->pull = false;
    if (plan->workers > plan->tasks)
        plan->workers = plan->tasks;
    return 0;
}

static void static_start(struct sbs_ctx *c)
{
    const struct sbs_plan *p = c->host->plan(c);
    uint64_t n = p->tasks, m = p->workers, k = p->units_per_task;
    for (uint64_t i = 0; i < m; i++) {
        uint64_t lo = i * n / m, hi = (i + 1) * n / m;
        c->host->bind(c, (uint32_t)i, (uint32_t)(lo * k),
                      (uint32_t)((hi - lo) * k), true);
    }
}

/* Nobody else will ask for the lost tasks: launch a worker for all that this
 * one had. */
static enum sbs_taken static_on_lost(struct sbs_ctx *c, uint32_t w,
                                     enum sbs_loss why, uint32_t first_unit,
                                     uint32_t n_units)
{
    struct static_state *s = c->state;
    (void)why;
    if (s->replaced == w + 1 &&
        c->host->bind(c, s->by, first_unit, n_units, true) == 0)
        return SBS_TAKEN;
    int64_t fresh = c->host->launch(c, 1);
    if (fresh < 0)
        return SBS_PASS;
    s->replaced = w + 1;
    s->by = (uint32_t)fresh;
    c->host->bind(c, s->by, first_unit, n_units, true);
    return SBS_TAKEN;
}

SBS_POLICY(static) = {
    SBS_POLICY_HEAD,
    .name = "static",
    .summary = "bind each task to its worker before launch",
    .description =
        "Launches the fleet, gives worker i the contiguous tasks "
        "floor(i n/m) to floor((i+1) n/m)-1 and waits. A worker that has "
        "done its tasks exits. Nothing reacts to slow workers.",
    .reference = "the baseline; staRburst's client of 2026-02-04 "
                 "(commit f099e29) with one worker per task",
    .advice =
        "The yardstick: compare everything with it. Good when workers are "
        "alike; the slowest worker, or the one that starts last, sets the "
        "time. Few workers with many tasks each wait for the slowest in "
        "proportion, which pulling (dynamic) avoids.",
    .roles = SBS_ROLE_BASE | SBS_ROLE_BLIND,
    .state_size = sizeof(struct static_state),
    .plan = static_plan,
    .start = static_start,
    .on_lost = static_on_lost,
};
