/* SPDX-License-Identifier: Apache-2.0 */
/* Variance components: REML and exact intervals. */
#include "config.h"

#include "calibrate/variance.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "base/rng.h"
#include "calibrate/between.h"
#include "calibrate/design.h"

/* N(rho) is kept on a grid: rho from 1e-6 to 1e8, 20 points a decade. */
#define GRID_N 281
#define GRID_LO -6.0
#define GRID_STEP 0.05
#define LN10 2.302585092994046

struct component_text {
    const char *name, *what;
};

static const struct component_text texts[SBS_COMPONENT_COUNT] = {
#define VARIANCE_TEXT(id, name, what) {name, what},
    SBS_COMPONENTS(VARIANCE_TEXT)
#undef VARIANCE_TEXT
};

const char *sbs_component_name(enum sbs_component c)
{
    return texts[c].name;
}

const char *sbs_component_what(enum sbs_component c)
{
    return texts[c].what;
}

/* The data reduced to what is sufficient. */
struct reduced {
    struct sbs_between_worker *worker;
    struct sbs_between_within within; /* xx = 0: no drift in the model */
    size_t m, repeated, df; /* df of sse, the drift's taken off */
    double sse;             /* within workers, about the drift */
    double rows;
};

static int compare_rows(const void *pa, const void *pb)
{
    const struct sbs_variance_row *a = pa, *b = pb;

    if (a->worker != b->worker)
        return a->worker < b->worker ? -1 : 1;
    if (a->elapsed_h != b->elapsed_h)
        return a->elapsed_h < b->elapsed_h ? -1 : 1;
    return (a->value > b->value) - (a->value < b->value);
}

/* Rows [i, j) are one worker's: sums about their means. */
static void add_worker(struct reduced *r, const struct sbs_variance_row *row,
                       size_t i, size_t j, double s[3])
{
    struct sbs_between_worker *w = &r->worker[r->m++];
    double n = (double)(j - i), x = 0, y = 0, dx, dy;
    size_t k;

    for (k = i; k < j; k++) {
        x += row[k].elapsed_h / n;
        y += row[k].value / n;
    }
    for (k = i; k < j; k++) {
        dx = row[k].elapsed_h - x;
        dy = row[k].value - y;
        s[0] += dx * dx;
        s[1] += dx * dy;
        s[2] += dy * dy;
    }
    *w = (struct sbs_between_worker){n, y, x, row[i].run,
                                     row[i].processor};
    r->repeated += j - i > 1;
    r->df += j - i - 1;
    r->rows += n;
}

static int reduce(const struct sbs_variance_data *d, struct reduced *r,
                  struct sbs_error *err)
{
    double s[3] = {0}; /* xx, xy, yy within workers */
    size_t i, j;

    *r = (struct reduced){.m = 0};
    r->worker = calloc(d->n, sizeof *r->worker);
    if (!r->worker)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (i = 0; i < d->n; i = j) {
        for (j = i + 1; j < d->n && d->row[j].worker == d->row[i].worker;)
            j++;
        add_worker(r, d->row, i, j, s);
    }
    r->sse = s[2];
    if (s[0] > 0 && r->df >= 2) { /* else the drift is left in */
        r->sse = fmax(s[2] - s[1] * s[1] / s[0], 0);
        r->within = (struct sbs_between_within){s[0], s[1]};
        r->df--;
    }
    return 0;
}

/* N(rho) of a model, by log10 rho. */
struct curve {
    double at0, ss[GRID_N], weight[GRID_N], weight0;
    size_t df; /* m - rank */
};

static void trace_curve(struct sbs_between *b, struct curve *c)
{
    struct sbs_between_fit f = sbs_between_at(b, 0);
    size_t k;

    c->at0 = f.ss;
    c->weight0 = f.weight;
    c->df = b->m - b->rank;
    for (k = 0; k < GRID_N; k++) {
        f = sbs_between_at(b, sbs_exp(LN10 * (GRID_LO +
                                              GRID_STEP * (double)k)));
        c->ss[k] = f.ss;
        c->weight[k] = f.weight;
    }
}

/* The rho with N(rho) = ss: 0 when N(0) is below; log-log in the grid. */
static double solve(const struct curve *c, double ss)
{
    size_t lo = 0, hi = GRID_N - 1, mid;
    double step;

    if (!(c->at0 > ss))
        return 0;
    if (c->ss[0] <= ss) /* between 0 and 1e-6: none of our business */
        return 0;
    if (c->ss[hi] >= ss)
        return INFINITY;
    while (hi - lo > 1) {
        mid = (lo + hi) / 2;
        if (c->ss[mid] > ss)
            lo = mid;
        else
            hi = mid;
    }
    step = sbs_log(c->ss[lo] / ss) / sbs_log(c->ss[lo] / c->ss[hi]);
    return sbs_exp(LN10 * (GRID_LO + GRID_STEP * ((double)lo + step)));
}

