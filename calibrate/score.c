/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "calibrate/score.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

enum { NULLS = 9999, PURPOSE = 1 }; /* of the simulated null; p >= 1e-4 */

/* All checks together reject a true forecast at most this often (Holm). */
static const double level = 0.05, interval = 0.9;

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* ---- the forecast's own values ----------------------------------------- */

/* Finite values of a figure: ascending, and with what a run that came out so
 * would score, ordered by draw. */
struct sample {
    double *sorted;
    size_t n;
    double *pit; /* of a value among the others */
    unsigned char *inside;
    size_t *begin; /* [groups + 1]: values of the same draw */
    size_t groups;
};

static void sample_fini(struct sample *s)
{
    free(s->sorted);
    free(s->pit);
    free(s->inside);
    free(s->begin);
}

static void fill_groups(struct sample *s, const struct sbs_forecast_figure *f,
                        size_t n_values, size_t draws)
{
    size_t at = 0;
    for (size_t d = 0; d < draws; d++) {
        size_t begin = at;
        for (size_t i = d; i < n_values; i += draws) {
            double v = f->values[i];
            if (!isfinite(v))
                continue;
            size_t rank = 0, end = s->n; /* values <= v */
            while (rank < end) {
                size_t mid = (rank + end) / 2;
                if (s->sorted[mid] <= v)
                    rank = mid + 1;
                else
                    end = mid;
            }
            s->pit[at] = (double)rank / (double)s->n;
            s->inside[at++] = v >= f->all.p05 && v <= f->all.p95;
        }
        if (at > begin)
            s->begin[s->groups++] = begin;
    }
    s->begin[s->groups] = at;
}

static int sample_make(struct sample *s, const struct sbs_forecast_figure *f,
                       size_t n_values, size_t draws, struct sbs_error *err)
{
    *s = (struct sample){.n = 0};
    draws = draws < 2 ? 1 : draws > n_values ? n_values : draws;
    s->sorted = malloc(n_values * sizeof *s->sorted);
    s->pit = malloc(n_values * sizeof *s->pit);
    s->inside = malloc(n_values);
    s->begin = malloc((draws + 1) * sizeof *s->begin);
    if (!s->sorted || !s->pit || !s->inside || !s->begin) {
        sample_fini(s);
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    }
    for (size_t i = 0; i < n_values; i++)
        if (isfinite(f->values[i]))
            s->sorted[s->n++] = f->values[i];
    qsort(s->sorted, s->n, sizeof *s->sorted, by_size);
    fill_groups(s, f, n_values, draws);
    return 0;
}

/* Pick m values of one draw: different ones when there are enough. */
static void pick(const struct sample *s, const struct sbs_stream *g, size_t m,
                 size_t *order, double *pit, size_t *inside)
{
    double u = sbs_rng_u01(g, 0, PURPOSE, 0, 0);
    size_t group = (size_t)(u * (double)s->groups);
    size_t begin = s->begin[group], n = s->begin[group + 1] - begin;
    *inside = 0;
    for (size_t i = 0; i < n; i++)
        order[i] = begin + i;
    for (size_t i = 0; i < m; i++) {
        u = sbs_rng_u01(g, 1, PURPOSE, (uint32_t)i, 0);
        size_t from = m <= n ? i : 0;
        size_t k = from + (size_t)(u * (double)(n - from)), chosen = order[k];
        if (m <= n) {
            order[k] = order[i];
            order[i] = chosen;
        }
        pit[i] = s->pit[chosen];
        *inside += s->inside[chosen];
    }
}

/* How often would m runs of the forecast itself do as badly? The runs share
 * the one true cloud, so in the null they share a draw: m independent runs
 * would be held to too much. */
static int null_p(struct sbs_score_figure *out, const struct sample *s,
                  uint64_t seed, size_t m, size_t inside, double apart,
                  struct sbs_error *err)
{
    size_t fewer = 1, farther = 1;
    size_t *order = malloc((s->n + 1) * sizeof *order);
    double *pit = malloc((m + 1) * sizeof *pit);
    if (order && pit) {
        for (uint32_t b = 0; b < NULLS; b++) {
            struct sbs_stream g = sbs_stream_init(seed, b);
            size_t hits;
            pick(s, &g, m, order, pit, &hits);
            fewer += hits <= inside ? 1u : 0u;
            /* Dust of rounding is no difference. */
            farther += sbs_verify_uniform(pit, m) >= apart - 1e-12 ? 1u : 0u;
        }
        out->p_coverage = (double)fewer / (NULLS + 1);
        out->p_pit = (double)farther / (NULLS + 1);
    }
    int status = order && pit ? 0 : sbs_fail(err, SBS_EMEMORY,
                                             "out of memory");
    free(order);
    free(pit);
    return status;
}

