/* SPDX-License-Identifier: Apache-2.0 */
/* placement: a worker that turns up on a slow processor is replaced. */
#include <math.h>

#include <sbsim/policy.h>

struct placement_params {
    double max_slowdown;
    int64_t tries;
};

static const struct sbs_param placement_table[] = {
    SBS_PARAM(struct placement_params, max_slowdown, "", 0, 0, 1e6,
              "slow-down over the mean that is refused; 0 = if it pays"),
    SBS_PARAM(struct placement_params, tries, "workers", 0, 0, 1e6,
              "replaced in all; 0 = as many as the fleet"),
    SBS_PARAM_END
};

struct placement_prepared {
    double mean;    /* slow-down */
    double share_s; /* computing of one worker's share, mean worker */
};

struct placement_state {
    uint32_t replaced;
};

static uint32_t tries(const struct sbs_ctx *c, const struct sbs_plan *plan)
{
    const struct placement_params *p = c->params;
    return p->tries > 0 ? (uint32_t)p->tries : plan->workers;
}

static int placement_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    uint32_t launched = plan->workers + plan->extra;
    plan->pull = true;
    if (plan->max_workers < launched)
        plan->max_workers = launched;
    plan->max_workers += tries(c, plan);
    return 0;
}

static void placement_prepare(struct sbs_ctx *c, void *prepared)
{
    struct placement_prepared *x = prepared;
    const struct sbs_constants *k = c->host->constants(c);
    const struct sbs_plan *p = c->host->plan(c);
    for (uint32_t i = 0; i < k->processors; i++)
        x->mean += k->processor[i].share * k->processor[i].slowdown;
    x->share_s = k->unit_mean_s * p->units_per_task * p->needed / p->workers;
}

/* Would a new worker be done with the share earlier? Compared with the mean
 * of all processors, since nobody can choose. */
static bool too_slow(const struct sbs_ctx *c, double slowdown)
{
    const struct placement_params *p = c->params;
    const struct placement_prepared *x = c->prepared;
    const struct sbs_constants *k = c->host->constants(c);
    double relative = slowdown / x->mean;
    if (p->max_slowdown > 0)
        return relative > p->max_slowdown;
    return x->share_s * relative >
           k->launch_s + k->startup_mean_s + x->share_s;
}

static void placement_on_ready(struct sbs_ctx *c, uint32_t w)
{
    struct placement_state *s = c->state;
    const struct sbs_constants *k = c->host->constants(c);
    const struct sbs_worker *x = c->host->worker(c, w);
    if (x->processor < 0 || (uint32_t)x->processor >= k->processors ||
        s->replaced >= tries(c, c->host->plan(c)) ||
        c->host->queued_units(c) == 0 || c->host->stealable(c, w) > 0 ||
        !too_slow(c, k->processor[x->processor].slowdown))
        return;
    /* Stopped first: its place under the quota is the new one's. */
    if (c->host->stop(c, w) == 0 && c->host->launch(c, 1) >= 0)
        s->replaced++;
}

SBS_POLICY(placement) = {
    SBS_POLICY_HEAD,
    .name = "placement",
    .summary = "replace workers that turn up on a slow processor",
    .description =
        "When a worker gets ready its processor is known. If that kind is "
        "so slow, on calibrated average, that a new worker of the average "
        "kind would be done with an equal share of the work earlier, "
        "launch and start-up included, it is stopped at once and another "
        "launched, at most `tries` times in all. With max_slowdown the "
        "rule is: slower than so many times the mean. Workers pull work; "
        "one that has work bound to it stays. There is no choosing: "
        "Fargate lets the user pick an architecture, not a processor, so "
        "all that can be done is to draw again.",
    .reference = "brief/profiling-plan.md, Phase 2; Fargate offers no choice "
                 "of processor: aws/containers-roadmap issues 1030, 1538",
    .advice = "Helps when kinds of processor differ by much, shares are "
              "long against start-up and workers few. With pulled small "
              "units a slow processor does fewer of them, and replacing it "
              "gains little. Knows the kind's mean only, not what the "
              "worker itself does: restart-slow measures that.",
    .roles = SBS_ROLE_KEEP,
    .params = placement_table,
    .params_size = sizeof(struct placement_params),
    .prepared_size = sizeof(struct placement_prepared),
    .state_size = sizeof(struct placement_state),
    .plan = placement_plan,
    .prepare = placement_prepare,
    .on_ready = placement_on_ready,
};
