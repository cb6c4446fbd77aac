/* SPDX-License-Identifier: Apache-2.0 */
/*
 * late: Longest Approximate Time to End. Rank what runs by the time it has
 * left, (1 - progress) / rate with rate = progress / age, and copy the
 * longest whose rate is among the lowest quarter. Ages count from the launch
 * request, so a worker that never starts has rate 0 and the longest left.
 *
 * Where the slot comes from. LATE fills idle slots. host=idle does so: a
 * worker without further work is held, also under static, where it would
 * exit otherwise; it bills until it is needed or the run ends. host=new
 * launches a worker for each copy instead and holds nobody.
 */
#include <stdlib.h>
#include <string.h>

#include "policies/open_attempts.h"

struct late_params {
    double task_percentile, node_percentile, cap, wait_s, interval_s;
    int host;
};

static const struct sbs_param late_table[] = {
    SBS_PARAM(struct late_params, task_percentile, "", 0.25, 0, 1,
              "copy only tasks with a rate below this quantile"),
    SBS_PARAM(struct late_params, node_percentile, "", 0.25, 0, 1,
              "and not on idle workers below this quantile"),
    SBS_PARAM(struct late_params, cap, "", 0.1, 0, 1,
              "copies at a time, of the workers planned; at least 1"),
    SBS_PARAM(struct late_params, wait_s, "s", 60, 0, 1e7,
              "age from which an attempt may be copied"),
    SBS_PARAM(struct late_params, interval_s, "s", 5, 0.01, 1e5,
              "time between two looks"),
    COPIES_HOST_PARAM(struct late_params, HOST_IDLE),
    SBS_PARAM_END
};

struct late_state {
    struct copies copies;
    struct open_attempts open;
    struct look look;
    double *task_rate; /* of what is done, in ascending order */
    uint32_t n_task_rates, most_task_rates;
    double *node_rate, *scratch;
};

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Numbers in ascending order. */
struct sorted {
    const double *x;
    uint32_t n;
};

/* The k-th smallest, from 0, of both together. */
static double smallest(struct sorted a, struct sorted b, uint32_t k)
{
    /* How many of the k smallest are of a: the least that leaves none of b
     * behind which is smaller than the next of a. */
    uint32_t lo = k > b.n ? k - b.n : 0, hi = k < a.n ? k : a.n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (b.x[k - mid - 1] > a.x[mid])
            lo = mid + 1;
        else
            hi = mid;
    }
    uint32_t j = k - lo;
    if (lo == a.n)
        return b.x[j];
    return j == b.n || a.x[lo] < b.x[j] ? a.x[lo] : b.x[j];
}

/* Quantile of type 7 of both together; 0 of nothing. */
static double quantile(struct sorted a, struct sorted b, double q)
{
    if (a.n + b.n == 0)
        return 0;
    double at = q * (a.n + b.n - 1);
    uint32_t i = (uint32_t)at;
    double x = smallest(a, b, i);
    return i + 1 < a.n + b.n ? x + (at - i) * (smallest(a, b, i + 1) - x)
                             : x;
}

/* Put a number into its place among n. */
static void insert(double *x, uint32_t n, double value)
{
    uint32_t lo = 0, hi = n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (x[mid] <= value)
            lo = mid + 1;
        else
            hi = mid;
    }
    memmove(&x[lo + 1], &x[lo], (n - lo) * sizeof *x);
    x[lo] = value;
}

static double rate(struct sbs_ctx *c, uint32_t attempt)
{
    double age = c->host->now_s(c) - c->host->attempt(c, attempt)->since_s;
    return age > 0 ? c->host->progress(c, attempt) / age : 0;
}

/* Of what is done or has made progress: waiting workers have no rate yet. */
static double slow_task_rate(struct sbs_ctx *c)
{
    const struct late_params *p = c->params;
    struct late_state *s = c->state;
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->open.n; i++) {
        double r = rate(c, s->open.attempt[i]);
        if (r > 0)
            s->scratch[n++] = r;
    }
    qsort(s->scratch, n, sizeof *s->scratch, by_value);
    return quantile((struct sorted){ s->task_rate, s->n_task_rates },
                    (struct sorted){ s->scratch, n }, p->task_percentile);
}

