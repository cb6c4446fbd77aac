/* SPDX-License-Identifier: Apache-2.0 */
/* What a finished replication cost, and how far it was from what a
 * clairvoyant could have done with the same workers (doc/semantics.md,
 * 6 and 7). */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "sim/purpose.h"
#include "sim/state.h"

/* Regret below 1 by more than rounding is a bug (doc/semantics.md, 7). */
#define REGRET_LEAST (1 - 1e-9)

/* A laptop or a fat node; more cores than this count as this many. */
enum { LOCAL_CORES_MAX = 4096 };

struct totals {
    double usd_per_s[2]; /* on demand, spot */
    double launched, local, billed_s, cost_usd;
    double compute_s, transfer_s, probe_s, startup_s, idle_s;
};

/* ---- the bill ---------------------------------------------------------- */

/* When a worker that still lives at the makespan is gone: the client orders
 * it stopped; one that runs out of work before that leaves by itself. */
static double last_s(const struct sbs_sim *s, uint32_t i, double makespan_s)
{
    const struct sim_worker *w = &s->workers[i];
    double end = w->stop_s;
    if (isinf(end)) {
        const struct sbs_dist *d = &s->platform.model->stop_s;
        double stop_s;
        if (!sbs_dist_is_const(d, &stop_s))
            stop_s = sbs_dist_quantile(d, sbs_rng_u01(&s->platform.stream, i,
                                                      SBS_FOR_STOP,
                                                      w->stops, 0));
        end = makespan_s + stop_s;
    }
    end = sbs_lesser(end, w->fate.lost_s);
    if (w->on_attempt)
        end = sbs_lesser(end, sbs_lesser(w->over_s, w->cancel_s));
    else if (w->probing)
        end = sbs_lesser(end, w->over_s);
    else if (!w->ready)
        end = sbs_lesser(end, w->fate.ready_s);
    return end;
}

double sbs_account_billed_s(const struct sbs_model *m, double for_s)
{
    if (!(for_s > 0))
        return 0;
    /* A hair is forgiven: 60 s that come out as 60.00000000000001 are 60. */
    if (m->price.round_s > 0)
        for_s = m->price.round_s * ceil(for_s / m->price.round_s - 1e-9);
    return sbs_greater(for_s, m->price.min_billed_s);
}

static double billed_s(const struct sbs_sim *s, const struct sim_worker *w)
{
    double from = w->warm ? -s->plan->warm_s : w->fate.pull_start_s;
    return w->local ? 0
                    : sbs_account_billed_s(s->platform.model,
                                           w->end_s - from);
}

double sbs_account_usd_per_s(const struct sbs_model *m,
                             const struct sbs_plan *p, bool spot)
{
    double per_h =
        p->vcpu * m->price.vcpu_h_usd + p->memory_gb * m->price.gb_h_usd;
    return per_h * (spot ? m->price.spot_factor : 1) / 3600;
}

/* Compute + overhead + idle = launch to end, for every worker. */
static int check_worker_time(const struct sim_worker *w, double startup_s,
                             struct sbs_error *err)
{
#ifdef SBS_DEBUG
    double sum = startup_s + w->compute_s + w->transfer_s + w->probe_s +
                 w->idle_s;
    double life = w->end_s - w->fate.granted_s;
    if (!(fabs(sum - life) <= 1e-9 * fmax(life, 1)))
        return sbs_fail(err, SBS_EBUG,
                        "a worker's time does not add up: %.17g s from "
                        "launch to end, %.17g s accounted for", life, sum);
#else
    (void)w;
    (void)startup_s;
    (void)err;
#endif
    return 0;
}

static void add_worker(const struct sbs_sim *s, const struct sim_worker *w,
                       double startup_s, struct totals *sum)
{
    double billed = billed_s(s, w);
    sum->launched += !w->local;
    sum->local += w->local;
    sum->startup_s += startup_s;
    sum->compute_s += w->compute_s;
    sum->transfer_s += w->transfer_s;
    sum->probe_s += w->probe_s;
    sum->idle_s += w->idle_s;
    sum->billed_s += billed;
    sum->cost_usd += billed * sum->usd_per_s[w->spot];
}

