/* SPDX-License-Identifier: Apache-2.0 */
/* Rank correlation between the phases of a worker. */
#include "config.h"

#include "calibrate/dependence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "base/reals.h"
#include "base/rng.h"
#include "stats/quantile.h"

#define PI 3.14159265358979323846
#define Z95 1.959963984540054
#define Z90 1.2815515655446004
#define DRAWS 4000    /* behind a 95th percentile */
#define BOOTSTRAP 200 /* resamples of the workers */

enum { FOR_PERMUTATION = 1, FOR_COPULA = 2, FOR_BOOTSTRAP = 3 };

struct ranked {
    double value;
    size_t at;
};

static int compare_ranked(const void *pa, const void *pb)
{
    const struct ranked *a = pa, *b = pb;

    return (a->value > b->value) - (a->value < b->value);
}

/* Ranks of x, the mean rank among equals, less their mean. Returns the sum
 * of their squares. */
static double rank(const double *x, size_t n, struct ranked *scratch,
                   double *out)
{
    double mean = ((double)n - 1) / 2, square = 0, at;
    size_t i, j, k;

    for (i = 0; i < n; i++)
        scratch[i] = (struct ranked){x[i], i};
    qsort(scratch, n, sizeof *scratch, compare_ranked);
    for (i = 0; i < n; i = j) {
        for (j = i + 1; j < n && scratch[j].value == scratch[i].value;)
            j++;
        at = (double)(i + j - 1) / 2 - mean;
        for (k = i; k < j; k++)
            out[scratch[k].at] = at;
        square += (double)(j - i) * at * at;
    }
    return square;
}

static double dot(const double *a, const double *b, size_t n)
{
    double s = 0;
    size_t i;

    for (i = 0; i < n; i++)
        s += a[i] * b[i];
    return s;
}

/* Fisher-Yates with the uniforms of one permutation. */
static void shuffle(double *x, size_t n, double *u,
                    const struct sbs_stream *s, uint32_t stream,
                    uint32_t which)
{
    size_t i, j;
    double t;

    sbs_rng_fill(s, which, FOR_PERMUTATION, stream, 0, n, u);
    for (i = n; i-- > 1;) {
        j = (size_t)(u[i] * (double)(i + 1));
        t = x[i];
        x[i] = x[j];
        x[j] = t;
    }
}

double sbs_dependence_copula(double r)
{
    return 2 * sin(PI * r / 6);
}

static void interval(struct sbs_spearman *out, double level)
{
    double z = sbs_norm_quantile((1 + level) / 2);
    double se = sqrt((1 + out->r * out->r / 2) / ((double)out->n - 3));
    double at = atanh(fmin(fmax(out->r, -1 + 1e-12), 1 - 1e-12));

    out->lo = tanh(at - z * se);
    out->hi = tanh(at + z * se);
}

int sbs_dependence_spearman(const double *a, const double *b, size_t n,
                            const struct sbs_dependence_options *o,
                            uint32_t stream, struct sbs_spearman *out,
                            struct sbs_error *err)
{
    struct sbs_stream s = sbs_stream_init(o->seed, 0);
    struct ranked *scratch = malloc((n + 1) * sizeof *scratch);
    double *x = malloc((3 * n + 1) * sizeof *x), seen, scale;
    struct sbs_spearman t = {.n = n, .p = 1};
    uint32_t k, extreme = 0;

    if (!scratch || !x) {
        free(scratch);
        free(x);
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    }
    scale = sqrt(rank(a, n, scratch, x) * rank(b, n, scratch, x + n));
    t.told = n >= SBS_DEPENDENCE_LEAST_N && scale > 0;
    if (t.told) {
        seen = dot(x, x + n, n);
        t.r = seen / scale;
        for (k = 0; k < o->permutations; k++) {
            shuffle(x + n, n, x + 2 * n, &s, stream, k);
            extreme += fabs(dot(x, x + n, n)) >= fabs(seen) - 1e-9;
        }
        t.p = (1 + extreme) / (o->permutations + 1.0);
        t.copula = sbs_dependence_copula(t.r);
        interval(&t, o->level);
    }
    free(scratch);
    free(x);
    *out = t;
    return 0;
}

double sbs_dependence_findable(size_t n)
{
    double r = 0, need;
    int k;

    if (n < 5)
        return 1;
    for (k = 0; k < 50; k++) { /* the standard error depends on r a little */
        need = (Z95 + Z90 * sqrt(1 + r * r / 2)) / sqrt((double)n - 3);
        r = tanh(need);
    }
    return r;
}

size_t sbs_dependence_needed(double r)
{
    double z = (Z95 + Z90 * sqrt(1 + r * r / 2)) / atanh(r);

    return (size_t)ceil(3 + z * z);
}

/* A worker by variables: margins, correlation, its Cholesky factor. */
struct joint {
    size_t n, k;
    double *sorted; /* [k][n] */
    double l[SBS_DEPENDENCE_MOST][SBS_DEPENDENCE_MOST];
};

/* Lower factor of c; false when it is not positive definite. */
static bool cholesky(const double c[SBS_DEPENDENCE_MOST][SBS_DEPENDENCE_MOST],
                     size_t k,
                     double l[SBS_DEPENDENCE_MOST][SBS_DEPENDENCE_MOST])
{
    size_t i, j, h;
    double s;

    for (i = 0; i < k; i++) {
        for (j = 0; j <= i; j++) {
            s = c[i][j];
            for (h = 0; h < j; h++)
                s -= l[i][h] * l[j][h];
            if (i == j && !(s > 1e-12))
                return false;
            l[i][j] = i == j ? sqrt(s) : s / l[j][j];
        }
    }
    return true;
}