/* ---- figures ----------------------------------------------------------- */

static struct sbs_score_row *add_row(struct sbs_score *s,
                                     const struct sbs_measured_run *r,
                                     const struct sbs_forecast_policy *p,
                                     enum sbs_figure k,
                                     const struct sample *sample)
{
    const struct sbs_summary *all = &p->figure[k].all;
    double y = r->figure[k];
    struct sbs_score_row *row = &s->row[s->n_rows++];
    *row = (struct sbs_score_row){
        .run = r->name ? r->name : "-", .policy = p->spec, .figure = k,
        .observed = y, .p05 = all->p05, .p50 = all->p50, .p95 = all->p95,
        .pit = sbs_verify_pit(sample->sorted, sample->n, y),
        .inside = y >= all->p05 && y <= all->p95,
        .crps = sbs_verify_crps(sample->sorted, sample->n, y),
        .naive = fabs(s->forecast->naive[k] - y),
        .last = fabs(s->forecast->last.figure[k] - y)};
    return row;
}

/* 1 - mean score / mean error of a baseline over the same runs. */
static double skill(double crps, double error)
{
    return error > 0 ? 1 - crps / error : NAN;
}

static int score_figure(struct sbs_score *s, struct sbs_score_policy *out,
                        const struct sbs_measured *m,
                        const size_t *policy_of, size_t p, enum sbs_figure k,
                        struct sbs_error *err)
{
    const struct sbs_forecast_policy *f = out->forecast;
    struct sbs_score_figure *fig = &out->figure[k];
    struct sample sample;
    size_t n = 0, hits = 0;
    double crps = 0, naive = 0, last = 0;
    *fig = (struct sbs_score_figure){.p_coverage = NAN, .p_pit = NAN,
                                     .crps = NAN, .skill_naive = NAN,
                                     .skill_last = NAN};
    double *pit = malloc((m->n + 1) * sizeof *pit);
    if (!pit)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    if (sample_make(&sample, &f->figure[k], f->n_values,
                    (size_t)s->forecast->draws, err) != 0) {
        free(pit);
        return -1;
    }
    for (size_t i = 0; i < m->n && sample.n > 1; i++) {
        if (policy_of[i] != p || isnan(m->run[i].figure[k]))
            continue;
        const struct sbs_score_row *row =
            add_row(s, &m->run[i], f, k, &sample);
        pit[n++] = row->pit;
        hits += row->inside ? 1u : 0u;
        crps += row->crps;
        naive += row->naive;
        last += row->last;
    }
    int status = 0;
    if (n > 0) {
        sbs_verify_coverage(&fig->coverage, hits, n, interval);
        fig->crps = crps / (double)n;
        fig->skill_naive = skill(crps, naive);
        fig->skill_last = skill(crps, last);
        status = null_p(fig, &sample, s->forecast->seed, n, hits,
                        sbs_verify_uniform(pit, n), err);
    }
    sample_fini(&sample);
    free(pit);
    return status;
}

/* ---- curves and means -------------------------------------------------- */

static void score_curves(struct sbs_score *s, struct sbs_score_policy *out,
                         const struct sbs_measured *m,
                         const size_t *policy_of, size_t p)
{
    const struct sbs_forecast_policy *f = out->forecast;
    struct sbs_curve sim[SBS_FORECAST_CURVES];
    double each[SBS_FORECAST_CURVES], sum = 0;
    size_t n = 0, as_far = 1;
    out->p_curve = NAN;
    for (size_t i = 0; i < f->n_curves; i++)
        sim[i] = (struct sbs_curve){f->times_s + i * f->n_points,
                                    f->n_points};
    for (size_t i = 0; i < m->n; i++) {
        const struct sbs_measured_run *r = &m->run[i];
        if (policy_of[i] != p || r->n_times == 0 || f->n_curves == 0)
            continue;
        struct sbs_score_curve *c = &s->curve[s->n_curves++];
        *c = (struct sbs_score_curve){r->name ? r->name : "-", f->spec, 0,
                                      NAN};
        c->p = sbs_verify_curve(sim, f->n_curves,
                                (struct sbs_curve){r->times_s, r->n_times},
                                &c->distance_s, each);
        out->p_curve = c->p;
        sum += c->distance_s;
        n++;
    }
    if (n < 2)
        return;
    /* Several runs may be as good as one (the same true cloud), so that their
     * mean has to be as far as a single run: holds however they depend. */
    for (size_t i = 0; i < f->n_curves; i++)
        as_far += each[i] >= sum / (double)n ? 1u : 0u;
    out->p_curve = (double)as_far / (double)(f->n_curves + 1);
}

