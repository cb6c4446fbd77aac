/* SPDX-License-Identifier: Apache-2.0 */
/*
 * speculative: copy an attempt only when the copy is predicted to finish
 * earlier. Ages count from the launch request, so a worker that never starts
 * is noticed.
 *
 * preset=predict. Let X be the time from launch request to result, lognormal
 * with the calibrated mean and sd, except that a fraction h never finishes:
 * S(t) = h + (1 - h) P(X > t). A copy takes c with S(c) = 1/2 in the median;
 * an attempt of age t needs a further r with S(t + r) = S(t) / 2. The copy
 * wins when r > c, that is S(t + c) > S(t) / 2: the threshold is the first
 * such age t >= c. With cores whose speed persists this is late, and rightly
 * so: a straggler usually has less left than a copy needs.
 *
 * preset=spark3, spark4. TaskSetManager.checkSpeculatableTasks: on a grid of
 * interval_s, once max(floor(quantile n), 1) tasks are done, copy what runs
 * longer than max(multiplier x median duration of the done, min_s).
 *
 * preset=spark-efficiency. As spark3, but only what progresses more slowly
 * than .75 times the mean rate of the done, or runs twice as long as that.
 *
 * preset=flink. ExecutionTimeBasedSlowTaskDetector: once quantile n tasks
 * are done, with k = round(quantile n), the threshold is the multiplier times
 * element k/2 (from 0) of the k shortest durations, at least a minute.
 *
 * preset=hadoop. DefaultSpeculator with the estimator LegacyTaskRuntime-
 * Estimator: of what has no copy, copy the one whose estimated end, launch +
 * age / progress, is farthest behind the end of a copy made now, now + mean
 * duration of the done.
 */
#include "policies/median.h"
#include "policies/open_attempts.h"
#include "policies/predict.h"

enum {
    PRESET_PREDICT,
    PRESET_SPARK3,
    PRESET_SPARK4,
    PRESET_EFFICIENCY,
    PRESET_HADOOP,
    PRESET_FLINK
};

struct speculative_params {
    int preset;
    double quantile, multiplier, min_s, interval_s, hang_frac;
    int host;
};

static const struct sbs_param speculative_table[] = {
    SBS_PARAM_CHOICE(struct speculative_params, preset,
                     "predict|spark3|spark4|spark-efficiency|hadoop|flink",
                     PRESET_PREDICT, "which rule triggers a copy"),
    SBS_PARAM(struct speculative_params, quantile, "", 0, 0, 1,
              "share done before copying; 0 = preset"),
    SBS_PARAM(struct speculative_params, multiplier, "", 0, 0, 1000,
              "times the median of the done; 0 = preset"),
    SBS_PARAM(struct speculative_params, min_s, "s", 0, 0, 1e6,
              "shortest threshold; 0 = preset"),
    SBS_PARAM(struct speculative_params, interval_s, "s", 0.1, 0, 1e5,
              "time between two looks; 0 = continuous"),
    /* Beta(1,1) posterior mean after 50 of 50 workers of the Ultra run
     * (2026-02-04, starburst commit f099e29) finished: 1/52. */
    SBS_PARAM(struct speculative_params, hang_frac, "", 0.019, 0, 0.49,
              "predict: share of attempts that never finish"),
    COPIES_HOST_PARAM(struct speculative_params, HOST_NEW),
    SBS_PARAM_END
};

/* Spark's spark.speculation.quantile, .multiplier, .minTaskRuntime: 0.75 and
 * 1.5 up to 3.x, 0.9 and 3 since 4.0 (core-migration-guide.md), 100 ms;
 * efficiency.processRateMultiplier and .longRunTaskFactor (since 3.4).
 * Flink's slow-task-detector.execution-time.baseline-ratio, -multiplier,
 * -lower-bound (SlowTaskDetectorOptions.java). */
static const double preset_quantile[] = { 0, 0.75, 0.9, 0.75, 0.05, 0.75 };
static const double preset_multiplier[] = { 0, 1.5, 3, 1.5, 0, 1.5 };
static const double preset_min_s[] = { 0.1, 0.1, 0.1, 0.1, 0.1, 60 };
static const double slow_rate = 0.75, long_run = 2;

/* Hadoop's mapreduce.job.speculative.*: retry-after-no-speculate and
 * -speculate, minimum-allowed-tasks, speculative-cap-total-tasks,
 * speculative-cap-running-tasks (MRJobConfig). */