static int close_workers(struct sbs_sim *s, double makespan_s,
                         struct totals *sum, struct sbs_error *err)
{
    for (int spot = 0; spot < 2; spot++)
        sum->usd_per_s[spot] =
            sbs_account_usd_per_s(s->platform.model, s->plan, spot);
    for (uint32_t i = 0; i < s->n_workers; i++) {
        struct sim_worker *w = &s->workers[i];
        if (!sbs_sim_was_launched(w) || w->fate.granted_s > makespan_s)
            continue;
        if (isnan(w->end_s))
            sbs_sim_end(s, i, last_s(s, i, makespan_s));
        double startup_s =
            sbs_lesser(w->fate.ready_s, w->end_s) - w->fate.granted_s;
        add_worker(s, w, startup_s, sum);
        if (check_worker_time(w, startup_s, err) != 0)
            return -1;
    }
    return 0;
}

/* ---- local time -------------------------------------------------------- */

/* When the last task ends, each begun in order by the core that is free
 * first. Free times are kept in ascending order: a new one changes places
 * with each that is earlier, without a branch that nobody could predict. */
static double list_by_exchange(double *free_at, uint32_t cores,
                               const double *task_s, uint32_t tasks,
                               double scale)
{
    memset(free_at, 0, cores * sizeof *free_at);
    for (uint32_t t = 0; t < tasks; t++) {
        double end = free_at[0] + task_s[t] * scale;
        for (uint32_t i = 1; i < cores; i++) {
            double other = free_at[i];
            free_at[i - 1] = sbs_lesser(other, end);
            end = sbs_greater(other, end);
        }
        free_at[cores - 1] = end;
    }
    return free_at[cores - 1];
}

/* The same for more cores, in a window that moves up: a new time is the
 * latest or nearly so. */
static double list_by_window(double *free_at, uint32_t cores,
                             const double *task_s, uint32_t tasks,
                             double scale)
{
    double last = 0;
    memset(free_at, 0, cores * sizeof *free_at);
    for (uint32_t t = 0; t < tasks; t++) {
        double end = free_at[t] + task_s[t] * scale;
        uint32_t i = t + cores;
        last = sbs_greater(last, end);
        for (; i > t + 1 && free_at[i - 1] > end; i--)
            free_at[i] = free_at[i - 1];
        free_at[i] = end;
    }
    return last;
}

/* The same with a heap, for many cores. */
static double list_by_heap(double *heap, uint32_t cores, const double *task_s,
                           uint32_t tasks, double scale)
{
    double last = 0;
    memset(heap, 0, cores * sizeof *heap);
    for (uint32_t t = 0; t < tasks; t++) {
        double end = heap[0] + task_s[t] * scale;
        last = fmax(last, end);
        uint32_t i = 0;
        for (uint32_t k; (k = 2 * i + 1) < cores; i = k) {
            if (k + 1 < cores && heap[k + 1] < heap[k])
                k++;
            if (end <= heap[k])
                break;
            heap[i] = heap[k];
        }
        heap[i] = end;
    }
    return last;
}

/* List schedule of the tasks, in order, on the user's own cores. */
static double list_schedule_s(struct sbs_sim *s)
{
    enum { EXCHANGE_MAX = 16 };
    enum { WINDOW_CORES_MAX = 64, WINDOW_TASKS_MAX = 1 << 16 };
    const struct sbs_model *m = s->platform.model;
    uint32_t cores =
        (uint32_t)fmax(1, fmin(m->local.cores, LOCAL_CORES_MAX));
    double scale = m->local.slowdown / m->local.efficiency *
                   s->plan->units_per_task / s->plan->work_scale;
    /* Coded pieces (work_scale) stand for all of the user's tasks. */
    uint32_t tasks =
        s->plan->work_scale != 1 ? s->plan->tasks : s->plan->needed;
    bool window = cores <= WINDOW_CORES_MAX && tasks <= WINDOW_TASKS_MAX;
    if (!s->local_free_at)
        s->local_free_at = malloc((LOCAL_CORES_MAX + WINDOW_TASKS_MAX) *
                                  sizeof *s->local_free_at);
    if (!s->local_free_at)
        return NAN;
    return (cores <= EXCHANGE_MAX ? list_by_exchange
            : window              ? list_by_window
                                  : list_by_heap)(
        s->local_free_at, cores, s->unit_s, tasks, scale);
}

