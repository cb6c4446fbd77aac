/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sweep/stop.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/replicas.h"
#include "sweep/comm.h"

const enum sbs_metric sbs_stop_metric[SBS_STOP_METRICS] = {
    SBS_METRIC_makespan_s, SBS_METRIC_cost_usd, SBS_METRIC_speedup,
    SBS_METRIC_regret
};

static uint64_t draws_of(const struct sbs_run *run)
{
    return run->scenario.models->n;
}

uint32_t sbs_stop_first(uint64_t draws)
{
    if (draws < 2)
        return SBS_STOP_LEAST;
    uint64_t cycles = (SBS_STOP_LEAST + draws - 1) / draws;
    uint64_t n = draws * (cycles < 2 ? 2 : cycles);
    return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

/* ---- is it enough? ------------------------------------------------------- */

static int measure(struct sbs_stop_width *w, const struct sbs_run *run,
                   const struct sbs_stop *rule,
                   const struct sbs_run_outcome *first,
                   const struct sbs_run_outcome *o, enum sbs_metric m,
                   uint32_t reps, struct sbs_error *err)
{
    const double *values = sbs_run_metric(o, reps, m), *minus = NULL;
    struct sbs_precision base;
    if (rule->on == SBS_STOP_DIFFERENCES)
        minus = sbs_run_metric(first, reps, m);
    if (sbs_precision_make(&w->of, values, minus, reps, draws_of(run), err) !=
            0 ||
        (minus && sbs_precision_make(&base, minus, NULL, reps, draws_of(run),
                                     err) != 0))
        return -1;
    double mean = minus ? base.mean : w->of.mean;
    w->relative = sbs_precision_relative(w->of.half, mean);
    w->relative_over = sbs_precision_relative(w->of.over, mean);
    return 0;
}

/* A figure that no replication has (a policy that never finishes, a regret
 * without work) cannot be waited for; one that is there must be known. */
static int look(struct sbs_stop_report *r, const struct sbs_run *run,
                const struct sbs_stop *rule,
                const struct sbs_run_outcome *outcomes, struct sbs_error *err)
{
    double widest = -1;
    r->looks++;
    r->reached = true;
    r->widest = r->n_stacks;
    for (uint32_t i = rule->on == SBS_STOP_DIFFERENCES; i < r->n_stacks; i++)
        for (uint32_t k = 0; k < SBS_STOP_METRICS; k++) {
            struct sbs_stop_width *w = &r->width[i * SBS_STOP_METRICS + k];
            if (measure(w, run, rule, &outcomes[0], &outcomes[i],
                        sbs_stop_metric[k], r->reps, err) != 0)
                return -1;
            if (w->of.n > 0 && !(w->relative <= rule->relative))
                r->reached = false;
            if (w->relative > widest) {
                widest = w->relative;
                r->widest = i;
                r->widest_metric = k;
            }
        }
    return 0;
}

/* ---- more replications --------------------------------------------------- */

/* Behind the `old` replications of `all` the `more` of `part`, which is then
 * empty. */
static int append(struct sbs_run_outcome *all, uint32_t old,
                  struct sbs_run_outcome *part, uint32_t more,
                  struct sbs_error *err)
{
    if (old == 0) {
        *all = *part;
        part->values = NULL;
        return 0;
    }
    size_t n = (size_t)old + more;
    double *values = malloc(SBS_N_ROWS * n * sizeof *values);
    if (!values)
        return sbs_fail(err, SBS_EMEMORY, "out of memory for %zu replications",
                        n);
    for (size_t row = 0; row < SBS_N_ROWS; row++) {
        memcpy(values + row * n, all->values + row * old,
               old * sizeof *values);
        memcpy(values + row * n + old, part->values + row * more,
               more * sizeof *values);
    }
    free(all->values);
    all->values = values;
    all->unfinished += part->unfinished;
    for (int i = 0; i < SBS_N_UNFINISHED; i++)
        all->unfinished_by[i] += part->unfinished_by[i];
    sbs_run_outcome_fini(part);
    return 0;
}

/* Progress over all rounds, of which only the cap is known. */
struct tell {
    const struct sbs_run *run;
    uint64_t before;
};

static void on_progress(void *context, uint64_t done, uint64_t all)
{
    struct tell *t = context;
    (void)all;
    t->run->progress(t->run->progress_context, t->before + done,
                     (uint64_t)t->run->reps * t->run->n_stacks);
}

static int extend(const struct sbs_run *run, uint32_t from, uint32_t to,
                  struct sbs_run_outcome *outcomes,
                  struct sbs_run_outcome *part, struct sbs_error *err)
{
    struct sbs_run more = *run;
    struct tell tell = { run, (uint64_t)from * run->n_stacks };
    more.first = from;
    more.reps = to - from;
    if (run->progress) {
        more.progress = on_progress;
        more.progress_context = &tell;
    }
    if (sbs_run_all(&more, part, err) != 0)
        return -1;
    int status = 0;
    for (uint32_t i = 0; i < run->n_stacks && status == 0; i++)
        status = append(&outcomes[i], from, &part[i], to - from, err);
    return status;
}

/* Rank 0, which has the values, decides for all. */
static bool go_on(const struct sbs_stop_report *r, uint32_t cap)
{
    bool more = sbs_comm_rank() == 0 && !r->reached && r->reps < cap;
    return sbs_comm_any(more);
}

int sbs_stop_run(const struct sbs_run *run, const struct sbs_stop *rule,
                 struct sbs_run_outcome *outcomes,
                 struct sbs_stop_report *report, struct sbs_error *err)
{
    uint32_t cap = run->reps;
    *report = (struct sbs_stop_report){ .n_stacks = run->n_stacks };
    memset(outcomes, 0, run->n_stacks * sizeof *outcomes);
    struct sbs_run_outcome *part = calloc(run->n_stacks, sizeof *part);
    report->width = calloc((size_t)run->n_stacks * SBS_STOP_METRICS,
                           sizeof *report->width);
    int status = part && report->width
                     ? 0
                     : sbs_fail(err, SBS_EMEMORY, "out of memory");
    uint32_t to = sbs_stop_first(draws_of(run));
    bool on = !sbs_comm_any(status != 0);
    while (on) {
        to = to < cap ? to : cap;
        status = extend(run, report->reps, to, outcomes, part, err);
        report->reps = to;
        if (status == 0 && sbs_comm_rank() == 0)
            status = look(report, run, rule, outcomes, err);
        on = !sbs_comm_any(status != 0) && go_on(report, cap);
        to = to <= cap / 2 ? 2 * to : cap;
    }
    for (uint32_t i = 0; part && i < run->n_stacks; i++)
        sbs_run_outcome_fini(&part[i]);
    free(part);
    if (status != 0)
        for (uint32_t i = 0; i < run->n_stacks; i++)
            sbs_run_outcome_fini(&outcomes[i]);
    return status;
}

void sbs_stop_report_fini(struct sbs_stop_report *report)
{
    free(report->width);
    *report = (struct sbs_stop_report){ 0 };
}
