/* SPDX-License-Identifier: Apache-2.0 */
/* The means of workers by weighted least squares. */
#include "config.h"

#include "calibrate/between.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"

/* A pivot below this part of its diagonal: the column adds nothing. */
#define DEPENDENT 1e-9

static size_t columns(const struct sbs_between *b)
{
    return b->n_runs + (b->processors ? b->n_processors : 0);
}

/* Weighted sums of squares of means and covariate. */
struct squares {
    double xx, xy, yy;
};

/* Normal equations: a = X'AX (lower half), b = X'Ay and bx = X'Ax of the
 * centred means and covariates. */
static struct squares normal_equations(struct sbs_between *b, double rho,
                                       double *weight)
{
    size_t p = columns(b), i, c[2], n_c = b->processors ? 2 : 1, j, k;
    struct squares s = {0};
    double w, x, y;

    memset(b->a, 0, p * p * sizeof *b->a);
    memset(b->b, 0, p * sizeof *b->b);
    memset(b->bx, 0, p * sizeof *b->bx);
    *weight = 0;
    for (i = 0; i < b->m; i++) {
        w = b->worker[i].n / (1 + rho * b->worker[i].n);
        y = b->worker[i].mean - b->centre;
        x = b->worker[i].x - b->centre_x;
        c[0] = b->worker[i].run;
        c[1] = b->n_runs + b->worker[i].processor;
        for (j = 0; j < n_c; j++) {
            b->b[c[j]] += w * y;
            b->bx[c[j]] += w * x;
            for (k = 0; k <= j; k++)
                b->a[c[j] * p + c[k]] += w;
        }
        s.xx += w * x * x;
        s.xy += w * x * y;
        s.yy += w * y * y;
        *weight += w;
    }
    return s;
}

/* Column j of the Cholesky factor in place; false when it is dependent. */
static bool factor_column(struct sbs_between *b, size_t j)
{
    size_t p = columns(b), i, k;
    double d = b->a[j * p + j], s = d;

    for (k = 0; k < j; k++)
        s -= b->kept[k] ? b->a[j * p + k] * b->a[j * p + k] : 0;
    if (!(s > DEPENDENT * d) || !(d > 0))
        return false;
    b->a[j * p + j] = sqrt(s);
    for (i = j + 1; i < p; i++) {
        s = b->a[i * p + j];
        for (k = 0; k < j; k++)
            s -= b->kept[k] ? b->a[i * p + k] * b->a[j * p + k] : 0;
        b->a[i * p + j] = s / b->a[j * p + j];
    }
    return true;
}

/* v = L^-1 v, one row. */
static void forward(const struct sbs_between *b, double *v, size_t i)
{
    size_t p = columns(b), k;

    for (k = 0; k < i; k++)
        v[i] -= b->kept[k] ? b->a[i * p + k] * v[k] : 0;
    v[i] /= b->a[i * p + i];
}

/* The covariate taken out of both parts together; what the part within
 * workers takes for itself is no part of N. */
static void take_covariate(const struct sbs_between *b, struct squares s,
                           struct sbs_between_fit *f)
{
    double xx = s.xx + b->within.xx, xy = s.xy + b->within.xy;

    f->ss = s.yy;
    if (b->within.xx > 0) {
        f->slope = xy / xx;
        f->ss += b->within.xy * b->within.xy / b->within.xx - xy * f->slope;
        f->log_det += sbs_log(xx);
    }
    f->ss = fmax(f->ss, 0);
}

struct sbs_between_fit sbs_between_at(struct sbs_between *b, double rho)
{
    struct sbs_between_fit f = {0};
    struct squares s = normal_equations(b, rho, &f.weight);
    size_t p = columns(b), i;