static int score_mean(struct sbs_score_policy *out,
                      const struct sbs_measured *m, const size_t *policy_of,
                      size_t p, struct sbs_error *err)
{
    const struct sbs_forecast_policy *f = out->forecast;
    const struct sbs_summary *all = &f->figure[SBS_FIGURE_makespan_s].all;
    double *values = malloc((m->n + 1) * sizeof *values), sum = 0;
    size_t n = 0;
    if (!values)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (size_t i = 0; i < m->n; i++) {
        if (policy_of[i] != p)
            continue;
        out->runs++;
        if (isnan(m->run[i].figure[SBS_FIGURE_makespan_s]))
            continue;
        values[n++] = m->run[i].figure[SBS_FIGURE_makespan_s];
        sum += values[n - 1];
    }
    /* What differs between runs of the one true cloud. */
    double sd = isnan(all->split.sd_run) ? all->sd : all->split.sd_run;
    sbs_verify_equivalence(&out->mean, values, n, all->mean, f->margin,
                           sd / all->mean);
    out->mean_s = n > 0 ? sum / (double)n : NAN;
    free(values);
    return 0;
}

/* The order of the policies, by mean makespan. */
static int score_order(struct sbs_score *s, struct sbs_error *err)
{
    size_t most = s->forecast->n_policies, n = 0;
    double *sim = malloc((2 * most + 1) * sizeof *sim), *live = sim + most;
    if (!sim)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (size_t i = 0; i < most; i++) {
        const struct sbs_score_policy *p = &s->policy[i];
        if (isnan(p->mean_s))
            continue;
        sim[n] = p->forecast->figure[SBS_FIGURE_makespan_s].all.mean;
        live[n] = p->mean_s;
        for (size_t k = 0; k < n; k++) {
            double apart = sim[n] - sim[k];
            if (fabs(apart) <= p->forecast->margin * fmin(sim[n], sim[k]))
                continue;
            s->pairs++;
            s->pairs_agree += apart * (live[n] - live[k]) > 0 ? 1u : 0u;
        }
        n++;
    }
    s->n_compared = n;
    if (n > 1)
        s->tau = sbs_verify_kendall(sim, live, n, &s->p_tau);
    free(sim);
    return 0;
}

/* ---- which run is which ------------------------------------------------ */

/* A day is compared with a day: the order within one is not known. */
static enum sbs_score_when when(const char *made, const char *date)
{
    if (!date)
        return SBS_SCORE_UNKNOWN;
    size_t n = strlen(date) < strlen(made) ? strlen(date) : strlen(made);
    int order = strncmp(date, made, n);
    return order < 0                        ? SBS_SCORE_BEFORE
           : order == 0 && n < strlen(made) ? SBS_SCORE_UNKNOWN
                                            : SBS_SCORE_AFTER;
}

static int find_policies(struct sbs_score *s, const struct sbs_measured *m,
                         const char *policy, size_t *policy_of,
                         struct sbs_error *err)
{
    const struct sbs_forecast *f = s->forecast;
    for (size_t i = 0; i < m->n; i++) {
        const struct sbs_measured_run *r = &m->run[i];
        const char *spec = r->policy ? r->policy : policy;
        size_t p = 0;
        if (!spec && f->n_policies > 1)
            return sbs_fail(err, SBS_EUSAGE,
                            "--policy: run %zu (%.60s) does not say its "
                            "policy, and %zu were forecast", i + 1,
                            r->name ? r->name : "no name", f->n_policies);
        while (spec && p < f->n_policies &&
               strcmp(spec, f->policy[p].spec) != 0)
            p++;
        if (p == f->n_policies)
            return sbs_fail(err, SBS_EINPUT,
                            "policy \"%.80s\" was not forecast (run %zu); "
                            "the first that was is \"%.80s\"", spec, i + 1,
                            f->policy[0].spec);
        policy_of[i] = p;
        enum sbs_score_when w = when(f->made_utc, r->date);
        s->n_before += w == SBS_SCORE_BEFORE ? 1u : 0u;
        s->n_undated += w == SBS_SCORE_UNKNOWN ? 1u : 0u;
    }
    return 0;
}

/* ---- checks ------------------------------------------------------------ */

static struct sbs_score_check *add_check(struct sbs_score *s, double p)
{
    struct sbs_score_check *c = &s->check[s->n_checks++];
    c->p = p;
    return c;
}

