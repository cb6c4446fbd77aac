/* SPDX-License-Identifier: Apache-2.0 */
/* Does a worker get slower? The slope within workers, and Mann-Kendall. */
#include "config.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "base/fmath.h"
#include "calibrate/variance.h"

#define POWER 0.9

struct sums {
    double xx, xy, yy;
    double s, var; /* Mann-Kendall */
    size_t df;
};

static int compare_reals(const void *pa, const void *pb)
{
    double a = *(const double *)pa, b = *(const double *)pb;

    return (a > b) - (a < b);
}

/* Variance of Kendall's S for n values with ties (Kendall, Rank correlation
 * methods, 1975, chapter 4): n(n-1)(2n+5)/18 less the same of each tie. */
static double kendall_var(const struct sbs_variance_row *row, size_t n)
{
    double var = (double)n * (double)(n - 1) * (double)(2 * n + 5) / 18;
    double ties;
    size_t i, j;

    for (i = 0; i < n; i++) {
        ties = 0;
        for (j = 0; j < n; j++)
            ties += row[j].value == row[i].value;
        /* each of the t tied rows takes its part, 1/t of the tie's */
        var -= (ties - 1) * (2 * ties + 5) / 18;
    }
    return var;
}

/* Mann-Kendall takes at most the first so many tasks of a worker: its cost
 * is their square. */
#define MOST 2000

static void add_kendall(struct sums *t, struct sbs_drift *d,
                        const struct sbs_variance_row *row, size_t n)
{
    size_t i, j;

    if (n > MOST)
        n = MOST;
    for (i = 0; i < n; i++)
        for (j = i + 1; j < n; j++)
            t->s += (row[j].value > row[i].value) -
                    (row[j].value < row[i].value);
    t->var += kendall_var(row, n);
    d->pairs += n * (n - 1) / 2;
}

static void add_worker(struct sums *t, struct sbs_drift *d,
                       const struct sbs_variance_row *row, size_t n)
{
    double x = 0, y = 0, dx, dy;
    size_t k;

    for (k = 0; k < n; k++) {
        x += row[k].elapsed_h / (double)n;
        y += row[k].value / (double)n;
    }
    for (k = 0; k < n; k++) {
        dx = row[k].elapsed_h - x;
        dy = row[k].value - y;
        t->xx += dx * dx;
        t->xy += dx * dy;
        t->yy += dy * dy;
    }
    t->df += n - 1;
    d->n += n;
    d->workers++;
    add_kendall(t, d, row, n);
}

static void test(struct sbs_drift *d, const struct sums *t, double level)
{
    double q, s;

    if (t->xx > 0 && t->df >= 2) {
        d->df = (double)(t->df - 1);
        d->slope = t->xy / t->xx;
        d->within_ss = t->xx;
        d->se = sqrt(fmax(t->yy - t->xy * d->slope, 0) / d->df / t->xx);
        d->told = d->se > 0;
    }
    if (d->told) {
        q = gsl_cdf_tdist_Pinv((1 + level) / 2, d->df);
        d->p = 2 * gsl_cdf_tdist_Q(fabs(d->slope) / d->se, d->df);
        d->lo = d->slope - q * d->se;
        d->hi = d->slope + q * d->se;
        d->least = d->se * (q + gsl_cdf_tdist_Pinv(POWER, d->df));
    }
    d->kendall_s = t->s;
    d->kendall_p = 1;
    if (t->var > 0) { /* with the usual continuity correction */
        s = t->s > 0 ? t->s - 1 : t->s < 0 ? t->s + 1 : 0;
        d->kendall_z = s / sqrt(t->var);
        d->kendall_p = fmin(2 * sbs_norm_cdf(-fabs(d->kendall_z)), 1);
    }
}

int sbs_variance_drift(const struct sbs_variance_data *data, double level,
                       struct sbs_drift *out, struct sbs_error *err)
{
    double *span = malloc((data->n + 1) * sizeof *span);
    struct sbs_drift d = {.told = false};
    struct sums t = {0};
    size_t i, j, n;

    if (!span)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (i = 0; i < data->n; i = j) {
        for (j = i + 1;
             j < data->n && data->row[j].worker == data->row[i].worker;)
            j++;
        n = j - i - (data->pulled ? 1 : 0);
        if (n < 2)
            continue;
        span[d.workers] =
            data->row[j - 1].elapsed_h - data->row[i].elapsed_h;
        add_worker(&t, &d, data->row + i, n);
    }
    if (d.workers > 0) {
        qsort(span, d.workers, sizeof *span, compare_reals);
        d.span_h = span[d.workers / 2];
    }
    free(span);
    test(&d, &t, level);
    *out = d;
    return 0;
}