static const double hadoop_retry_s = 1, hadoop_copied_s = 15;
static const double hadoop_most = 10, hadoop_of_all = 0.01,
                    hadoop_of_running = 0.1;

/* preset=predict: ages at which attempts of `units` units are copied. */
struct predicted {
    uint32_t units;
    double start_s; /* of those that count from the launch request */
    double run_s;   /* of those that began on a ready worker */
};

struct speculative_state {
    struct copies copies;
    struct look look;
    struct open_attempts open; /* efficiency, hadoop: they rank */
    struct median durations;
    double sum_s, sum_rate; /* of the durations; of units per second */
    double not_before_s;    /* hadoop: no look earlier */
    struct predicted larger; /* for attempts of several units, the last */
};

/* ---- preset=predict ---------------------------------------------------- */

static void predict(struct sbs_ctx *c, uint32_t units, struct predicted *out)
{
    const struct speculative_params *p = c->params;
    const struct sbs_constants *k = c->host->constants(c);
    struct law run = law_of_run(k, units, p->hang_frac);
    struct law whole = law_of_whole(k, units, p->hang_frac);
    double copy_s = median_of(p->host == HOST_IDLE ? &run : &whole);
    out->units = units;
    out->start_s = threshold(&whole, copy_s);
    out->run_s = threshold(&run, copy_s);
}

static const struct predicted *predicted(struct sbs_ctx *c, uint32_t units)
{
    struct speculative_state *s = c->state;
    if (units == 1)
        return c->prepared;
    if (s->larger.units != units)
        predict(c, units, &s->larger);
    return &s->larger;
}

/* ---- spark, flink: a multiple of the median ---------------------------- */

static double quantile_of(const struct speculative_params *p)
{
    return p->quantile > 0 ? p->quantile : preset_quantile[p->preset];
}

/* Tasks done before anything is copied. */
static double enough(struct sbs_ctx *c)
{
    const struct speculative_params *p = c->params;
    double share = quantile_of(p) * c->host->plan(c)->needed;
    bool rounds_down = p->preset < PRESET_HADOOP;
    return fmax(rounds_down ? floor(share) : share, 1);
}

/* Flink: how many of the shortest durations lie at or below the median of
 * the round(quantile n) shortest. */
static uint32_t flink_rank(struct sbs_ctx *c)
{
    double k = round(quantile_of(c->params) * c->host->plan(c)->needed);
    return (uint32_t)k / 2 + 1;
}

static double median_due_s(struct sbs_ctx *c)
{
    const struct speculative_params *p = c->params;
    const struct speculative_state *s = c->state;
    const struct median *m = &s->durations;
    double mult = p->multiplier > 0 ? p->multiplier
                                    : preset_multiplier[p->preset];
    if (c->host->tasks_seen(c) < enough(c) || m->n_low == 0)
        return INFINITY;
    double middle =
        p->preset == PRESET_FLINK ? m->low[0] : median_value(m);
    return fmax(mult * middle,
                p->min_s > 0 ? p->min_s : preset_min_s[p->preset]);
}

/* Age from which an attempt is copied; INFINITY = not now. */
static double due_s(struct sbs_ctx *c, const struct sbs_attempt *a)
{
    const struct speculative_params *p = c->params;
    if (p->preset != PRESET_PREDICT)
        return median_due_s(c);
    const struct predicted *due = predicted(c, a->n_units);
    const struct sbs_worker *w = c->host->worker(c, a->worker);
    return w->requested_s == a->since_s ? due->start_s : due->run_s;
}

/* ---- preset=spark-efficiency ------------------------------------------- */

/* When an attempt is due, by its rate so far; what is too fast now is looked
 * at again on the grid, because its rate may fall. */
static double efficiency_due_s(struct sbs_ctx *c, uint32_t id, double due)
{
    const struct speculative_params *p = c->params;
    const struct speculative_state *s = c->state;
    const struct sbs_attempt *a = c->host->attempt(c, id);
    double now = c->host->now_s(c), age = now - a->since_s;
    double mean = s->sum_rate / (s->durations.n_low + s->durations.n_high);
    if (age < due)
        return a->since_s + due;
    if (age >= long_run * due ||
        c->host->progress(c, id) * a->n_units < slow_rate * mean * age)
        return now;
    double at = a->since_s + long_run * due;
    return p->interval_s > 0 ? fmin(at, now + p->interval_s) : at;
}

