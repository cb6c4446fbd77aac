/* SPDX-License-Identifier: Apache-2.0 */
/* Durations of a trace as the fits want them. */
#include "config.h"

#include "calibrate/phases.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"

#define POINTS_MAX 64
#define SMALLEST_S 1e-3 /* stamps have milliseconds */

static bool wanted(const struct sbs_trace *trace, int64_t worker,
                   enum sbs_phases_of of)
{
    bool service = worker >= 0 &&
                   !strcmp(trace->workers.start_mode[worker], "service");

    return of == SBS_PHASES_ALL || service == (of == SBS_PHASES_SERVICE);
}

struct sbs_obs sbs_phases_interval(double seconds, size_t *n_quantised)
{
    struct sbs_obs o = {fmax(seconds, SMALLEST_S), fmax(seconds, SMALLEST_S)};

    if (fabs(seconds - floor(seconds + 0.5)) < 1e-6) {
        o.lo = fmax(seconds - 1, 0);
        o.hi = seconds + 1;
        if (n_quantised)
            ++*n_quantised;
    }
    return o;
}

int sbs_phases_collect(const struct sbs_trace *trace, enum sbs_phase phase,
                       enum sbs_phases_of of, struct sbs_durations *out,
                       struct sbs_error *err)
{
    struct sbs_phase_row *rows = NULL;
    struct sbs_durations d = {0};
    size_t i, n;
    int status = -1;

    if (sbs_trace_phase(trace, phase, SBS_STARTS_FARGATE, &rows, &n, NULL,
                        err))
        return -1;
    d.obs = calloc(n + 1, sizeof *d.obs);
    d.image = calloc(n + 1, sizeof *d.image);
    if (!d.obs || !d.image) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        goto out;
    }
    for (i = 0; i < n; i++) {
        if (!wanted(trace, rows[i].worker, of))
            continue;
        d.obs[d.n] = sbs_phases_interval(rows[i].seconds, &d.n_quantised);
        d.image[d.n++] =
            rows[i].worker >= 0 ? trace->workers.image[rows[i].worker] : "";
    }
    *out = d;
    d = (struct sbs_durations){0};
    status = 0;
out:
    sbs_phases_fini(&d);
    free(rows);
    return status;
}

void sbs_phases_fini(struct sbs_durations *d)
{
    if (!d)
        return;
    free(d->obs);
    free(d->image);
    *d = (struct sbs_durations){0};
}

static double middle_log(const struct sbs_obs *o)
{
    return sbs_log((o->lo + o->hi) / 2);
}

/* Sum of squares about the mean of the group that begins at `first`. */
static double group_squares(const struct sbs_durations *d, size_t first,
                            size_t *n)
{
    double sum = 0, square = 0, v;
    size_t i;

    *n = 0;
    for (i = first; i < d->n; i++) {
        if (strcmp(d->image[i], d->image[first]))
            continue;
        v = middle_log(&d->obs[i]);
        sum += v;
        square += v * v;
        ++*n;
    }
    return fmax(square - sum * sum / (double)*n, 0);
}

struct sbs_pooled sbs_phases_within_image(const struct sbs_durations *d)
{
    struct sbs_pooled p = {.log_sd = NAN, .lo = NAN, .hi = NAN};
    double square = 0, one;
    size_t i, j, n;

    for (i = 0; i < d->n; i++) {
        if (!*d->image[i])
            continue;
        for (j = 0; j < i && strcmp(d->image[j], d->image[i]); j++)
            ;
        if (j < i)
            continue; /* not the first of its group */
        one = group_squares(d, i, &n);
        if (n < 2)
            continue;
        square += one;
        p.df += n - 1;
        p.n += n;
        p.groups++;
    }
    if (p.df > 0 && square > 0) {
        p.log_sd = sqrt(square / (double)p.df);
        p.lo = sqrt(square / gsl_cdf_chisq_Pinv(0.975, (double)p.df));
        p.hi = sqrt(square / gsl_cdf_chisq_Pinv(0.025, (double)p.df));
    }
    return p;
}

struct points {
    double x[POINTS_MAX], y[POINTS_MAX], w[POINTS_MAX];
    size_t n;
};

static void add_point(struct points *p, double bytes, double seconds,
                      double weight)
{
    if (p->n == POINTS_MAX || !(bytes > 0) || !(seconds > 0) ||
        !(weight > 0))
        return;
    p->x[p->n] = bytes;
    p->y[p->n] = seconds;
    p->w[p->n++] = weight;
}

static void collect_points(const struct sbs_trace *trace, struct points *p)
{
    const struct sbs_sample *s = sbs_trace_sample(trace, "start_by_image_s");
    double sum = 0, bytes = NAN;
    size_t i, parts = 0;

    for (i = 0; s && i < s->col.rows.n; i++)
        if (!strcmp(s->col.kind[i], "measured"))
            add_point(p, (double)s->col.image_bytes[i], s->col.value[i],
                      s->col.n[i]);
    s = sbs_trace_sample(trace, "start_phase_s");
    for (i = 0; s && i < s->col.rows.n; i++) {
        if (!strncmp(s->col.item[i], "boot", 4))
            continue; /* not in started - created */
        sum += s->col.value[i];
        bytes = (double)s->col.image_bytes[i];
        parts++;
    }
    if (parts == 3)
        add_point(p, bytes, sum, 1);
}

struct sbs_pull_model sbs_phases_pull_model(const struct sbs_trace *trace)
{
    struct sbs_pull_model m = {0};
    struct points p = {.n = 0};
    double w = 0, mx = 0, my = 0, sxx = 0, sxy = 0, rss = 0, slope, se, t, e;
    size_t i;

    collect_points(trace, &p);
    if (p.n < 3)
        return m;
    for (i = 0; i < p.n; i++) {
        w += p.w[i];
        mx += p.w[i] * p.x[i];
        my += p.w[i] * p.y[i];
    }
    mx /= w;
    my /= w;
    for (i = 0; i < p.n; i++) {
        sxx += p.w[i] * (p.x[i] - mx) * (p.x[i] - mx);
        sxy += p.w[i] * (p.x[i] - mx) * (p.y[i] - my);
    }
    slope = sxy / sxx;
    if (!(slope > 0))
        return m;
    for (i = 0; i < p.n; i++) {
        e = p.y[i] - my - slope * (p.x[i] - mx);
        rss += p.w[i] * e * e;
    }
    se = sqrt(rss / (double)(p.n - 2) / sxx);
    t = gsl_cdf_tdist_Pinv(0.975, (double)(p.n - 2));
    m.n = p.n;
    m.base_s = my - slope * mx;
    m.rate_bytes_per_s = 1 / slope;
    m.rate_lo = 1 / (slope + t * se);
    m.rate_hi = slope > t * se ? 1 / (slope - t * se) : INFINITY;
    return m;
}
