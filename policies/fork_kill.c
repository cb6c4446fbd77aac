/* SPDX-License-Identifier: Apache-2.0 */
/* fork-kill: when few tasks are left, each starts again on r + 1 workers. */
#include "policies/fork.h"

static const struct sbs_param fork_kill_table[] = {
    SBS_PARAM(struct fork_params, p, "", 0.1, 0, 1,
              "share of the tasks not done when it forks"),
    SBS_PARAM(struct fork_params, r, "", 1, 0, 100,
              "new copies of each beyond one"),
    SBS_PARAM_END
};

static int fork_kill_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    struct fork f = fork_of(c->params, true);
    fork_allow(plan, &f);
    return 0;
}

static void fork_kill_start(struct sbs_ctx *c)
{
    struct fork f = fork_of(c->params, true);
    fork_start(c, &f);
}

static void fork_kill_on_seen(struct sbs_ctx *c, uint32_t attempt)
{
    struct fork f = fork_of(c->params, true);
    (void)attempt;
    fork_on_seen(c, &f);
}

static void fork_kill_on_timer(struct sbs_ctx *c, uint32_t tag)
{
    struct fork_state *s = c->state;
    struct fork f = fork_of(c->params, true);
    (void)tag;
    fork_fire(c, &s->copies, &f);
}

SBS_POLICY(fork_kill) = {
    SBS_POLICY_HEAD,
    .name = "fork-kill",
    .summary = "near the end, start every task not done again, r + 1 times",
    .description =
        "When the client has seen round((1 - p) n) of n tasks, each task "
        "not seen that some worker has gets r + 1 copies on new workers; "
        "then the old attempts are stopped (under static their workers "
        "with them). What waits in the queue is left alone. A task in "
        "units is copied as a whole: its unseen units, one after the "
        "other, on each new worker.",
    .reference = "Wang, Joshi, Wornell: Efficient task replication for "
                 "fast response times (arXiv 1404.1328) and Using "
                 "straggler replication to reduce latency (1503.03128)",
    .advice = "Helps under heavy tails (Pareto), where it can save time "
              "and money at once; hurts when work done is worth keeping: "
              "stragglers near their end begin again.",
    .roles = SBS_ROLE_COPY,
    .params = fork_kill_table,
    .params_size = sizeof(struct fork_params),
    .state_size = sizeof(struct fork_state),
    .plan = fork_kill_plan,
    .start = fork_kill_start,
    .on_idle = fork_on_idle,
    .on_seen = fork_kill_on_seen,
    .on_timer = fork_kill_on_timer,
};
