/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "calibrate/sampler.h"

#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/rng.h"

#define PURPOSE 250      /* of base/rng.h; the engine's are below 100 */
#define ACCEPT 0.35
#define LEARN_POWER 0.6  /* steps of size k^-0.6: sum infinite, squares not */
#define JITTER 1e-6      /* of the first variances, keeps the factor regular */

enum { DIM = SBS_SAMPLER_MAX };

struct chain {
    const struct sbs_sampler *s;
    struct sbs_stream stream;
    double x[DIM], log_density;
    double mean[DIM], cov[DIM][DIM], factor[DIM][DIM];
    double log_scale;
    uint32_t step;
};

/* The Cholesky factor of cov + jitter; the old one stays when that is not
 * positive definite. */
static void refactor(struct chain *c)
{
    double l[DIM][DIM] = {{0}}, sum;
    size_t i, j, k, n = c->s->n;

    for (i = 0; i < n; i++) {
        for (j = 0; j <= i; j++) {
            sum = c->cov[i][j];
            if (i == j)
                sum += JITTER * c->s->step[i] * c->s->step[i];
            for (k = 0; k < j; k++)
                sum -= l[i][k] * l[j][k];
            if (i == j && !(sum > 0))
                return;
            l[i][j] = i == j ? sqrt(sum) : sum / l[j][j];
        }
    }
    memcpy(c->factor, l, sizeof l);
}

/* Steps alternate between the learnt size and others, so that a chain also
 * gets out of corners much narrower or wider than the whole: with each fixed
 * in advance, the density stays invariant (Tierney, Ann. Stat. 22, 1994). */
static const double sizes[] = {1, 1, 0.2, 3};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

/* One Metropolis step; returns the probability of acceptance. */
static double move(struct chain *c, size_t *accepted)
{
    double z[DIM + 1], y[DIM], scale = sbs_exp(c->log_scale), f, accept;
    size_t i, j, n = c->s->n;

    scale *= sizes[c->step % SIZES];
    sbs_rng_fill(&c->stream, c->step++, PURPOSE, 0, 0, n + 1, z);
    for (i = 0; i < n; i++)
        z[i] = sbs_norm_quantile(z[i]);
    for (i = 0; i < n; i++) {
        y[i] = c->x[i];
        for (j = 0; j <= i; j++)
            y[i] += scale * c->factor[i][j] * z[j];
    }
    f = c->s->f(y, c->s->arg);
    if (!(f > -INFINITY))
        return 0;
    accept = f >= c->log_density ? 1 : sbs_exp(f - c->log_density);
    if (z[n] < accept) {
        memcpy(c->x, y, n * sizeof *y);
        c->log_density = f;
        ++*accepted;
    }
    return accept;
}

static void learn(struct chain *c, size_t k, double accept)
{
    double g = sbs_exp(-LEARN_POWER * sbs_log((double)k + 10)), d[DIM];
    size_t i, j, n = c->s->n;

    c->log_scale += g * 4 * (accept - ACCEPT);
    for (i = 0; i < n; i++)
        d[i] = c->x[i] - c->mean[i];
    for (i = 0; i < n; i++) {
        c->mean[i] += g * d[i];
        for (j = 0; j <= i; j++)
            c->cov[i][j] += g * (d[i] * d[j] - c->cov[i][j]);
    }
    refactor(c);
}

static void burn_in(struct chain *c)
{
    size_t k, accepted = 0, n = c->s->n;

    /* 2.38 / sqrt(n): the best scale for a normal target */
    c->log_scale = sbs_log(2.38 / sqrt((double)n));
    for (k = 0; k < n; k++) {
        c->mean[k] = c->x[k];
        c->cov[k][k] = c->s->step[k] * c->s->step[k];
    }
    refactor(c);
    for (k = 0; k < c->s->burn; k++)
        learn(c, k, move(c, &accepted));
}

/* Effective number of a column: n / (1 + 2 sum of autocorrelations), summed
 * while pairs of them are positive. */
static double effective(const double *x, size_t n, size_t stride)
{
    double mean = 0, var = 0, sum = 0, pair, c;
    size_t i, lag, k;

    for (i = 0; i < n; i++)
        mean += x[i * stride] / (double)n;
    for (i = 0; i < n; i++)
        var += (x[i * stride] - mean) * (x[i * stride] - mean);
    if (!(var > 0))
        return 1;
    for (lag = 1; lag + 1 < n; lag += 2) {
        pair = 0;
        for (k = lag; k < lag + 2; k++) {
            c = 0;
            for (i = 0; i + k < n; i++)
                c += (x[i * stride] - mean) * (x[(i + k) * stride] - mean);
            pair += c / var;
        }
        if (pair <= 0)
            break;
        sum += pair;
    }
    return (double)n / (1 + 2 * sum);
}

int sbs_sampler_run(const struct sbs_sampler *s, const double *start,
                    size_t n_draws, double *out,
                    struct sbs_sampler_report *report, struct sbs_error *err)
{
    struct chain c = {.s = s, .stream = sbs_stream_init(s->seed, s->chain)};
    size_t i, k, accepted = 0;

    SBS_ASSERT(s->n >= 1 && s->n <= DIM && s->thin >= 1);
    memcpy(c.x, start, s->n * sizeof *start);
    c.log_density = s->f(start, s->arg);
    if (!(c.log_density > -INFINITY))
        return sbs_fail(err, SBS_EINPUT,
                        "sampler: the density is 0 at the start");
    burn_in(&c);
    for (i = 0; i < n_draws; i++) {
        for (k = 0; k < s->thin; k++)
            move(&c, &accepted);
        memcpy(&out[i * s->n], c.x, s->n * sizeof *c.x);
    }
    if (!report || n_draws == 0)
        return 0;
    report->accepted_frac = (double)accepted / (double)(n_draws * s->thin);
    report->ess = (double)n_draws;
    for (i = 0; i < s->n; i++)
        report->ess = fmin(report->ess, effective(out + i, n_draws, s->n));
    return 0;
}
