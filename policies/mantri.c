/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mantri: act on an attempt only when that is likely to save time, or
 * machine time. t_rem is what it still needs, t_new what a new one would:
 *   restart   when P(t_rem > E t_new + margin) > delta,
 *   duplicate when P(t_rem > t_new (c + 1)/c)  > delta, c copies running.
 * An attempt that has made progress x in time e needs e (1 - x)/x more; one
 * that has not is drawn from the calibrated law, given its age; so is t_new.
 */
#include "policies/open_attempts.h"
#include "policies/predict.h"

struct mantri_params {
    double delta, margin_s, interval_s, hang_frac;
    int64_t most;
};

static const struct sbs_param mantri_table[] = {
    SBS_PARAM(struct mantri_params, delta, "", 0.25, 0, 1,
              "act when the chance that it helps is above this"),
    SBS_PARAM(struct mantri_params, margin_s, "s", 10, 0, 1e6,
              "restart: what it must save in the mean"),
    SBS_PARAM(struct mantri_params, interval_s, "s", 10, 0.01, 1e5,
              "time between two looks"),
    SBS_PARAM(struct mantri_params, hang_frac, "", 0.019, 0, 0.49,
              "share of attempts that never finish"),
    SBS_PARAM(struct mantri_params, most, "", 3, 0, 1e6,
              "restarts of a task; 0 = duplicate only"),
    SBS_PARAM_END
};

struct mantri_state {
    struct copies copies;
    struct open_attempts open;
    struct look look;
    uint32_t *restarts; /* [units] of the chunk that begins there */
};

/* What an attempt still needs: `rest_s`, or by a law when that is NAN. */
struct remaining {
    double rest_s, age_s;
    struct law law;
};

static struct remaining remaining(struct sbs_ctx *c, uint32_t attempt)
{
    const struct mantri_params *p = c->params;
    const struct sbs_constants *k = c->host->constants(c);
    const struct sbs_attempt *a = c->host->attempt(c, attempt);
    double now = c->host->now_s(c), x = c->host->progress(c, attempt);
    struct remaining r = { .rest_s = NAN };
    if (a->state == SBS_ATTEMPT_WAITING) {
        r.age_s = now - a->since_s;
        r.law = law_of_whole(k, a->n_units, p->hang_frac);
        return r;
    }
    r.age_s = now - a->begun_s;
    if (x > 0)
        r.rest_s = r.age_s * (1 - x) / x;
    else
        r.law = law_of_run(k, a->n_units, p->hang_frac);
    return r;
}

static double longer_than(const struct remaining *r, double t_s)
{
    if (!isnan(r->rest_s))
        return r->rest_s > t_s ? 1 : 0;
    return survival_from(&r->law, r->age_s, t_s);
}

/* P(t_rem > factor t_new), over the normal score of t_new. */
static double longer_than_new(const struct remaining *r,
                              const struct law *fresh, double factor)
{
    if (!isnan(r->rest_s))
        return 1 - survival(fresh, r->rest_s / factor);
    double sum = 0, weights = 0;
    for (int i = -16; i <= 16; i++) {
        double z = i / 4.0, weight = exp(-z * z / 2);
        double t_s = exp(fresh->mu + fresh->sigma * z);
        sum += weight * longer_than(r, factor * t_s);
        weights += weight;
    }
    return sum / weights;
}

/* True = nothing more to decide about this attempt before there is news. */
static bool decide(struct sbs_ctx *c, uint32_t attempt)
{
    const struct mantri_params *p = c->params;
    const struct sbs_constants *k = c->host->constants(c);
    struct mantri_state *s = c->state;
    const struct sbs_attempt *a = c->host->attempt(c, attempt);
    uint32_t first = a->first_unit, n = a->n_units;
    if (c->host->copies(c, first) > 0)
        return true;
    struct remaining r = remaining(c, attempt);
    struct law fresh = law_of_whole(k, n, 0);
    double mean_s = k->startup_mean_s + k->overhead_s + n * k->unit_mean_s;
    if (s->restarts[first] < p->most &&
        longer_than(&r, mean_s + p->margin_s) > p->delta) {
        if (copies_on_new(c, &s->copies, first, n)) {
            s->restarts[first]++;
            c->host->cancel(c, attempt);
        }
        return true;
    }
    if (longer_than_new(&r, &fresh, 2) > p->delta) {
        copies_on_new(c, &s->copies, first, n);
        return true;
    }
    return false;
}

