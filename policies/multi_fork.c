/* SPDX-License-Identifier: Apache-2.0 */
/* multi-fork: fork again and again as fewer tasks are left. */
#include <stdio.h>

#include "policies/fork.h"

enum { FORKS = 3 };

struct multi_fork_params {
    double p1, p2, p3;
    int64_t r1, r2, r3;
    bool kill;
};

static const struct sbs_param multi_fork_table[] = {
    SBS_PARAM(struct multi_fork_params, p1, "", 0.2, 0, 1,
              "share of the tasks not done at the first fork"),
    SBS_PARAM(struct multi_fork_params, p2, "", 0.1, 0, 1,
              "at the second, less than p1; 0 = none"),
    SBS_PARAM(struct multi_fork_params, p3, "", 0, 0, 1,
              "at the third, less than p2; 0 = none"),
    SBS_PARAM(struct multi_fork_params, r1, "", 1, 0, 100,
              "new copies of each at the first (kill: beyond one)"),
    SBS_PARAM(struct multi_fork_params, r2, "", 1, 0, 100,
              "at the second"),
    SBS_PARAM(struct multi_fork_params, r3, "", 1, 0, 100,
              "at the third"),
    SBS_PARAM(struct multi_fork_params, kill, "", 0, 0, 1,
              "stop what a task has, and start r + 1 new copies"),
    SBS_PARAM_END
};

struct multi_fork_state {
    struct copies copies;
    uint32_t fired; /* so many of the forks */
};

/* Fork i, or one that never fires. */
static struct fork nth_fork(const struct sbs_ctx *c, uint32_t i)
{
    const struct multi_fork_params *p = c->params;
    const double at[] = { p->p1, p->p2, p->p3 };
    const int64_t r[] = { p->r1, p->r2, p->r3 };
    return (struct fork){ at[i], (uint32_t)r[i] + (p->kill ? 1 : 0),
                          p->kill };
}

static int multi_fork_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    const struct multi_fork_params *p = c->params;
    if ((p->p2 > 0 && p->p2 >= p->p1) || (p->p3 > 0 && p->p3 >= p->p2)) {
        snprintf(plan->why, sizeof plan->why,
                 "p1=%g, p2=%g, p3=%g must fall", p->p1, p->p2, p->p3);
        return -1;
    }
    for (uint32_t i = 0; i < FORKS; i++) {
        struct fork f = nth_fork(c, i);
        if (f.p > 0)
            fork_allow(plan, &f);
    }
    return 0;
}

/* All forks that are due, one after the other. */
static void fire_due(struct sbs_ctx *c)
{
    struct multi_fork_state *s = c->state;
    for (; s->fired < FORKS; s->fired++) {
        struct fork f = nth_fork(c, s->fired);
        if (!(f.p > 0) || !fork_is_due(c, &f))
            return;
        fork_fire(c, &s->copies, &f);
    }
}

static void multi_fork_start(struct sbs_ctx *c)
{
    struct multi_fork_state *s = c->state;
    copies_start(c, &s->copies);
    fire_due(c);
}

/* Fire at the end of this instant: what else is seen in it is finished. */
static void multi_fork_on_seen(struct sbs_ctx *c, uint32_t attempt)
{
    const struct multi_fork_state *s = c->state;
    (void)attempt;
    if (s->fired == FORKS)
        return;
    struct fork f = nth_fork(c, s->fired);
    if (f.p > 0 && fork_is_due(c, &f))
        c->host->wake_at(c, c->host->now_s(c), 0);
}

static void multi_fork_on_timer(struct sbs_ctx *c, uint32_t tag)
{
    (void)tag;
    fire_due(c);
}

static enum sbs_taken multi_fork_on_idle(struct sbs_ctx *c, uint32_t w)
{
    const struct multi_fork_state *s = c->state;
    return copies_on_idle(c, &s->copies, w);
}

SBS_POLICY(multi_fork) = {
    SBS_POLICY_HEAD,
    .name = "multi-fork",
    .summary = "fork up to three times as fewer tasks are left",
    .description =
        "At each of the completions round((1 - p1) n), round((1 - p2) n), "
        "round((1 - p3) n) that the client sees, each task not seen that "
        "some worker has gets r1, r2 or r3 more copies on new workers, "
        "beside what it has; with kill=true one more, and all that it had "
        "is stopped. Forks of one instant fire one after the other.",
    .reference = "Wang, Joshi, Wornell: Using straggler replication to "
                 "reduce latency, arXiv 1503.03128 (multi-fork policies)",
    .advice = "As fork-keep and fork-kill; an early small fork and a late "
              "one for what is still there. Thresholds that lie close "
              "together make copies of copies that have hardly begun.",
    .roles = SBS_ROLE_COPY,
    .params = multi_fork_table,
    .params_size = sizeof(struct multi_fork_params),
    .state_size = sizeof(struct multi_fork_state),
    .plan = multi_fork_plan,
    .start = multi_fork_start,
    .on_idle = multi_fork_on_idle,
    .on_seen = multi_fork_on_seen,
    .on_timer = multi_fork_on_timer,
};
