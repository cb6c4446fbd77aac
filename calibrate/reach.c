/* SPDX-License-Identifier: Apache-2.0 */
/* What the runs behind a model say of a question put to it: the latest of
 * the same shape, and how far outside of their range it is. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "calibrate/forecast.h"

/* Runs that a Fargate model rests on. */
static bool counts(const struct sbs_trace_runs *r, size_t i)
{
    return strncmp(r->launch_type[i], "FARGATE", 7) == 0 &&
           (r->wall_s[i] > 0 || r->first_s[i] > 0);
}

/* Containers: some clients launch one a task whatever they are asked for. */
static int64_t launched(const struct sbs_trace_runs *r, size_t i)
{
    return r->n_launches[i] > 0 ? r->n_launches[i] : r->n_workers[i];
}

/* Stated, and the same within 10%; a run that does not state it is taken
 * for the same. */
static bool alike(double stated, double asked)
{
    return !(stated > 0) || fabs(stated / asked - 1) <= 0.1;
}

static bool same_shape(const struct sbs_forecast *f,
                       const struct sbs_trace_runs *r, size_t i)
{
    return r->n_tasks[i] == (int64_t)f->tasks &&
           launched(r, i) == (int64_t)f->workers &&
           alike(r->task_ref_s[i], f->ref_s) && alike(r->vcpu[i], f->vcpu);
}

void sbs_forecast_last_run(struct sbs_forecast *f,
                           const struct sbs_trace *trace)
{
    const struct sbs_trace_runs *r = &trace->runs;
    for (size_t i = 0; i < r->rows.n; i++) {
        if (!counts(r, i) || !same_shape(f, r, i) || !(r->wall_s[i] > 0) ||
            (f->last.run && strcmp(r->date[i], f->last.date) < 0))
            continue;
        f->last.run = r->name[i];
        f->last.date = r->date[i];
        f->last.figure[SBS_FIGURE_first_s] = r->first_s[i];
        f->last.figure[SBS_FIGURE_half_s] = NAN;
        f->last.figure[SBS_FIGURE_makespan_s] = r->wall_s[i];
        f->last.figure[SBS_FIGURE_cost_usd] =
            r->billed[i] == 1 ? r->cost_reported[i] : NAN;
    }
}

/* Takes the value of a run in; is it near? */
static bool widen(struct sbs_reach *r, double value)
{
    if (!(value > 0))
        return false;
    r->lo = r->runs > 0 ? fmin(r->lo, value) : value;
    r->hi = r->runs > 0 ? fmax(r->hi, value) : value;
    r->runs++;
    bool near = fmax(value / r->asked, r->asked / value) <= SBS_REACH_NEAR;
    r->near += near ? 1u : 0u;
    return near;
}

void sbs_forecast_reach(struct sbs_forecast *f, const struct sbs_trace *trace)
{
    const struct sbs_trace_runs *r = &trace->runs;
    const char *const names[] = {"tasks", "workers", "work of a task",
                                 "worker size"};
    const char *const units[] = {"", "", "s", "vCPU"};
    const double asked[] = {(double)f->tasks, (double)f->workers, f->ref_s,
                            f->vcpu};
    f->n_reach = SBS_REACH_MAX;
    f->near_all = 0;
    for (size_t k = 0; k < f->n_reach; k++)
        f->reach[k] = (struct sbs_reach){names[k], units[k], asked[k],
                                         NAN, NAN, 0, 0, NAN};
    for (size_t i = 0; i < r->rows.n; i++) {
        if (!counts(r, i))
            continue;
        const double stated[] = {(double)r->n_tasks[i],
                                 (double)launched(r, i), r->task_ref_s[i],
                                 r->vcpu[i]};
        size_t near = 0;
        for (size_t k = 0; k < f->n_reach; k++)
            near += widen(&f->reach[k], stated[k]) ? 1u : 0u;
        f->near_all += near == f->n_reach ? 1u : 0u;
    }
    for (size_t k = 0; k < f->n_reach; k++) {
        struct sbs_reach *x = &f->reach[k];
        if (x->runs > 0)
            x->beyond =
                fmax(1, fmax(x->asked / x->hi, x->lo / x->asked));
    }
}