static void list_checks(struct sbs_score *s)
{
    for (size_t i = 0; i < s->forecast->n_policies; i++) {
        const struct sbs_score_policy *p = &s->policy[i];
        const char *spec = p->forecast->spec;
        for (int k = 0; k < SBS_N_FIGURES; k++) {
            const struct sbs_score_figure *f = &p->figure[k];
            const char *name = sbs_figure_name((enum sbs_figure)k);
            if (f->coverage.n == 0)
                continue;
            struct sbs_score_check *c = add_check(s, f->p_pit);
            snprintf(c->what, sizeof c->what, "%.60s: %s has its place in the "
                     "forecast (PIT)", spec, name);
            if (f->coverage.n < 2) /* one run: the same question */
                continue;
            c = add_check(s, f->p_coverage);
            snprintf(c->what, sizeof c->what, "%.60s: %s in the 90%% interval",
                     spec, name);
        }
        if (!isnan(p->p_curve))
            snprintf(add_check(s, p->p_curve)->what, sizeof s->check->what,
                     "%.60s: completion curve", spec);
    }
}

/* What does not follow from the forecast's intervals, so not in Holm's test:
 * that it was one, and that its mean is as near as was claimed. */
static void list_claims(struct sbs_score *s)
{
    s->n_calibration = s->n_checks;
    for (size_t i = 0; i < s->forecast->n_policies; i++) {
        const struct sbs_score_policy *p = &s->policy[i];
        if (isnan(p->mean.p_different))
            continue;
        struct sbs_score_check *c = add_check(s, p->mean.p_different);
        snprintf(c->what, sizeof c->what,
                 "%.60s: mean makespan within %g%%, as filed",
                 p->forecast->spec, 100 * p->forecast->margin);
        c->failed = p->mean.verdict == SBS_TOST_DIFFERENT;
        s->n_failed += c->failed;
    }
    if (s->n_before == 0)
        return;
    struct sbs_score_check *c = add_check(s, NAN);
    snprintf(c->what, sizeof c->what, "filed before the runs were made");
    c->failed = 1;
    s->n_failed++;
}

static int make_checks(struct sbs_score *s, struct sbs_error *err)
{
    size_t room = s->forecast->n_policies * (2 * SBS_N_FIGURES + 2) + 1;
    s->check = calloc(room, sizeof *s->check);
    double *p = malloc(room * sizeof *p);
    unsigned char *failed = malloc(room);
    int status = -1;
    if (s->check && p && failed) {
        list_checks(s);
        for (size_t i = 0; i < s->n_checks; i++)
            p[i] = s->check[i].p;
        s->n_failed = sbs_verify_holm(p, s->n_checks, level, failed);
        for (size_t i = 0; i < s->n_checks; i++)
            s->check[i].failed = failed[i];
        list_claims(s);
        status = 0;
    } else {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
    }
    free(p);
    free(failed);
    return status;
}

/* ---- all of it --------------------------------------------------------- */

static int score_all(struct sbs_score *s, const struct sbs_measured *m,
                     const size_t *policy_of, struct sbs_error *err)
{
    for (size_t i = 0; i < s->forecast->n_policies; i++) {
        struct sbs_score_policy *p = &s->policy[i];
        p->forecast = &s->forecast->policy[i];
        if (score_mean(p, m, policy_of, i, err) != 0)
            return -1;
        for (int k = 0; k < SBS_N_FIGURES; k++)
            if (score_figure(s, p, m, policy_of, i, (enum sbs_figure)k,
                             err) != 0)
                return -1;
        score_curves(s, p, m, policy_of, i);
    }
    return score_order(s, err) != 0 ? -1 : make_checks(s, err);
}

int sbs_score_make(struct sbs_score *s, const struct sbs_forecast *forecast,
                   const struct sbs_measured *measured, const char *policy,
                   struct sbs_error *err)
{
    *s = (struct sbs_score){.forecast = forecast, .n_runs = measured->n,
                            .tau = NAN, .p_tau = NAN};
    size_t *policy_of = calloc(measured->n + 1, sizeof *policy_of);
    int status = -1;
    s->row = calloc(measured->n * SBS_N_FIGURES + 1, sizeof *s->row);
    s->curve = calloc(measured->n + 1, sizeof *s->curve);
    s->policy = calloc(forecast->n_policies, sizeof *s->policy);
    if (!policy_of || !s->row || !s->curve || !s->policy)
        sbs_fail(err, SBS_EMEMORY, "out of memory");
    else if (find_policies(s, measured, policy, policy_of, err) == 0)
        status = score_all(s, measured, policy_of, err);
    free(policy_of);
    if (status != 0)
        sbs_score_fini(s);
    return status;
}

void sbs_score_fini(struct sbs_score *s)
{
    free(s->row);
    free(s->curve);
    free(s->policy);
    free(s->check);
    *s = (struct sbs_score){.n_rows = 0};
}