/* What may change without news: progress, and the age of what waits. */
static void look_around(struct sbs_ctx *c)
{
    const struct mantri_params *p = c->params;
    struct mantri_state *s = c->state;
    bool again = false;
    open_update(c, &s->open);
    uint32_t n = s->open.n;
    for (uint32_t i = 0; i < n; i++)
        again |= !decide(c, s->open.attempt[i]);
    again |= s->open.next < c->host->attempts(c);
    if (again)
        look_arm(c, &s->look, c->host->now_s(c) + p->interval_s);
}

static int mantri_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    const struct mantri_params *p = c->params;
    copies_allow(plan, (double)(p->most + 1) * plan->tasks);
    return 0;
}

static void mantri_start(struct sbs_ctx *c)
{
    const struct mantri_params *p = c->params;
    struct mantri_state *s = c->state;
    const struct sbs_plan *plan = c->host->plan(c);
    size_t units = (size_t)plan->tasks * plan->units_per_task;
    copies_start(c, &s->copies);
    open_start(c, &s->open);
    s->restarts = c->host->alloc(c, units * sizeof *s->restarts);
    s->look = (struct look){ .armed_s = -1, .interval_s = p->interval_s };
    look_arm(c, &s->look, p->interval_s);
}

static void mantri_on_news(struct sbs_ctx *c, uint32_t attempt)
{
    const struct mantri_params *p = c->params;
    struct mantri_state *s = c->state;
    (void)attempt;
    look_arm(c, &s->look, c->host->now_s(c) + p->interval_s);
}

static void mantri_on_timer(struct sbs_ctx *c, uint32_t tag)
{
    struct mantri_state *s = c->state;
    (void)tag;
    s->look.armed_s = -1;
    look_around(c);
}

static enum sbs_taken mantri_on_idle(struct sbs_ctx *c, uint32_t w)
{
    const struct mantri_state *s = c->state;
    return copies_on_idle(c, &s->copies, w);
}

SBS_POLICY(mantri) = {
    SBS_POLICY_HEAD,
    .name = "mantri",
    .summary = "restart or duplicate when that is likely to save time",
    .description =
        "Every interval_s, for each attempt without a copy: with t_rem "
        "what it still needs and t_new what a new worker would need from "
        "its launch request, kills and restarts it when P(t_rem > E t_new "
        "+ margin_s) > delta, at most `most` times a task; else makes a "
        "copy when P(t_rem > 2 t_new) > delta, which saves machine time in "
        "the mean. t_rem is exact once there is progress, and lognormal by "
        "calibration, given the age, before; t_new is lognormal. One copy "
        "at a time.",
    .reference = "Ananthanarayanan et al.: Reining in the outliers in "
                 "Map-Reduce clusters using Mantri, OSDI 2010. Theirs also "
                 "prunes copies, places tasks by network load and orders "
                 "the queue; that is left out.",
    .advice = "Acts on hung and very slow workers early, because it looks "
              "at progress, and leaves stragglers near their end alone. "
              "With an interval_s that is long against the tasks it comes "
              "too late.",
    .roles = SBS_ROLE_COPY,
    .params = mantri_table,
    .params_size = sizeof(struct mantri_params),
    .state_size = sizeof(struct mantri_state),
    .plan = mantri_plan,
    .start = mantri_start,
    .on_idle = mantri_on_idle,
    .on_seen = mantri_on_news,
    .on_begun = mantri_on_news,
    .on_timer = mantri_on_timer,
};
