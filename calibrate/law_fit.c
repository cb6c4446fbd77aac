/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "calibrate/law_fit.h"

#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "calibrate/minimise.h"

#define NEWTON_STEPS 25
#define NEWTON_H 1e-4      /* difference step of a log parameter */
#define NEWTON_GAIN 1e-9   /* log likelihood a last step may still gain */

struct sample {
    const struct sbs_law_family *family;
    const struct sbs_obs *obs;
    size_t n;
    bool shifted;
    double shift_max;
    const double *held; /* NULL, or the shift while only x[0], x[1] vary */
};

/* Minus log likelihood. */
static double objective(const double *x, const void *arg)
{
    const struct sample *s = arg;
    double y[SBS_LAW_DIM] = {x[0], x[1], s->held ? *s->held : 0};

    if (s->shifted && !s->held)
        y[2] = x[2];
    if (s->shifted && !(y[2] <= s->shift_max))
        return INFINITY;
    return -sbs_law_loglik(s->family, y, s->shifted, s->obs, s->n);
}

static int check_sample(const struct sample *s, struct sbs_error *err)
{
    const char *name = s->family->name;
    double lo = INFINITY, hi = 0;
    size_t i, n_seen = 0;

    if (s->n < 3)
        return sbs_fail(err, SBS_EINPUT, "%s fit: %zu values (at least 3)",
                        name, s->n);
    for (i = 0; i < s->n; i++) {
        const struct sbs_obs *o = &s->obs[i];

        if (!(o->lo >= 0) || !(o->hi >= o->lo) || !(o->hi > 0) ||
            isinf(o->lo))
            return sbs_fail(err, SBS_EINPUT,
                            "%s fit: value %zu is not a duration "
                            "(%g to %g s, allowed 0 <= from <= to)",
                            name, i, o->lo, o->hi);
        lo = fmin(lo, o->hi);
        hi = fmax(hi, o->lo);
        n_seen += !sbs_obs_censored(o);
    }
    if (n_seen == 0)
        return sbs_fail(err, SBS_EINPUT, "%s fit: all values were cut off",
                        name);
    if (!(hi > lo))
        return sbs_fail(err, SBS_EINPUT,
                        "%s fit: the values do not vary (all %g s)", name,
                        hi);
    return 0;
}

/* Of the logs of interval middles. */
static struct sbs_law_moments log_moments(const struct sbs_obs *obs, size_t n,
                                          double shift)
{
    struct sbs_law_moments m;
    double sum = 0, square = 0, v;
    size_t i;

    for (i = 0; i < n; i++) {
        v = sbs_log(fmax(sbs_obs_middle(&obs[i]) - shift, 1e-6));
        sum += v;
        square += v * v;
    }
    m.mean = sum / (double)n;
    m.sd = sqrt(fmax(square / (double)n - m.mean * m.mean, 1e-8));
    return m;
}

double sbs_law_shift_bound(const struct sbs_obs *obs, size_t n)
{
    double lo = INFINITY, hi = 0;
    size_t i;

    for (i = 0; i < n; i++) {
        if (sbs_obs_censored(&obs[i]))
            continue; /* it may have begun as late as it likes */
        lo = fmin(lo, obs[i].lo);
        hi = fmax(hi, obs[i].lo);
    }
    return lo - (hi - lo) / (double)n;
}

static struct sbs_problem problem(const struct sample *s, double *step)
{
    double n = (double)s->n;

    step[1] = 1 / sqrt(2 * n);
    step[2] = s->shift_max / 8;
    return (struct sbs_problem){objective, s, s->shifted ? 3 : 2, step};
}

static struct sample sample_of(const struct sbs_law_family *family,
                               bool shifted, const struct sbs_obs *obs,
                               size_t n)
{
    return (struct sample){family, obs, n, shifted,
                           shifted ? sbs_law_shift_bound(obs, n) : 0, NULL};
}

static void store(const struct sample *s, const double *x, double f,
                  struct sbs_law_fit *fit)
{
    double n = (double)s->n, k = s->shifted ? 3 : 2;
    size_t i;

    *fit = (struct sbs_law_fit){.family = s->family, .shifted = s->shifted,
                                .n = s->n, .loglik = -f};
    for (i = 0; i < SBS_LAW_DIM; i++) {
        fit->x[i] = i < (size_t)k ? x[i] : 0;
        fit->se[i] = fit->lo[i] = fit->hi[i] = NAN;
    }
    for (i = 0; i < s->n; i++)
        fit->n_censored += sbs_obs_censored(&s->obs[i]);
    fit->aicc = n - k - 1 > 0 ? 2 * f + 2 * k * n / (n - k - 1) : INFINITY;
    fit->bic = 2 * f + k * sbs_log(n);
}

int sbs_law_fit(const struct sbs_law_family *family, const struct sbs_obs *obs,
                size_t n, bool shifted, struct sbs_law_fit *fit,
                struct sbs_error *err)
{
    struct sample s = {family, obs, n, shifted, 0, NULL};
    struct sbs_law_moments m;
    double x[SBS_LAW_DIM] = {0}, step[SBS_LAW_DIM], f;
    struct sbs_problem p;

