/* SPDX-License-Identifier: Apache-2.0 */
/* fork-keep: when few tasks are left, each gets r more copies. */
#include "policies/fork.h"

static const struct sbs_param fork_keep_table[] = {
    SBS_PARAM(struct fork_params, p, "", 0.1, 0, 1,
              "share of the tasks not done when it forks"),
    SBS_PARAM(struct fork_params, r, "", 1, 1, 100,
              "new copies of each"),
    SBS_PARAM_END
};

static int fork_keep_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    struct fork f = fork_of(c->params, false);
    fork_allow(plan, &f);
    return 0;
}

static void fork_keep_start(struct sbs_ctx *c)
{
    struct fork f = fork_of(c->params, false);
    fork_start(c, &f);
}

static void fork_keep_on_seen(struct sbs_ctx *c, uint32_t attempt)
{
    struct fork f = fork_of(c->params, false);
    (void)attempt;
    fork_on_seen(c, &f);
}

static void fork_keep_on_timer(struct sbs_ctx *c, uint32_t tag)
{
    struct fork_state *s = c->state;
    struct fork f = fork_of(c->params, false);
    (void)tag;
    fork_fire(c, &s->copies, &f);
}

SBS_POLICY(fork_keep) = {
    SBS_POLICY_HEAD,
    .name = "fork-keep",
    .summary = "near the end, more copies of every task not done",
    .description =
        "When the client has seen round((1 - p) n) of n tasks, each task "
        "not seen that some worker has gets r copies on new workers; the "
        "old attempt goes on, and the first result counts. What waits in "
        "the queue is left alone. A task in units is copied as a whole: "
        "its unseen units, one after the other, on each new worker.",
    .reference = "Wang, Joshi, Wornell: Efficient task replication for "
                 "fast response times (arXiv 1404.1328) and Using "
                 "straggler replication to reduce latency (1503.03128)",
    .advice = "Helps when the last tasks are random victims and a fresh "
              "attempt is likely to be faster; for times that are shifted "
              "exponential every copy costs. Keeping loses no work.",
    .roles = SBS_ROLE_COPY,
    .params = fork_keep_table,
    .params_size = sizeof(struct fork_params),
    .state_size = sizeof(struct fork_state),
    .plan = fork_keep_plan,
    .start = fork_keep_start,
    .on_idle = fork_on_idle,
    .on_seen = fork_keep_on_seen,
    .on_timer = fork_keep_on_timer,
};
