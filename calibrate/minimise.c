/* SPDX-License-Identifier: Apache-2.0 */
/* Nelder-Mead minimisation, curvature and profile intervals. */
#include "config.h"

#include "calibrate/minimise.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_multimin.h>
#include <math.h>
#include <string.h>

#define CHI2_HALF 1.9207294103470515 /* chi-square(1) 95% point / 2 */
#define OUTSIDE 1e30                 /* stands for INFINITY: GSL wants finite */
#define MAX_STEPS 20                 /* of a profile, outward */
#define EXCESS_TOLERANCE 1e-5        /* log units at the end of an interval */
#define FAR 100                      /* "outside" for false position */

/* The objective with one parameter possibly held fixed. */
struct view {
    const struct sbs_problem *p;
    size_t fixed; /* index held, or p->n for none */
    double value;
};

static size_t free_count(const struct view *v)
{
    return v->fixed < v->p->n ? v->p->n - 1 : v->p->n;
}

static void expand(const struct view *v, const gsl_vector *g, double *x)
{
    size_t i, k = 0;

    for (i = 0; i < v->p->n; i++)
        x[i] = i == v->fixed ? v->value : gsl_vector_get(g, k++);
}

static double evaluate(const struct sbs_problem *p, const double *x)
{
    double f = p->f(x, p->arg);

    return f < OUTSIDE ? f : OUTSIDE; /* NaN too: the test is false */
}

static double view_f(const gsl_vector *g, void *arg)
{
    const struct view *v = arg;
    double x[SBS_MINIMISE_MAX];

    expand(v, g, x);
    return evaluate(v->p, x);
}

/* One descent over the free parameters of v from x. */
static int descend(const struct view *v, double *x, double *f_min)
{
    size_t i, k, n = free_count(v);
    gsl_multimin_function fn = {.f = view_f, .n = n};
    struct view copy = *v;
    gsl_vector *start = gsl_vector_alloc(n), *step = gsl_vector_alloc(n);
    gsl_multimin_fminimizer *m =
        gsl_multimin_fminimizer_alloc(gsl_multimin_fminimizer_nmsimplex2, n);
    int status = -1;

    if (!start || !step || !m)
        goto out;
    fn.params = &copy;
    for (i = 0, k = 0; i < v->p->n; i++) {
        if (i == v->fixed)
            continue;
        gsl_vector_set(start, k, x[i]);
        gsl_vector_set(step, k++, v->p->step[i]);
    }
    if (gsl_multimin_fminimizer_set(m, &fn, start, step))
        goto out;
    for (i = 0; i < 400 * n; i++) {
        if (gsl_multimin_fminimizer_iterate(m))
            break;
        if (gsl_multimin_test_size(gsl_multimin_fminimizer_size(m), 1e-6) !=
            GSL_CONTINUE)
            break;
    }
    expand(v, gsl_multimin_fminimizer_x(m), x);
    *f_min = gsl_multimin_fminimizer_minimum(m);
    status = 0;
out:
    gsl_multimin_fminimizer_free(m);
    gsl_vector_free(start);
    gsl_vector_free(step);
    return status;
}

/* Descend until a restart gains nothing: a simplex can collapse early. */
static int descend_again(const struct view *v, double *x, double *f_min,
                         struct sbs_error *err)
{
    double f, before;
    int k;

    if (free_count(v) == 0) {
        x[0] = v->value;
        *f_min = evaluate(v->p, x);
        return 0;
    }
    if (descend(v, x, &f))
        return sbs_fail(err, SBS_EMEMORY, "fit: out of memory");
    for (k = 0; k < 5; k++) {
        before = f;
        if (descend(v, x, &f))
            return sbs_fail(err, SBS_EMEMORY, "fit: out of memory");
        if (before - f < 1e-8 * (1 + fabs(f)))
            break;
    }
    *f_min = f;
    return 0;
}

int sbs_minimise(const struct sbs_problem *p, double *x, double *f_min,
                 struct sbs_error *err)
{
    struct view v = {p, p->n, 0};

    SBS_ASSERT(p->n >= 1 && p->n <= SBS_MINIMISE_MAX);
    if (evaluate(p, x) >= OUTSIDE)
        return sbs_fail(err, SBS_EINPUT,
                        "fit: the likelihood is zero at the starting point");
    return descend_again(&v, x, f_min, err);
}

