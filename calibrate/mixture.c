/* SPDX-License-Identifier: Apache-2.0 */
/* Processors: which, how slow, with what weight. */
#include "config.h"

#include "calibrate/mixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "traces/query.h"

/* The new set, alike in weight: one x86 processor a maker and generation of
 * AWS's compute instances after 2021 (c6i, c6a, c7a, c7i). That Fargate uses
 * them is an inference: the first Ultra result came after 1296 s, too soon
 * for any processor sighted in 2021 (the fastest, 8275CL, needs 1916 s at its
 * Geekbench ratio of 2.76). */
static const char *const new_set[] = {"Xeon 8375C", "EPYC 7R13",
                                      "EPYC 9R14", "Xeon 8488C"};
#define NEW_SET_N (sizeof new_set / sizeof *new_set)

/* CPU-bound test of the Azure measurements on one processor generation. */
#define NOISE_TEST "stressng_cpu_stress"

static bool named(const struct sbs_sample *s, size_t i, const char *name)
{
    return !strcmp(s->col.processor[i], name);
}

/* Row of a processor among the scores, or -1. */
static long score_row(const struct sbs_sample *gb6, const char *name)
{
    size_t i;

    for (i = 0; gb6 && i < gb6->col.rows.n; i++)
        if (named(gb6, i, name) && gb6->col.value[i] > 0)
            return (long)i;
    return -1;
}

/* sd of the log for a coefficient of variation (lognormal). */
static double log_sd_of(double cv)
{
    return cv > 0 ? sqrt(sbs_log1p(cv * cv)) : 0;
}

/* The class called `name`, made when new and known to the scores; NULL
 * otherwise. */
static struct sbs_totals_class *class_of(struct sbs_mixture *m,
                                         const struct sbs_sample *gb6,
                                         double reference, const char *name)
{
    struct sbs_totals_class *c;
    long row = score_row(gb6, name);
    size_t k;

    for (k = 0; k < m->n; k++)
        if (!strcmp(m->name[k], name))
            return &m->classes[k];
    if (row < 0 || m->n == SBS_TOTALS_CLASSES)
        return NULL;
    snprintf(m->name[m->n], sizeof m->name[0], "%s", name);
    c = &m->classes[m->n++];
    c->log_slowdown = sbs_log(reference / gb6->col.value[row]);
    c->log_sd = log_sd_of(gb6->col.cv_frac[row]);
    return c;
}

static bool sighting(const struct sbs_sample *seen, size_t i, double vcpu)
{
    return !strcmp(seen->col.arch[i], "x86_64") &&
           (isnan(vcpu) || seen->col.vcpu[i] == vcpu);
}

/* Machine noise between machines of one generation; 0 when not known. */
static double machine_noise(const struct sbs_trace *trace)
{
    double sd = sbs_trace_fact(trace, "machine_noise_log_sd", NOISE_TEST,
                               NULL);

    return sd > 0 ? sd : 0;
}

static void count_sightings(struct sbs_mixture *m,
                            const struct sbs_sample *seen,
                            const struct sbs_sample *gb6, double reference,
                            double vcpu)
{
    const char *first = NULL, *last = NULL, *date;
    struct sbs_totals_class *c;
    size_t i;

    for (i = 0; i < seen->col.rows.n; i++) {
        if (!sighting(seen, i, vcpu))
            continue;
        c = class_of(m, gb6, reference, seen->col.processor[i]);
        if (!c)
            continue;
        c->w_old += 1;
        m->n_cells++;
        date = seen->col.date[i];
        if (!first || strcmp(date, first) < 0)
            first = date;
        if (!last || strcmp(date, last) > 0)
            last = date;
    }
    if (first && !strncmp(first, last, 4))
        snprintf(m->old_dates, sizeof m->old_dates, "%.4s", first);
    else if (first)
        snprintf(m->old_dates, sizeof m->old_dates, "%.4s to %.4s", first,
                 last);
}

int sbs_mixture_facts(const struct sbs_trace *trace, double vcpu,
                      struct sbs_mixture *out, struct sbs_error *err)
{
    const struct sbs_sample *gb6 = sbs_trace_sample(trace, "processor_gb6");
    const struct sbs_sample *seen =
        sbs_trace_sample(trace, "processor_seen");
    double reference = sbs_trace_fact(trace, "reference_gb6", NULL, NULL);
    struct sbs_mixture m = {.n = 0};
    struct sbs_totals_class *c;
    size_t i, n_new = 0;

    if (!gb6 || !seen || !(reference > 0))
        return sbs_fail(err, SBS_EINPUT,
                        "%s: no processor facts (samples processor_gb6, "
                        "processor_seen, reference_gb6)", trace->name);
    count_sightings(&m, seen, gb6, reference, vcpu);
    if (m.n_cells == 0)
        count_sightings(&m, seen, gb6, reference, NAN);
    for (i = 0; i < NEW_SET_N; i++) {
        c = class_of(&m, gb6, reference, new_set[i]);
        if (c) {
            c->w_new += 1;
            n_new++;
        }
    }
    if (m.n_cells == 0 || n_new == 0)
        return sbs_fail(err, SBS_EINPUT,
                        "%s: no x86 processor that Fargate was seen to use "
                        "has a score", trace->name);
    m.machine_log_sd = machine_noise(trace);
    for (i = 0; i < m.n; i++) {
        m.classes[i].w_old /= (double)m.n_cells;
        m.classes[i].w_new /= (double)n_new;
    }
    *out = m;
    return 0;
}

