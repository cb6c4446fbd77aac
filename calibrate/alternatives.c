/* SPDX-License-Identifier: Apache-2.0 */
/* Other weights of the processors, each with the r_factor that suits it. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "base/jsonw.h"
#include "calibrate/predict.h"

typedef double cdf_f(struct sbs_totals *t,
                     const struct sbs_totals_theta *theta,
                     const struct sbs_totals_run *run, double time_s);

static double median(struct sbs_totals *t, const struct sbs_totals_theta *th,
                     const struct sbs_totals_run *run, cdf_f *cdf, double top)
{
    double lo = 0, hi = top, mid;

    while (hi - lo > 0.1) {
        mid = (lo + hi) / 2;
        if (cdf(t, th, run, mid) < 0.5)
            lo = mid;
        else
            hi = mid;
    }
    return (lo + hi) / 2;
}

/* The fitted run with the most work a task, or NULL. */
static const struct sbs_totals_run *work_run(const struct sbs_joint_runs *r)
{
    const struct sbs_totals_run *best = NULL;
    size_t i;

    for (i = 0; i < r->n; i++) {
        const struct sbs_totals_run *t = &r->run[i].total;
        if (r->run[i].fitted && t->ref_s[0] >= SBS_TOTALS_LONG_S &&
            t->first_s > 0 && t->last_s > 0 &&
            (!best || t->ref_s[0] > best->ref_s[0]))
            best = t;
    }
    return best;
}

static void fill(const struct sbs_calibration *c, struct sbs_totals *t,
                 const struct sbs_totals_run *run, struct sbs_alternative *a)
{
    struct sbs_totals_theta th = c->joint.theta;

    th.share_new = a->share_new;
    th.r_factor = sbs_joint_best_r(t, &c->runs, &c->est.prior, &th,
                                   a->share_new, &a->loglik);
    a->r_factor = th.r_factor;
    a->first_s = median(t, &th, run, sbs_totals_first_cdf, 10 * run->last_s);
    a->last_s = median(t, &th, run, sbs_totals_last_cdf, 10 * run->last_s);
    a->first_percentile = sbs_totals_first_cdf(t, &th, run, run->first_s);
    a->last_percentile = sbs_totals_last_cdf(t, &th, run, run->last_s);
}

int sbs_predict_alternatives(const struct sbs_calibration *c,
                             struct sbs_alternative out[SBS_ALTERNATIVES],
                             size_t *n, struct sbs_error *err)
{
    const struct sbs_totals_run *run = work_run(&c->runs);
    struct sbs_alternative set[SBS_ALTERNATIVES] = {
        {.name = "in the model", .share_new = c->joint.theta.share_new},
        {.name = "as seen in 2021", .share_new = 0},
        {.name = "half and half", .share_new = 0.5},
        {.name = "newer ones only", .share_new = 1}};
    struct sbs_totals *t;
    double best;
    size_t i;

    *n = 0;
    if (!run)
        return 0;
    t = sbs_totals_create(&c->fixed, err);
    if (!t)
        return -1;
    for (i = 0; i < SBS_ALTERNATIVES; i++)
        fill(c, t, run, &set[i]);
    sbs_totals_destroy(t);
    best = set[0].loglik;
    for (i = 0; i < SBS_ALTERNATIVES; i++)
        set[i].loglik -= best;
    memcpy(out, set, sizeof set);
    *n = SBS_ALTERNATIVES;
    return 0;
}

void sbs_alternatives_print(const struct sbs_alternative *a, size_t n,
                            FILE *out)
{
    size_t i;

    fprintf(out, "%-17s %6s %8s %9s  %-18s %-18s\n", "weights", "new",
            "r_factor", "log lik.", "first s (percent)", "last s (percent)");
    for (i = 0; i < n; i++)
        fprintf(out, "%-17s %6.3f %8.3f %9.1f  %6.0f (%5.1f%%)     "
                "%6.0f (%5.1f%%)\n", a[i].name, a[i].share_new,
                a[i].r_factor, a[i].loglik, a[i].first_s,
                100 * a[i].first_percentile, a[i].last_s,
                100 * a[i].last_percentile);
}

void sbs_alternatives_json(const struct sbs_alternative *a, size_t n,
                           struct sbs_jsonw *w)
{
    size_t i;

    sbs_jsonw_array(w);
    for (i = 0; i < n; i++) {
        sbs_jsonw_object(w);
        sbs_jsonw_key(w, "weights");
        sbs_jsonw_string(w, a[i].name);
        sbs_jsonw_key(w, "share_new");
        sbs_jsonw_real(w, sbs_rows_round(a[i].share_new));
        sbs_jsonw_key(w, "r_factor");
        sbs_jsonw_real(w, sbs_rows_round(a[i].r_factor));
        sbs_jsonw_key(w, "log_likelihood");
        sbs_jsonw_real(w, sbs_rows_round(a[i].loglik));
        sbs_jsonw_key(w, "first_s");
        sbs_jsonw_real(w, sbs_rows_round(a[i].first_s));
        sbs_jsonw_key(w, "first_percentile");
        sbs_jsonw_real(w, sbs_rows_round(a[i].first_percentile));
        sbs_jsonw_key(w, "last_s");
        sbs_jsonw_real(w, sbs_rows_round(a[i].last_s));
        sbs_jsonw_key(w, "last_percentile");
        sbs_jsonw_real(w, sbs_rows_round(a[i].last_percentile));
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
}
