/* SPDX-License-Identifier: Apache-2.0 */
/* restart: kill what is not done at age tau and try again elsewhere. */
#include "policies/restart.h"

struct restart_params {
    double tau_s;
    int64_t most;
};

static const struct sbs_param restart_table[] = {
    SBS_PARAM(struct restart_params, tau_s, "s", 3600, 1e-6, 1e7,
              "age, from the launch request, at which it is killed"),
    SBS_PARAM(struct restart_params, most, "", 20, 0, 1e6,
              "restarts of a task"),
    SBS_PARAM_END
};

static double tau_s(struct sbs_ctx *c, uint32_t made)
{
    (void)made;
    return ((const struct restart_params *)c->params)->tau_s;
}

static int restart_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    const struct restart_params *p = c->params;
    copies_allow(plan, (double)p->most * plan->tasks);
    return 0;
}

static void start(struct sbs_ctx *c)
{
    restart_start(c);
    restart_watch(c, tau_s);
}

static void restart_on_news(struct sbs_ctx *c, uint32_t attempt)
{
    (void)attempt;
    restart_watch(c, tau_s);
}

static void restart_on_timer(struct sbs_ctx *c, uint32_t attempt)
{
    const struct restart_params *p = c->params;
    restart_now(c, attempt, p->most);
    restart_watch(c, tau_s);
}

static enum sbs_taken restart_on_idle(struct sbs_ctx *c, uint32_t w)
{
    const struct restarts *s = c->state;
    return copies_on_idle(c, &s->copies, w);
}

SBS_POLICY(restart) = {
    SBS_POLICY_HEAD,
    .name = "restart",
    .summary = "kill what is not done at age tau, try again elsewhere",
    .description =
        "An attempt whose result the client has not seen tau_s seconds "
        "after its launch request (or after its worker took it) is killed "
        "and begins again on a new worker, at most `most` times, and as "
        "long as the launches of `most` times all tasks last; after that "
        "it goes on. tau_s includes the start-up.",
    .reference = "van Moorsel, Wolter: Analysis and algorithms for "
                 "restart, QEST 2004; E(tau) = [s + int_0^tau (1-F)] / "
                 "F(tau) for a start-up s and a time beyond it of law F",
    .advice = "Helps when long attempts are long by bad luck that a new "
              "worker does not share, and the tail is heavy. Hurts when "
              "tau_s is near the usual duration: work is thrown away, and "
              "cores a little slower are never worth it once at work.",
    .roles = SBS_ROLE_COPY,
    .params = restart_table,
    .params_size = sizeof(struct restart_params),
    .state_size = sizeof(struct restarts),
    .plan = restart_plan,
    .start = start,
    .on_idle = restart_on_idle,
    .on_seen = restart_on_news,
    .on_begun = restart_on_news,
    .on_timer = restart_on_timer,
};