static double local_s(struct sbs_sim *s)
{
    double measured = s->platform.model->local.makespan_s;
    if (!isnan(measured))
        return measured;
    return isnan(s->local_s) ? list_schedule_s(s) : s->local_s;
}

double sbs_account_local_s(struct sbs_sim *s)
{
    const struct sbs_workload *w = s->scenario->workload;
    double fixed = 0;
    s->platform.model = &s->scenario->models->models[0];
    if (s->scenario->models->n > 1 ||
        (!w->list_s && !sbs_dist_is_const(&w->ref_s, &fixed)))
        return NAN;
    for (uint32_t t = 0; t < s->plan->tasks; t++)
        s->unit_s[t] = (w->list_s ? w->list_s[t % w->list_n] : fixed) *
                       s->plan->work_scale / s->plan->units_per_task;
    return list_schedule_s(s);
}

/* ---- all of it --------------------------------------------------------- */

static int check_regret(double regret, const struct sbs_sim *s,
                        struct sbs_error *err)
{
    if (!(regret < REGRET_LEAST))
        return 0;
    return sbs_fail(err, SBS_EBUG,
                    "replication %u (seed %llu): regret %.12g is below 1",
                    s->platform.stream.replication,
                    (unsigned long long)s->scenario->seed, regret);
}

int sbs_account_close(struct sbs_sim *s, const struct sbs_outcome *out,
                      double m[SBS_N_METRICS], struct sbs_error *err)
{
    struct totals sum = { 0 };
    struct sbs_regret bound;
    double makespan = out->makespan_s;
    if (close_workers(s, makespan, &sum, err) != 0 ||
        sbs_regret_bounds(s, makespan, &bound, err) != 0)
        return -1;
    double attempts_s = sum.compute_s + sum.transfer_s;
    m[SBS_METRIC_makespan_s] = makespan;
    m[SBS_METRIC_first_s] = out->first_s;
    m[SBS_METRIC_half_s] = out->half_s;
    m[SBS_METRIC_cost_usd] = sum.cost_usd;
    m[SBS_METRIC_billed_s] = sum.billed_s;
    m[SBS_METRIC_speedup] = local_s(s) / makespan;
    m[SBS_METRIC_regret] = makespan / bound.launched_s;
    m[SBS_METRIC_regret_cap] = makespan / bound.cap_s;
    m[SBS_METRIC_bound_s] = bound.launched_s;
    m[SBS_METRIC_launched] = sum.launched;
    m[SBS_METRIC_attempts] = out->attempts;
    m[SBS_METRIC_cancelled] = out->cancelled;
    /* The two sums agree to rounding when nothing was wasted. */
    double wasted_s = attempts_s - out->used_s;
    m[SBS_METRIC_wasted_s] = wasted_s > 1e-10 * attempts_s ? wasted_s : 0;
    m[SBS_METRIC_overhead_s] = sum.startup_s + sum.transfer_s + sum.probe_s;
    m[SBS_METRIC_idle_s] = sum.idle_s;
    m[SBS_METRIC_dls_waste_s] =
        makespan - sum.compute_s / (sum.launched + sum.local);
    if (check_regret(m[SBS_METRIC_regret], s, err) != 0)
        return -1;
    return check_regret(m[SBS_METRIC_regret_cap], s, err);
}
