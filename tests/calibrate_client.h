/* SPDX-License-Identifier: Apache-2.0 */
/* A plain forward simulation of the serial client, written apart from the
 * engine and from the likelihood, to check both: set-up, calls in turn,
 * start-up, work on a random processor, polling in passes. */
#ifndef SBS_TESTS_CALIBRATE_CLIENT_H
#define SBS_TESTS_CALIBRATE_CLIENT_H

#include <math.h>
#include <stdint.h>

#include "calibrate/totals.h"

/* SplitMix64 (Steele, Lea, Flood 2014), a generator of its own. */
static inline double client_u01(uint64_t *s)
{
    uint64_t z = (*s += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return ((double)(z >> 11) + 0.5) * 0x1p-53;
}

/* Standard normal, Box-Muller. */
static inline double client_normal(uint64_t *s)
{
    double r = sqrt(-2 * log(client_u01(s)));

    return r * cos(6.283185307179586 * client_u01(s));
}

static inline double client_lognormal(uint64_t *s,
                                      const struct sbs_lognormal_fit *f)
{
    return f->shift + exp(f->mu + f->sigma * client_normal(s));
}

static inline double client_slowdown(uint64_t *s,
                                     const struct sbs_totals_fixed *fx,
                                     const struct sbs_totals_theta *th)
{
    double u = client_u01(s), weight;
    size_t k;

    for (k = 0; k + 1 < fx->n_classes; k++) {
        weight = (1 - th->share_new) * fx->classes[k].w_old +
                 th->share_new * fx->classes[k].w_new;
        if (u < weight)
            break;
        u -= weight;
    }
    return th->r_factor * exp(fx->classes[k].log_slowdown +
                              fx->classes[k].log_sd * client_normal(s));
}

/* When the client that polls from begin_s sees n results done at done[]:
 * the first and the last. Destroys done[]. */
static inline void client_poll(const struct sbs_totals_fixed *fx,
                               double begin_s, double *done, size_t n,
                               double *first, double *last)
{
    size_t open = n, i;
    double t = begin_s;

    *first = *last = NAN;
    while (open > 0) {
        for (i = 0; i < n; i++) {
            if (isnan(done[i]))
                continue;
            t += fx->poll_task_s;
            if (done[i] > t)
                continue;
            done[i] = NAN;
            open--;
            *last = t;
            if (isnan(*first))
                *first = t;
        }
        t += fx->poll_s;
    }
}

/* One run: when the client holds the first and the last result. work[n] is
 * scratch. */
static inline void client_run(uint64_t *s, const struct sbs_totals_fixed *fx,
                              const struct sbs_totals_theta *th,
                              const struct sbs_totals_run *run, double *work,
                              double *first, double *last)
{
    double k = exp(th->call_log_sd * client_normal(s)), t = th->setup_s;
    size_t i;

    for (i = 0; i < run->n; i++) {
        t += th->call_s * k;
        work[i] = t + client_lognormal(s, &fx->provision) +
                  th->pull_s * exp(fx->pull_log_sd * client_normal(s)) +
                  client_lognormal(s, &fx->container) + run->fixed_s;
        if (run->ref_s[i] > 0)
            work[i] += run->ref_s[i] * client_slowdown(s, fx, th);
    }
    client_poll(fx, t, work, run->n, first, last);
}

#endif