static double slow_node_rate(struct sbs_ctx *c)
{
    const struct late_params *p = c->params;
    struct late_state *s = c->state;
    uint32_t n = 0, most = c->host->plan(c)->max_workers;
    for (uint32_t w = 0; w < most && w < c->host->workers(c); w++)
        if (s->node_rate[w] > 0)
            s->scratch[n++] = s->node_rate[w];
    qsort(s->scratch, n, sizeof *s->scratch, by_value);
    return quantile((struct sorted){ s->scratch, n },
                    (struct sorted){ NULL, 0 }, p->node_percentile);
}

/* What may be copied and has the longest left, the oldest of equals. */
static const struct sbs_attempt *longest(struct sbs_ctx *c, double slow)
{
    const struct late_params *p = c->params;
    struct late_state *s = c->state;
    const struct sbs_attempt *best = NULL;
    double most = 0, now = c->host->now_s(c);
    for (uint32_t i = 0; i < s->open.n; i++) {
        uint32_t id = s->open.attempt[i];
        const struct sbs_attempt *a = c->host->attempt(c, id);
        double r = rate(c, id);
        if (!copies_may_copy(c, a) || now < a->since_s + p->wait_s ||
            !(r < slow))
            continue;
        double left = (1 - c->host->progress(c, id)) / r;
        if (left > most) {
            most = left;
            best = a;
        }
    }
    return best;
}

static uint32_t copies_at_work(struct sbs_ctx *c)
{
    struct late_state *s = c->state;
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->open.n; i++)
        n += c->host->attempt(c, s->open.attempt[i])->copy;
    return n;
}

/* The first held worker that is not slow is moved to the end of the list,
 * where copies_make() looks first; false = there is none. */
static bool choose_node(struct sbs_ctx *c, double slow)
{
    struct late_state *s = c->state;
    uint32_t *idle = s->copies.idle, most = c->host->plan(c)->max_workers;
    for (uint32_t i = 0; i < s->copies.n_idle; i++) {
        uint32_t w = idle[i], last = s->copies.n_idle - 1;
        if (c->host->worker(c, w)->state != SBS_WORKER_IDLE ||
            (w < most && s->node_rate[w] > 0 && s->node_rate[w] < slow))
            continue;
        idle[i] = idle[last];
        idle[last] = w;
        return true;
    }
    return false;
}

/* When to look again: what is copied, or waits for its worker beyond
 * wait_s, needs no look before there is news. */
static void arm_next(struct sbs_ctx *c)
{
    const struct late_params *p = c->params;
    struct late_state *s = c->state;
    double now = c->host->now_s(c), at = INFINITY;
    for (uint32_t i = 0; i < s->open.n; i++) {
        const struct sbs_attempt *a =
            c->host->attempt(c, s->open.attempt[i]);
        double old = a->since_s + p->wait_s;
        if (!copies_may_copy(c, a))
            continue;
        if (old > now)
            at = fmin(at, old);
        else if (a->state == SBS_ATTEMPT_RUNNING)
            at = fmin(at, now + p->interval_s);
    }
    if (at < INFINITY)
        look_arm(c, &s->look, at);
}

static void look_around(struct sbs_ctx *c)
{
    const struct late_params *p = c->params;
    struct late_state *s = c->state;
    if (p->host == HOST_IDLE && s->copies.n_idle == 0)
        return;
    open_update(c, &s->open);
    double cap = fmax(1, floor(p->cap * c->host->plan(c)->workers));
    double slow = slow_task_rate(c);
    double slow_node = p->host == HOST_IDLE ? slow_node_rate(c) : 0;
    for (uint32_t n = copies_at_work(c); n < cap; n++) {
        const struct sbs_attempt *a = longest(c, slow);
        if (!a) {
            arm_next(c);
            return;
        }
        if (p->host == HOST_IDLE && !choose_node(c, slow_node))
            return;
        if (!copies_make(c, &s->copies, p->host, a))
            return;
    }
}

