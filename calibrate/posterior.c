/* SPDX-License-Identifier: Apache-2.0 */
/* Before and after the runs were seen. */
#include "config.h"

#include "calibrate/posterior.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "base/jsonw.h"
#include "base/rng.h"
#include "stats/quantile.h"

enum { PRIOR_DRAWS = 4000 };
/* Data that narrow a prior's sd by less than a fifth tell next to nothing. */
#define NO_NEWS 0.64 /* of the variance */
/* Runs that tell a spread between runs from its prior (SCIENCE.md C.8). */
enum { RUNS_FOR_A_SPREAD = 5 };

static double variance(const double *x, size_t n)
{
    double mean = 0, sum = 0;
    size_t i;

    for (i = 0; i < n; i++)
        mean += x[i] / (double)n;
    for (i = 0; i < n; i++)
        sum += (x[i] - mean) * (x[i] - mean);
    return sum / (double)(n - 1);
}

/* Quantity i of PRIOR_DRAWS draws, both readings alike often. */
static void draw_prior(const struct sbs_inference *f, size_t i, double *x)
{
    double z[SBS_BELIEF_DIM], typical, log_sd;
    const struct sbs_beliefs *b;
    size_t k, d;

    for (d = 0; d < PRIOR_DRAWS; d++) {
        struct sbs_stream st = sbs_stream_init(1, (uint32_t)d);
        for (k = 0; k < SBS_BELIEF_DIM; k++)
            z[k] = sbs_norm_quantile(
                sbs_rng_u01(&st, 0, 0, 0, (uint32_t)k));
        b = &f->beliefs[d % f->n_readings];
        if (i < SBS_BELIEF_SLOW) {
            x[d] = b->of[i].mid + b->of[i].sd * z[i];
            continue;
        }
        sbs_belief_cores(b, z, &typical, &log_sd);
        x[d] = sbs_log(i == SBS_BELIEF_SLOW ? typical : log_sd);
    }
}

static double quantile(const double *sorted, size_t n, double p)
{
    return sbs_exp(sbs_quantile7(sorted, n, p));
}

static void describe(const struct sbs_inference *f, size_t i, double *prior,
                     double *x, struct sbs_posterior_row *r)
{
    const struct sbs_belief *b = &f->beliefs[0].of[i];
    double before = variance(prior, PRIOR_DRAWS), after = variance(x, f->n);

    qsort(prior, PRIOR_DRAWS, sizeof *prior, sbs_quantile_order);
    qsort(x, f->n, sizeof *x, sbs_quantile_order);
    *r = (struct sbs_posterior_row){
        .path = b->path, .unit = b->unit, .name = b->name,
        .source = b->source,
        .prior_p05 = quantile(prior, PRIOR_DRAWS, .05),
        .prior_p50 = quantile(prior, PRIOR_DRAWS, .5),
        .prior_p95 = quantile(prior, PRIOR_DRAWS, .95),
        .p025 = quantile(x, f->n, .025), .p05 = quantile(x, f->n, .05),
        .p50 = quantile(x, f->n, .5), .p95 = quantile(x, f->n, .95),
        .p975 = quantile(x, f->n, .975),
        .learnt = 1 - after / before};
    if (i >= SBS_BELIEF_SLOW) {
        r->path = i == SBS_BELIEF_SLOW ? "(core slow-down)"
                                       : "(spread of cores)";
        r->unit = i == SBS_BELIEF_SLOW ? "x" : "";
        r->source = "processors.csv, processors_seen.csv, priors.csv: both "
                    "readings together";
    }
    r->known = after / before > NO_NEWS
                   ? SBS_KNOWN_UNIDENTIFIED
                   : sbs_rows_known(r->p025, r->p975);
}

