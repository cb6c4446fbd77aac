/* SPDX-License-Identifier: Apache-2.0 */
/* Which design could tell. */
#include "config.h"

#include "calibrate/design.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "base/fmath.h"

double sbs_design_f_quantile(double p, double d, double f)
{
    double lo = 0, hi = 1, mid;
    int k;

    while (gsl_cdf_fdist_P(hi, d, f) < p && hi < 1e12)
        hi *= 4;
    for (k = 0; k < 60; k++) {
        mid = (lo + hi) / 2;
        if (gsl_cdf_fdist_P(mid, d, f) < p)
            lo = mid;
        else
            hi = mid;
    }
    return hi;
}

double sbs_design_power(size_t workers, size_t tasks, double share,
                        double level)
{
    double d, f, n = (double)tasks, rho = share / (1 - share), tail, scale;
    const double half = SBS_DESIGN_HALF / (1 - SBS_DESIGN_HALF);

    if (workers < 2 || tasks < 2)
        return 0;
    d = (double)workers - 1;
    f = (double)workers * (n - 1);
    tail = (1 - level) / 2;
    scale = (1 + n * half) / (1 + n * rho);
    if (share > SBS_DESIGN_HALF)
        return gsl_cdf_fdist_Q(
            scale * sbs_design_f_quantile(1 - tail, d, f), d, f);
    return gsl_cdf_fdist_P(scale * sbs_design_f_quantile(tail, d, f), d, f);
}

typedef double power_f(size_t size, const void *arg);

/* The least size in [2, most] with enough power, by doubling and halving
 * (the power grows with the size); 0 when there is none. */
static size_t least(power_f *power, const void *arg, size_t most)
{
    size_t lo = 1, hi = 2, mid;

    while (power(hi, arg) < SBS_DESIGN_POWER) {
        if (hi >= most)
            return 0;
        lo = hi;
        hi = 2 * hi < most ? 2 * hi : most;
    }
    while (hi - lo > 1) {
        mid = lo + (hi - lo) / 2;
        if (power(mid, arg) < SBS_DESIGN_POWER)
            lo = mid;
        else
            hi = mid;
    }
    return hi;
}

struct wanted {
    size_t other; /* the size held */
    double share, change, sd, level;
};

static double by_tasks(size_t tasks, const void *arg)
{
    const struct wanted *w = arg;

    return sbs_design_power(w->other, tasks, w->share, w->level);
}

static double by_workers(size_t workers, const void *arg)
{
    const struct wanted *w = arg;

    return sbs_design_power(workers, w->other, w->share, w->level);
}

/* t = change / (n - 1) per task over sd / sqrt(m n (n^2 - 1) / 12); the
 * noncentral t is taken as a shifted one. */
static double by_drift(size_t tasks, const void *arg)
{
    const struct wanted *w = arg;
    double m = (double)w->other, n = (double)tasks;
    double df = m * (n - 1) - 1, t;

    if (df < 1)
        return 0;
    t = w->change / w->sd * sqrt(m * n * (n + 1) / (12 * (n - 1)));
    return gsl_cdf_tdist_P(t - gsl_cdf_tdist_Pinv((1 + w->level) / 2, df),
                           df);
}

struct sbs_design sbs_design_tasks(size_t workers, double share, double level)
{
    struct wanted w = {.other = workers, .share = share, .level = level};
    struct sbs_design d = {workers, least(by_tasks, &w, SBS_DESIGN_MOST), 0};

    d.power = d.tasks ? by_tasks(d.tasks, &w) : 0;
    return d;
}

struct sbs_design sbs_design_workers(size_t tasks, double share, double level)
{
    struct wanted w = {.other = tasks, .share = share, .level = level};
    struct sbs_design d = {least(by_workers, &w, SBS_DESIGN_MOST), tasks, 0};

    d.power = d.workers ? by_workers(d.workers, &w) : 0;
    return d;
}

struct sbs_design sbs_design_least(double share, double level)
{
    struct sbs_design best = {0, 0, 0}, d, other;
    size_t n;

    for (n = 2; n <= 20; n++) {
        d = sbs_design_workers(n, share, level);
        other = sbs_design_workers(n, 1 - share, level);
        if (!d.workers || !other.workers)
            continue;
        if (other.workers > d.workers)
            d.workers = other.workers;
        if (!best.workers || d.workers * n < best.workers * best.tasks ||
            (d.workers * n == best.workers * best.tasks &&
             d.workers < best.workers))
            best = d;
    }
    best.power = fmin(sbs_design_power(best.workers, best.tasks, share, level),
                      sbs_design_power(best.workers, best.tasks, 1 - share,
                                       level));
    return best;
}

struct sbs_design sbs_design_drift(size_t workers, double change, double sd,
                                   double level)
{
    struct wanted w = {.other = workers, .change = change, .sd = sd,
                       .level = level};
    struct sbs_design d = {workers, least(by_drift, &w, SBS_DESIGN_MOST), 0};

    d.power = d.tasks ? by_drift(d.tasks, &w) : 0;
    return d;
}
