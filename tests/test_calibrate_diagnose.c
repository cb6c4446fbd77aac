/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnoses of traces made here: what is read, left out, and concluded. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "base/rng.h"
#include "calibrate/diagnose.h"
#include "tests/tap.h"

static struct sbs_error err;

/* A fleet of m workers with n tasks of half an hour each: sd of workers and
 * of tasks, drift an hour. Start-up: provision 15 s, pull 20 s times the
 * worker's slowness^dependent. */
struct fleet {
    size_t m, n;
    double worker_sd, task_sd, drift, dependent;
};

static double normal(const struct sbs_stream *s, size_t i, uint32_t what,
                     size_t j)
{
    return sbs_norm_quantile(sbs_rng_u01(s, (uint32_t)i, what, 0,
                                         (uint32_t)j));
}

static void add_task(struct sbs_trace *t, size_t worker, double at, double h)
{
    size_t i = t->tasks.rows.n;

    if (sbs_trace_add_row(t, &t->tasks.rows, &err))
        exit(1);
    t->tasks.run_index[i] = 0;
    t->tasks.worker_index[i] = (int64_t)worker;
    t->tasks.ref_s[i] = 600;
    t->tasks.compute_start[i] = at;
    t->tasks.compute_end[i] = at + h;
    t->tasks.outcome[i] = 0;
}

static struct sbs_trace *make(const struct fleet *f, uint32_t rep)
{
    struct sbs_stream s = sbs_stream_init(11, rep);
    struct sbs_trace *t = sbs_trace_create();
    double at, h, w, ready;
    size_t i, j;

    if (!t || sbs_trace_add_row(t, &t->runs.rows, &err))
        exit(1);
    t->runs.name[0] = "one";
    for (i = 0; i < f->m; i++) {
        if (sbs_trace_add_row(t, &t->workers.rows, &err))
            exit(1);
        w = f->worker_sd * normal(&s, i, 1, 0);
        t->workers.cpu_model[i] = "AMD EPYC 9R14";
        t->workers.created[i] = 100 + (double)i;
        t->workers.pull_start[i] =
            t->workers.created[i] + 15 * exp(0.2 * normal(&s, i, 3, 0));
        t->workers.pull_end[i] = t->workers.pull_start[i] +
            20 * exp(3 * (f->dependent * w + (1 - f->dependent) *
                          f->worker_sd * normal(&s, i, 4, 0)));
        t->workers.container_start[i] = t->workers.pull_end[i] + 3;
        t->workers.ready[i] = t->workers.container_start[i] + 5;
        ready = at = t->workers.ready[i] + 1;
        for (j = 0; j < f->n; j++) {
            h = 1800 * exp(w + f->drift * (at - ready) / 3600 +
                           f->task_sd * normal(&s, i, 2, j));
            add_task(t, i, at, h);
            at += h + 1;
        }
    }
    return t;
}

static struct sbs_diagnosis diagnose(const struct sbs_trace *t, int64_t run)
{
    struct sbs_diagnosis d;

    if (sbs_diagnose(t, "mine.h5", run, &d, &err)) {
        printf("# %s\n", err.text);
        exit(1);
    }
    return d;
}

/* How often each verdict is given. */
static void verdicts(const struct fleet *f, uint32_t reps, uint32_t got[4],
                     uint32_t *worn)
{
    uint32_t k;

    memset(got, 0, 4 * sizeof *got);
    *worn = 0;
    for (k = 0; k < reps; k++) {
        struct sbs_trace *t = make(f, k);
        struct sbs_diagnosis d = {.trace = t, .only_run = -1};
        struct sbs_variance_options o = {0.95, 40, 1};

        if (sbs_diagnose_read(t, -1, &d.rows, &err) ||
            sbs_variance_fit(&d.rows.data, &o, &d.variance, &err))
            exit(1);
        d.have_variance = true;
        sbs_diagnose_decide(&d);
        got[d.verdict]++;
        *worn += d.also_progressive || d.verdict == SBS_VERDICT_PROGRESSIVE;
        sbs_diagnosis_fini(&d);
        sbs_trace_destroy(t);
    }
}

