/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "calibrate/law_posterior.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "calibrate/minimise.h"

#define BURN 1500

static bool is_odds(const struct sbs_law_family *f)
{
    return f->kind == SBS_DIST_HYPOEXPONENTIAL;
}

static double spread_sd(bool shifted)
{
    return shifted ? SBS_LAW_PRIOR_SPREAD_SHIFTED_SD : SBS_LAW_PRIOR_SPREAD_SD;
}

void sbs_law_prior_draw(const struct sbs_law_family *family, bool shifted,
                        const double *u, double *x)
{
    x[0] = SBS_LAW_PRIOR_CENTRE +
           SBS_LAW_PRIOR_CENTRE_SD * sbs_norm_quantile(u[0]);
    if (is_odds(family))
        x[1] = sbs_log(u[1]) - sbs_log1p(-u[1]);
    else
        x[1] = SBS_LAW_PRIOR_SPREAD +
               spread_sd(shifted) * sbs_norm_quantile(u[1]);
    x[2] = 0;
    if (shifted)
        x[2] = sbs_exp(x[0] + SBS_LAW_PRIOR_SHIFT +
                       SBS_LAW_PRIOR_SHIFT_SD * sbs_norm_quantile(u[2]));
}

static double half_square(double x, double mean, double sd)
{
    double z = (x - mean) / sd;

    return z * z / 2;
}

/* A posterior with what does not change while sampling. */
struct target {
    const struct sbs_law_posterior *p;
    double shift_max;
};

/* log(1 + e^-y) = -log of the logistic function of y. */
static double softplus_minus(double y)
{
    return sbs_log1p(sbs_exp(-fabs(y))) + (y < 0 ? -y : 0);
}

/* x of y, and log |d log shift / dy[2]|. */
static double to_x(const struct target *t, const double *y, double *x)
{
    x[0] = y[0];
    x[1] = y[1];
    x[2] = 0;
    if (!t->p->shifted)
        return 0;
    x[2] = t->shift_max / (1 + sbs_exp(-y[2]));
    return -softplus_minus(-y[2]);
}

/* Log of prior times likelihood at y, up to a constant. */
static double density(const double *y, const void *arg)
{
    const struct target *t = arg;
    const struct sbs_law_posterior *p = t->p;
    double x[SBS_LAW_DIM], f = to_x(t, y, x);

    f -= half_square(y[0], SBS_LAW_PRIOR_CENTRE, SBS_LAW_PRIOR_CENTRE_SD);
    if (is_odds(p->family))
        f -= softplus_minus(y[1]) + softplus_minus(-y[1]);
    else
        f -= half_square(y[1], SBS_LAW_PRIOR_SPREAD, spread_sd(p->shifted));
    if (p->shifted)
        f -= half_square(sbs_log(t->shift_max) - softplus_minus(y[2]),
                         y[0] + SBS_LAW_PRIOR_SHIFT, SBS_LAW_PRIOR_SHIFT_SD);
    return f + sbs_law_loglik(p->family, x, p->shifted, p->obs, p->n);
}

static double minus(const double *y, const void *arg)
{
    return -density(y, arg);
}

/* The best of a lattice over the prior, wide enough that some point has a
 * likelihood; then the mode from there. */
static int find_mode(const struct target *t, double *y, double *step,
                     struct sbs_error *err)
{
    static const double logits[] = {-3, 0, 3, 6};
    struct sbs_problem problem = {minus, t, t->p->shifted ? 3 : 2, step};
    double best = -INFINITY, at[SBS_LAW_DIM], f, cov[9];
    size_t i, j, shifts = t->p->shifted ? 4 : 1;

    for (i = 0; i < 29 * 11; i++) {
        for (j = 0; j < shifts; j++) {
            at[0] = SBS_LAW_PRIOR_CENTRE + ((double)(i / 11) - 14);
            at[1] = SBS_LAW_PRIOR_SPREAD + ((double)(i % 11) - 5) / 1.3;
            at[2] = logits[j];
            f = density(at, t);
            if (f > best) {
                best = f;
                memcpy(y, at, sizeof at);
            }
        }
    }
    step[0] = step[1] = step[2] = 0.5;
    if (sbs_minimise(&problem, y, &f, err))
        return -1;
    step[0] = step[1] = step[2] = 0.1;
    if (sbs_minimise_covariance(&problem, y, cov, NULL))
        return 0; /* flat somewhere: the sampler learns */
    for (i = 0; i < problem.n; i++)
        step[i] = fmin(fmax(sqrt(cov[i * problem.n + i]), 1e-4), 3);
    return 0;
}

int sbs_law_posterior_draw(const struct sbs_law_posterior *p, size_t n_draws,
                           size_t thin, uint64_t seed, uint32_t chain,
                           double *x, struct sbs_sampler_report *report,
                           struct sbs_error *err)
{
    struct target t = {p, INFINITY};
    double y[SBS_LAW_DIM] = {0}, step[SBS_LAW_DIM];
    size_t n = p->shifted ? 3 : 2, i;
    struct sbs_sampler s = {density, &t, n, step, BURN, thin, seed, chain};

    for (i = 0; i < p->n; i++)
        t.shift_max = fmin(t.shift_max, p->obs[i].hi);
    if (isinf(t.shift_max))
        return sbs_fail(err, SBS_EINPUT, "%s: all values were cut off",
                        p->family->name);
    if (find_mode(&t, y, step, err))
        return -1;
    double *rows = malloc((n_draws + 1) * n * sizeof *rows);
    if (!rows)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    if (sbs_sampler_run(&s, y, n_draws, rows, report, err)) {
        free(rows);
        return -1;
    }
    for (i = 0; i < n_draws; i++) {
        y[2] = 0;
        memcpy(y, &rows[i * n], n * sizeof *y);
        to_x(&t, y, &x[i * SBS_LAW_DIM]);
    }
    free(rows);
    return 0;
}
