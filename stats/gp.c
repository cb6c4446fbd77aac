/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "stats/gp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_blas.h>
#include <gsl/gsl_linalg.h>

#include "base/fmath.h"

/* Lengths that are tried in each dimension. */
static const double lengths[] = { 0.15, 0.4, 1, 2.5 };
enum { LENGTHS = sizeof lengths / sizeof lengths[0] };

struct sbs_gp {
    size_t n, dims;
    double *x, *y, *noise;
    double length[SBS_GP_DIMS];
    double mean, size;      /* of the process: mean, variance */
    double log_likelihood;  /* up to a constant */
    gsl_matrix *chol;       /* of covariance / size, noise included */
    gsl_vector *weight;     /* its inverse times (y - mean) */
    gsl_vector *one, *work;
};

static double covariance(const struct sbs_gp *gp, const double *a,
                         const double *b)
{
    double square = 0;
    for (size_t d = 0; d < gp->dims; d++) {
        double apart = (a[d] - b[d]) / gp->length[d];
        square += apart * apart;
    }
    double s = sqrt(5 * square);
    return (1 + s + s * s / 3) * sbs_exp(-s);
}

/* Factor the covariance for the process's present lengths and for noise that
 * is a share of `size`; -1: not positive definite. */
static int factor(struct sbs_gp *gp, double size)
{
    for (size_t i = 0; i < gp->n; i++)
        for (size_t j = 0; j <= i; j++) {
            double c = covariance(gp, gp->x + i * gp->dims,
                                  gp->x + j * gp->dims);
            if (i == j)
                c += gp->noise[i] / size + 1e-9;
            gsl_matrix_set(gp->chol, i, j, c);
            gsl_matrix_set(gp->chol, j, i, c);
        }
    return gsl_linalg_cholesky_decomp1(gp->chol) == 0 ? 0 : -1;
}

/* Mean by generalised least squares, weights, and the likelihood with the
 * size at what the values say; returns that size. */
static double solve(struct sbs_gp *gp)
{
    double up = 0, down = 0, quad = 0, log_det = 0;
    gsl_vector_set_all(gp->work, 1);
    gsl_linalg_cholesky_solve(gp->chol, gp->work, gp->one);
    for (size_t i = 0; i < gp->n; i++) {
        up += gsl_vector_get(gp->one, i) * gp->y[i];
        down += gsl_vector_get(gp->one, i);
        log_det += 2 * sbs_log(gsl_matrix_get(gp->chol, i, i));
    }
    gp->mean = up / down;
    for (size_t i = 0; i < gp->n; i++)
        gsl_vector_set(gp->work, i, gp->y[i] - gp->mean);
    gsl_linalg_cholesky_solve(gp->chol, gp->work, gp->weight);
    gsl_blas_ddot(gp->work, gp->weight, &quad);
    double n = (double)gp->n;
    double size = fmax(quad / n, 1e-12);
    gp->log_likelihood = -0.5 * (n * sbs_log(size) + log_det);
    return size;
}

/* Noise is in units of the size, which follows from the fit: a few rounds. */
static int fit(struct sbs_gp *gp, double size)
{
    for (int round = 0; round < 2; round++) {
        if (factor(gp, size) != 0)
            return -1;
        gp->size = size;
        size = solve(gp);
    }
    return 0;
}

static double spread(const double *y, size_t n)
{
    double mean = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        mean += y[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (y[i] - mean) * (y[i] - mean);
    return fmax(squares / (double)n, 1e-12);
}

static int choose(struct sbs_gp *gp)
{
    double start = spread(gp->y, gp->n), best = -INFINITY;
    double chosen[SBS_GP_DIMS] = { 0 };
    size_t all = 1;
    for (size_t d = 0; d < gp->dims; d++)
        all *= LENGTHS;
    for (size_t k = 0; k < all; k++) {
        size_t rest = k;
        for (size_t d = 0; d < gp->dims; d++, rest /= LENGTHS)
            gp->length[d] = lengths[rest % LENGTHS];
        if (fit(gp, start) == 0 && gp->log_likelihood > best) {
            best = gp->log_likelihood;
            memcpy(chosen, gp->length, sizeof chosen);
        }
    }
    if (best == -INFINITY)
        return -1;
    memcpy(gp->length, chosen, sizeof chosen);
    return fit(gp, start);
}

static double *copy(const double *from, size_t n)
{
    double *to = malloc((n + 1) * sizeof *to);
    if (to)
        memcpy(to, from, n * sizeof *to);
    return to;
}

struct sbs_gp *sbs_gp_create(const double *x, const double *y,
                             const double *noise, size_t n, size_t dims,
                             struct sbs_error *err)
{
    struct sbs_gp *gp = calloc(1, sizeof *gp);
    if (gp) {
        gsl_set_error_handler_off();
        gp->n = n;
        gp->dims = dims;
        gp->x = copy(x, n * dims);
        gp->y = copy(y, n);
        gp->noise = copy(noise, n);
        gp->chol = gsl_matrix_alloc(n, n);
        gp->weight = gsl_vector_alloc(n);
        gp->one = gsl_vector_alloc(n);
        gp->work = gsl_vector_alloc(n);
    }
    if (!gp || !gp->x || !gp->y || !gp->noise || !gp->chol || !gp->weight ||
        !gp->one || !gp->work) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
    } else if (choose(gp) != 0) {
        sbs_fail(err, SBS_EBUG, "the covariance of %zu points is singular", n);
    } else {
        return gp;
    }
    sbs_gp_destroy(gp);
    return NULL;
}

void sbs_gp_destroy(struct sbs_gp *gp)
{
    if (!gp)
        return;
    free(gp->x);
    free(gp->y);
    free(gp->noise);
    gsl_matrix_free(gp->chol);
    gsl_vector_free(gp->weight);
    gsl_vector_free(gp->one);
    gsl_vector_free(gp->work);
    free(gp);
}

void sbs_gp_at(const struct sbs_gp *gp, const double *x, double *mean,
               double *sd)
{
    gsl_vector *k = gsl_vector_alloc(gp->n);
    double sum = 0, square = 0;
    *mean = gp->mean;
    *sd = sqrt(gp->size);
    if (!k)
        return; /* the prior: all that is said is still true */
    for (size_t i = 0; i < gp->n; i++)
        gsl_vector_set(k, i, covariance(gp, gp->x + i * gp->dims, x));
    gsl_blas_ddot(k, gp->weight, &sum);
    gsl_blas_dtrsv(CblasLower, CblasNoTrans, CblasNonUnit, gp->chol, k);
    gsl_blas_ddot(k, k, &square);
    gsl_vector_free(k);
    *mean += sum;
    *sd = sqrt(gp->size * fmax(0, 1 - square));
}

double sbs_gp_improvement(double mean, double sd, double least)
{
    double room = least - mean;
    if (!(sd > 0))
        return fmax(0, room);
    double z = room / sd;
    /* 1 / sqrt(2 pi) */
    double density = 0.3989422804014327 * sbs_exp(-z * z / 2);
    return room * sbs_norm_cdf(z) + sd * density;
}
