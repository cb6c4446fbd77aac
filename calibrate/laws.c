/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "calibrate/laws.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SEED 1

static int by_value(const void *a, const void *b)
{
    double p = *(const double *)a, q = *(const double *)b;

    return (p > q) - (p < q);
}

/* The average's quantile and the middle 90% of that of its draws. */
static struct sbs_laws_quantile quantile(const struct sbs_laws_row *r,
                                         double u)
{
    struct sbs_laws_quantile q = {NAN, NAN, NAN};
    double of[SBS_LAWS_DRAWS];

    if (r->n - r->n_censored < sbs_law_quantile_floor(u))
        return q;
    q.value = sbs_law_average_quantile(&r->average, u);
    for (size_t i = 0; i < SBS_LAWS_DRAWS; i++)
        of[i] = sbs_dist_quantile(&r->draws[i], u);
    qsort(of, SBS_LAWS_DRAWS, sizeof *of, by_value);
    q.lo = of[SBS_LAWS_DRAWS / 20];
    q.hi = of[SBS_LAWS_DRAWS - 1 - SBS_LAWS_DRAWS / 20];
    return q;
}

static void count(struct sbs_laws_row *r)
{
    for (size_t i = 0; i < r->n; i++) {
        r->n_censored += sbs_obs_censored(&r->obs[i]);
        r->n_rounded += !sbs_obs_censored(&r->obs[i]) &&
                        !sbs_obs_exact(&r->obs[i]);
    }
}

/* The row's sample is there; fit it. That it cannot be fitted is no failure
 * but an answer. */
static int fit_row(struct sbs_laws_row *r, struct sbs_error *err)
{
    struct sbs_error why = {0};
    const struct sbs_law_fit *best;

    count(r);
    if (sbs_law_average_make(r->obs, r->n, &r->average, &why)) {
        snprintf(r->why, sizeof r->why, "%.*s", (int)sizeof r->why - 1,
                 why.text);
        return why.code == SBS_EMEMORY ? sbs_fail(err, why.code, "%s",
                                                  why.text) : 0;
    }
    best = &r->average.member[0].fit;
    r->draws = calloc(SBS_LAWS_DRAWS, sizeof *r->draws);
    if (!r->draws)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    if (sbs_law_average_draws(&r->average, r->obs, SBS_LAWS_DRAWS, SEED,
                              r->draws, err) ||
        sbs_gof_make(best, r->obs, SBS_GOF_BOOT_MIN, SEED, &r->gof, err) ||
        sbs_law_em_verdict(r->obs, r->n, r->average.bic, SEED, &r->verdict,
                           err) ||
        sbs_law_tail(r->obs, r->n, &r->tail, err))
        return -1;
    r->median = quantile(r, 0.5);
    r->p95 = quantile(r, 0.95);
    return 0;
}

int sbs_laws_make_watched(const struct sbs_trace *trace,
                          sbs_laws_watch_f *watch, void *arg,
                          struct sbs_laws *out, struct sbs_error *err)
{
    struct sbs_laws *made = calloc(1, sizeof *made);
    int status = -1;

    if (!made)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    if (sbs_law_sample_never(trace, &made->never, err))
        goto out;
    for (size_t s = 0; s < SBS_LAW_SAMPLE_COUNT; s++) {
        struct sbs_laws_row *r = &made->row[made->n];

        r->sample = (enum sbs_law_sample)s;
        if (sbs_law_sample_collect(trace, r->sample, &r->obs, &r->n, err))
            goto out;
        made->n++; /* now freed below */
        if (r->n == 0) {
            free(r->obs);
            r->obs = NULL;
            made->n--;
        } else if (fit_row(r, err)) {
            goto out;
        }
        if (watch)
            watch(arg, s + 1, SBS_LAW_SAMPLE_COUNT);
    }
    *out = *made;
    *made = (struct sbs_laws){0};
    status = 0;
out:
    sbs_laws_fini(made);
    free(made);
    return status;
}

int sbs_laws_make(const struct sbs_trace *trace, struct sbs_laws *out,
                  struct sbs_error *err)
{
    return sbs_laws_make_watched(trace, NULL, NULL, out, err);
}

void sbs_laws_fini(struct sbs_laws *laws)
{
    if (!laws)
        return;
    for (size_t i = 0; i < laws->n; i++) {
        free(laws->row[i].obs);
        free(laws->row[i].draws);
    }
    memset(laws, 0, sizeof *laws);
}