static void correlate(const struct sbs_inference *f, struct sbs_posterior *p,
                      double *x, double *y)
{
    double mx, my, cov;
    size_t i, k, d;

    for (i = 0; i < SBS_BELIEF_N; i++)
        for (k = 0; k <= i; k++) {
            mx = my = cov = 0;
            for (d = 0; d < f->n; d++) {
                x[d] = sbs_infer_quantity(f, d, i);
                y[d] = sbs_infer_quantity(f, d, k);
                mx += x[d] / (double)f->n;
                my += y[d] / (double)f->n;
            }
            for (d = 0; d < f->n; d++)
                cov += (x[d] - mx) * (y[d] - my) / (double)(f->n - 1);
            p->correlation[i][k] = p->correlation[k][i] =
                cov / sqrt(variance(x, f->n) * variance(y, f->n));
        }
}

/* Medians of the two numbers of the reading "kinds". */
static void kinds(const struct sbs_inference *f, double *x,
                  struct sbs_posterior *p)
{
    const struct sbs_beliefs *b = &f->beliefs[SBS_READING_KINDS];
    double *at[2] = {&p->r_factor, &p->share_new};
    size_t i, d, n;

    for (i = 0; i < 2; i++) {
        n = 0;
        for (d = 0; d < f->n; d++)
            if (f->reading[d] == SBS_READING_KINDS)
                x[n++] = f->z[d * SBS_BELIEF_DIM + SBS_BELIEF_SLOW + i];
        qsort(x, n, sizeof *x, sbs_quantile_order);
        *at[i] = n ? sbs_belief_value(&b->of[SBS_BELIEF_SLOW + i],
                                      sbs_quantile7(x, n, .5))
                   : NAN;
    }
}

int sbs_posterior_make(const struct sbs_inference *f,
                       struct sbs_posterior *out, struct sbs_error *err)
{
    double *prior = malloc(PRIOR_DRAWS * sizeof *prior);
    double *x = malloc(2 * f->n * sizeof *x);
    size_t i, d;
    int status = -1;

    memset(out, 0, sizeof *out);
    if (!prior || !x) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        goto out;
    }
    for (i = 0; i < SBS_BELIEF_N; i++) {
        if (!f->beliefs[0].of[i].used)
            continue;
        draw_prior(f, i, prior);
        for (d = 0; d < f->n; d++)
            x[d] = sbs_infer_quantity(f, d, i);
        describe(f, i, prior, x, &out->row[out->n++]);
    }
    correlate(f, out, x, x + f->n);
    kinds(f, x, out);
    status = 0;
out:
    free(prior);
    free(x);
    return status;
}

const struct sbs_posterior_row *
sbs_posterior_find(const struct sbs_posterior *p, enum sbs_belief_id id)
{
    static const char *const names[] = {
#define POSTERIOR_NAME(id, path, unit, name) name,
        SBS_BELIEFS(POSTERIOR_NAME)
#undef POSTERIOR_NAME
    };
    size_t i;

    for (i = 0; i < p->n; i++)
        if (!strcmp(p->row[i].name, names[id]))
            return &p->row[i];
    return NULL;
}

/* --- showing it --------------------------------------------------------- */

/* A spread between runs, told by few of them. */
static void few_runs(const struct sbs_posterior_row *r,
                     const struct sbs_inference *f, char *text, size_t size)
{
    double mean_s, sd_s;
    size_t work = 0, i, n;

    *text = '\0';
    if (strncmp(r->path, "run.", 4))
        return;
    for (i = 0; i < f->observed.n; i++) {
        sbs_workload_task_s(&f->observed.workload[i], &mean_s, &sd_s);
        work += mean_s >= SBS_TOTALS_LONG_S;
    }
    n = strcmp(r->path, "run.speed_log_sd") ? f->observed.n : work;
    if (n < RUNS_FOR_A_SPREAD)
        snprintf(text, size, "; %zu run%s tell%s next to nothing of a spread "
                 "between runs (%d would begin to), so this is mostly its "
                 "prior", n, n == 1 ? "" : "s", n == 1 ? "s" : "",
                 RUNS_FOR_A_SPREAD);
    else
        snprintf(text, size, "; told by %zu runs", n);
}

