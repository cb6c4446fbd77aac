/* SPDX-License-Identifier: Apache-2.0 */
/* A diagnosis as text. */
#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/fmath.h"
#include "calibrate/diagnose.h"
#include "calibrate/rows.h"

#define SHOWN 20 /* stragglers printed; all are in the JSON */

static void line(FILE *out, const char *what, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void line(FILE *out, const char *what, const char *fmt, ...)
{
    char text[1600];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    fprintf(out, "  %-22s ", what);
    sbs_rows_wrap(out, text, 25, 25);
}

static size_t known_processors(const struct sbs_diagnose_rows *r)
{
    size_t k, n = 0;

    for (k = 0; k < r->data.n_processors; k++)
        n += *r->processor[k] != '\0';
    return n;
}

static void print_counts(const struct sbs_diagnosis *d, FILE *out)
{
    const struct sbs_diagnose_rows *r = &d->rows;

    fputs("What the trace holds\n", out);
    line(out, "runs", "%zu, of which %zu with task times", d->n_runs,
         r->data.n_runs);
    line(out, "containers", "%zu; %zu seen to start, %zu stopped without",
         d->n_containers, d->n_started, d->n_never);
    if (d->n_started + d->n_never > 0)
        line(out, "chance never to start", "at most %.1f%% (95%% bound)",
             100 * d->never_hi);
    line(out, "workers with times", "%zu", r->data.n_workers);
    line(out, "processor models", "%zu recorded", known_processors(r));
    line(out, "task times", "%zu", r->n);
    if (r->n > 0) {
        line(out, "tasks a worker", "%zu to %zu, median %g", d->tasks_least,
             d->tasks_most, d->tasks_median);
        line(out, "hours covered", "%.2f", d->hours);
        line(out, "compared by", "%s", r->work);
    }
    if (r->n_failed)
        line(out, "failed", "%zu attempts, left out", r->n_failed);
    if (r->n_censored)
        line(out, "without an end", "%zu attempts cancelled, timed out, "
             "interrupted or running. They are left out, and since slow ones "
             "are cut more often, the spread is more than is shown here",
             r->n_censored);
    if (r->n_without_worker)
        line(out, "without a worker", "%zu task times, left out",
             r->n_without_worker);
}

static void print_components(const struct sbs_variance *v, FILE *out)
{
    const struct sbs_share *p;
    enum sbs_component c;

    fputs("\nSpread of the time for the same work (sd of its log, %)\n"
          "  component        sd  95% interval   share  95% interval\n", out);
    for (c = 0; c < SBS_COMPONENT_COUNT; c++) {
        p = &v->part[c];
        fprintf(out, "  %-10s", sbs_component_name(c));
        if (!p->told) {
            fprintf(out, "%9s  %-14s %6s  %-14s %s\n", "-", "not told", "-",
                    "", sbs_component_what(c));
            continue;
        }
        fprintf(out, " %8.1f  %5.1f to %-5.1f %5.0f%%  %3.0f to %3.0f%%    "
                "%s\n", 100 * p->sd, 100 * p->sd_lo, 100 * p->sd_hi,
                100 * p->share, 100 * p->share_lo, 100 * p->share_hi,
                sbs_component_what(c));
    }
    if (!v->told) {
        line(out, "all together", "%.1f", 100 * v->total_sd);
        return;
    }
    line(out, "stays with the worker", "%.2f of the variance, %.2f to %.2f "
         "(F interval, %zu and %zu degrees of freedom)", v->persistent.value,
         v->persistent.lo, v->persistent.hi, v->persistent.df_between,
         v->persistent.df_within);
    if (v->part[SBS_COMPONENT_PROCESSOR].told)
        line(out, "ICC, same processor", "%.2f, %.2f to %.2f", v->icc.value,
             v->icc.lo, v->icc.hi);
}

static void print_processors(const struct sbs_diagnosis *d, FILE *out)
{
    const struct sbs_variance *v = &d->variance;
    size_t k, i, n;
    const char *name;

    if (!v->effect || v->processors < 2)
        return;
    fputs("\nProcessor models (time against the mean of the workers)\n", out);
    for (k = 0; k < v->processors; k++) {
        for (i = 0, n = 0; i < d->rows.data.n_workers; i++)
            n += !strcmp(d->trace->workers.cpu_model[d->rows.worker[i]],
                         d->rows.processor[k]);
        name = d->rows.processor[k];
        fprintf(out, "  %-48.48s %4zu worker%s", *name ? name
                : "(not recorded)", n, n == 1 ? " " : "s");
        if (isnan(v->effect[k]))
            fputs("  not told\n", out);
        else
            fprintf(out, "  x %.3f (+-%.1f%%)\n", sbs_exp(v->effect[k]),
                    196 * v->effect_se[k]);
    }
}

static void print_drift(const struct sbs_drift *t, bool pulled, FILE *out)
{
    fputs("\nDrift (does a worker get slower while it runs?)\n", out);
    if (!t->told) {
        line(out, "slope", "not told: no worker has enough tasks");
        return;
    }
    line(out, "slope", "%+.2f%% an hour, %+.2f to %+.2f; t test p = %.3g (%g "
         "degrees of freedom)", 100 * sbs_expm1(t->slope),
         100 * sbs_expm1(t->lo), 100 * sbs_expm1(t->hi), t->p, t->df);
    line(out, "Mann-Kendall", "S = %g, z = %.2f, p = %.3g (%zu pairs of tasks "
         "on %zu workers)", t->kendall_s, t->kendall_z, t->kendall_p,
         t->pairs, t->workers);
    line(out, "least found", "%.2f%% an hour, with probability .9",
         100 * sbs_expm1(t->least));
    if (pulled)
        line(out, "left out", "the last task of each worker: who takes tasks "
             "while there are any ends with one that is longer than usual");
}

static void print_stragglers(const struct sbs_diagnosis *d, FILE *out)
{
    const struct sbs_trace_tasks *t = &d->trace->tasks;
    const struct sbs_straggler *s;
    const char *cpu, *item;
    size_t k;
    int64_t w;

    fprintf(out, "\nStragglers (%.1f times the median of their run, or more): "
            "%zu tasks on %zu workers\n", SBS_STRAGGLER, d->n_stragglers,
            d->n_straggling_workers);
    for (k = 0; k < d->n_stragglers && k < SHOWN; k++) {
        s = &d->straggler[k];
        w = t->worker_index[s->task];
        cpu = d->trace->workers.cpu_model[w];
        item = t->workload_index[s->task] < 0 ? "-"
               : d->trace->workload.task_id[t->workload_index[s->task]];
        fprintf(out, "  %s%.2f  %-16.16s on %-34.34s %.30s\n",
                s->cut ? ">" : " ", s->ratio, item,
                d->trace->workers.worker_id[w],
                *cpu ? cpu : "(processor not recorded)");
    }
    if (d->n_stragglers > SHOWN)
        fprintf(out, "  and %zu more (--json has them all)\n",
                d->n_stragglers - SHOWN);
}

static void print_tail(const struct sbs_diagnose_tail *t, FILE *out)
{
    const struct sbs_tail *x = &t->tail;
    const char *says = "cannot be told whether this matters";

    if (!x->told) {
        line(out, t->what, "p95: %zu workers have all of it, at least %d are "
             "needed", x->n, SBS_DEPENDENCE_LEAST_N);
        return;
    }
    if (x->lo > 0.95 && x->hi < 1.05)
        says = "does not matter";
    else if (x->lo > 1.05 || x->hi < 0.95)
        says = "matters";
    line(out, t->what, "p95 %.1f s with the copula, %.1f s as if independent: "
         "%+.1f%% (%+.1f to %+.1f%%, n = %zu): %s", x->joint, x->independent,
         100 * (x->ratio - 1), 100 * (x->lo - 1), 100 * (x->hi - 1), x->n,
         says);
}

static void print_dependence(const struct sbs_diagnosis *d, FILE *out)
{
    const struct sbs_pair *p;
    size_t k, most = 0, told = 0;

    fputs("\nDo the phases of a worker go together? (Spearman; p by 1999 "
          "permutations)\n", out);
    for (k = 0; k < d->n_pairs; k++) {
        p = &d->pair[k];
        most = p->s.n > most ? p->s.n : most;
        told += p->s.told;
        if (!p->s.told)
            continue;
        fprintf(out, "  %-10s and %-18s n %3zu  rho %+.2f (%+.2f to %+.2f)  "
                "p %.4f  copula r %+.2f\n", p->a, p->b, p->s.n, p->s.r,
                p->s.lo, p->s.hi, p->s.p, p->s.copula);
    }
    if (!told) {
        fprintf(out, "  Cannot be told: at most %zu workers have two of "
                "them, at least %d are needed.\n", most,
                SBS_DEPENDENCE_LEAST_N);
        return;
    }
    fprintf(out, "  %zu workers find |rho| of %.2f with probability .9; %zu "
            "would find .3. With %zu pairs looked at,\n  one p below .05 by "
            "chance is no surprise: count those below %.4f.\n", most,
            sbs_dependence_findable(most), sbs_dependence_needed(0.3), told,
            0.05 / (double)told);
    if (d->only_run < 0 && d->n_sources > 1)
        fprintf(out, "  The containers come from %zu sources: what goes "
                "together may differ between sources, not workers.\n",
                d->n_sources);
    for (k = 0; k < d->n_tails; k++)
        print_tail(&d->tail[k], out);
}

void sbs_diagnose_print(const struct sbs_diagnosis *d, FILE *out)
{
    size_t k;

    print_counts(d, out);
    if (d->have_variance) {
        print_components(&d->variance, out);
        print_processors(d, out);
        print_drift(&d->variance.drift, d->rows.data.pulled, out);
        print_stragglers(d, out);
    }
    print_dependence(d, out);
    fprintf(out, "\nVerdict: %s\n  ", sbs_verdict_name(d->verdict));
    sbs_rows_wrap(out, d->why, 2, 2);
    if (*d->totals) {
        fputs("What the totals point to\n  ", out);
        sbs_rows_wrap(out, d->totals, 2, 2);
    }
    if (*d->could) {
        fputs("What could tell\n  ", out);
        sbs_rows_wrap(out, d->could, 2, 2);
    }
    fputs("What to do\n", out);
    for (k = 0; k < d->n_advice; k++) {
        fputs("  - ", out);
        sbs_rows_wrap(out, d->advice[k].text, 4, 4);
        if (*d->advice[k].command)
            fprintf(out, "      %s\n", d->advice[k].command);
    }
}
