/* SPDX-License-Identifier: Apache-2.0 */
/* The clairvoyant bounds of a replication. With steady speeds the closed
 * forms of model/bound serve; under weather or drift a worker's capacity is
 * added up slot by slot. Overheads of attempts, polling and losses are left
 * out: the bound stays below what anybody could reach. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/state.h"

static int reserve(struct sim_bounds *b, uint32_t n, struct sbs_error *err)
{
    if (n <= b->cap)
        return 0;
    uint32_t cap = 2 * n;
    void *fates = realloc(b->fates, cap * sizeof *b->fates);
    if (fates)
        b->fates = fates;
    void *worker = realloc(b->worker, cap * sizeof *b->worker);
    if (worker)
        b->worker = worker;
    void *rates = realloc(b->rates, cap * sizeof *b->rates);
    if (rates)
        b->rates = rates;
    void *scratch = realloc(b->scratch, 2 * (size_t)cap * sizeof *b->scratch);
    if (scratch)
        b->scratch = scratch;
    void *launched = realloc(b->launched, cap * sizeof *b->launched);
    if (launched)
        b->launched = launched;
    if (!fates || !worker || !rates || !scratch || !launched)
        return sbs_fail(err, SBS_EMEMORY, "out of memory for %u workers", n);
    b->cap = cap;
    return 0;
}

void sbs_regret_fini(struct sim_bounds *b)
{
    free(b->fates);
    free(b->worker);
    free(b->rates);
    free(b->scratch);
    free(b->launched);
    free(b->slot_work_s);
    free(b->task_s);
    memset(b, 0, sizeof *b);
}

/* ---- the work that is needed ------------------------------------------- */

