/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "calibrate/law_average.h"

#include <math.h>
#include <stdlib.h>

#include "base/fmath.h"
#include "base/rng.h"
#include "calibrate/law_posterior.h"

#define PURPOSE 253
#define THIN 20

/* What the weight is taken of: AICc, or with so few values that no member has
 * one, AIC of those with two parameters. */
static double criterion(const struct sbs_law_fit *fit, bool corrected)
{
    if (corrected)
        return fit->aicc;
    return fit->shifted ? INFINITY : 4 - 2 * fit->loglik;
}

static int by_weight(const void *a, const void *b)
{
    const struct sbs_law_member *p = a, *q = b;

    if (p->weight != q->weight)
        return p->weight > q->weight ? -1 : 1;
    if (p->fit.family != q->fit.family)
        return p->fit.family < q->fit.family ? -1 : 1;
    return (int)p->fit.shifted - (int)q->fit.shifted;
}

static void weigh(struct sbs_law_average *a)
{
    double least = INFINITY, sum = 0;
    bool corrected = false;
    size_t i;

    for (i = 0; i < a->n_members; i++)
        corrected |= isfinite(a->member[i].fit.aicc);
    for (i = 0; i < a->n_members; i++)
        least = fmin(least, criterion(&a->member[i].fit, corrected));
    for (i = 0; i < a->n_members; i++) {
        struct sbs_law_member *m = &a->member[i];

        m->weight = sbs_exp((least - criterion(&m->fit, corrected)) / 2);
        sum += m->weight;
    }
    for (i = 0; i < a->n_members; i++)
        a->member[i].weight /= sum;
    qsort(a->member, a->n_members, sizeof *a->member, by_weight);
}

int sbs_law_average_make(const struct sbs_obs *obs, size_t n,
                         struct sbs_law_average *out, struct sbs_error *err)
{
    struct sbs_law_average a = {.bic = INFINITY};
    struct sbs_error first = {0};

    for (size_t i = 0; i < SBS_LAW_MEMBERS; i++) {
        struct sbs_law_fit *fit = &a.member[a.n_members].fit;
        struct sbs_error one = {0};

        if (sbs_law_fit(&sbs_law_families[i / 2], obs, n, i % 2, fit, &one)) {
            if (i == 0)
                first = one;
            continue;
        }
        if (!isfinite(fit->loglik))
            continue;
        a.bic = fmin(a.bic, fit->bic);
        a.n_members++;
    }
    if (a.n_members == 0) {
        if (err)
            *err = first;
        return -1;
    }
    weigh(&a);
    *out = a;
    return 0;
}

double sbs_law_average_weight(const struct sbs_law_average *a,
                              const struct sbs_law_family *family)
{
    double sum = 0;

    for (size_t i = 0; i < a->n_members; i++)
        if (a->member[i].fit.family == family)
            sum += a->member[i].weight;
    return sum;
}

double sbs_law_average_cdf(const struct sbs_law_average *a, double t)
{
    double sum = 0;

    for (size_t i = 0; i < a->n_members; i++) {
        struct sbs_dist d = sbs_law_fit_dist(&a->member[i].fit);

        if (a->member[i].weight > 0)
            sum += a->member[i].weight * sbs_dist_cdf(&d, t);
    }
    return sum;
}

/* Between the members' quantiles, by halving: 60 steps leave nothing. */
double sbs_law_average_quantile(const struct sbs_law_average *a, double u)
{
    double lo = INFINITY, hi = 0, mid, q;

    for (size_t i = 0; i < a->n_members; i++) {
        struct sbs_dist d = sbs_law_fit_dist(&a->member[i].fit);

        if (a->member[i].weight < 1e-12)
            continue;
        q = sbs_dist_quantile(&d, u);
        lo = fmin(lo, q);
        hi = fmax(hi, q);
    }
    for (int k = 0; k < 60 && hi > lo; k++) {
        mid = lo + (hi - lo) / 2;
        if (sbs_law_average_cdf(a, mid) < u)
            lo = mid;
        else
            hi = mid;
    }
    return hi;
}

/* Which member draw i is of. */
static size_t pick(const struct sbs_law_average *a, uint64_t seed, size_t i)
{
    struct sbs_stream s = sbs_stream_init(seed, 0);
    double u = sbs_rng_u01(&s, (uint32_t)i, PURPOSE, 0, 0);
    size_t k = 0;

    while (k + 1 < a->n_members && u >= a->member[k].weight)
        u -= a->member[k++].weight;
    return k;
}

/* Fill those of the draws that are of member k. */
static int draw_member(const struct sbs_law_average *a, size_t k,
                       const struct sbs_obs *obs, const size_t *of,
                       size_t n_draws, uint64_t seed, double *x,
                       struct sbs_dist *out, struct sbs_error *err)
{
    const struct sbs_law_fit *fit = &a->member[k].fit;
    struct sbs_law_posterior p = {fit->family, fit->shifted, obs, fit->n};
    uint32_t chain = (uint32_t)(fit->family - sbs_law_families) * 2 +
                     fit->shifted;
    size_t i, want = 0, next = 0;

    for (i = 0; i < n_draws; i++)
        want += of[i] == k;
    if (want == 0)
        return 0;
    if (sbs_law_posterior_draw(&p, want, THIN, seed, chain, x, NULL, err))
        return -1;
    for (i = 0; i < n_draws; i++) {
        if (of[i] != k)
            continue;
        bool in_range = sbs_law_dist(fit->family, &x[next * SBS_LAW_DIM],
                                     fit->shifted, &out[i]);

        SBS_ASSERT(in_range); /* the density is 0 outside */
        next++;
    }
    return 0;
}

int sbs_law_average_draws(const struct sbs_law_average *a,
                          const struct sbs_obs *obs, size_t n_draws,
                          uint64_t seed, struct sbs_dist *out,
                          struct sbs_error *err)
{
    size_t *of = malloc((n_draws + 1) * sizeof *of);
    double *x = malloc((n_draws + 1) * SBS_LAW_DIM * sizeof *x);
    int status = -1;

    if (!of || !x) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        goto out;
    }
    for (size_t i = 0; i < n_draws; i++)
        of[i] = pick(a, seed, i);
    for (size_t k = 0; k < a->n_members; k++)
        if (draw_member(a, k, obs, of, n_draws, seed, x, out, err))
            goto out;
    status = 0;
out:
    free(of);
    free(x);
    return status;
}