/* d2f / dxi dxj by central differences. */
static double second_derivative(const struct sbs_problem *p, const double *at,
                                size_t i, size_t j)
{
    double x[SBS_MINIMISE_MAX];
    double hi = p->step[i] / 8, hj = p->step[j] / 8;
    double sum = 0;
    int a, b;

    memcpy(x, at, p->n * sizeof *x);
    if (i == j) {
        sum = -2 * evaluate(p, x);
        x[i] = at[i] + hi;
        sum += evaluate(p, x);
        x[i] = at[i] - hi;
        sum += evaluate(p, x);
        return sum / (hi * hi);
    }
    for (a = -1; a <= 1; a += 2) {
        for (b = -1; b <= 1; b += 2) {
            x[i] = at[i] + a * hi;
            x[j] = at[j] + b * hj;
            sum += a * b * evaluate(p, x);
        }
    }
    return sum / (4 * hi * hj);
}

int sbs_minimise_covariance(const struct sbs_problem *p, const double *x,
                            double *cov, struct sbs_error *err)
{
    double hess[SBS_MINIMISE_MAX * SBS_MINIMISE_MAX];
    gsl_matrix_view m = gsl_matrix_view_array(hess, p->n, p->n);
    size_t i, j;

    for (i = 0; i < p->n; i++)
        for (j = 0; j <= i; j++)
            hess[i * p->n + j] = hess[j * p->n + i] =
                second_derivative(p, x, i, j);
    if (gsl_linalg_cholesky_decomp1(&m.matrix) ||
        gsl_linalg_cholesky_invert(&m.matrix))
        return sbs_fail(err, SBS_EINPUT,
                        "fit: the data do not determine every parameter");
    for (i = 0; i < p->n; i++)
        for (j = 0; j < p->n; j++)
            cov[i * p->n + j] = hess[i * p->n + j];
    return 0;
}

/* Excess of the profile over f_min + CHI2_HALF at `value`; x: warm start. */
static int excess(struct view *v, double value, double *x, double f_min,
                  double *out, struct sbs_error *err)
{
    double f = INFINITY;

    v->value = value;
    x[v->fixed] = value;
    if (descend_again(v, x, &f, err))
        return -1;
    *out = f - f_min - CHI2_HALF;
    return 0;
}

/* Between inner (inside the interval, excess e_in < 0) and outer (e_out > 0)
 * by false position, halving the weight of an end that stays (Illinois). */
static int close_in(struct view *v, double *x, double f_min, double inner,
                    double e_in, double outer, double e_out, double *end,
                    struct sbs_error *err)
{
    double mid = outer, e = e_out;
    int k, side = 0;

    for (k = 0; k < 30 && fabs(e) > EXCESS_TOLERANCE; k++) {
        mid = (inner * e_out - outer * e_in) / (e_out - e_in);
        if (excess(v, mid, x, f_min, &e, err))
            return -1;
        if (e > 0) {
            outer = mid;
            e_out = e;
            e_in = side == 1 ? e_in / 2 : e_in;
            side = 1;
        } else {
            inner = mid;
            e_in = e;
            e_out = side == -1 ? e_out / 2 : e_out;
            side = -1;
        }
    }
    *end = mid;
    return 0;
}

/* One end of the interval: walk outward in growing steps, then close in. */
static int profile_end(const struct sbs_problem *p, const double *at,
                       double f_min, size_t which, double direction,
                       double *end, struct sbs_error *err)
{
    struct view v = {p, which, 0};
    double x[SBS_MINIMISE_MAX], inner = at[which], outer, e_in = -CHI2_HALF;
    double step = direction * p->step[which], e;
    int k;

    memcpy(x, at, p->n * sizeof *x);
    for (k = 0; k < MAX_STEPS; k++) {
        outer = inner + step;
        if (excess(&v, outer, x, f_min, &e, err))
            return -1;
        if (e > 0)
            return close_in(&v, x, f_min, inner, e_in, outer, fmin(e, FAR),
                            end, err);
        inner = outer;
        e_in = e;
        step *= 1.5;
    }
    *end = direction * INFINITY;
    return 0;
}

int sbs_minimise_profile(const struct sbs_problem *p, const double *x,
                         double f_min, size_t which, double *lo, double *hi,
                         struct sbs_error *err)
{
    SBS_ASSERT(which < p->n);
    if (profile_end(p, x, f_min, which, -1, lo, err))
        return -1;
    return profile_end(p, x, f_min, which, 1, hi, err);
}