static void truths(void)
{
    const char *is_long = getenv("SBS_LONG");
    uint32_t reps = is_long && *is_long ? 2000 : 200, got[4], worn;
    struct fleet f = {.m = 21, .n = 4, .worker_sd = 0.3, .task_sd = 0.1};

    verdicts(&f, reps, got, &worn);
    ok(got[SBS_VERDICT_SYSTEMATIC] >= 0.97 * reps,
       "share .9: systematic in %u of %u", got[SBS_VERDICT_SYSTEMATIC], reps);
    ok(worn <= 0.05 * reps, "and worn by mistake in %u", worn);
    f.worker_sd = 0.1 / 3;
    verdicts(&f, reps, got, &worn);
    ok(got[SBS_VERDICT_RANDOM] >= 0.8 * reps && !got[SBS_VERDICT_SYSTEMATIC],
       "share .1: random in %u (design: 91%%), never systematic",
       got[SBS_VERDICT_RANDOM]);
    f.worker_sd = f.task_sd = 0.1;
    verdicts(&f, reps, got, &worn);
    ok(got[SBS_VERDICT_SYSTEMATIC] + got[SBS_VERDICT_RANDOM] <=
           (0.05 + 4 * sqrt(0.05 * 0.95 / reps)) * reps,
       "share .5: told by mistake in %u + %u (5%%)",
       got[SBS_VERDICT_SYSTEMATIC], got[SBS_VERDICT_RANDOM]);
    f = (struct fleet){.m = 21, .n = 6, .worker_sd = 0.02, .task_sd = 0.05,
                       .drift = 0.15};
    verdicts(&f, reps, got, &worn);
    ok(got[SBS_VERDICT_PROGRESSIVE] >= 0.95 * reps,
       "wear: progressive in %u", got[SBS_VERDICT_PROGRESSIVE]);
    f.n = 1;
    verdicts(&f, reps, got, &worn);
    ok(got[SBS_VERDICT_UNTOLD] == reps, "one task each: never told");
}

static void left_out(void)
{
    struct fleet f = {.m = 12, .n = 3, .worker_sd = 0.1, .task_sd = 0.02};
    struct sbs_trace *t = make(&f, 1);
    struct sbs_diagnosis d;
    size_t i;

    t->tasks.outcome[2] = 1;  /* failed */
    t->tasks.outcome[5] = 3;  /* cancelled after 5 hours: a straggler */
    t->tasks.compute_end[5] = NAN;
    t->tasks.stopping[5] = t->tasks.compute_start[5] + 18000;
    t->tasks.outcome[8] = 5;  /* censored, end unknown */
    t->tasks.compute_end[8] = NAN;
    t->tasks.worker_index[11] = -1;
    for (i = 0; i < 2; i++) { /* two never start */
        if (sbs_trace_add_row(t, &t->workers.rows, &err))
            exit(1);
        t->workers.created[12 + i] = 100;
        t->workers.stopped[12 + i] = 900;
    }
    d = diagnose(t, -1);
    ok(d.rows.n == 32, "%zu of 36 times are used", d.rows.n);
    i = d.rows.data.row[0].worker; /* sorted by worker and elapsed time */
    i = (size_t)d.rows.worker[i];
    is_near(d.rows.data.row[0].elapsed_h,
            ((t->tasks.compute_start[3 * i] + t->tasks.compute_end[3 * i]) /
             2 - t->workers.ready[i]) / 3600, 1e-12,
            "hours from ready to the middle of the task");
    ok(d.rows.n_failed == 1 && d.rows.n_censored == 2 &&
       d.rows.n_without_worker == 1, "one failed, two without an end, one "
       "without a worker");
    ok(d.n_stragglers == 1 && d.straggler[0].cut &&
       d.straggler[0].task == 5 && d.straggler[0].ratio > 5,
       "who was cancelled late is a straggler, at least x %.1f",
       d.n_stragglers ? d.straggler[0].ratio : 0);
    ok(d.n_containers == 14 && d.n_started == 12 && d.n_never == 2,
       "two containers never started");
    /* Beta(3, 13), 95%: sum_{k>=3} C(15,k) p^k q^(15-k) = .95 at .3635. */
    double p = d.never_hi, q = 1 - p, below = pow(q, 15) +
        15 * p * pow(q, 14) + 105 * p * p * pow(q, 13);
    ok(fabs(below - 0.05) < 1e-6, "at most %.1f%% never start (Beta)",
       100 * p);
    ok(strstr(d.advice[d.n_advice - 1].command, "oversubscribe") != NULL,
       "launch more is advised");
    sbs_diagnosis_fini(&d);
    t->tasks.ref_s[0] = NAN;
    d = diagnose(t, -1);
    ok(d.rows.refused && d.rows.n == 0 && d.verdict == SBS_VERDICT_UNTOLD,
       "work known for some only: %s", d.rows.work);
    sbs_diagnosis_fini(&d);
    for (i = 0; i < t->tasks.rows.n; i++) {
        t->tasks.ref_s[i] = NAN;
        t->tasks.paths[i] = 1000;
    }
    d = diagnose(t, 0);
    ok(!d.rows.refused && strstr(d.rows.work, "path") != NULL,
       "paths are a measure, too");
    sbs_diagnosis_fini(&d);
    sbs_trace_destroy(t);
}