    b->rank = 0;
    for (i = 0; i < p; i++) {
        b->kept[i] = factor_column(b, i);
        if (!b->kept[i])
            continue;
        b->rank++;
        forward(b, b->b, i);
        forward(b, b->bx, i);
        s.xx -= b->bx[i] * b->bx[i];
        s.xy -= b->bx[i] * b->b[i];
        s.yy -= b->b[i] * b->b[i];
        f.log_det += 2 * sbs_log(b->a[i * p + i]);
    }
    s.xx = fmax(s.xx, 0);
    take_covariate(b, s, &f);
    for (i = 0; i < b->m; i++)
        f.log_var += sbs_log1p(rho * b->worker[i].n);
    return f;
}

int sbs_between_init(struct sbs_between *b,
                     const struct sbs_between_worker *worker, size_t m,
                     struct sbs_between_within within, size_t n_runs,
                     size_t n_processors, bool processors,
                     struct sbs_error *err)
{
    size_t p, i;

    *b = (struct sbs_between){.worker = worker, .m = m, .within = within,
                              .n_runs = n_runs,
                              .n_processors = n_processors,
                              .processors = processors};
    p = columns(b);
    b->kept = calloc(p, sizeof *b->kept);
    b->a = calloc(p * p, sizeof *b->a);
    b->b = calloc(p, sizeof *b->b);
    b->bx = calloc(p, sizeof *b->bx);
    if (!b->kept || !b->a || !b->b || !b->bx) {
        sbs_between_fini(b);
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    }
    for (i = 0; i < m; i++) {
        b->centre += worker[i].mean / (double)m;
        b->centre_x += worker[i].x / (double)m;
    }
    sbs_between_at(b, 0);
    return 0;
}

void sbs_between_fini(struct sbs_between *b)
{
    free(b->kept);
    free(b->a);
    free(b->b);
    free(b->bx);
    memset(b, 0, sizeof *b);
}

/* Solve L'x = v in place over the kept columns; 0 in the others. */
static void back_substitute(const struct sbs_between *b, double *v)
{
    size_t p = columns(b), i, k;

    for (i = p; i-- > 0;) {
        if (!b->kept[i]) {
            v[i] = 0;
            continue;
        }
        for (k = i + 1; k < p; k++)
            v[i] -= b->kept[k] ? b->a[k * p + i] * v[k] : 0;
        v[i] /= b->a[i * p + i];
    }
}

/* |L^-1 c|^2: the variance of c'theta. */
static double form(const struct sbs_between *b, double *c)
{
    size_t p = columns(b), i;
    double sum = 0;

    for (i = 0; i < p; i++) {
        if (!b->kept[i])
            continue;
        forward(b, c, i);
        sum += c[i] * c[i];
    }
    return sum;
}

void sbs_between_effects(struct sbs_between *b, double rho, double *effect,
                         double *se)
{
    size_t p = columns(b), i, k;
    double *share = calloc(b->n_processors, sizeof *share);
    double *theta = malloc(p * sizeof *theta), *c = malloc(p * sizeof *c);
    double mean = 0, slope = sbs_between_at(b, rho).slope;

    for (i = 0; share && i < b->m; i++)
        share[b->worker[i].processor] += 1 / (double)b->m;
    for (k = 0; k < b->n_processors; k++)
        effect[k] = se[k] = NAN;
    /* Estimable when runs and processors are connected: all but one column
     * of each connected set are kept, and one set is needed. */
    if (share && theta && c &&
        b->rank + 1 == b->n_runs + b->n_processors) {
        for (i = 0; i < p; i++)
            theta[i] = b->b[i] - slope * b->bx[i];
        back_substitute(b, theta);
        for (k = 0; k < b->n_processors; k++)
            mean += share[k] * theta[b->n_runs + k];
        for (k = 0; k < b->n_processors; k++) {
            memset(c, 0, p * sizeof *c);
            for (i = 0; i < b->n_processors; i++)
                c[b->n_runs + i] = (i == k) - share[i];
            effect[k] = theta[b->n_runs + k] - mean;
            se[k] = sqrt(form(b, c));
        }
    }
    free(share);
    free(theta);
    free(c);
}