/* Correlations of the normal scores; drawn together a little when pairs
 * contradict each other (the matrix is not positive definite). */
static void correlate(struct joint *g, const double *ranks,
                      const double *square)
{
    double c[SBS_DEPENDENCE_MOST][SBS_DEPENDENCE_MOST] = {{0}}, s;
    size_t i, j, n = g->n;

    for (i = 0; i < g->k; i++) {
        c[i][i] = 1;
        for (j = 0; j < i; j++) {
            s = sqrt(square[i] * square[j]);
            c[i][j] = s > 0 ? sbs_dependence_copula(
                                  dot(ranks + i * n, ranks + j * n, n) / s)
                            : 0;
        }
    }
    memset(g->l, 0, sizeof g->l);
    while (!cholesky((const double (*)[SBS_DEPENDENCE_MOST])c, g->k, g->l))
        for (i = 0; i < g->k; i++)
            for (j = 0; j < i; j++)
                c[i][j] *= 0.98;
}

/* The workers pick[0..n) of x; scratch holds 2 n doubles and ranks k n. */
static void learn(struct joint *g, const double *x, const size_t *pick,
                  double *scratch, struct ranked *order, double *ranks)
{
    double square[SBS_DEPENDENCE_MOST];
    size_t i, j, n = g->n;

    for (j = 0; j < g->k; j++) {
        for (i = 0; i < n; i++)
            g->sorted[j * n + i] = x[pick[i] * g->k + j];
        square[j] = rank(g->sorted + j * n, n, order, ranks + j * n);
        sbs_reals_sort(g->sorted + j * n, scratch, n);
    }
    correlate(g, ranks, square);
}

/* 95th percentile of the sum with the copula or without, from the same
 * normal draws z[DRAWS][k]. */
static double tail_of(const struct joint *g, const double *z, bool copula,
                      double *sum)
{
    double v;
    size_t d, i, j;

    for (d = 0; d < DRAWS; d++) {
        sum[d] = 0;
        for (i = 0; i < g->k; i++) {
            v = z[d * g->k + i];
            for (j = 0, v = copula ? 0 : v; copula && j <= i; j++)
                v += g->l[i][j] * z[d * g->k + j];
            sum[d] += sbs_quantile7(g->sorted + i * g->n, g->n,
                                    sbs_norm_cdf(v));
        }
    }
    sbs_reals_sort(sum, sum + DRAWS, DRAWS);
    return sbs_quantile7(sum, DRAWS, 0.95);
}

struct work {
    double *sorted, *scratch, *ranks, *z, *sum, *ratio;
    struct ranked *order;
    size_t *pick;
};

static void work_fini(struct work *w)
{
    free(w->sorted);
    free(w->scratch);
    free(w->ranks);
    free(w->z);
    free(w->sum);
    free(w->ratio);
    free(w->order);
    free(w->pick);
}

static int work_init(struct work *w, size_t n, size_t k,
                     struct sbs_error *err)
{
    w->sorted = malloc(n * k * sizeof *w->sorted);
    w->scratch = malloc(n * sizeof *w->scratch);
    w->ranks = malloc(n * k * sizeof *w->ranks);
    w->z = malloc(DRAWS * k * sizeof *w->z);
    w->sum = malloc(2 * DRAWS * sizeof *w->sum);
    w->ratio = malloc(2 * BOOTSTRAP * sizeof *w->ratio);
    w->order = malloc(n * sizeof *w->order);
    w->pick = malloc(n * sizeof *w->pick);
    if (w->sorted && w->scratch && w->ranks && w->z && w->sum && w->ratio &&
        w->order && w->pick)
        return 0;
    work_fini(w);
    return sbs_fail(err, SBS_EMEMORY, "out of memory");
}

int sbs_dependence_tail(const double *x, size_t n, size_t k,
                        const struct sbs_dependence_options *o,
                        struct sbs_tail *out, struct sbs_error *err)
{
    struct sbs_stream s = sbs_stream_init(o->seed, 0);
    struct sbs_tail t = {.told = true, .n = n};
    struct work w = {0};
    struct joint g;
    double tail = (1 - o->level) / 2;
    uint32_t b;
    size_t i;

    if (work_init(&w, n, k, err))
        return -1;
    g = (struct joint){.n = n, .k = k, .sorted = w.sorted};
    for (i = 0; i < DRAWS * k; i++)
        w.z[i] = sbs_norm_quantile(sbs_rng_u01(&s, (uint32_t)(i % k),
                                               FOR_COPULA, 0,
                                               (uint32_t)(i / k)));
    for (i = 0; i < n; i++)
        w.pick[i] = i;
    learn(&g, x, w.pick, w.scratch, w.order, w.ranks);
    t.independent = tail_of(&g, w.z, false, w.sum);
    t.joint = tail_of(&g, w.z, true, w.sum);
    t.ratio = t.joint / t.independent;
    for (b = 0; b < BOOTSTRAP; b++) {
        for (i = 0; i < n; i++)
            w.pick[i] = (size_t)((double)n *
                                 sbs_rng_u01(&s, b, FOR_BOOTSTRAP, 0,
                                             (uint32_t)i));
        learn(&g, x, w.pick, w.scratch, w.order, w.ranks);
        w.ratio[b] = tail_of(&g, w.z, true, w.sum) /
                     tail_of(&g, w.z, false, w.sum);
    }
    sbs_reals_sort(w.ratio, w.ratio + BOOTSTRAP, BOOTSTRAP);
    t.lo = sbs_quantile7(w.ratio, BOOTSTRAP, tail);
    t.hi = sbs_quantile7(w.ratio, BOOTSTRAP, 1 - tail);
    work_fini(&w);
    *out = t;
    return 0;
}
