/* SPDX-License-Identifier: Apache-2.0 */
/* calibrate/laws.h: the table as text and JSON. */
#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/fmath.h"
#include "base/jsonw.h"
#include "calibrate/laws.h"
#include "calibrate/rows.h"

#define SMALLEST_WEIGHT 0.005 /* not printed below; JSON has all */

/* "14.1 (12.4 - 16.2)", or what the sample would need. */
static void quantile_text(char *text, size_t size,
                          const struct sbs_laws_quantile *q)
{
    if (isnan(q->value))
        snprintf(text, size, "not estimable");
    else
        snprintf(text, size, "%.3g (%.3g - %.3g)", q->value, q->lo, q->hi);
}

__attribute__((format(printf, 3, 4))) static void
append(char *text, size_t size, const char *fmt, ...)
{
    size_t at = strlen(text);
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text + at, size - at, fmt, ap);
    va_end(ap);
}

static void print_details(const struct sbs_laws_row *r, FILE *out)
{
    char text[900] = "";
    const struct sbs_law_mixture *m = &r->verdict.mixture;

    append(text, sizeof text, "weights:");
    for (size_t i = 0; i < r->average.n_members; i++) {
        const struct sbs_law_member *one = &r->average.member[i];

        if (one->weight < SMALLEST_WEIGHT)
            continue;
        append(text, sizeof text, "%s %s%s %.2f", i ? "," : "",
               one->fit.family->name, one->fit.shifted ? "+shift" : "",
               one->weight);
    }
    if (r->n_rounded)
        append(text, sizeof text, "; %zu rounded to whole seconds",
               r->n_rounded);
    if (r->verdict.groups == SBS_LAW_GROUPS_SEVERAL ||
        r->verdict.groups == SBS_LAW_GROUPS_UNCLEAR) {
        append(text, sizeof text, "; %s:",
               r->verdict.groups == SBS_LAW_GROUPS_SEVERAL ? "groups"
                                                           : "perhaps groups");
        for (size_t j = 0; j < m->k; j++)
            append(text, sizeof text, " %.0f%% around %.3g (sd of log %.2g)",
                   100 * m->weight[j], sbs_exp(m->mu[j]), m->sigma[j]);
        append(text, sizeof text, " (BIC gain %.1f; groups from 6)",
               r->verdict.bic_gain);
    }
    if (r->tail.known)
        append(text, sizeof text, "; tail above %.3g: xi %.2f (%.2f to %.2f)",
               r->tail.threshold_s, r->tail.xi, r->tail.xi_lo,
               r->tail.xi_hi);
    fputs("    ", out);
    sbs_rows_wrap(out, text, 4, 4);
}

static void print_row(const struct sbs_laws_row *r, FILE *out)
{
    char median[40], p95[40];

    if (r->why[0]) {
        fprintf(out, "%-20s%5zu%5zu  not fitted: %.64s\n",
                sbs_law_sample_name(r->sample), r->n, r->n_censored, r->why);
        return;
    }
    quantile_text(median, sizeof median, &r->median);
    quantile_text(p95, sizeof p95, &r->p95);
    fprintf(out, "%-20s%5zu%5zu  %-20s %-20s %.3f %s\n",
            sbs_law_sample_name(r->sample), r->n, r->n_censored, median, p95,
            r->gof.ad_p, sbs_law_groups_text(r->verdict.groups));
    print_details(r, out);
}

static void print_missing(const struct sbs_laws *laws, FILE *out)
{
    char text[400] = "No data of:";
    size_t k = 0, missing = 0;

    for (size_t s = 0; s < SBS_LAW_SAMPLE_COUNT; s++) {
        if (k < laws->n && laws->row[k].sample == s) {
            k++;
            continue;
        }
        append(text, sizeof text, "%s %s", missing++ ? "," : "",
               sbs_law_sample_name((enum sbs_law_sample)s));
    }
    append(text, sizeof text, ".");
    if (missing)
        sbs_rows_wrap(out, text, 0, 4);
}

void sbs_laws_print(const struct sbs_laws *laws, FILE *out)
{
    char text[600] = "";
    bool tails = false;

    if (laws->n > 0)
        fprintf(out, "%-20s%5s%5s  %-20s %-20s %-5s %s\n", "phase (s)", "n",
                "cut", "median (90%)", "p95 (90%)", "fit p", "one or several");
    for (size_t i = 0; i < laws->n; i++) {
        print_row(&laws->row[i], out);
        tails |= laws->row[i].tail.known;
    }
    print_missing(laws, out);
    if (laws->never.n == 0)
        append(text, sizeof text, "Never started: no launch of known fate.");
    else
        append(text, sizeof text, "Never started: %zu of %zu launches of "
               "known fate; the probability is below %.1f%% with 95%% "
               "confidence (uniform prior).", laws->never.never,
               laws->never.n, 100 * laws->never.upper_frac);
    if (!tails)
        append(text, sizeof text, " Tail unknown everywhere: fewer than %d "
               "values beyond the 90%% point.", SBS_LAW_TAIL_MIN);
    sbs_rows_wrap(out, text, 0, 4);
    snprintf(text, sizeof text, "cut: cut off, they took longer than seen. "
             "Not estimable: fewer values than show the quantile whatever "
             "the law (%zu for the median, %zu for p95). fit p: "
             "Anderson-Darling by %d bootstrap refits of the heaviest "
             "family; small = it does not fit.",
             sbs_law_quantile_floor(0.5), sbs_law_quantile_floor(0.95),
             SBS_GOF_BOOT_MIN);
    sbs_rows_wrap(out, text, 0, 4);
}

