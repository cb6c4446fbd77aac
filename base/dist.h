/* SPDX-License-Identifier: Apache-2.0 */
/* Probability laws: the D of a model file, and its inverse distribution
 * function, one uniform a variate.
 *
 * A zeroed struct sbs_dist is the constant 0. All transcendentals are those
 * of base/fmath, so a quantile has the same bits on every machine. */
#ifndef SBS_BASE_DIST_H
#define SBS_BASE_DIST_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct cJSON;
struct sbs_jsonw;
struct sbs_dist_table;

enum sbs_dist_kind {
    SBS_DIST_CONST,       /* shift */
    SBS_DIST_LOGNORMAL,   /* shift + exp(mu + sigma Z) */
    SBS_DIST_EXPONENTIAL, /* mean */
    SBS_DIST_WEIBULL,     /* shape, scale: 1 - exp(-(x/scale)^shape) */
    SBS_DIST_GAMMA,       /* shape in [1e-3, 1e6], scale: mean shape scale */
    SBS_DIST_PARETO,      /* alpha, xm: 1 - (xm/x)^alpha from xm on */
    SBS_DIST_UNIFORM,     /* lo, hi */
    SBS_DIST_LOGLOGISTIC, /* shape, scale: 1 / (1 + (x/scale)^-shape) */
    SBS_DIST_INVGAUSS,    /* mean, shape: variance mean^3 / shape */
    SBS_DIST_HYPOEXPONENTIAL, /* mean1, mean2: sum of two exponentials */
    SBS_DIST_EMPIRICAL,   /* values, equally likely */
    SBS_DIST_MIXTURE      /* weighted components */
};

struct sbs_dist {
    enum sbs_dist_kind kind;
    double shift; /* added to every value */
    double a, b;  /* parameters in the order above; b of PARETO is xm */
    size_t n;     /* number of values or components */
    double *values;         /* ascending values, or weights (sum 1) */
    struct sbs_dist *parts; /* components */
    struct sbs_dist_table *table; /* helps to invert a law that has no
                                   * closed form; NULL is slower, but for a
                                   * mixture, which must have one */
};

/* The constant `value`; holds no memory. */
struct sbs_dist sbs_dist_const(double value);

/* shift + lognormal(mu, sigma), sigma >= 0; holds no memory. */
struct sbs_dist sbs_dist_lognormal(double mu, double sigma, double shift);

/* Read a number or {"dist": ...} (doc/formats.md). `where` names the
 * place in messages ("model.json: startup.pull_s"). *d must be zeroed or
 * valid; it is replaced on success and untouched on failure or when json is
 * NULL. Refused: unknown keys and laws, parameters missing or out of range,
 * mass below min_value (which may be -INFINITY, or SBS_JSON_ABOVE_0 for
 * "positive"), values beyond the range of a double. A law with a single
 * possible value becomes a constant. Weights are normalised; components of
 * weight 0 are dropped. */
int sbs_dist_parse(struct sbs_dist *d, const struct cJSON *json,
                   const char *where, double min_value,
                   struct sbs_error *err);

/* *d becomes the mixture of n >= 1 laws (copied) with these weights (>= 0,
 * sum > 0). *d must be zeroed or valid. */
int sbs_dist_mix(struct sbs_dist *d, const struct sbs_dist *parts,
                 const double *weights, size_t n, const char *where,
                 struct sbs_error *err);

/* Writes what sbs_dist_parse reads. */
void sbs_dist_write(const struct sbs_dist *d, struct sbs_jsonw *w);

/* *d (zeroed or valid) becomes a copy. */
int sbs_dist_copy(struct sbs_dist *d, const struct sbs_dist *from,
                  struct sbs_error *err);
/* Frees what *d holds and leaves it zeroed; accepts NULL and zeroed. */
void sbs_dist_fini(struct sbs_dist *d);

/* The smallest x with P(X <= x) >= u, for u in (0, 1); non-decreasing in u to
 * within rounding. A mixture is inverted as a whole. Never allocates. */
double sbs_dist_quantile(const struct sbs_dist *d, double u);

/* out[i] = quantile of u[i]; the same bits as one by one, but faster. out
 * may be u. */
void sbs_dist_quantiles(const struct sbs_dist *d, size_t n, const double *u,
                        double *out);

/* A law with a two-parameter kind (LOGNORMAL to HYPOEXPONENTIAL) and its
 * parameters in range; holds no memory, hence no table. */
struct sbs_dist sbs_dist_plain(enum sbs_dist_kind kind, double a, double b,
                               double shift);

/* P(X <= x), and P(X > x) without the cancellation of 1 - P. */
double sbs_dist_cdf(const struct sbs_dist *d, double x);
double sbs_dist_tail(const struct sbs_dist *d, double x);

/* Mean and variance; INFINITY where infinite, the variance NaN never. */
double sbs_dist_mean(const struct sbs_dist *d);
double sbs_dist_var(const struct sbs_dist *d);

/* Ends of the support; max is INFINITY if unbounded. */
double sbs_dist_min(const struct sbs_dist *d);
double sbs_dist_max(const struct sbs_dist *d);

/* Whether there is only one possible value (all that makes laws here turns
 * such a law into a constant); it goes to *value, which may be NULL. */
static inline bool sbs_dist_is_const(const struct sbs_dist *d, double *value)
{
    if (d->kind == SBS_DIST_CONST && value)
        *value = d->shift;
    return d->kind == SBS_DIST_CONST;
}

/* "lognormal", ... */
const char *sbs_dist_kind_name(enum sbs_dist_kind kind);

#endif