int sbs_posterior_rows(const struct sbs_posterior *p,
                       const struct sbs_inference *f, const char *origin,
                       struct sbs_rows *rows, struct sbs_error *err)
{
    const struct sbs_posterior_row *r;
    char few[160];
    size_t i;

    for (i = 0; i < p->n; i++) {
        r = &p->row[i];
        few_runs(r, f, few, sizeof few);
        if (sbs_rows_add(
                rows, r->path, r->unit, r->p50, r->p025, r->p975,
                (double)f->observed.n, r->known, err,
                "%smedian of the posterior, all run totals together; before: "
                "%.3g (90%% in %.3g to %.3g), from %s%s", origin,
                r->prior_p50, r->prior_p05, r->prior_p95, r->source, few))
            return -1;
    }
    return 0;
}

static void print_readings(const struct sbs_inference *f, FILE *out)
{
    if (f->n_readings < 2)
        return;
    fprintf(out, "\nWhy cores differ: kinds of processors, by Geekbench "
            "ratio (probability %.2f), or one broad\nlaw (%.2f); log "
            "evidence %.2f and %.2f, from equal odds. %s\n",
            f->probability[SBS_READING_KINDS],
            f->probability[SBS_READING_BROAD],
            f->log_evidence[SBS_READING_KINDS],
            f->log_evidence[SBS_READING_BROAD],
            fmax(f->probability[0], f->probability[1]) < 0.95
                ? "The totals cannot choose:\ndraws are of both."
                : "The draws are of both\nin these shares.");
}

void sbs_posterior_print(const struct sbs_posterior *p,
                         const struct sbs_inference *f, FILE *out)
{
    const struct sbs_posterior_row *r;
    char before[48], after[48];
    size_t i;

    fprintf(out, "%-21s %-30s %-30s %7s\n", "parameter",
            "before: median, 90%", "after: median, 90%", "learnt");
    for (i = 0; i < p->n; i++) {
        r = &p->row[i];
        snprintf(before, sizeof before, "%.3g in %.3g to %.3g %s",
                 r->prior_p50, r->prior_p05, r->prior_p95, r->unit);
        snprintf(after, sizeof after, "%.3g in %.3g to %.3g %s", r->p50,
                 r->p05, r->p95, r->unit);
        fprintf(out, "%-21s %-30s %-30s %6.0f%%\n", r->name, before, after,
                100 * fmax(r->learnt, 0));
    }
    print_readings(f, out);
}

static void real(struct sbs_jsonw *w, const char *key, double x)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_real(w, sbs_rows_round(x));
}

void sbs_posterior_json(const struct sbs_posterior *p,
                        const struct sbs_inference *f, struct sbs_jsonw *w)
{
    const struct sbs_posterior_row *r;
    size_t i;

    sbs_jsonw_object(w);
    sbs_jsonw_key(w, "parameters");
    sbs_jsonw_array(w);
    for (i = 0; i < p->n; i++) {
        r = &p->row[i];
        sbs_jsonw_object(w);
        sbs_jsonw_key(w, "path");
        sbs_jsonw_string(w, r->path);
        sbs_jsonw_key(w, "unit");
        sbs_jsonw_string(w, r->unit);
        real(w, "prior_p05", r->prior_p05);
        real(w, "prior_p50", r->prior_p50);
        real(w, "prior_p95", r->prior_p95);
        real(w, "p05", r->p05);
        real(w, "p50", r->p50);
        real(w, "p95", r->p95);
        real(w, "learnt", fmax(r->learnt, 0));
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
    sbs_jsonw_key(w, "readings");
    sbs_jsonw_array(w);
    for (i = 0; i < f->n_readings; i++) {
        sbs_jsonw_object(w);
        sbs_jsonw_key(w, "reading");
        sbs_jsonw_string(w, sbs_reading_name((enum sbs_reading)i));
        real(w, "log_evidence", f->log_evidence[i]);
        real(w, "probability", f->probability[i]);
        real(w, "acceptance", f->acceptance[i]);
        sbs_jsonw_key(w, "generations");
        sbs_jsonw_count(w, f->generations[i]);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
    sbs_jsonw_close(w);
}