/* What the tasks of one worker say. */
struct timing {
    double compute_s, ref_s;
};

static int time_workers(const struct sbs_trace *trace, struct timing **out,
                        struct sbs_error *err)
{
    const struct sbs_trace_tasks *t = &trace->tasks;
    struct timing *w = calloc(trace->workers.rows.n + 1, sizeof *w);
    double compute, ref;
    size_t i;

    if (!w)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (i = 0; i < t->rows.n; i++) {
        compute = t->compute_end[i] - t->compute_start[i];
        ref = sbs_trace_task_ref_s(trace, i);
        if (t->worker_index[i] < 0 || !(compute > 0) || !(ref > 0))
            continue;
        w[t->worker_index[i]].compute_s += compute;
        w[t->worker_index[i]].ref_s += ref;
    }
    *out = w;
    return 0;
}

/* Sums over the timed workers of a class: of logs and of their squares. */
struct sums {
    size_t n, timed;
    double sum, square;
};

static void add_timing(struct sums *s, const struct timing *t)
{
    double v;

    if (!(t->ref_s > 0))
        return;
    v = sbs_log(t->compute_s / t->ref_s);
    s->timed++;
    s->sum += v;
    s->square += v * v;
}

/* The facts' score row whose name stands in a /proc/cpuinfo model name:
 * "Xeon 8375C" in "Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz". */
static long match_model(const struct sbs_sample *gb6, const char *model)
{
    const char *key;
    size_t i;

    for (i = 0; gb6 && i < gb6->col.rows.n; i++) {
        key = strchr(gb6->col.processor[i], ' ');
        if (key && strstr(model, key + 1) && gb6->col.value[i] > 0)
            return (long)i;
    }
    return -1;
}

/* Slow-down of one class; false when nothing is known of it. */
static bool settle_class(struct sbs_totals_class *c, const char *model,
                         const struct sums *s, const struct sums *all,
                         const struct sbs_trace *facts, double r_factor,
                         double machine_log_sd)
{
    const struct sbs_sample *gb6 =
        facts ? sbs_trace_sample(facts, "processor_gb6") : NULL;
    double reference =
        facts ? sbs_trace_fact(facts, "reference_gb6", NULL, NULL) : NAN;
    long row = match_model(gb6, model);

    if (s->timed == 0 && row >= 0 && reference > 0) {
        c->log_slowdown =
            sbs_log(r_factor * reference / gb6->col.value[row]);
        c->log_sd = hypot(log_sd_of(gb6->col.cv_frac[row]), machine_log_sd);
        return true;
    }
    if (s->timed == 0)
        s = all;
    if (s->timed == 0)
        return false;
    c->log_slowdown = s->sum / (double)s->timed;
    c->log_sd = machine_log_sd;
    if (s->timed >= 3)
        c->log_sd = sqrt(fmax(s->square - s->sum * s->sum / (double)s->timed,
                              0) / (double)(s->timed - 1));
    return true;
}

/* Class index of a model name, made when new; the last takes the overflow.
 * A processor of the facts goes by its short name there. */
static size_t own_class(struct sbs_mixture *m, const struct sbs_trace *facts,
                        const char *model)
{
    const struct sbs_sample *gb6 =
        facts ? sbs_trace_sample(facts, "processor_gb6") : NULL;
    long row = match_model(gb6, model);
    const char *name = row >= 0 ? gb6->col.processor[row]
                       : *model ? model : "unknown processor";
    size_t k;

    for (k = 0; k < m->n; k++)
        if (!strncmp(m->name[k], name, sizeof m->name[0] - 1))
            return k;
    if (m->n == SBS_TOTALS_CLASSES)
        return m->n - 1;
    snprintf(m->name[m->n], sizeof m->name[0], "%s", name);
    return m->n++;
}

int sbs_mixture_own(const struct sbs_trace *trace,
                    const struct sbs_trace *facts, double r_factor,
                    struct sbs_mixture *out, struct sbs_error *err)
{
    struct sums sums[SBS_TOTALS_CLASSES] = {{0}}, all = {0};
    struct sbs_mixture m = {.n = 0};
    struct timing *w = NULL;
    double noise = machine_noise(facts ? facts : trace);
    size_t i, k;

    if (time_workers(trace, &w, err))
        return -1;
    for (i = 0; i < trace->workers.rows.n; i++) {
        if (!*trace->workers.cpu_model[i] && !(w[i].ref_s > 0))
            continue;
        k = own_class(&m, facts, trace->workers.cpu_model[i]);
        sums[k].n++;
        add_timing(&sums[k], &w[i]);
        add_timing(&all, &w[i]);
        m.n_own++;
    }
    free(w);
    if (m.n_own < 3)
        return 0;
    for (k = 0; k < m.n; k++) {
        m.classes[k].w_old = m.classes[k].w_new =
            (double)sums[k].n / (double)m.n_own;
        if (!settle_class(&m.classes[k], m.name[k], &sums[k], &all, facts,
                          r_factor, noise))
            return 0;
    }
    m.n_timed = all.timed;
    *out = m;
    return 1;
}

double sbs_mixture_weight(const struct sbs_mixture *m, size_t k,
                          double share_new)
{
    return (1 - share_new) * m->classes[k].w_old +
           share_new * m->classes[k].w_new;
}
