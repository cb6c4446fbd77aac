/* SPDX-License-Identifier: Apache-2.0 */
/* A score as text and as JSON. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "base/jsonw.h"
#include "calibrate/rows.h"
#include "calibrate/score.h"

static void print_head(const struct sbs_score *s, FILE *out)
{
    const struct sbs_forecast *f = s->forecast;
    fprintf(out, "Forecast of %s, %zu run%s measured\n", f->made_utc,
            s->n_runs, s->n_runs == 1 ? "" : "s");
    if (s->n_before > 0)
        fprintf(out, "NOT A FORECAST: %zu of the runs had been made before it "
                     "was filed.\n", s->n_before);
    if (s->n_undated > 0)
        fprintf(out, "Of %zu run%s it is not known that %s made afterwards "
                     "(no date, or that very day).\n", s->n_undated,
                s->n_undated == 1 ? "" : "s",
                s->n_undated == 1 ? "it was" : "they were");
    for (size_t i = 0; i < f->n_policies; i++) {
        if (s->policy[i].runs == 0)
            continue;
        fprintf(out, "%.60s: %s\n", f->policy[i].spec,
                !f->from_trace ? "the model was stated; what it was fitted "
                                 "to is not known here"
                : strcmp(f->policy[i].spec, "static") == 0
                    ? "a fit check (the model is fitted to runs of static)"
                    : "held out (the model is fitted to runs of static)");
    }
}

static void print_rows(const struct sbs_score *s, FILE *out)
{
    fprintf(out, "\n%-18s %-11s %10s %21s %6s %8s %9s %9s\n", "run", "figure",
            "measured", "forecast 5%..95%", "PIT", "CRPS", "naive off",
            "last off");
    const char *policy = NULL;
    for (size_t i = 0; i < s->n_rows; i++) {
        const struct sbs_score_row *r = &s->row[i];
        char range[64], naive[24] = "-", last[24] = "-";
        if (!policy || strcmp(policy, r->policy) != 0)
            fprintf(out, "%.90s\n", r->policy);
        policy = r->policy;
        snprintf(range, sizeof range, "%.5g..%.5g%s", r->p05, r->p95,
                 r->inside ? "  " : " !");
        if (!isnan(r->naive))
            snprintf(naive, sizeof naive, "%.4g", r->naive);
        if (!isnan(r->last))
            snprintf(last, sizeof last, "%.4g", r->last);
        fprintf(out, "%-18.18s %-11s %10.5g %21s %6.3f %8.4g %9s %9s\n",
                r->run, sbs_figure_name(r->figure), r->observed, range,
                r->pit, r->crps, naive, last);
    }
    fputs("! = outside. PIT: share of the forecast at or below the "
          "measurement. CRPS (fair ensemble form)\nand the errors of the "
          "baselines are in the unit of the figure.\n", out);
}

static void put_skill(FILE *out, double skill)
{
    if (isnan(skill))
        fprintf(out, " %9s", "-");
    else
        fprintf(out, " %9.2f", skill);
}

static void print_figures(const struct sbs_score *s, FILE *out)
{
    fprintf(out, "\n%-24s %-11s %9s %11s %7s %7s %9s %9s\n", "policy",
            "figure", "inside", "95% limits", "p", "p PIT", "v naive",
            "v last");
    for (size_t i = 0; i < s->forecast->n_policies; i++) {
        for (int k = 0; k < SBS_N_FIGURES; k++) {
            const struct sbs_score_figure *f = &s->policy[i].figure[k];
            char inside[48], limits[32];
            if (f->coverage.n == 0)
                continue;
            snprintf(inside, sizeof inside, "%llu/%llu",
                     (unsigned long long)f->coverage.k,
                     (unsigned long long)f->coverage.n);
            snprintf(limits, sizeof limits, "%.2f..%.2f", f->coverage.lo,
                     f->coverage.hi);
            fprintf(out, "%-24.24s %-11s %9s %11s %7.4f %7.4f",
                    s->forecast->policy[i].spec,
                    sbs_figure_name((enum sbs_figure)k), inside, limits,
                    f->p_coverage, f->p_pit);
            put_skill(out, f->skill_naive);
            put_skill(out, f->skill_last);
            putc('\n', out);
        }
    }
    fputs("Inside the 90% interval; v: skill, 1 - CRPS / error of the "
          "baseline (above 0: better than it).\n", out);
}

static void print_power(const struct sbs_score *s, FILE *out)
{
    char text[300];
    for (size_t i = 0; i < s->forecast->n_policies; i++) {
        const struct sbs_coverage *c =
            &s->policy[i].figure[SBS_FIGURE_makespan_s].coverage;
        if (c->n == 0)
            continue;
        snprintf(text, sizeof text,
                 "%.40s: with %llu run%s, %llu or more inside pass at 5%%; an "
                 "interval that really holds 60%% instead of 90%% would pass "
                 "%.0f%% of the time.", s->forecast->policy[i].spec,
                 (unsigned long long)c->n, c->n == 1 ? "" : "s",
                 (unsigned long long)c->least, 100 * c->power60);
        sbs_rows_wrap(out, text, 0, 2);
    }
}

static void print_curves(const struct sbs_score *s, FILE *out)
{
    if (s->n_curves == 0)
        return;
    fprintf(out, "\n%-20s %-40s %16s %7s\n", "run", "policy",
            "curve distance s", "p");
    for (size_t i = 0; i < s->n_curves; i++)
        fprintf(out, "%-20.20s %-40.40s %16.4g %7.4f\n", s->curve[i].run,
                s->curve[i].policy, s->curve[i].distance_s, s->curve[i].p);
    fputs("Wasserstein-1 between completion curves; p: share of simulated "
          "runs at least as far from the others.\n", out);
}

static void print_means(const struct sbs_score *s, FILE *out)
{
    char text[400], interval[80];
    putc('\n', out);
    for (size_t i = 0; i < s->forecast->n_policies; i++) {
        const struct sbs_equivalence *e = &s->policy[i].mean;
        double margin = s->forecast->policy[i].margin;
        static const char *const verdicts[] = {"not settled", "equivalent",
                                               "different"};
        if (e->n == 0)
            continue;
        snprintf(interval, sizeof interval, "no interval");
        if (e->n > 1)
            snprintf(interval, sizeof interval, "90%% interval %.3f to %.3f",
                     e->lo, e->hi);
        snprintf(text, sizeof text,
                 "%.60s: mean makespan %.3f of the forecast (%s), margin "
                 "%g%% filed beforehand: %s; needs about %.0f runs, has %llu.",
                 s->forecast->policy[i].spec, e->ratio, interval,
                 100 * margin, verdicts[e->verdict], e->n_needed,
                 (unsigned long long)e->n);
        sbs_rows_wrap(out, text, 0, 2);
    }
    if (s->n_compared > 1) {
        snprintf(text, sizeof text,
                 "Order of %zu policies: Kendall's tau %.2f (exact p of as "
                 "much agreement by chance %.4f); of %zu pairs that are "
                 "forecast further apart than the margin, %zu are so.",
                 s->n_compared, s->tau, s->p_tau, s->pairs, s->pairs_agree);
        sbs_rows_wrap(out, text, 0, 2);
    }
}

static void print_checks(const struct sbs_score *s, FILE *out)
{
    fputs("\nChecks: a true forecast fails any of these at most 5% of the "
          "time (Holm)\n", out);
    for (size_t i = 0; i < s->n_checks; i++) {
        if (i == s->n_calibration)
            fputs("and what was claimed beside it, each at 5%\n", out);
        const struct sbs_score_check *c = &s->check[i];
        char p[24] = "-";
        if (!isnan(c->p))
            snprintf(p, sizeof p, "p %.4f", c->p);
        fprintf(out, "  %-6s  %-10s  %.79s\n", c->failed ? "FAILED" : "ok", p,
                c->what);
    }
}

void sbs_score_print(const struct sbs_score *s, FILE *out)
{
    print_head(s, out);
    print_rows(s, out);
    print_figures(s, out);
    print_power(s, out);
    print_curves(s, out);
    print_means(s, out);
    print_checks(s, out);
}

/* ---- JSON -------------------------------------------------------------- */

