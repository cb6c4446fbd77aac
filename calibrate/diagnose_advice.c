/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict in words, the design that could tell, what to do. */
#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/fmath.h"
#include "calibrate/design.h"
#include "calibrate/diagnose.h"
#include "traces/query.h"

#define LEVEL 0.95
#define SUPPOSED 0.9 /* persistent share a design is asked to tell */
#define WORKERS 50   /* when the trace knows of no fleet */

/* A recording: chunks of CHUNK_S on the reference core, on workers at most
 * SLOW times slower (E5-2686 v4, EVIDENCE.md 4), START_S to start. */
#define CHUNK_S 60
#define SLOW 4
#define START_S 120

static void append(char *text, size_t size, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void append(char *text, size_t size, const char *fmt, ...)
{
    size_t at = strlen(text);
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text + at, size - at, fmt, ap);
    va_end(ap);
}

#define WHY(d, ...) append((d)->why, sizeof (d)->why, __VA_ARGS__)
#define COULD(d, ...) append((d)->could, sizeof (d)->could, __VA_ARGS__)
#define TOTALS(d, ...) append((d)->totals, sizeof (d)->totals, __VA_ARGS__)

static void add(struct sbs_diagnosis *d, const char *text)
{
    if (d->n_advice == sizeof d->advice / sizeof *d->advice)
        return;
    snprintf(d->advice[d->n_advice].text, sizeof d->advice->text, "%s", text);
    d->advice[d->n_advice++].command[0] = '\0';
}