static void phases(void)
{
    struct fleet f = {.m = 60, .n = 2, .worker_sd = 0.2, .task_sd = 0.02,
                      .dependent = 1};
    struct sbs_trace *t = make(&f, 3);
    struct sbs_diagnosis d = diagnose(t, -1);
    const struct sbs_spearman *s = NULL;
    size_t k;

    for (k = 0; k < d.n_pairs; k++)
        if (!strcmp(d.pair[k].a, "pull") &&
            !strcmp(d.pair[k].b, "time for the work"))
            s = &d.pair[k].s;
    ok(s && s->told && s->r > 0.9 && s->p < 0.001 && s->n == 60,
       "slow pulls on slow workers are seen");
    ok(d.n_tails == 2 && d.tail[1].tail.told &&
       d.tail[1].tail.ratio > 1, "and lengthen the tail of a task, x %.4f",
       d.tail[1].tail.ratio);
    sbs_diagnosis_fini(&d);
    sbs_trace_destroy(t);
    f.dependent = 0;
    t = make(&f, 4);
    d = diagnose(t, -1);
    for (k = 0; k < d.n_pairs; k++)
        if (!strcmp(d.pair[k].a, "provision") &&
            !strcmp(d.pair[k].b, "pull"))
            s = &d.pair[k].s;
    ok(s && s->p > 1e-4, "independent phases: p = %.3f", s ? s->p : 0);
    sbs_diagnosis_fini(&d);
    sbs_trace_destroy(t);
}

/* A model a worker: refused, not worked on for hours. */
static void many_models(void)
{
    struct fleet f = {.m = 200, .n = 2, .worker_sd = 0.1, .task_sd = 0.1};
    struct sbs_trace *t = make(&f, 1);
    struct sbs_diagnosis d;
    char name[40];
    size_t i;

    for (i = 0; i < f.m; i++) {
        snprintf(name, sizeof name, "model %zu", i);
        t->workers.cpu_model[i] = sbs_trace_keep(t, name, strlen(name));
    }
    d = diagnose(t, -1);
    ok(d.rows.refused && d.verdict == SBS_VERDICT_UNTOLD, "%s", d.why);
    sbs_diagnosis_fini(&d);
    sbs_trace_destroy(t);
}

/* Two runs of different level (the day): no spread between workers. */
static void runs(void)
{
    struct fleet f = {.m = 20, .n = 4, .worker_sd = 0.01, .task_sd = 0.1};
    struct sbs_trace *t = make(&f, 6);
    struct sbs_diagnosis d;
    size_t i;

    if (sbs_trace_add_row(t, &t->runs.rows, &err))
        exit(1);
    t->runs.name[1] = "two";
    for (i = 0; i < t->tasks.rows.n; i++) {
        if (t->tasks.worker_index[i] >= 10) {
            t->tasks.run_index[i] = 1;
            t->tasks.ref_s[i] = 300; /* twice as slow that day */
        }
    }
    d = diagnose(t, -1);
    ok(d.variance.persistent.hi < 0.5 && d.verdict == SBS_VERDICT_RANDOM,
       "a slow day is not a slow worker: share %.2f (%.2f to %.2f)",
       d.variance.persistent.value, d.variance.persistent.lo,
       d.variance.persistent.hi);
    ok(d.n_stragglers == 0, "nor is a straggler against another day");
    sbs_diagnosis_fini(&d);
    d = diagnose(t, 1);
    ok(d.rows.n == 40 && d.n_containers == 10, "one run alone");
    sbs_diagnosis_fini(&d);
    sbs_trace_destroy(t);
    many_models();
    t = sbs_trace_create();
    d = diagnose(t, -1);
    ok(d.verdict == SBS_VERDICT_UNTOLD && d.n_advice > 0, "an empty trace");
    sbs_diagnosis_fini(&d);
    sbs_trace_destroy(t);
}

int main(void)
{
    truths();
    left_out();
    phases();
    runs();
    return tap_done();
}