static void put_real(struct sbs_jsonw *w, const char *key, double value)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_real(w, value);
}

static void put_count(struct sbs_jsonw *w, const char *key, uint64_t value)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_count(w, value);
}

static void put_text(struct sbs_jsonw *w, const char *key, const char *value)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_string(w, value);
}

static void put_bool(struct sbs_jsonw *w, const char *key, bool value)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_bool(w, value);
}

static void put_rows(struct sbs_jsonw *w, const struct sbs_score *s)
{
    sbs_jsonw_key(w, "rows");
    sbs_jsonw_array(w);
    for (size_t i = 0; i < s->n_rows; i++) {
        const struct sbs_score_row *r = &s->row[i];
        sbs_jsonw_flat_object(w);
        put_text(w, "run", r->run);
        put_text(w, "policy", r->policy);
        put_text(w, "figure", sbs_figure_name(r->figure));
        put_real(w, "measured", r->observed);
        put_real(w, "p05", r->p05);
        put_real(w, "p50", r->p50);
        put_real(w, "p95", r->p95);
        put_real(w, "pit", r->pit);
        put_bool(w, "inside", r->inside);
        put_real(w, "crps", r->crps);
        put_real(w, "naive_error", r->naive);
        put_real(w, "last_run_error", r->last);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
}

static void put_figure(struct sbs_jsonw *w, const struct sbs_score_figure *f)
{
    sbs_jsonw_flat_object(w);
    put_count(w, "inside", f->coverage.k);
    put_count(w, "runs", f->coverage.n);
    put_real(w, "coverage_lo", f->coverage.lo);
    put_real(w, "coverage_hi", f->coverage.hi);
    put_count(w, "least_to_pass", f->coverage.least);
    put_real(w, "pass_if_60", f->coverage.power60);
    put_real(w, "p_coverage", f->p_coverage);
    put_real(w, "p_pit", f->p_pit);
    put_real(w, "crps", f->crps);
    put_real(w, "skill_naive", f->skill_naive);
    put_real(w, "skill_last_run", f->skill_last);
    sbs_jsonw_close(w);
}

static void put_mean(struct sbs_jsonw *w, const struct sbs_score_policy *p)
{
    static const char *const verdicts[] = {"open", "equivalent", "different"};
    sbs_jsonw_key(w, "equivalence");
    sbs_jsonw_flat_object(w);
    put_text(w, "verdict", verdicts[p->mean.verdict]);
    put_real(w, "margin", p->forecast->margin);
    put_count(w, "runs", p->mean.n);
    put_real(w, "ratio", p->mean.ratio);
    put_real(w, "lo", p->mean.lo);
    put_real(w, "hi", p->mean.hi);
    put_real(w, "p_different", p->mean.p_different);
    put_real(w, "cv", p->mean.cv);
    put_real(w, "runs_needed", p->mean.n_needed);
    sbs_jsonw_close(w);
}

static void put_policies(struct sbs_jsonw *w, const struct sbs_score *s)
{
    sbs_jsonw_key(w, "policies");
    sbs_jsonw_array(w);
    for (size_t i = 0; i < s->forecast->n_policies; i++) {
        const struct sbs_score_policy *p = &s->policy[i];
        sbs_jsonw_object(w);
        put_text(w, "spec", p->forecast->spec);
        put_count(w, "runs", p->runs);
        for (int k = 0; k < SBS_N_FIGURES; k++) {
            if (p->figure[k].coverage.n == 0)
                continue;
            sbs_jsonw_key(w, sbs_figure_name((enum sbs_figure)k));
            put_figure(w, &p->figure[k]);
        }
        put_real(w, "p_curve", p->p_curve);
        put_mean(w, p);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
}

static void put_curves(struct sbs_jsonw *w, const struct sbs_score *s)
{
    sbs_jsonw_key(w, "curves");
    sbs_jsonw_array(w);
    for (size_t i = 0; i < s->n_curves; i++) {
        sbs_jsonw_flat_object(w);
        put_text(w, "run", s->curve[i].run);
        put_text(w, "policy", s->curve[i].policy);
        put_real(w, "distance_s", s->curve[i].distance_s);
        put_real(w, "p", s->curve[i].p);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
    sbs_jsonw_key(w, "order");
    sbs_jsonw_flat_object(w);
    put_count(w, "policies", s->n_compared);
    put_real(w, "tau", s->tau);
    put_real(w, "p", s->p_tau);
    put_count(w, "pairs", s->pairs);
    put_count(w, "pairs_agree", s->pairs_agree);
    sbs_jsonw_close(w);
}

static void put_checks(struct sbs_jsonw *w, const struct sbs_score *s)
{
    sbs_jsonw_key(w, "checks");
    sbs_jsonw_array(w);
    for (size_t i = 0; i < s->n_checks; i++) {
        sbs_jsonw_flat_object(w);
        put_text(w, "what", s->check[i].what);
        put_real(w, "p", s->check[i].p);
        put_bool(w, "failed", s->check[i].failed);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
}

int sbs_score_json(const struct sbs_score *s, FILE *out, struct sbs_error *err)
{
    struct sbs_jsonw w;
    sbs_jsonw_init(&w, out);
    sbs_jsonw_object(&w);
    put_text(&w, "schema", "sbsim-score");
    put_count(&w, "schema_version", 1);
    put_text(&w, "program", PACKAGE_STRING);
    put_text(&w, "forecast_sha256", s->forecast->content_sha256);
    put_text(&w, "forecast_made_utc", s->forecast->made_utc);
    put_count(&w, "runs", s->n_runs);
    put_count(&w, "runs_made_before", s->n_before);
    put_count(&w, "runs_undated", s->n_undated);
    put_rows(&w, s);
    put_policies(&w, s);
    put_curves(&w, s);
    put_checks(&w, s);
    put_count(&w, "failed", s->n_failed);
    sbs_jsonw_close(&w);
    int status = sbs_jsonw_end(&w, err);
    sbs_jsonw_fini(&w);
    return status;
}
