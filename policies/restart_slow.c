/* SPDX-License-Identifier: Apache-2.0 */
/* restart-slow: probe every worker, replace the slowest before they work. */
#include <math.h>
#include <string.h>

#include <sbsim/policy.h>

struct restart_slow_params {
    double theta, probe_s;
    int64_t most;
};

static const struct sbs_param restart_slow_table[] = {
    SBS_PARAM(struct restart_slow_params, theta, "", 0.1, 0, 1,
              "slower than this quantile of the rates seen: replaced"),
    SBS_PARAM(struct restart_slow_params, probe_s, "s", 20, 1e-3, 1e6,
              "length of the probe on the reference core"),
    SBS_PARAM(struct restart_slow_params, most, "workers", 0, 0, 1e6,
              "replaced in all; 0 = a tenth of the fleet"),
    SBS_PARAM_END
};

/* A quantile of fewer rates says nothing. */
enum { RATES_MIN = 5 };

struct restart_slow_state {
    double *rate; /* ascending; [cap] */
    uint32_t n, cap, replaced;
    bool *probed; /* by worker; [cap] */
};

static uint32_t most(const struct sbs_ctx *c, const struct sbs_plan *plan)
{
    const struct restart_slow_params *p = c->params;
    return p->most > 0 ? (uint32_t)p->most
                       : (uint32_t)ceil(plan->workers / 10.0);
}

static int restart_slow_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    uint32_t launched = plan->workers + plan->extra;
    plan->pull = true;
    if (plan->max_workers < launched)
        plan->max_workers = launched;
    plan->max_workers += most(c, plan);
    return 0;
}

/* Room for worker w; false when memory is short. */
static bool reserve(struct sbs_ctx *c, uint32_t w)
{
    struct restart_slow_state *s = c->state;
    if (w < s->cap)
        return true;
    uint32_t cap = 2 * w + c->host->plan(c)->max_workers;
    double *rate = c->host->alloc(c, cap * sizeof *rate);
    bool *probed = c->host->alloc(c, cap * sizeof *probed);
    if (!rate || !probed)
        return false;
    if (s->cap > 0) {
        memcpy(rate, s->rate, s->n * sizeof *rate);
        memcpy(probed, s->probed, s->cap * sizeof *probed);
    }
    s->rate = rate;
    s->probed = probed;
    s->cap = cap;
    return true;
}

/* Type 7, of the rates seen before. */
static double threshold(const struct restart_slow_state *s, double theta)
{
    double at = theta * (s->n - 1);
    uint32_t i = (uint32_t)at;
    double above = i + 1 < s->n ? s->rate[i + 1] : s->rate[i];
    return s->rate[i] + (at - i) * (above - s->rate[i]);
}

static enum sbs_taken restart_slow_on_idle(struct sbs_ctx *c, uint32_t w)
{
    const struct restart_slow_params *p = c->params;
    struct restart_slow_state *s = c->state;
    if (!reserve(c, w) || s->probed[w] || c->host->worker(c, w)->local ||
        c->host->queued_units(c) == 0)
        return SBS_PASS;
    s->probed[w] = c->host->probe(c, w, p->probe_s) == 0;
    return s->probed[w] ? SBS_TAKEN : SBS_PASS;
}

static void remember(struct restart_slow_state *s, double rate)
{
    uint32_t i = s->n++;
    for (; i > 0 && s->rate[i - 1] > rate; i--)
        s->rate[i] = s->rate[i - 1];
    s->rate[i] = rate;
}

static void restart_slow_on_probed(struct sbs_ctx *c, uint32_t w,
                                   double took_s)
{
    const struct restart_slow_params *p = c->params;
    struct restart_slow_state *s = c->state;
    double rate = p->probe_s / took_s;
    if (w >= s->cap || !s->probed[w])
        return;
    bool slow = s->n >= RATES_MIN && rate < threshold(s, p->theta);
    remember(s, rate);
    if (!slow || s->replaced >= most(c, c->host->plan(c)) ||
        c->host->queued_units(c) == 0 || c->host->stealable(c, w) > 0)
        return;
    /* Stopped first: its place under the quota is the new one's. */
    if (c->host->stop(c, w) == 0 && c->host->launch(c, 1) >= 0)
        s->replaced++;
}

SBS_POLICY(restart_slow) = {
    SBS_POLICY_HEAD,
    .name = "restart-slow",
    .summary = "probe every worker, replace those slower than most",
    .description =
        "Every worker that gets ready first times probe_s reference "
        "seconds. Once five others have answered, one whose rate is below "
        "the theta quantile (type 7) of the rates seen before is stopped "
        "and another launched, which is probed in turn; at most `most` "
        "times in all, and never when the queue is empty. The others pull "
        "work as soon as they have answered.",
    .reference = "optimal restart: van Moorsel and Wolter, MASCOTS 2004; "
                 "decided by a probe at the start (SCIENCE.md A.1, B.4)",
    .advice = "Helps when a few workers are several times slower than the "
              "rest and there is much to do for each. With two kinds of "
              "core 1.8 apart a restart does not pay once work has begun "
              "(SCIENCE.md B.4), and hardly before it when start-up is "
              "long. Everybody pays the probe. Under pulling a slow worker "
              "costs little unless the units are long.",
    .roles = SBS_ROLE_KEEP,
    .params = restart_slow_table,
    .params_size = sizeof(struct restart_slow_params),
    .state_size = sizeof(struct restart_slow_state),
    .plan = restart_slow_plan,
    .on_idle = restart_slow_on_idle,
    .on_probed = restart_slow_on_probed,
};
