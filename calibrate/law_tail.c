/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "calibrate/law_tail.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "base/fmath.h"
#include "calibrate/minimise.h"
#include "calibrate/survivor.h"

#define TAIL_FROM 0.9
#define XI_MAX 10
#define XI_MIN (-0.95) /* at -1 the density has a pole at its end */

struct excess {
    struct sbs_obs *y; /* above the threshold */
    size_t n;
};

/* log P(Y > y). */
static double log_above(double y, double beta, double xi)
{
    double v = 1 + xi * y / beta;

    if (fabs(xi) < 1e-9)
        return -y / beta;
    return v > 0 ? -sbs_log(v) / xi : -INFINITY;
}

/* Minus log likelihood; x = log beta, xi. */
static double objective(const double *x, const void *arg)
{
    const struct excess *e = arg;
    double beta = sbs_exp(x[0]), xi = x[1], sum = 0, a, b, p;
    size_t i;

    if (!(xi > XI_MIN && xi < XI_MAX))
        return INFINITY;
    for (i = 0; i < e->n; i++) {
        a = log_above(e->y[i].lo, beta, xi);
        if (sbs_obs_exact(&e->y[i])) { /* density = above^(1 + xi) / beta */
            sum += a * (1 + xi) - x[0];
        } else {
            b = log_above(e->y[i].hi, beta, xi);
            p = sbs_exp(a) - (isinf(e->y[i].hi) ? 0 : sbs_exp(b));
            sum += p > 0 ? sbs_log(p) : -INFINITY;
        }
    }
    return sum > -INFINITY ? -sum : INFINITY;
}

static int fit(const struct excess *e, struct sbs_law_tail *t,
               struct sbs_error *err)
{
    double x[2] = {0, 0.1}, step[2], mean = 0, f, n = (double)e->n;
    struct sbs_problem p = {objective, e, 2, step};
    size_t i;

    for (i = 0; i < e->n; i++)
        mean += sbs_obs_middle(&e->y[i]) / n;
    x[0] = sbs_log(fmax(mean, 1e-9));
    step[0] = step[1] = sqrt(2 / n);
    if (sbs_minimise(&p, x, &f, err) ||
        sbs_minimise_profile(&p, x, f, 1, &t->xi_lo, &t->xi_hi, err))
        return -1;
    t->beta_s = sbs_exp(x[0]);
    t->xi = x[1];
    t->loglik = -f;
    t->known = true;
    return 0;
}

int sbs_law_tail(const struct sbs_obs *obs, size_t n, struct sbs_law_tail *out,
                 struct sbs_error *err)
{
    struct sbs_law_tail t = {.threshold_s = NAN};
    struct sbs_survivor s = {0};
    struct excess e = {malloc((n + 1) * sizeof *e.y), 0};
    int status = -1;

    if (!e.y) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        goto out;
    }
    if (sbs_survivor_make(obs, n, false, &s, err))
        goto out;
    t.threshold_s = sbs_survivor_quantile(&s, TAIL_FROM);
    if (isinf(t.threshold_s))
        t.threshold_s = NAN;
    for (size_t i = 0; i < n; i++)
        if (sbs_obs_middle(&obs[i]) > t.threshold_s)
            e.y[e.n++] = (struct sbs_obs){
                fmax(obs[i].lo - t.threshold_s, 0),
                obs[i].hi - t.threshold_s};
    t.exceedances = e.n;
    if (e.n >= SBS_LAW_TAIL_MIN && fit(&e, &t, err))
        goto out;
    *out = t;
    status = 0;
out:
    free(e.y);
    sbs_survivor_fini(&s);
    return status;
}

const char *sbs_law_tail_text(const struct sbs_law_tail *t)
{
    if (!t->known)
        return "tail unknown";
    return t->xi_lo > 0   ? "heavy"
           : t->xi_hi < 0 ? "bounded"
                          : "like exponential";
}

size_t sbs_law_quantile_floor(double q)
{
    return (size_t)ceil(sbs_log(0.05) / sbs_log(q));
}

double sbs_law_never_quantile(const struct sbs_law_never *v, double u)
{
    return gsl_cdf_beta_Pinv(u, 1 + (double)v->never,
                             1 + (double)(v->n - v->never));
}

struct sbs_law_never sbs_law_never(size_t never, size_t n)
{
    struct sbs_law_never v = {n, never,
                              ((double)never + 1) / ((double)n + 2), 0};

    v.upper_frac = sbs_law_never_quantile(&v, 0.95);
    return v;
}