static void look_by_efficiency(struct sbs_ctx *c)
{
    const struct speculative_params *p = c->params;
    struct speculative_state *s = c->state;
    double due = median_due_s(c), now = c->host->now_s(c), next = INFINITY;
    if (!(due < INFINITY))
        return;
    open_update(c, &s->open);
    uint32_t n = s->open.n;
    for (uint32_t i = 0; i < n; i++) {
        const struct sbs_attempt *a =
            c->host->attempt(c, s->open.attempt[i]);
        if (!copies_may_copy(c, a))
            continue;
        double at = efficiency_due_s(c, s->open.attempt[i], due);
        if (at > now)
            next = fmin(next, at);
        else if (!copies_make(c, &s->copies, p->host, a))
            break;
    }
    if (next < INFINITY)
        look_arm(c, &s->look, next);
}

/* ---- preset=hadoop ----------------------------------------------------- */

/* How much earlier a copy made now would end; progress 0 counts as 1/10000. */
static double hadoop_gain_s(struct sbs_ctx *c, uint32_t id)
{
    const struct speculative_state *s = c->state;
    const struct sbs_attempt *a = c->host->attempt(c, id);
    double now = c->host->now_s(c);
    double done = fmax(c->host->progress(c, id), 1e-4);
    double mean = s->sum_s / (s->durations.n_low + s->durations.n_high);
    return a->since_s + (now - a->since_s) / done - (now + mean);
}

/* A look copies one attempt, or none; the next is due later accordingly. */
static void look_by_hadoop(struct sbs_ctx *c)
{
    const struct speculative_params *p = c->params;
    struct speculative_state *s = c->state;
    double now = c->host->now_s(c), most = 0, running = 0, copied = 0;
    const struct sbs_attempt *best = NULL;
    bool waits = false;
    if (c->host->tasks_seen(c) < enough(c) || now < s->not_before_s)
        return;
    open_update(c, &s->open);
    for (uint32_t i = 0; i < s->open.n; i++) {
        uint32_t id = s->open.attempt[i];
        const struct sbs_attempt *a = c->host->attempt(c, id);
        running += !a->copy;
        copied += a->copy;
        if (!copies_may_copy(c, a))
            continue;
        double gain = hadoop_gain_s(c, id);
        waits = true;
        if (gain > most) {
            most = gain;
            best = a;
        }
    }
    double all = c->host->plan(c)->tasks;
    double cap = fmax(hadoop_most, fmax(hadoop_of_all * all,
                                        hadoop_of_running * running));
    if (!waits || copied >= cap)
        return; /* until there is news */
    bool made = best && copies_make(c, &s->copies, p->host, best);
    if (best && !made)
        return;
    s->not_before_s = now + (made ? hadoop_copied_s : hadoop_retry_s);
    look_arm(c, &s->look, s->not_before_s);
}

/* ---- the rule ---------------------------------------------------------- */

static void look_around(struct sbs_ctx *c)
{
    const struct speculative_params *p = c->params;
    struct speculative_state *s = c->state;
    if (p->preset == PRESET_EFFICIENCY)
        look_by_efficiency(c);
    else if (p->preset == PRESET_HADOOP)
        look_by_hadoop(c);
    else
        look_at_all(c, &s->look, &s->copies, p->host, due_s);
}

static bool ranks(const struct speculative_params *p)
{
    return p->preset == PRESET_EFFICIENCY || p->preset == PRESET_HADOOP;
}

/* ---- hooks ------------------------------------------------------------- */

static int speculative_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    const struct speculative_params *p = c->params;
    /* One copy of everything, at the very most. */
    copies_allow(plan, p->host == HOST_NEW
                           ? (double)plan->tasks * plan->units_per_task
                           : 0);
    return 0;
}

static void speculative_prepare(struct sbs_ctx *c, void *prepared)
{
    predict(c, 1, prepared);
}

static void speculative_start(struct sbs_ctx *c)
{
    const struct speculative_params *p = c->params;
    struct speculative_state *s = c->state;
    const struct sbs_plan *plan = c->host->plan(c);
    size_t units = (size_t)plan->tasks * plan->units_per_task;
    if (p->preset != PRESET_PREDICT) {
        s->durations.low = c->host->alloc(c, (units + 1) * sizeof(double));
        s->durations.high = c->host->alloc(c, (units + 1) * sizeof(double));
    }
    copies_start(c, &s->copies);
    if (ranks(p))
        open_start(c, &s->open);
    s->look = (struct look){ .armed_s = -1, .interval_s = p->interval_s };
    look_around(c);
}

