/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "stats/compare.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

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
    *out = (struct sbs_paired){r.n, NAN, NAN, NAN, NAN};
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

int sbs_compare_differs(const struct sbs_paired *p)
{
    return p->lo > 0 || p->hi < 0;
}
