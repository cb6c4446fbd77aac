/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "stats/compare.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include "stats/split.h"

/* Mean and sum of squared deviations, one value at a time (Welford 1962). */
struct running {
    uint64_t n;
    double mean, squares;
};

static void running_add(struct running *r, double x)
{
    double apart = x - r->mean;
    r->n++;
    r->mean += apart / (double)r->n;
    r->squares += apart * (x - r->mean);
}

void sbs_compare_paired(struct sbs_paired *out, const double *a,
                        const double *b, size_t n)
{
    struct running r = {0};
    double a_better = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(a[i]) || !isfinite(b[i]))
            continue;
        running_add(&r, b[i] - a[i]);
        a_better += a[i] < b[i] ? 1 : a[i] == b[i] ? 0.5 : 0;
    }
    *out = (struct sbs_paired){r.n, NAN, NAN, NAN, NAN, 0, NAN, NAN};
    if (r.n > 0) {
        out->mean = r.mean;
        out->p_a_better = a_better / (double)r.n;
    }
    if (r.n > 1) {
        double df = (double)(r.n - 1);
        double se = sqrt(r.squares / df / (double)r.n);
        double half = se * gsl_cdf_tdist_Pinv(0.975, df);
        out->lo = r.mean - half;
        out->hi = r.mean + half;
    }
}

int sbs_compare_draws(struct sbs_paired *out, const double *a,
                      const double *b, size_t n, size_t draws,
                      struct sbs_error *err)
{
    struct sbs_split split;
    sbs_compare_paired(out, a, b, n);
    if (draws < 2)
        return 0;
    double *apart = malloc((n + 1) * sizeof *apart);
    if (!apart)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (size_t i = 0; i < n; i++)
        apart[i] = isfinite(a[i]) && isfinite(b[i]) ? b[i] - a[i] : NAN;
    int status = sbs_split_make(&split, apart, n, draws, err);
    free(apart);
    if (status == 0 && split.draws > 0) {
        out->lo = out->mean - split.half;
        out->hi = out->mean + split.half;
        out->draws = split.draws;
        out->p_a_better_mean = split.p_positive;
        out->p_a_better_mean_se = split.p_positive_se;
    }
    return status;
}

int sbs_compare_differs(const struct sbs_paired *p)
{
    return p->lo > 0 || p->hi < 0;
}
