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
 */
#include <math.h>

#include <sbsim/policy.h>

enum { PRESET_PREDICT, PRESET_SPARK3, PRESET_SPARK4 };
enum { HOST_NEW, HOST_IDLE };

struct speculative_params {
    int preset;
    double quantile, multiplier, min_s, interval_s, hang_frac;
    int host;
};

static const struct sbs_param speculative_table[] = {
    SBS_PARAM_CHOICE(struct speculative_params, preset,
                     "predict|spark3|spark4", PRESET_PREDICT,
                     "which rule triggers a copy"),
    SBS_PARAM(struct speculative_params, quantile, "", 0, 0, 1,
              "spark: share done before copying; 0 = preset"),
    SBS_PARAM(struct speculative_params, multiplier, "", 0, 0, 1000,
              "spark: times the median of the done; 0 = preset"),
    SBS_PARAM(struct speculative_params, min_s, "s", 0.1, 0, 1e6,
              "spark: shortest threshold"),
    SBS_PARAM(struct speculative_params, interval_s, "s", 0.1, 0, 1e5,
              "time between two looks; 0 = continuous"),
    /* Beta(1,1) posterior mean after 50 of 50 workers of the Ultra run
     * (2026-02-04, starburst commit f099e29) finished: 1/52. */
    SBS_PARAM(struct speculative_params, hang_frac, "", 0.019, 0, 0.49,
              "predict: share of attempts that never finish"),
    SBS_PARAM_CHOICE(struct speculative_params, host, "new|idle", HOST_NEW,
                     "copies run on new workers or on idle ones"),
    SBS_PARAM_END
};

/* Spark's spark.speculation.quantile and .multiplier: 0.75 and 1.5 up to
 * 3.x, 0.9 and 3 since 4.0 (core-migration-guide.md). */
static const double spark_quantile[] = { 0, 0.75, 0.9 };
static const double spark_multiplier[] = { 0, 1.5, 3 };

struct median {
    double *low, *high; /* max-heap of the lower half, min-heap of the rest */
    uint32_t n_low, n_high;
};

/* preset=predict: ages at which attempts of `units` units are copied. */
struct predicted {
    uint32_t units;
    double start_s; /* of those that count from the launch request */
    double run_s;   /* of those that began on a ready worker */
};

struct speculative_state {
    struct median durations;
    uint32_t next_planned, next_other; /* oldest attempts not looked at */
    uint32_t *idle;                    /* held workers, host=idle */
    uint32_t n_idle;
    bool *launched; /* [max_workers] by this layer, for a copy */
    double armed_s; /* when the earliest timer set is due */
    struct predicted larger; /* for attempts of several units, the last */
};

/* ---- running median ---------------------------------------------------- */

/* sign +1: min-heap, -1: max-heap. */
static void heap_push(double *h, uint32_t n, double x, double sign)
{
    while (n > 0 && sign * x < sign * h[(n - 1) / 2]) {
        h[n] = h[(n - 1) / 2];
        n = (n - 1) / 2;
    }
    h[n] = x;
}

/* Take the root off a heap of n; the heap has n - 1 left. */
static double heap_pop(double *h, uint32_t n, double sign)
{
    double root = h[0], x = h[n - 1];
    uint32_t i = 0, end = n - 1;
    for (;;) {
        uint32_t k = 2 * i + 1;
        if (k >= end)
            break;
        if (k + 1 < end && sign * h[k + 1] < sign * h[k])
            k++;
        if (sign * x <= sign * h[k])
            break;
        h[i] = h[k];
        i = k;
    }
    h[i] = x;
    return root;
}

static void median_add(struct median *m, double x)
{
    heap_push(m->low, m->n_low++, x, -1);
    double most = heap_pop(m->low, m->n_low--, -1);
    heap_push(m->high, m->n_high++, most, 1);
    if (m->n_high > m->n_low)
        heap_push(m->low, m->n_low++, heap_pop(m->high, m->n_high--, 1),
                  -1);
}

static double median_value(const struct median *m)
{
    return m->n_low > m->n_high ? m->low[0] : (m->low[0] + m->high[0]) / 2;
}

/* ---- preset=predict ---------------------------------------------------- */

struct law {
    double mu, sigma, hang;
};

/* Lognormal with this mean and sd; without a finite sd, three times the mean
 * stands for "very spread". Without spread everything takes the mean, give
 * or take its rounding: nothing is late before that. */
static struct law law_of(double mean, double sd, double hang)
{
    double cv = isfinite(sd) ? sd / mean : 3;
    double s2 = log1p(cv * cv);
    if (sd == 0)
        mean *= 1 + 1e-9;
    return (struct law){ log(mean) - s2 / 2, sqrt(s2), hang };
}

static double survival(const struct law *l, double t)
{
    if (t <= 0)
        return 1;
    double z = l->sigma > 0 ? (log(t) - l->mu) / l->sigma
                            : (log(t) < l->mu ? -INFINITY : INFINITY);
    return l->hang + (1 - l->hang) * 0.5 * erfc(z * 0.70710678118654752);
}