static int ascending(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

static bool tasks_are_equal(const double *task_s, uint32_t n)
{
    for (uint32_t t = 1; t < n; t++)
        if (task_s[t] != task_s[0])
            return false;
    return true;
}

/* The `needed` smallest tasks; sorted in descending order unless they may be
 * cut anyway. Returns their sum. */
double sbs_regret_work_s(const struct sbs_plan *p, const double *unit_s,
                         double *task_s)
{
    double sum = 0;
    for (uint32_t t = 0; t < p->tasks; t++)
        task_s[t] = unit_s[t] * p->units_per_task;
    bool some = p->needed < p->tasks;
    if ((some || !p->divisible) && !tasks_are_equal(task_s, p->tasks))
        qsort(task_s, p->tasks, sizeof *task_s, ascending);
    for (uint32_t t = 0; t < p->needed; t++)
        sum += task_s[t];
    for (uint32_t i = 0, j = p->divisible ? 0 : p->needed; i + 1 < j; i++) {
        double x = task_s[--j];
        task_s[j] = task_s[i];
        task_s[i] = x;
    }
    return sum;
}

/* ---- steady speeds ----------------------------------------------------- */

double sbs_regret_steady_s(const struct sbs_plan *p,
                           struct sbs_bound_worker *workers, uint32_t n,
                           const double *task_s, double work_s,
                           double *scratch)
{
    double level = sbs_bound_level(workers, n, work_s);
    if (p->divisible)
        return level;
    double longest = sbs_bound_longest(workers, n, task_s[0]);
    sbs_bound_sort(workers, n);
    return sbs_bound_longest_j(workers, n, task_s, p->needed,
                               fmax(level, longest), scratch);
}

/* ---- weather and drift ------------------------------------------------- */

static int reserve_slots(struct sim_bounds *b, uint32_t n,
                         struct sbs_error *err)
{
    if (n > b->cap_slots) {
        double *more = realloc(b->slot_work_s, n * sizeof *more);
        if (!more)
            return sbs_fail(err, SBS_EMEMORY, "out of memory for %u slots",
                            n);
        b->slot_work_s = more;
        b->cap_slots = n;
    }
    memset(b->slot_work_s, 0, n * sizeof *b->slot_work_s);
    return 0;
}

/* Add up what all workers could do per slot until end_s; scratch[i] becomes
 * worker i's highest average rate over a slot. */
static void fill_slots(struct sbs_sim *s, double end_s)
{
    struct sim_bounds *b = &s->bounds;
    for (uint32_t i = 0; i < b->n; i++) {
        const struct sbs_fate *f = &b->fates[i];
        double from = f->ready_s, best = 0;
        while (from < end_s) {
            uint32_t slot = sbs_platform_slot(&s->platform, from);
            double to =
                fmin(sbs_platform_slot_end_s(&s->platform, slot), end_s);
            double work = sbs_platform_slot_work(&s->platform, b->worker[i],
                                                 f, from, to);
            b->slot_work_s[slot] += work;
            /* The rate falls within a slot under drift: its start counts. */
            double hair = fmin(to - from, 1e-3);
            double start = sbs_platform_slot_work(
                &s->platform, b->worker[i], f, from, from + hair);
            best = fmax(best, fmax(work / (to - from), start / hair));
            from = to;
        }
        b->scratch[i] = best;
    }
}

/* Work that all workers could do from the start of a slot to t_s in it. */
static double work_in_slot_s(const struct sbs_sim *s, double start_s,
                             double t_s)
{
    const struct sim_bounds *b = &s->bounds;
    double work = 0;
    for (uint32_t i = 0; i < b->n; i++) {
        double from = fmax(b->fates[i].ready_s, start_s);
        if (from < t_s)
            work += sbs_platform_slot_work(&s->platform, b->worker[i],
                                           &b->fates[i], from, t_s);
    }
    return work;
}

static double varying_level_s(struct sbs_sim *s, double work_s, double end_s)
{
    const struct sim_bounds *b = &s->bounds;
    uint32_t last = sbs_platform_slot(&s->platform, end_s), slot = 0;
    double left = work_s;
    while (slot < last && b->slot_work_s[slot] < left)
        left -= b->slot_work_s[slot++];
    double lo = slot > 0 ? sbs_platform_slot_end_s(&s->platform, slot - 1)
                         : 0;
    double start = lo;
    double hi =
        fmin(sbs_platform_slot_end_s(&s->platform, slot), end_s);
    while (hi - lo > 1e-12 * hi) {
        double mid = (lo + hi) / 2;
        *(work_in_slot_s(s, start, mid) < left ? &lo : &hi) = mid;
    }
    return lo;
}

static double varying_bound_s(struct sbs_sim *s, double work_s,
                              double makespan_s, struct sbs_error *err)
{
    struct sim_bounds *b = &s->bounds;
    uint32_t slots = sbs_platform_slot(&s->platform, makespan_s) + 1;
    if (reserve_slots(b, slots, err) != 0)
        return NAN;
    fill_slots(s, makespan_s);
    double level = varying_level_s(s, work_s, makespan_s);
    if (s->plan->divisible)
        return level;
    double longest = INFINITY;
    for (uint32_t i = 0; i < b->n; i++) {
        b->rates[i] = (struct sbs_bound_worker){ b->fates[i].ready_s,
                                                 b->scratch[i] };
        if (isfinite(b->fates[i].ready_s))
            longest = fmin(longest,
                           sbs_platform_finish(&s->platform, b->worker[i],
                                               &b->fates[i],
                                               b->fates[i].ready_s,
                                               b->task_s[0]));
    }
    /* L3 with every worker at its best rate throughout: weaker, valid. */
    double best = sbs_bound_level(b->rates, b->n, work_s);
    sbs_bound_sort(b->rates, b->n);
    double three = sbs_bound_longest_j(b->rates, b->n, b->task_s,
                                       s->plan->needed, best, b->scratch);
    return fmax(level, fmax(longest, three));
}

/* ---- which workers count ----------------------------------------------- */

static void add(struct sbs_sim *s, uint32_t worker,
                const struct sbs_fate *fate)
{
    struct sim_bounds *b = &s->bounds;
    b->rates[b->n] =
        (struct sbs_bound_worker){ fate->ready_s, fate->rate };
    if (!s->platform.steady) {
        b->fates[b->n] = *fate;
        b->worker[b->n] = worker;
    }
    b->n++;
}

static double bound_s(struct sbs_sim *s, double work_s, double makespan_s,
                      struct sbs_error *err)
{
    struct sim_bounds *b = &s->bounds;
    if (!s->platform.steady)
        return varying_bound_s(s, work_s, makespan_s, err);
    return sbs_regret_steady_s(s->plan, b->rates, b->n, b->task_s, work_s,
                               b->scratch);
}

/* Worker i as it would have been right behind the plan, or as it was: under
 * the quota it may have got the place of another. */
static void add_better(struct sbs_sim *s, uint32_t i,
                       const struct sbs_launched *l, double before_s)
{
    struct sbs_fate fate;
    const struct sbs_plan *p = s->plan;
    if (i < p->max_workers + p->local && !l->queued &&
        l->granted_s < before_s) {
        sbs_platform_fate(&s->platform, &s->natures, i, l->granted_s, false,
                          sbs_plan_is_spot(p, i), &fate);
        add(s, i, &fate);
    } else if (i < s->n_workers && sbs_sim_was_launched(&s->workers[i])) {
        add(s, i, &s->workers[i].fate);
    }
}

/* Workers the cap would have allowed beyond the plan, launched right behind
 * it in full calls, as long as they could matter. */
static int add_up_to_cap(struct sbs_sim *s, uint32_t planned, uint32_t cap,
                         double before_s)
{
    struct sbs_launcher launcher = s->planned;
    struct sbs_launched *l = s->bounds.launched;
    double per_call = launcher.per_call;
    for (uint32_t first = planned, n; first < cap; first += n) {
        n = per_call < cap - first ? (uint32_t)fmax(per_call, 1)
                                   : cap - first;
        if (sbs_platform_natures(&s->platform, first + n, &s->natures) != 0)
            return -1;
        sbs_launch_order(&launcher, 0, first, n, l);
        for (uint32_t i = 0; i < n; i++)
            add_better(s, first + i, &l[i], before_s);
        if (first + n >= s->n_workers &&
            (launcher.places < 1 || l[n - 1].requested_s >= before_s ||
             launcher.tokens_at_s >= before_s))
            return 0;
    }
    return 0;
}

int sbs_regret_bounds(struct sbs_sim *s, double makespan_s,
                      struct sbs_regret *out, struct sbs_error *err)
{
    struct sim_bounds *b = &s->bounds;
    uint32_t planned = sbs_sim_planned(s->plan);
    uint32_t cap = s->plan->max_workers + s->plan->local;
    if (cap < s->n_workers)
        cap = s->n_workers;
    double work_s = sbs_regret_work_s(s->plan, s->unit_s, b->task_s);
    if (reserve(b, cap, err) != 0)
        return -1;
    b->n = 0;
    for (uint32_t i = 0; i < s->n_workers; i++)
        if (sbs_sim_was_launched(&s->workers[i]))
            add(s, i, &s->workers[i].fate);
    out->launched_s = out->cap_s = bound_s(s, work_s, makespan_s, err);
    if (cap > planned) {
        b->n = 0;
        for (uint32_t i = 0; i < planned; i++)
            if (s->workers[i].granted)
                add(s, i, &s->workers[i].fate);
        if (add_up_to_cap(s, planned, cap, out->launched_s) != 0)
            return sbs_fail(err, SBS_EMEMORY, "out of memory for %u workers",
                            cap);
        /* A clairvoyant could do with the cap what he can do with what was
         * launched, among it places under the quota that came free late. */
        double cap_s = bound_s(s, work_s, makespan_s, err);
        if (!(cap_s >= out->launched_s))
            out->cap_s = cap_s;
    }
    return isnan(out->launched_s) || isnan(out->cap_s) ? -1 : 0;
}
