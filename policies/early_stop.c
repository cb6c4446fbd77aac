/* SPDX-License-Identifier: Apache-2.0 */
/* early-stop: who can do nothing any more is stopped at once; or, with
 * hold=true, the contrary: nobody leaves before the end. */
#include <sbsim/policy.h>

struct early_stop_params {
    bool hold;
};

struct early_stop_state {
    bool swept; /* since the queue was last seen filled */
};

static const struct sbs_param early_stop_table[] = {
    SBS_PARAM(struct early_stop_params, hold, "", 0, 0, 1,
              "keep idle workers to the end instead"),
    SBS_PARAM_END
};

static void stop_those_starting(struct sbs_ctx *c)
{
    for (uint32_t w = 0; w < c->host->workers(c); w++) {
        const struct sbs_worker *worker = c->host->worker(c, w);
        if (worker->state <= SBS_WORKER_STARTING && !worker->stopping &&
            c->host->stealable(c, w) == 0)
            c->host->stop(c, w);
    }
}

/* The worker that begins now is still there: should it be lost, its units
 * come back, and if nobody is left to take them a new one is launched. */
static void early_stop_on_begun(struct sbs_ctx *c, uint32_t attempt)
{
    const struct early_stop_params *p = c->params;
    struct early_stop_state *s = c->state;
    (void)attempt;
    bool empty = c->host->queued_units(c) == 0;
    if (!p->hold && empty && !s->swept)
        stop_those_starting(c);
    s->swept = empty;
}

/* Held, and passed on: a layer to the right may have work for it. */
static enum sbs_taken early_stop_on_idle(struct sbs_ctx *c, uint32_t w)
{
    const struct early_stop_params *p = c->params;
    if (p->hold && c->host->queued_units(c) == 0)
        c->host->hold(c, w);
    return SBS_PASS;
}

SBS_POLICY(early_stop) = {
    SBS_POLICY_HEAD,
    .name = "early-stop",
    .summary = "stop workers that come too late, or hold the idle ones",
    .description =
        "hold=false: as soon as the queue is empty, workers that are still "
        "starting and have no work bound to them are ordered stopped; "
        "without it they start, find nothing and exit. Work that is lost "
        "afterwards is done by those left, or by a new worker. hold=true: "
        "idle workers stay until the end, ready for lost work and billed, "
        "which shows what keeping a fleet costs.",
    .reference = "brief/profiling-plan.md, cost optimisation",
    .advice =
        "hold=false saves bill, never time, where more workers are launched "
        "than find work: with oversubscribe, wide, short queues and slow "
        "starts. It does nothing for a fleet that is bound to its tasks, "
        "and takes away helpers that a layer which steals or copies onto "
        "idle workers could have used. hold=true only helps when workers "
        "are lost late, and costs every idle second.",
    .roles = SBS_ROLE_KEEP,
    .params = early_stop_table,
    .params_size = sizeof(struct early_stop_params),
    .state_size = sizeof(struct early_stop_state),
    .on_idle = early_stop_on_idle,
    .on_begun = early_stop_on_begun,
};