/* A value of the grid at rho, linear in log rho. */
static double look(const double *grid, double at0, double rho)
{
    double x;
    size_t k;

    if (!(rho > 0))
        return at0;
    x = (sbs_log(rho) / LN10 - GRID_LO) / GRID_STEP;
    if (!(x > 0))
        return at0;
    k = x < GRID_N - 2 ? (size_t)x : GRID_N - 2;
    return grid[k] + fmin(x - (double)k, 1) * (grid[k + 1] - grid[k]);
}

/* Wald's interval: N(rho) / df over sse / f is F(df, f) at the true rho. */
static struct sbs_icc icc_of(const struct curve *c, const struct reduced *r,
                             double rho, double level)
{
    struct sbs_icc icc = {rho / (1 + rho), 0, 0, c->df, r->df};
    double f = (double)r->df, d = (double)c->df, ms = r->sse / f;
    double tail = (1 - level) / 2;

    icc.lo = solve(c, d * ms * sbs_design_f_quantile(1 - tail, d, f));
    icc.hi = solve(c, d * ms * sbs_design_f_quantile(tail, d, f));
    icc.lo = isinf(icc.lo) ? 1 : icc.lo / (1 + icc.lo);
    icc.hi = isinf(icc.hi) ? 1 : icc.hi / (1 + icc.hi);
    return icc;
}

/* Minus twice the restricted log likelihood, residual variance profiled. */
static double reml(struct sbs_between *b, const struct reduced *r, double rho)
{
    struct sbs_between_fit f = sbs_between_at(b, rho);
    double df = (double)(b->m - b->rank + r->df);

    return df * sbs_log((f.ss + r->sse) / df) + f.log_var + f.log_det;
}

/* REML estimate of rho: the best of 0 and the grid, then golden section. */
static double best_rho(struct sbs_between *b, const struct reduced *r)
{
    const double g = 0.6180339887498949;
    double best = reml(b, r, 0), at = -INFINITY, f, lo, hi, x[2], y[2];
    size_t k;

    for (k = 0; k < GRID_N; k += 4) {
        f = reml(b, r, sbs_exp(LN10 * (GRID_LO + GRID_STEP * (double)k)));
        if (f < best) {
            best = f;
            at = GRID_LO + GRID_STEP * (double)k;
        }
    }
    if (isinf(at))
        return 0;
    lo = at - 4 * GRID_STEP;
    hi = at + 4 * GRID_STEP;
    for (k = 0; k < 40; k++) {
        x[0] = hi - g * (hi - lo);
        x[1] = lo + g * (hi - lo);
        y[0] = reml(b, r, sbs_exp(LN10 * x[0]));
        y[1] = reml(b, r, sbs_exp(LN10 * x[1]));
        if (y[0] < y[1])
            hi = x[1];
        else
            lo = x[0];
    }
    return sbs_exp(LN10 * (lo + hi) / 2);
}

double sbs_variance_noncentral(double x, double df, double lambda)
{
    double h, p, m, root;

    if (!(x > 0))
        return 0;
    if (df == 1) {
        root = sqrt(lambda);
        return sbs_norm_cdf(sqrt(x) - root) - sbs_norm_cdf(-sqrt(x) - root);
    }
    h = 1 - 2 * (df + lambda) * (df + 3 * lambda) /
                (3 * (df + 2 * lambda) * (df + 2 * lambda));
    p = (df + 2 * lambda) / ((df + lambda) * (df + lambda));
    m = (h - 1) * (1 - 3 * h);
    return sbs_norm_cdf((sbs_pow(x / (df + lambda), h) -
                         (1 + h * p * (h - 1 - (2 - h) * m * p / 2))) /
                        (h * sqrt(2 * p) * (1 + m * p / 2)));
}

/* The noncentrality at which x is the u-quantile; 0 when none is. */
static double noncentrality(double x, double df, double u)
{
    double lo = 0, hi = sqrt(fmax(x, 0)) + 9, mid;
    int k;

    if (!(sbs_variance_noncentral(x, df, 0) > u))
        return 0;
    for (k = 0; k < 40; k++) {
        mid = (lo + hi) / 2;
        if (sbs_variance_noncentral(x, df, mid * mid) > u)
            lo = mid;
        else
            hi = mid;
    }
    return lo * lo;
}