/* The command of the last advice. */
static void command(struct sbs_diagnosis *d, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void command(struct sbs_diagnosis *d, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(d->advice[d->n_advice - 1].command, sizeof d->advice->command,
              fmt, ap);
    va_end(ap);
}

/* The run with the longest wait between first and last result. */
static int64_t widest_run(const struct sbs_diagnosis *d)
{
    const struct sbs_trace_runs *r = &d->trace->runs;
    int64_t best = -1;
    size_t i;

    for (i = 0; i < r->rows.n; i++) {
        if ((d->only_run >= 0 && (int64_t)i != d->only_run) ||
            !(r->wall_s[i] - r->first_s[i] > 0))
            continue;
        if (best < 0 || r->wall_s[i] - r->first_s[i] >
                            r->wall_s[best] - r->first_s[best])
            best = (int64_t)i;
    }
    return best;
}

/* A run of at least as many tasks with next to no work: what launching,
 * starting and collecting take; -1 when there is none. */
static int64_t idle_run(const struct sbs_trace_runs *r, size_t like)
{
    int64_t best = -1;
    size_t i;

    for (i = 0; i < r->rows.n; i++) {
        if (r->n_tasks[i] < r->n_tasks[like] || !(r->wall_s[i] > 0) ||
            !(r->task_ref_s[i] < 0.05 * r->task_ref_s[like]) ||
            strcmp(r->launch_type[i], r->launch_type[like]) != 0)
            continue;
        if (best < 0 || r->wall_s[i] > r->wall_s[best])
            best = (int64_t)i;
    }
    return best;
}

/* How much the work of the first n items differs, where that is known. */
static void say_unequal_work(struct sbs_diagnosis *d, size_t n)
{
    const struct sbs_trace_workload *w = &d->trace->workload;
    double lo = INFINITY, hi = 0;
    size_t i;

    for (i = 0; i < n && i < w->rows.n; i++) {
        lo = fmin(lo, w->relative_work[i]);
        hi = fmax(hi, w->relative_work[i]);
    }
    if (i == n && lo > 0 && hi >= lo)
        TOTALS(d, " The work itself differs by %.1f%% between the first %zu "
               "items of the trace.", 100 * (hi / lo - 1), n);
}

void sbs_diagnose_totals(struct sbs_diagnosis *d)
{
    const struct sbs_trace_runs *r = &d->trace->runs;
    int64_t run = widest_run(d), idle;
    double gap;

    if (d->rows.n > 0 || run < 0)
        return;
    gap = r->wall_s[run] - r->first_s[run];
    TOTALS(d, "Run %s: %lld tasks on %lld workers, first result after %.0f "
           "s, last after %.0f s (%.2f times the first).", r->name[run],
           (long long)r->n_tasks[run], (long long)r->n_workers[run],
           r->first_s[run], r->wall_s[run], r->wall_s[run] / r->first_s[run]);
    idle = idle_run(r, (size_t)run);
    if (idle >= 0 && r->wall_s[idle] < gap)
        TOTALS(d, " Run %s launched, started and collected %lld tasks of "
               "little work in %.0f s: if start-up was alike, it explains at "
               "most %.0f of the %.0f s between first and last, and at least "
               "%.0f s are unequal computing.", r->name[idle],
               (long long)r->n_tasks[idle], r->wall_s[idle], r->wall_s[idle],
               gap, gap - r->wall_s[idle]);
    say_unequal_work(d, (size_t)r->n_tasks[run]);
    TOTALS(d, " Only these ends are known: whether the slow ones stay slow, "
           "had a bad task, or got slower is not in them.");
    if (r->n_tasks[run] <= r->n_workers[run])
        TOTALS(d, " Nor would a record of each task have told it: one task a "
               "worker leaves worker and task the same.");
}

static void why_untold(struct sbs_diagnosis *d)
{
    const struct sbs_variance *v = &d->variance;

    if (d->rows.refused)
        WHY(d, "%s.", d->rows.work);
    else if (d->rows.n == 0)
        WHY(d, "no task in %s has a worker and both ends of its user code "
            "(compute_start, compute_end).",
            d->only_run >= 0 ? "the run" : "the trace");
    else if (v->repeated == 0)
        WHY(d, "every worker did one task, so that a slow worker and an "
            "unlucky task look alike.");
    else if (!v->told)
        WHY(d, "too few workers or repeated tasks (%zu workers, %zu with "
            "more than one task), or no spread in them.", v->workers,
            v->repeated);
    else
        WHY(d, "the share of the variance that stays with a worker is %.2f, "
            "but anything from %.2f to %.2f agrees with the data: above a "
            "half it is systematic, below random.", v->persistent.value,
            v->persistent.lo, v->persistent.hi);
}

static void why(struct sbs_diagnosis *d)
{
    const struct sbs_variance *v = &d->variance;
    const struct sbs_drift *t = &v->drift;

    switch (d->verdict) {
    case SBS_VERDICT_UNTOLD:
        why_untold(d);
        return;
    case SBS_VERDICT_SYSTEMATIC:
        WHY(d, "%.0f%% of the variance stays with the worker (95%% interval "
            "%.0f to %.0f%%, all above a half).", 100 * v->persistent.value,
            100 * v->persistent.lo, 100 * v->persistent.hi);
        break;
    case SBS_VERDICT_RANDOM:
        WHY(d, "only %.0f%% of the variance stays with the worker (95%% "
            "interval %.0f to %.0f%%, all below a half): the next task on "
            "the same worker is nearly as good as on another.",
            100 * v->persistent.value, 100 * v->persistent.lo,
            100 * v->persistent.hi);
        break;
    case SBS_VERDICT_PROGRESSIVE:
        WHY(d, "tasks take %.1f%% longer an hour (%.1f to %.1f%%; p = %.2g, "
            "Mann-Kendall p = %.2g).", 100 * sbs_expm1(t->slope),
            100 * sbs_expm1(t->lo), 100 * sbs_expm1(t->hi), t->p,
            t->kendall_p);
        break;
    }
    if (d->also_systematic)
        WHY(d, " Also systematic: %.0f%% of the rest stays with the worker.",
            100 * v->persistent.value);
    if (d->also_progressive)
        WHY(d, " Also progressive, but less: %.1f%% longer an hour.",
            100 * sbs_expm1(t->slope));
}

/* Workers to plan with: those seen, else the largest fleet of a run. */
static size_t fleet(const struct sbs_diagnosis *d)
{
    const struct sbs_trace_runs *r = &d->trace->runs;
    int64_t most = 0, run = widest_run(d);
    size_t i;

    if (d->rows.data.n_workers >= 2)
        return d->rows.data.n_workers;
    if (run >= 0 && r->n_workers[run] >= 2)
        return (size_t)r->n_workers[run];
    for (i = 0; i < r->rows.n; i++)
        most = r->n_workers[i] > most ? r->n_workers[i] : most;
    return most >= 2 ? (size_t)most : WORKERS;
}

/* N tasks, or that no number is enough. */
static void say_tasks(struct sbs_diagnosis *d, struct sbs_design x,
                      const char *what)
{
    if (x.tasks)
        COULD(d, " %zu tasks on each of %zu workers tell %s with probability "
              "%.2f.", x.tasks, x.workers, what, x.power);
    else
        COULD(d, " No number of tasks up to %d on %zu workers tells %s with "
              "probability %.1f: more workers are needed.", SBS_DESIGN_MOST,
              x.workers, what, SBS_DESIGN_POWER);
}

static void say_cost(struct sbs_diagnosis *d, struct sbs_design x)
{
    double vcpu = sbs_trace_fact(d->trace, "price_vcpu_h_usd",
                                 "Fargate Linux x86", NULL);
    double gb = sbs_trace_fact(d->trace, "price_gb_h_usd",
                               "Fargate Linux x86", NULL);
    double hours = (double)x.workers *
                   (START_S + (double)x.tasks * CHUNK_S * SLOW) / 3600;

    COULD(d, " They may be short: chunks of %d s on the reference core do",
          CHUNK_S);
    if (vcpu > 0 && gb > 0)
        COULD(d, ", $%.2f at list price for 2 vCPU and 4 GB if start-up "
              "takes %d s and the cores are %d times slower",
              hours * (2 * vcpu + 4 * gb), START_S, SLOW);
    COULD(d, ".");
}

static void say_drift(struct sbs_diagnosis *d)
{
    const struct sbs_variance *v = &d->variance;
    struct sbs_design x;
    double sd;

    if (!d->have_variance || !v->told)
        return;
    sd = v->part[SBS_COMPONENT_RESIDUAL].sd;
    if (v->drift.told)
        COULD(d, " This design finds a drift of %.1f%% an hour with "
              "probability .9.", 100 * sbs_expm1(v->drift.least));
    x = sbs_design_drift(v->workers, sbs_log1p(0.1), sd, LEVEL);
    if (x.tasks)
        COULD(d, " 10%% more from a worker's first to its last task is found "
              "with %zu tasks a worker.", x.tasks);
}

/* Which design could tell. */
static void could(struct sbs_diagnosis *d)
{
    const struct sbs_variance *v = &d->variance;
    struct sbs_design x;
    size_t m = fleet(d);
    double share;
    char text[80];

    if (d->verdict == SBS_VERDICT_UNTOLD && d->have_variance && v->told) {
        share = fmin(fmax(v->persistent.value, 0.01), 0.99);
        if (fabs(share - SBS_DESIGN_HALF) < 0.05) {
            COULD(d, "The estimate is so near a half that no sensible design "
                  "would decide it: count on both.");
        } else {
            snprintf(text, sizeof text, "a share of %.2f, as estimated,",
                     share);
            say_tasks(d, sbs_design_tasks(m, share, LEVEL), text);
        }
    } else if (d->verdict == SBS_VERDICT_UNTOLD) {
        x = sbs_design_least(SUPPOSED, LEVEL);
        say_tasks(d, sbs_design_tasks(m, SUPPOSED, LEVEL),
                  "a persistent share of .9 (systematic)");
        say_tasks(d, sbs_design_tasks(m, 1 - SUPPOSED, LEVEL),
                  "one of .1 (random)");
        COULD(d, " The cheapest design that tells either: %zu workers with "
              "%zu tasks each (power %.2f).", x.workers, x.tasks, x.power);
        say_cost(d, x);
    }
    say_drift(d);
    if (d->could[0] == ' ')
        memmove(d->could, d->could + 1, strlen(d->could));
}

static void advise_systematic(struct sbs_diagnosis *d, const char *name)
{
    const struct sbs_share *part = d->variance.part;

    add(d, "Let fast workers do more: cut the work in pieces that workers "
        "pull, or let idle workers take from the slowest.");
    command(d, "sbsim --trace %s --policy static,split:units=20,steal", name);
    add(d, "Or choose workers: launch more than needed, probe them, keep the "
        "fast. Copies of late tasks seldom pay here: a copy pays start-up and "
        "the whole task again.");
    command(d, "sbsim --trace %s --policy static,probe-drop,speculative",
            name);
    if (part[SBS_COMPONENT_PROCESSOR].told &&
        part[SBS_COMPONENT_PROCESSOR].sd > part[SBS_COMPONENT_WORKER].sd) {
        add(d, "Most of it goes with the processor model, which a worker "
            "reads at start: replace slow models, or weigh chunks by model.");
        command(d, "sbsim --trace %s --policy static,placement,wf", name);
    }
}

/* Chance per task as the model has it: speed changes from slot to slot. */
static void advise_random(struct sbs_diagnosis *d, const char *name)
{
    const struct sbs_trace_tasks *t = &d->trace->tasks;
    double sum = 0;
    size_t i;

    for (i = 0; i < d->rows.n; i++)
        sum += t->compute_end[d->rows.task[i]] -
               t->compute_start[d->rows.task[i]];
    add(d, "Slowness does not stay: a copy of a late task on another worker "
        "has a fair chance, and many small pieces average it out. The two "
        "settings make the simulated speed waver as measured.");
    command(d, "sbsim --trace %s --policy static,speculative,split:units=20 "
            "--set speed.weather.slot_s=%.4g --set speed.weather.log_sd=%.3g",
            name, fmax(sum / (double)d->rows.n, 1),
            d->variance.part[SBS_COMPONENT_RESIDUAL].sd);
}

static void advise_progressive(struct sbs_diagnosis *d, const char *name)
{
    double drift = sbs_expm1(d->variance.drift.slope);

    add(d, "Workers wear out: keep tasks short, let idle workers take from "
        "the slowest. A restart gets a fresh worker but throws away what is "
        "done: it pays only where start-up is short against the slow-down.");
    command(d, "sbsim --trace %s --policy static,split:units=20,steal,restart "
            "--set speed.drift_per_h=%.3g", name, drift);
    add(d, "Find out what grows: memory, temporary files, CPU credits, a "
        "neighbour. A leak in the worker is cured there, not by scheduling.");
}

static void advise_untold(struct sbs_diagnosis *d, const char *name)
{
    add(d, "Until it is told: pieces that workers pull are safe under each "
        "reading (doc/policies.md); copies are not.");
    command(d, "sbsim --trace %s --policy static,split:units=20,steal", name);
    add(d, "Record: let each worker do several tasks in random order and "
        "write a line for each with run, worker, item, ref_s (the same work "
        "measure for all), cpu_model, boot_end, compute_start, compute_end, "
        "outcome (cancelled ones, too). Then:");
    command(d, "sbsim trace import --worker-log worker.jsonl -o mine.h5 && "
            "sbsim diagnose --trace mine.h5");
}

void sbs_diagnose_advise(struct sbs_diagnosis *d, const char *name)
{
    why(d);
    could(d);
    if (d->verdict == SBS_VERDICT_SYSTEMATIC || d->also_systematic)
        advise_systematic(d, name);
    if (d->verdict == SBS_VERDICT_RANDOM)
        advise_random(d, name);
    if (d->verdict == SBS_VERDICT_PROGRESSIVE || d->also_progressive)
        advise_progressive(d, name);
    if (d->verdict == SBS_VERDICT_UNTOLD)
        advise_untold(d, name);
    if (d->n_never > 0) {
        add(d, "Some workers never started: launch more than needed, and use "
            "rules whose ages count from the launch request, or such a task "
            "is never rescued.");
        command(d, "sbsim --trace %s --policy static,oversubscribe:factor="
                "%.2f,speculative --set startup.never_p=%.3g", name,
                1 + ceil(20 * d->never_hi / (1 - fmin(d->never_hi, 0.5))) /
                        20,
                (double)d->n_never / (double)(d->n_never + d->n_started));
    }
}
