/* SPDX-License-Identifier: Apache-2.0 */
/* batched: one call of the client launches several workers. RunTask's
 * `count` allows 10. */
#include <sbsim/policy.h>

struct batched_params {
    int64_t size;
};

static const struct sbs_param batched_table[] = {
    SBS_PARAM(struct batched_params, size, "launches", 10, 1, 10,
              "launches in one call (RunTask takes up to 10)"),
    SBS_PARAM_END
};

static int batched_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    const struct batched_params *p = c->params;
    plan->launches_per_call = (uint32_t)p->size;
    return 0;
}

SBS_POLICY(batched) = {
    SBS_POLICY_HEAD,
    .name = "batched",
    .summary = "launch up to 10 workers with one call of the client",
    .description =
        "Each call of the client carries `size` launches, the last one what "
        "is left; all of a call are requested at its start and granted at "
        "its end, as the rate limit and the quota allow. Calls are as long "
        "as the model says, whatever they carry. Holds for later launches "
        "too.",
    .reference = "Amazon ECS API, RunTask, parameter count (1 to 10)",
    .advice =
        "Helps when the client launches one worker a call and the calls, "
        "one after the other, hold the last workers back: that part of the "
        "start-up shrinks size-fold. Does nothing for provisioning, image "
        "pull and boot, for a client that batches already, or where the "
        "launch rate limit is what holds launches back.",
    .roles = SBS_ROLE_LAUNCH,
    .params = batched_table,
    .params_size = sizeof(struct batched_params),
    .plan = batched_plan,
};