/* All that the drawn intervals need. */
struct fit {
    const struct reduced *r;
    const struct sbs_drift *drift;
    struct curve full, plain; /* with and without processors */
    size_t df_processor;
    struct sbs_variance *out;
};

/* Sum of squares of the processors at rho. */
static double processor_ss(const struct fit *f, double rho)
{
    return fmax(look(f->plain.ss, f->plain.at0, rho) -
                    look(f->full.ss, f->full.at0, rho), 0);
}

static double drift_scale(const struct sbs_drift *d)
{
    return d->told ? d->within_ss / (double)d->n : 0;
}

/* One draw of the four variances. */
static void draw(const struct fit *f, const struct sbs_stream *s, uint32_t k,
                 double var[SBS_COMPONENT_COUNT])
{
    double u[6], rho, e, q;
    uint32_t i;

    for (i = 0; i < 6; i++)
        u[i] = sbs_rng_u01(s, k, 1, 0, i);
    e = f->r->sse / gsl_cdf_chisq_Pinv(u[0], (double)f->r->df);
    rho = solve(&f->full, e * gsl_cdf_chisq_Pinv(u[1], (double)f->full.df));
    rho = fmin(rho, 1e8);
    var[SBS_COMPONENT_RESIDUAL] = e;
    var[SBS_COMPONENT_WORKER] = rho * e;
    var[SBS_COMPONENT_PROCESSOR] = var[SBS_COMPONENT_DRIFT] = 0;
    if (f->df_processor > 0)
        var[SBS_COMPONENT_PROCESSOR] =
            e / look(f->full.weight, f->full.weight0, rho) *
            noncentrality(processor_ss(f, rho) / e, (double)f->df_processor,
                          u[2]);
    if (f->drift->told) {
        q = f->drift->se * f->drift->se * f->drift->df /
            gsl_cdf_chisq_Pinv(u[3], f->drift->df);
        var[SBS_COMPONENT_DRIFT] =
            q * drift_scale(f->drift) *
            noncentrality(f->drift->slope * f->drift->slope / q, 1, u[4]);
    }
}

static int compare_reals(const void *pa, const void *pb)
{
    double a = *(const double *)pa, b = *(const double *)pb;

    return (a > b) - (a < b);
}

static void interval(double *x, size_t n, double level, double *lo,
                     double *hi)
{
    double tail = (1 - level) / 2 * (double)n;
    size_t k = (size_t)tail;

    qsort(x, n, sizeof *x, compare_reals);
    *lo = x[k];
    *hi = x[n - 1 - k];
}

static int draw_intervals(const struct fit *f,
                          const struct sbs_variance_options *o,
                          struct sbs_error *err)
{
    struct sbs_stream s = sbs_stream_init(o->seed, 0);
    size_t n = o->draws, c;
    double *x = malloc(2 * SBS_COMPONENT_COUNT * n * sizeof *x);
    double var[SBS_COMPONENT_COUNT], total;
    struct sbs_share *part;
    uint32_t k;

    if (!x)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (k = 0; k < n; k++) {
        draw(f, &s, k, var);
        for (c = 0, total = 0; c < SBS_COMPONENT_COUNT; c++)
            total += var[c];
        for (c = 0; c < SBS_COMPONENT_COUNT; c++) {
            x[2 * c * n + k] = sqrt(var[c]);
            x[(2 * c + 1) * n + k] = var[c] / total;
        }
    }
    for (c = 0; c < SBS_COMPONENT_COUNT; c++) {
        part = &f->out->part[c];
        interval(x + 2 * c * n, n, o->level, &part->sd_lo, &part->sd_hi);
        interval(x + (2 * c + 1) * n, n, o->level, &part->share_lo,
                 &part->share_hi);
    }
    free(x);
    return 0;
}

/* The estimates: REML for worker and residual, unbiased (cut at 0) for the
 * two fixed ones. */
static void estimate(struct fit *f, struct sbs_between *full, double rho)
{
    struct sbs_variance *v = f->out;
    double var[SBS_COMPONENT_COUNT] = {0}, total = 0, e;
    struct sbs_between_fit at = sbs_between_at(full, rho);
    const struct sbs_drift *d = f->drift;
    size_t c;

    e = (at.ss + f->r->sse) / (double)(f->full.df + f->r->df);
    var[SBS_COMPONENT_RESIDUAL] = e;
    var[SBS_COMPONENT_WORKER] = rho * e;
    if (f->df_processor > 0)
        var[SBS_COMPONENT_PROCESSOR] =
            fmax(processor_ss(f, rho) - (double)f->df_processor * e, 0) /
            at.weight;
    if (d->told)
        var[SBS_COMPONENT_DRIFT] =
            fmax(d->slope * d->slope - d->se * d->se, 0) * drift_scale(d);
    for (c = 0; c < SBS_COMPONENT_COUNT; c++)
        total += var[c];
    for (c = 0; c < SBS_COMPONENT_COUNT; c++) {
        v->part[c].sd = sqrt(var[c]);
        v->part[c].share = var[c] / total;
        v->part[c].told = true;
    }
    v->part[SBS_COMPONENT_PROCESSOR].told = f->df_processor > 0;
    v->part[SBS_COMPONENT_DRIFT].told = d->told;
}