/* The age to which half of all attempts last. */
static double median_of(const struct law *l)
{
    double lo = 0, hi = exp(l->mu + 10 * l->sigma) * 2;
    for (int i = 0; i < 100; i++) {
        double mid = (lo + hi) / 2;
        *(survival(l, mid) > 0.5 ? &lo : &hi) = mid;
    }
    return hi;
}

/* First age of `own` at which a copy that needs copy_s beats it, searched on
 * steps of 2% and refined; INFINITY when there is none. */
static double threshold(const struct law *own, double copy_s)
{
    double t = median_of(own), before = t;
    for (int i = 0; i < 2000; i++, before = t, t *= 1.02) {
        if (survival(own, t + copy_s) <= survival(own, t) / 2)
            continue;
        double lo = before, hi = t;
        for (int k = 0; k < 60; k++) {
            double mid = (lo + hi) / 2;
            bool wins =
                survival(own, mid + copy_s) > survival(own, mid) / 2;
            *(wins ? &hi : &lo) = mid;
        }
        return hi;
    }
    return INFINITY;
}

static void predict(struct sbs_ctx *c, uint32_t units, struct predicted *out)
{
    const struct speculative_params *p = c->params;
    const struct sbs_constants *k = c->host->constants(c);
    double mean = k->overhead_s + units * k->unit_mean_s;
    double sd = units * k->unit_sd_s;
    struct law run = law_of(mean, sd, p->hang_frac);
    struct law whole = law_of(mean + k->startup_mean_s,
                              hypot(sd, k->startup_sd_s), p->hang_frac);
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

/* ---- the rule ---------------------------------------------------------- */

/* Age from which an attempt is copied; INFINITY = not now. */
static double due_s(struct sbs_ctx *c, const struct sbs_attempt *a)
{
    const struct speculative_params *p = c->params;
    struct speculative_state *s = c->state;
    if (p->preset == PRESET_PREDICT) {
        const struct predicted *due = predicted(c, a->n_units);
        const struct sbs_worker *w = c->host->worker(c, a->worker);
        return w->requested_s == a->since_s ? due->start_s : due->run_s;
    }
    double q = p->quantile > 0 ? p->quantile : spark_quantile[p->preset];
    double mult =
        p->multiplier > 0 ? p->multiplier : spark_multiplier[p->preset];
    double enough = floor(q * c->host->plan(c)->needed);
    if (c->host->tasks_seen(c) < (enough > 1 ? enough : 1) ||
        s->durations.n_low == 0)
        return INFINITY;
    return fmax(mult * median_value(&s->durations), p->min_s);
}

static bool copy_attempt(struct sbs_ctx *c, const struct sbs_attempt *a)
{
    struct speculative_state *s = c->state;
    uint32_t first = a->first_unit, n = a->n_units;
    while (s->n_idle > 0) {
        uint32_t w = s->idle[--s->n_idle];
        if (c->host->worker(c, w)->state == SBS_WORKER_IDLE &&
            c->host->bind(c, w, first, n, false) == 0)
            return true;
    }
    if (((const struct speculative_params *)c->params)->host == HOST_IDLE)
        return false;
    int64_t w = c->host->launch(c, 1);
    if (w >= 0 && w < c->host->plan(c)->max_workers)
        s->launched[w] = true;
    return w >= 0 && c->host->bind(c, (uint32_t)w, first, n, false) == 0;
}

/* A result that is stored but not seen yet is, to the client, still running. */
static bool can_be_copied(struct sbs_ctx *c, const struct sbs_attempt *a)
{
    return a->state <= SBS_ATTEMPT_DONE && isnan(a->seen_s) && !a->copy &&
           c->host->copies(c, a->first_unit) == 0;
}

/* The first multiple of interval_s that is not before t; the division rounds,
 * and a look a hair too early would find nothing and come again at once. */
static double grid_s(double interval_s, double t_s)
{
    double k = ceil(t_s / interval_s);
    return k * interval_s < t_s ? (k + 1) * interval_s : k * interval_s;
}

/* Next look at the grid of interval_s not before t. */
static void arm(struct sbs_ctx *c, double t_s)
{
    const struct speculative_params *p = c->params;
    struct speculative_state *s = c->state;
    if (p->interval_s > 0)
        t_s = grid_s(p->interval_s, t_s);
    double now = c->host->now_s(c);
    if (s->armed_s >= now && s->armed_s <= t_s)
        return;
    if (c->host->wake_at(c, fmax(t_s, now), 0) == 0)
        s->armed_s = t_s;
}

/* Attempts from *next on (end excluded) in order of age: copy those that are
 * due, and wake up for the first that is not. */
static void look(struct sbs_ctx *c, uint32_t *next, uint32_t end)
{
    double now = c->host->now_s(c);
    for (; *next < end; ++*next) {
        const struct sbs_attempt *a = c->host->attempt(c, *next);
        if (!can_be_copied(c, a))
            continue;
        double at = a->since_s + due_s(c, a);
        if (!(at < INFINITY))
            return;
        if (at > now) {
            arm(c, at);
            return;
        }
        if (!copy_attempt(c, a))
            return;
    }
}

static void look_at_all(struct sbs_ctx *c)
{
    struct speculative_state *s = c->state;
    uint32_t planned = c->host->planned_attempts(c);
    if (s->next_other < planned)
        s->next_other = planned;
    look(c, &s->next_planned, planned);
    look(c, &s->next_other, c->host->attempts(c));
}

/* ---- hooks ------------------------------------------------------------- */

static int speculative_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    const struct speculative_params *p = c->params;
    uint32_t most = plan->workers + plan->extra;
    if (plan->max_workers < most)
        plan->max_workers = most;
    if (p->host == HOST_NEW) /* one copy of everything, at the very most */
        plan->max_workers += plan->tasks * plan->units_per_task;
    return 0;
}