static void real(struct sbs_jsonw *w, const char *key, double value)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_real(w, value); /* null for NaN and infinities */
}

static void count(struct sbs_jsonw *w, const char *key, size_t value)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_count(w, value);
}

static void string(struct sbs_jsonw *w, const char *key, const char *value)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_string(w, value);
}

static void json_quantile(struct sbs_jsonw *w, const char *key,
                          const struct sbs_laws_quantile *q)
{
    sbs_jsonw_key(w, key);
    if (isnan(q->value)) {
        sbs_jsonw_null(w);
        return;
    }
    sbs_jsonw_flat_object(w);
    real(w, "value", q->value);
    real(w, "lo90", q->lo);
    real(w, "hi90", q->hi);
    sbs_jsonw_close(w);
}

static void json_member(const struct sbs_law_member *m, struct sbs_jsonw *w)
{
    struct sbs_dist d = sbs_law_fit_dist(&m->fit);

    sbs_jsonw_object(w);
    real(w, "weight", m->weight);
    sbs_jsonw_key(w, "law");
    sbs_dist_write(&d, w);
    real(w, "log_likelihood", m->fit.loglik);
    real(w, "aicc", m->fit.aicc);
    real(w, "bic", m->fit.bic);
    sbs_jsonw_close(w);
}

static void json_gof(const struct sbs_gof *g, struct sbs_jsonw *w)
{
    sbs_jsonw_object(w);
    real(w, "ks", g->distance.ks);
    real(w, "ks_p", g->ks_p);
    real(w, "anderson_darling", g->distance.ad);
    real(w, "anderson_darling_p", g->ad_p);
    real(w, "pit_chi2", g->distance.pit_chi2);
    real(w, "pit_p", g->pit_p);
    sbs_jsonw_key(w, "pit_frac");
    sbs_jsonw_flat_array(w);
    for (size_t i = 0; i < SBS_GOF_BINS; i++)
        sbs_jsonw_real(w, g->distance.pit[i]);
    sbs_jsonw_close(w);
    count(w, "bootstrap_refits", g->boot);
    sbs_jsonw_close(w);
}

static void json_groups(const struct sbs_law_verdict *v, struct sbs_jsonw *w)
{
    sbs_jsonw_object(w);
    string(w, "verdict", sbs_law_groups_text(v->groups));
    real(w, "bic_gain", v->bic_gain);
    sbs_jsonw_key(w, "components");
    sbs_jsonw_array(w);
    for (size_t j = 0; j < v->mixture.k; j++) {
        sbs_jsonw_flat_object(w);
        real(w, "weight", v->mixture.weight[j]);
        string(w, "dist", "lognormal");
        real(w, "mu", v->mixture.mu[j]);
        real(w, "sigma", v->mixture.sigma[j]);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
    sbs_jsonw_close(w);
}

static void json_tail(const struct sbs_law_tail *t, struct sbs_jsonw *w)
{
    sbs_jsonw_object(w);
    string(w, "verdict", sbs_law_tail_text(t));
    count(w, "exceedances", t->exceedances);
    real(w, "threshold", t->threshold_s);
    if (t->known) {
        real(w, "xi", t->xi);
        real(w, "xi_lo95", t->xi_lo);
        real(w, "xi_hi95", t->xi_hi);
        real(w, "beta", t->beta_s);
    }
    sbs_jsonw_close(w);
}

static void json_row(const struct sbs_laws_row *r, struct sbs_jsonw *w)
{
    const char *unit = sbs_law_sample_unit(r->sample);

    sbs_jsonw_object(w);
    string(w, "sample", sbs_law_sample_name(r->sample));
    string(w, "what", sbs_law_sample_what(r->sample));
    string(w, "unit", *unit ? unit : "1");
    count(w, "n", r->n);
    count(w, "n_censored", r->n_censored);
    count(w, "n_rounded", r->n_rounded);
    if (r->why[0]) {
        string(w, "not_fitted", r->why);
        sbs_jsonw_close(w);
        return;
    }
    json_quantile(w, "median", &r->median);
    json_quantile(w, "p95", &r->p95);
    sbs_jsonw_key(w, "members");
    sbs_jsonw_array(w);
    for (size_t i = 0; i < r->average.n_members; i++)
        json_member(&r->average.member[i], w);
    sbs_jsonw_close(w);
    sbs_jsonw_key(w, "fit");
    json_gof(&r->gof, w);
    sbs_jsonw_key(w, "groups");
    json_groups(&r->verdict, w);
    sbs_jsonw_key(w, "tail");
    json_tail(&r->tail, w);
    sbs_jsonw_close(w);
}

void sbs_laws_json(const struct sbs_laws *laws, struct sbs_jsonw *w)
{
    sbs_jsonw_object(w);
    sbs_jsonw_key(w, "samples");
    sbs_jsonw_array(w);
    for (size_t i = 0; i < laws->n; i++)
        json_row(&laws->row[i], w);
    sbs_jsonw_close(w);
    sbs_jsonw_key(w, "never_started");
    sbs_jsonw_object(w);
    count(w, "launches", laws->never.n);
    count(w, "never", laws->never.never);
    real(w, "mean_frac", laws->never.mean_frac);
    real(w, "upper95_frac", laws->never.upper_frac);
    sbs_jsonw_close(w);
    sbs_jsonw_close(w);
}
