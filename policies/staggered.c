/* SPDX-License-Identifier: Apache-2.0 */
/* staggered: launch in waves, so that no launch is throttled. The defaults
 * match Fargate's launch limit, a bucket of 100 refilled at 20 a second: a
 * wave empties it, five seconds fill it. */
#include <sbsim/policy.h>

struct staggered_params {
    int64_t wave;
    double gap_s;
};

static const struct sbs_param staggered_table[] = {
    SBS_PARAM(struct staggered_params, wave, "workers", 100, 1, 1e6,
              "workers launched in a wave"),
    SBS_PARAM(struct staggered_params, gap_s, "s", 5, 0, 1e6,
              "from the start of one wave to that of the next"),
    SBS_PARAM_END
};

static int staggered_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    const struct staggered_params *p = c->params;
    plan->wave = (uint32_t)p->wave;
    plan->wave_gap_s = p->gap_s;
    return 0;
}

SBS_POLICY(staggered) = {
    SBS_POLICY_HEAD,
    .name = "staggered",
    .summary = "launch the fleet in waves",
    .description =
        "Wave k of `wave` planned launches is ordered no earlier than k x "
        "gap_s, and no earlier than the client's thread is free. Warm "
        "workers are no launches. The client looks for results after the "
        "last planned launch only, unless it polls while launching.",
    .reference = "AWS Fargate quotas: launches of 100 at once, 20 a second "
                 "after that",
    .advice =
        "Avoids refused launches and keeps a shared launch limit free for "
        "others. Where launches wait their turn anyway, as in the simulated "
        "bucket, it is pure loss: waves never make a worker start earlier. "
        "Compare it with static before you use it.",
    .roles = SBS_ROLE_LAUNCH,
    .params = staggered_table,
    .params_size = sizeof(struct staggered_params),
    .plan = staggered_plan,
};