static void note_duration(struct sbs_ctx *c, const struct sbs_attempt *a)
{
    const struct speculative_params *p = c->params;
    struct speculative_state *s = c->state;
    const struct sbs_plan *plan = c->host->plan(c);
    double took = a->seen_s - a->since_s;
    if (s->durations.n_low + s->durations.n_high >=
        plan->tasks * plan->units_per_task)
        return;
    s->sum_s += took;
    s->sum_rate += a->n_units / fmax(took, 1e-9);
    if (p->preset == PRESET_FLINK)
        smallest_add(&s->durations, flink_rank(c), took);
    else
        median_add(&s->durations, took);
}

static void speculative_on_seen(struct sbs_ctx *c, uint32_t attempt)
{
    struct speculative_state *s = c->state;
    const struct speculative_params *p = c->params;
    if (p->preset != PRESET_PREDICT)
        note_duration(c, c->host->attempt(c, attempt));
    /* Not before all results of this instant are seen, and on the grid. */
    if (c->host->tasks_seen(c) < c->host->plan(c)->needed)
        look_arm(c, &s->look, fmax(c->host->now_s(c), s->not_before_s));
}

static void speculative_on_timer(struct sbs_ctx *c, uint32_t tag)
{
    struct speculative_state *s = c->state;
    (void)tag;
    if (look_is_due(c, &s->look))
        look_around(c);
}

static void speculative_on_begun(struct sbs_ctx *c, uint32_t attempt)
{
    const struct speculative_params *p = c->params;
    struct speculative_state *s = c->state;
    if (ranks(p))
        look_arm(c, &s->look, fmax(c->host->now_s(c), s->not_before_s));
    else if (attempt >= c->host->planned_attempts(c))
        look_around(c);
}

/* host=idle: nothing left in the queue, so wait for something to copy. */
static enum sbs_taken speculative_on_idle(struct sbs_ctx *c, uint32_t w)
{
    const struct speculative_params *p = c->params;
    struct speculative_state *s = c->state;
    if (copies_leaves(c, &s->copies, w))
        return SBS_TAKEN;
    if (!copies_offer(c, &s->copies, p->host, w))
        return SBS_PASS;
    look_around(c);
    return copies_hold(c, &s->copies, w);
}

SBS_POLICY(speculative) = {
    SBS_POLICY_HEAD,
    .name = "speculative",
    .summary = "copy a straggler when the copy should finish earlier",
    .description =
        "Watches the age of every attempt, counted from its launch "
        "request. preset=predict copies one when, by the calibrated spread "
        "of start-up and speed and a small chance of hanging, a copy is "
        "predicted to finish earlier. spark3, spark4 and flink copy what "
        "runs longer than a multiple of the median of the done; "
        "spark-efficiency only what also progresses slowly or runs twice "
        "as long; hadoop copies, one a look (1 s after nothing, 15 s after "
        "a copy), what is estimated to end latest after a copy would. At "
        "most one copy each; the loser is stopped when the client sees the "
        "winner. Flink looks every interval_s=1 and avoids slow hosts; "
        "here copies go to new ones.",
    .reference = "predict: median residual life (policies/speculative.c); "
                 "Spark: TaskSetManager.checkSpeculatableTasks, defaults "
                 "of 3.x and 4.0; Hadoop: DefaultSpeculator; Flink: "
                 "ExecutionTimeBasedSlowTaskDetector; why copies rarely "
                 "pay when speed persists: Zaharia et al., OSDI 2008",
    .advice = "Rescues workers that never start and rare heavy "
              "stragglers. Where speed stays with the worker a copy "
              "starts from scratch and seldom wins; presets of a low "
              "multiple then only add to the bill. hadoop takes a worker "
              "that is still starting for one without progress.",
    .roles = SBS_ROLE_COPY,
    .params = speculative_table,
    .params_size = sizeof(struct speculative_params),
    .prepared_size = sizeof(struct predicted),
    .state_size = sizeof(struct speculative_state),
    .plan = speculative_plan,
    .prepare = speculative_prepare,
    .start = speculative_start,
    .on_idle = speculative_on_idle,
    .on_seen = speculative_on_seen,
    .on_begun = speculative_on_begun,
    .on_timer = speculative_on_timer,
};