/* Effects of the processors, with the sd of the residual in the errors. */
static int processor_effects(struct sbs_variance *v, struct sbs_between *full,
                             double rho, struct sbs_error *err)
{
    double e = v->part[SBS_COMPONENT_RESIDUAL].sd;
    size_t k, n = full->n_processors;

    v->effect = malloc(n * sizeof *v->effect);
    v->effect_se = malloc(n * sizeof *v->effect_se);
    if (!v->effect || !v->effect_se)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    sbs_between_effects(full, rho, v->effect, v->effect_se);
    for (k = 0; k < n; k++)
        v->effect_se[k] *= e;
    return 0;
}

static int decompose(const struct sbs_variance_data *d,
                     const struct reduced *r,
                     const struct sbs_variance_options *o,
                     struct sbs_variance *out, struct sbs_error *err)
{
    struct fit *f = calloc(1, sizeof *f);
    struct sbs_between full = {0}, plain = {0};
    double rho;
    int status = -1;

    if (!f) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        goto out;
    }
    f->r = r;
    f->out = out;
    f->drift = &out->drift;
    if (sbs_between_init(&full, r->worker, r->m, r->within, d->n_runs,
                         d->n_processors, true, err) ||
        sbs_between_init(&plain, r->worker, r->m, r->within, d->n_runs,
                         d->n_processors, false, err))
        goto out;
    out->total_sd = r->m > plain.rank
        ? sqrt((sbs_between_at(&plain, 0).ss + r->sse) /
               (double)(r->m - plain.rank + r->df)) : 0;
    out->told = r->df >= 1 && r->m > full.rank && r->sse > 0;
    if (!out->told) {
        status = 0;
        goto out;
    }
    trace_curve(&full, &f->full);
    trace_curve(&plain, &f->plain);
    f->df_processor = full.rank - plain.rank;
    rho = best_rho(&full, r);
    estimate(f, &full, rho);
    out->icc = icc_of(&f->full, r, rho, o->level);
    out->persistent = icc_of(&f->plain, r, best_rho(&plain, r), o->level);
    if (processor_effects(out, &full, rho, err) || draw_intervals(f, o, err))
        goto out;
    status = 0;
out:
    sbs_between_fini(&full);
    sbs_between_fini(&plain);
    free(f);
    return status;
}

static int check_rows(const struct sbs_variance_data *d,
                      struct sbs_error *err)
{
    size_t i;

    if (d->n == 0)
        return sbs_fail(err, SBS_EINPUT, "no task times to take apart");
    for (i = 0; i < d->n; i++)
        if (!isfinite(d->row[i].value) || !isfinite(d->row[i].elapsed_h) ||
            d->row[i].worker >= d->n_workers ||
            d->row[i].processor >= d->n_processors ||
            d->row[i].run >= d->n_runs)
            return sbs_fail(err, SBS_EINPUT,
                            "task time %zu: not finite, or of no worker", i);
    return 0;
}

int sbs_variance_fit(struct sbs_variance_data *data,
                     const struct sbs_variance_options *o,
                     struct sbs_variance *out, struct sbs_error *err)
{
    struct sbs_variance v = {.level = o->level, .n = data->n};
    struct reduced r;
    double inverse = 0;
    size_t i;

    if (check_rows(data, err))
        return -1;
    qsort(data->row, data->n, sizeof *data->row, compare_rows);
    if (sbs_variance_drift(data, o->level, &v.drift, err) ||
        reduce(data, &r, err))
        return -1;
    v.workers = r.m;
    v.repeated = r.repeated;
    v.processors = data->n_processors;
    v.runs = data->n_runs;
    for (i = 0; i < r.m; i++)
        inverse += 1 / r.worker[i].n;
    v.per_worker = (double)r.m / inverse;
    if (decompose(data, &r, o, &v, err)) {
        sbs_variance_fini(&v);
        free(r.worker);
        return -1;
    }
    free(r.worker);
    *out = v;
    return 0;
}

void sbs_variance_fini(struct sbs_variance *v)
{
    free(v->effect);
    free(v->effect_se);
    v->effect = v->effect_se = NULL;
}