static int late_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    const struct late_params *p = c->params;
    copies_allow(plan, p->host == HOST_NEW
                           ? (double)plan->tasks * plan->units_per_task
                           : 0);
    return 0;
}

static void late_start(struct sbs_ctx *c)
{
    const struct late_params *p = c->params;
    struct late_state *s = c->state;
    const struct sbs_plan *plan = c->host->plan(c);
    copies_start(c, &s->copies);
    open_start(c, &s->open);
    s->most_task_rates = plan->tasks * plan->units_per_task;
    uint32_t n = s->most_task_rates;
    s->task_rate = c->host->alloc(c, n * sizeof(double));
    s->node_rate = c->host->alloc(c, plan->max_workers * sizeof(double));
    n += s->open.cap;
    s->scratch = c->host->alloc(c, n * sizeof(double));
    s->look = (struct look){ .armed_s = -1, .interval_s = p->interval_s };
    if (p->host == HOST_NEW)
        look_arm(c, &s->look, p->wait_s);
}

/* A worker's rate is that of its last result. */
static void late_on_seen(struct sbs_ctx *c, uint32_t attempt)
{
    struct late_state *s = c->state;
    const struct sbs_attempt *a = c->host->attempt(c, attempt);
    double took = a->seen_s - a->since_s;
    if (took > 0 && s->n_task_rates < s->most_task_rates)
        insert(s->task_rate, s->n_task_rates++, 1 / took);
    if (a->compute_s > 0 && a->worker < c->host->plan(c)->max_workers)
        s->node_rate[a->worker] = a->n_units / a->compute_s;
    look_arm(c, &s->look, c->host->now_s(c));
}

static void late_on_begun(struct sbs_ctx *c, uint32_t attempt)
{
    const struct late_params *p = c->params;
    struct late_state *s = c->state;
    double old = c->host->attempt(c, attempt)->since_s + p->wait_s;
    if (p->host == HOST_NEW || s->copies.n_idle > 0)
        look_arm(c, &s->look, fmax(old, c->host->now_s(c)));
}

static void late_on_timer(struct sbs_ctx *c, uint32_t tag)
{
    struct late_state *s = c->state;
    (void)tag;
    s->look.armed_s = -1;
    look_around(c);
}

static enum sbs_taken late_on_idle(struct sbs_ctx *c, uint32_t w)
{
    const struct late_params *p = c->params;
    struct late_state *s = c->state;
    if (copies_leaves(c, &s->copies, w))
        return SBS_TAKEN;
    if (!copies_offer(c, &s->copies, p->host, w))
        return SBS_PASS;
    look_arm(c, &s->look, c->host->now_s(c));
    return copies_hold(c, &s->copies, w);
}

SBS_POLICY(late) = {
    SBS_POLICY_HEAD,
    .name = "late",
    .summary = "idle workers copy what has the longest time left",
    .description =
        "Every interval_s, while a worker is held idle (host=new: always), "
        "ranks the attempts older than wait_s by (1 - progress) / rate, "
        "rate = progress / age from the launch request, and copies the "
        "longest whose rate is below the 25th percentile of the rates of "
        "all that is done or has made progress. Not on workers whose last "
        "result came at a rate below the 25th percentile. One copy of "
        "each, copies on at most 10% of the workers. Held workers bill; "
        "under static every worker that is done is held.",
    .reference = "Zaharia et al.: Improving MapReduce performance in "
                 "heterogeneous environments, OSDI 2008. A worker's "
                 "performance is that of its last result, not its total "
                 "progress, which in one wave of tasks is always 1.",
    .advice = "Helps where tasks come in several waves and idle workers "
              "are known to be fast. In one wave a copy starts from "
              "scratch when the straggler has little left. Where start-up "
              "takes longer than wait_s, whoever starts late is copied.",
    .roles = SBS_ROLE_COPY,
    .params = late_table,
    .params_size = sizeof(struct late_params),
    .state_size = sizeof(struct late_state),
    .plan = late_plan,
    .start = late_start,
    .on_idle = late_on_idle,
    .on_seen = late_on_seen,
    .on_begun = late_on_begun,
    .on_timer = late_on_timer,
};
