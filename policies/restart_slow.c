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
              "slower than this quantile of the others: replaced"),
    SBS_PARAM(struct restart_slow_params, probe_s, "s", 20, 1e-3, 1e6,
              "length of the probe on the reference core"),
    SBS_PARAM(struct restart_slow_params, most, "workers", 0, 0, 1e6,
              "replaced in all; 0 = a tenth of the fleet"),
    SBS_PARAM_END
};

/* A quantile of fewer rates says nothing. */
enum { RATES_MIN = 5 };

struct probe_begun {
    double at_s;
    uint32_t w;
};

struct restart_slow_state {
    double *rate; /* of those who answered, ascending; [cap] */
    uint32_t n, cap, replaced;
    struct probe_begun *probe; /* in order of their begin; [cap] */
    uint32_t n_probes, oldest; /* none before this one is running */
    uint32_t *place;           /* by worker: in probe, plus 1; [cap] */
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
    struct probe_begun *probe = c->host->alloc(c, cap * sizeof *probe);
    uint32_t *place = c->host->alloc(c, cap * sizeof *place);
    if (!rate || !probe || !place)
        return false;
    if (s->cap > 0) {
        memcpy(rate, s->rate, s->n * sizeof *rate);
        memcpy(probe, s->probe, s->n_probes * sizeof *probe);
        memcpy(place, s->place, s->cap * sizeof *place);
    }
    s->rate = rate;
    s->probe = probe;
    s->place = place;
    s->cap = cap;
    return true;
}

static enum sbs_taken restart_slow_on_idle(struct sbs_ctx *c, uint32_t w)
{
    const struct restart_slow_params *p = c->params;
    struct restart_slow_state *s = c->state;
    if (!reserve(c, w) || s->place[w] > 0 || c->host->worker(c, w)->local ||
        c->host->queued_units(c) == 0 ||
        c->host->probe(c, w, p->probe_s) != 0)
        return SBS_PASS;
    s->probe[s->n_probes++] =
        (struct probe_begun){ c->host->now_s(c), w };
    s->place[w] = s->n_probes;
    return SBS_TAKEN;
}

static bool is_probing(struct sbs_ctx *c, uint32_t w)
{
    return c->host->worker(c, w)->state == SBS_WORKER_PROBING;
}

/* Probes begun no later than that of w which are still running: those
 * workers are slower. Without them, of workers that start together each
 * would be the slowest so far when it answers. */
static uint32_t still_running(struct sbs_ctx *c, uint32_t w)
{
    struct restart_slow_state *s = c->state;
    double at_s = s->probe[s->place[w] - 1].at_s;
    uint32_t n = 0;
    while (s->oldest < s->n_probes && !is_probing(c, s->probe[s->oldest].w))
        s->oldest++;
    for (uint32_t i = s->oldest;
         i < s->n_probes && s->probe[i].at_s <= at_s; i++)
        n += is_probing(c, s->probe[i].w);
    return n;
}

/* How many rates are below; the new one takes its place behind them. */
static uint32_t remember(struct restart_slow_state *s, double rate)
{
    uint32_t i = s->n++;
    for (; i > 0 && s->rate[i - 1] >= rate; i--)
        s->rate[i] = s->rate[i - 1];
    s->rate[i] = rate;
    return i;
}

static void restart_slow_on_probed(struct sbs_ctx *c, uint32_t w,
                                   double took_s)
{
    const struct restart_slow_params *p = c->params;
    struct restart_slow_state *s = c->state;
    if (w >= s->cap || s->place[w] == 0)
        return;
    uint32_t running = still_running(c, w), others = s->n + running;
    uint32_t slower = remember(s, p->probe_s / took_s) + running;
    if (others < RATES_MIN || slower >= p->theta * others ||
        s->replaced >= most(c, c->host->plan(c)) ||
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
        "seconds. It is slow when less than theta of the others known are "
        "slower: those that have answered, and those that began their "
        "probe no later and are not done. A slow one is stopped and "
        "another launched, which is probed in turn; not before five others "
        "are known, at most `most` times in all, and never when the queue "
        "is empty. Who is not slow pulls work as soon as it has answered.",
    .reference = "optimal restart: van Moorsel and Wolter, MASCOTS 2004; "
                 "here decided by a probe at the start",
    .advice = "Helps when a few workers are several times slower than the "
              "rest and there is much to do for each. With two kinds of "
              "core 1.8 apart a restart does not pay once work has begun "
              "(tests/test_policies_copies), and hardly before it when "
              "start-up is long. Everybody pays the probe. Under pulling a "
              "slow worker costs little unless the units are long.",
    .roles = SBS_ROLE_KEEP,
    .params = restart_slow_table,
    .params_size = sizeof(struct restart_slow_params),
    .state_size = sizeof(struct restart_slow_state),
    .plan = restart_slow_plan,
    .on_idle = restart_slow_on_idle,
    .on_probed = restart_slow_on_probed,
};