static void speculative_prepare(struct sbs_ctx *c, void *prepared)
{
    predict(c, 1, prepared);
}

static void speculative_start(struct sbs_ctx *c)
{
    struct speculative_state *s = c->state;
    const struct sbs_plan *plan = c->host->plan(c);
    size_t units = (size_t)plan->tasks * plan->units_per_task;
    s->durations.low = c->host->alloc(c, (units + 1) * sizeof(double));
    s->durations.high = c->host->alloc(c, (units + 1) * sizeof(double));
    s->idle = c->host->alloc(c, plan->max_workers * sizeof *s->idle);
    s->launched = c->host->alloc(c, plan->max_workers);
    s->armed_s = -1;
    look_at_all(c);
}

static void speculative_on_seen(struct sbs_ctx *c, uint32_t attempt)
{
    struct speculative_state *s = c->state;
    const struct sbs_attempt *a = c->host->attempt(c, attempt);
    const struct sbs_plan *plan = c->host->plan(c);
    uint32_t most = plan->tasks * plan->units_per_task;
    if (s->durations.n_low + s->durations.n_high < most)
        median_add(&s->durations, a->seen_s - a->since_s);
    /* Not before all results of this instant are seen, and on the grid. */
    if (c->host->tasks_seen(c) < plan->needed)
        arm(c, c->host->now_s(c));
}

static void speculative_on_timer(struct sbs_ctx *c, uint32_t tag)
{
    struct speculative_state *s = c->state;
    (void)tag;
    s->armed_s = -1;
    look_at_all(c);
}

static void speculative_on_begun(struct sbs_ctx *c, uint32_t attempt)
{
    if (attempt >= c->host->planned_attempts(c))
        look_at_all(c);
}

/* A worker of the planned fleet is at work, so it will come for the queue. */
static bool fleet_at_work(struct sbs_ctx *c)
{
    const struct sbs_plan *plan = c->host->plan(c);
    for (uint32_t w = 0; w < plan->workers + plan->extra; w++) {
        const struct sbs_worker *worker = c->host->worker(c, w);
        if (worker->state == SBS_WORKER_BUSY && !worker->stopping)
            return true;
    }
    return false;
}

/* A worker launched for a copy does not join the fleet afterwards: a policy
 * that copies must not win by a larger fleet. */
static bool leaves_after_copy(struct sbs_ctx *c, uint32_t w)
{
    const struct speculative_state *s = c->state;
    return w < c->host->plan(c)->max_workers && s->launched[w] &&
           fleet_at_work(c);
}

/* host=idle: nothing left in the queue, so wait for something to copy. */
static enum sbs_taken speculative_on_idle(struct sbs_ctx *c, uint32_t w)
{
    const struct speculative_params *p = c->params;
    struct speculative_state *s = c->state;
    if (leaves_after_copy(c, w))
        return SBS_TAKEN;
    if (p->host != HOST_IDLE || c->host->queued_units(c) > 0 ||
        s->n_idle >= c->host->plan(c)->max_workers)
        return SBS_PASS;
    s->idle[s->n_idle++] = w;
    look_at_all(c);
    bool last = s->n_idle > 0 && s->idle[s->n_idle - 1] == w;
    if (c->host->hold(c, w) != 0 && last)
        s->n_idle--;
    return SBS_TAKEN;
}

SBS_POLICY(speculative) = {
    SBS_POLICY_HEAD,
    .name = "speculative",
    .summary = "copy a straggler when the copy should finish earlier",
    .description =
        "Watches the age of every attempt, counted from its launch "
        "request. preset=predict copies one when, by the calibrated spread "
        "of start-up and speed and a small chance of hanging, a copy is "
        "predicted to finish earlier. preset=spark3 and spark4 copy what "
        "runs longer than a multiple of the median of the done. At most "
        "one copy each; the loser is stopped when the client sees the "
        "winner.",
    .reference = "predict: median residual life (policies/speculative.c); "
                 "Spark: TaskSetManager.checkSpeculatableTasks, defaults "
                 "of 3.x and 4.0; why copies rarely pay when speed persists: "
                 "Zaharia et al., OSDI 2008",
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