    if (check_sample(&s, err))
        return -1;
    s = sample_of(family, shifted, obs, n);
    if (shifted && !(s.shift_max > 0))
        return sbs_fail(err, SBS_EINPUT,
                        "%s fit: no room for a shift (smallest value less "
                        "than spread / n)", family->name);
    m = log_moments(obs, n, 0);
    family->start(&m, x);
    x[2] = s.shift_max / 4;
    p = problem(&s, step);
    step[0] = m.sd / sqrt((double)n);
    if (sbs_minimise(&p, x, &f, err))
        return -1;
    store(&s, x, f, fit);
    return 0;
}

/* Standard errors. A shift at an end of its range has none, and those of the
 * others are then given that shift. */
static void standard_errors(struct sbs_law_fit *fit, const struct sample *all,
                            const double *first_step)
{
    double cov[SBS_LAW_DIM * SBS_LAW_DIM], step[SBS_LAW_DIM];
    double room = fmin(fit->x[2], all->shift_max - fit->x[2]);
    struct sample s = *all;
    struct sbs_problem p = {objective, &s, sbs_law_fit_dim(fit), step};

    memcpy(step, first_step, sizeof step);
    if (fit->shifted && room < 1e-3 * all->shift_max) {
        s.held = &fit->x[2];
        p.n = 2;
    } else if (fit->shifted) {
        /* sbs_minimise_covariance goes an eighth of it to either side */
        step[2] = fmin(step[2], 7 * room);
    }
    if (sbs_minimise_covariance(&p, fit->x, cov, NULL))
        return;
    for (size_t i = 0; i < p.n; i++)
        fit->se[i] = sqrt(cov[i * p.n + i]);
}

int sbs_law_fit_intervals(struct sbs_law_fit *fit, const struct sbs_obs *obs,
                          struct sbs_error *err)
{
    struct sample s = sample_of(fit->family, fit->shifted, obs, fit->n);
    double step[SBS_LAW_DIM];
    struct sbs_problem p = problem(&s, step);
    size_t k = sbs_law_fit_dim(fit), i;

    step[0] = log_moments(obs, fit->n, 0).sd / sqrt((double)fit->n);
    standard_errors(fit, &s, step);
    for (i = 0; i < k; i++)
        if (sbs_minimise_profile(&p, fit->x, -fit->loglik, i, &fit->lo[i],
                                 &fit->hi[i], err))
            return -1;
    return 0;
}

/* One Newton step of two parameters at x (value f) by differences. Returns
 * the expected gain, or NaN where the curvature is not that of a minimum. */
static double newton_step(const struct sample *s, const double *x, double f,
                          double *to)
{
    const double h = NEWTON_H;
    double p[4][2] = {{h, 0}, {-h, 0}, {0, h}, {0, -h}}, v[4], both[4];
    double g0, g1, h00, h11, h01, det, d0, d1, y[2];
    int i;

    for (i = 0; i < 4; i++) {
        y[0] = x[0] + p[i][0];
        y[1] = x[1] + p[i][1];
        v[i] = objective(y, s);
        y[0] = x[0] + (i & 1 ? h : -h);
        y[1] = x[1] + (i & 2 ? h : -h);
        both[i] = objective(y, s);
    }
    g0 = (v[0] - v[1]) / (2 * h);
    g1 = (v[2] - v[3]) / (2 * h);
    h00 = (v[0] - 2 * f + v[1]) / (h * h);
    h11 = (v[2] - 2 * f + v[3]) / (h * h);
    h01 = (both[3] - both[1] - both[2] + both[0]) / (4 * h * h);
    det = h00 * h11 - h01 * h01;
    if (!(h00 > 0) || !(det > 1e-6 * h00 * h11))
        return NAN;
    d0 = (h11 * g0 - h01 * g1) / det;
    d1 = (h00 * g1 - h01 * g0) / det;
    to[0] = x[0] - d0;
    to[1] = x[1] - d1;
    return (g0 * d0 + g1 * d1) / 2;
}

/* Newton's method from x; false when it does not go downhill to an end. */
static bool newton(const struct sample *s, double *x, double *f_min)
{
    double f = objective(x, s), to[2], next, gain;
    int k;

    for (k = 0; k < NEWTON_STEPS && isfinite(f); k++) {
        gain = newton_step(s, x, f, to);
        if (!(gain >= 0))
            return false;
        next = objective(to, s);
        if (!(next <= f + 1e-9 * (1 + fabs(f))))
            return false;
        memcpy(x, to, sizeof to);
        f = next;
        if (gain < NEWTON_GAIN) {
            *f_min = f;
            return true;
        }
    }
    return false;
}

int sbs_law_refit(const struct sbs_law_fit *fit, const struct sbs_obs *obs,
                  size_t n, struct sbs_law_fit *out, struct sbs_error *err)
{
    struct sample s = sample_of(fit->family, fit->shifted, obs, n);
    double x[SBS_LAW_DIM], f;

    memcpy(x, fit->x, sizeof x);
    if (!fit->shifted && newton(&s, x, &f)) {
        store(&s, x, f, out);
        return 0;
    }
    return sbs_law_fit(fit->family, obs, n, fit->shifted, out, err);
}

struct sbs_dist sbs_law_fit_dist(const struct sbs_law_fit *fit)
{
    struct sbs_dist d = {0};

    sbs_law_dist(fit->family, fit->x, fit->shifted, &d);
    return d;
}
