/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "calibrate/gof.h"

#include <math.h>
#include <stdlib.h>

#include "base/fmath.h"
#include "base/rng.h"
#include "calibrate/survivor.h"

#define PURPOSE 251

/* int (c - F)^2 / (F (1 - F)) dF = c^2 log F - (1 - c)^2 log(1 - F) - F. */
static double anderson(double c, double below, double above)
{
    double v = -below;

    if (c > 0)
        v += c * c * sbs_log(fmax(below, 1e-300));
    if (c < 1)
        v -= (1 - c) * (1 - c) * sbs_log(fmax(above, 1e-300));
    return v;
}

int sbs_gof_distance(const struct sbs_dist *d, const struct sbs_obs *obs,
                     size_t n, struct sbs_gof_distance *out,
                     struct sbs_error *err)
{
    struct sbs_gof_distance r = {.ks = 0};
    struct sbs_survivor s;
    double c = 0, below = 0, above = 1, f, g;
    size_t i, bin;

    if (sbs_survivor_make(obs, n, false, &s, err))
        return -1;
    for (i = 0; i < s.n; i++) {
        f = sbs_dist_cdf(d, s.time[i]);
        g = sbs_dist_tail(d, s.time[i]);
        r.ad += anderson(c, f, g) - anderson(c, below, above);
        r.ks = fmax(r.ks, fmax(fabs(f - c), fabs(s.below[i] - f)));
        bin = (size_t)fmin(f * SBS_GOF_BINS, SBS_GOF_BINS - 1);
        r.pit[bin] += s.below[i] - c;
        c = s.below[i];
        below = f;
        above = g;
    }
    /* From the last jump to the end: all of F when nothing is left. */
    f = c < 1 ? sbs_dist_cdf(d, s.last) : 1;
    g = c < 1 ? sbs_dist_tail(d, s.last) : 0;
    r.ad += anderson(c, f, g) - anderson(c, below, above);
    if (c < 1)
        r.ks = fmax(r.ks, fabs(f - c));
    r.ad *= (double)n;
    for (bin = 0; bin < SBS_GOF_BINS; bin++)
        r.pit_chi2 += (double)n * (r.pit[bin] - 1.0 / SBS_GOF_BINS) *
                      (r.pit[bin] - 1.0 / SBS_GOF_BINS) * SBS_GOF_BINS;
    sbs_survivor_fini(&s);
    *out = r;
    return 0;
}

/* How samples like the data come about. */
struct imitation {
    const struct sbs_obs *obs;
    struct sbs_dist law;
    struct sbs_survivor cut; /* when durations are cut off */
    bool any_cut;
    double unit; /* of rounded stamps, s */
    struct sbs_stream stream;
};

/* Observation i again: drawn, cut off, or the difference of two stamps cut to
 * whole units. */
static struct sbs_obs imitate(const struct imitation *m, uint32_t i)
{
    double u[2], v[2], t, cut = INFINITY, d;

    sbs_rng_u01x2(&m->stream, i, PURPOSE, 0, 0, u);
    sbs_rng_u01x2(&m->stream, i, PURPOSE, 0, 1, v);
    t = sbs_dist_quantile(&m->law, u[0]);
    if (m->any_cut)
        cut = sbs_survivor_quantile(&m->cut, u[1]);
    if (t > cut)
        return (struct sbs_obs){cut, INFINITY};
    if (sbs_obs_exact(&m->obs[i]) || sbs_obs_censored(&m->obs[i]))
        return (struct sbs_obs){t, t};
    d = floor(v[0] + t / m->unit) * m->unit;
    return (struct sbs_obs){fmax(d - m->unit, 0), d + m->unit};
}

static int prepare(struct imitation *m, const struct sbs_law_fit *fit,
                   const struct sbs_obs *obs, struct sbs_error *err)
{
    *m = (struct imitation){.obs = obs, .law = sbs_law_fit_dist(fit)};
    for (size_t i = 0; i < fit->n; i++) {
        m->any_cut |= sbs_obs_censored(&obs[i]);
        if (!sbs_obs_censored(&obs[i]))
            m->unit = fmax(m->unit, (obs[i].hi - obs[i].lo) / 2);
    }
    return sbs_survivor_make(obs, fit->n, true, &m->cut, err);
}

/* A simulated sample's distance from the law fitted to it; 1 when that has
 * no fit (values all alike), -1 on failure. */
static int simulate(const struct imitation *m, const struct sbs_law_fit *fit,
                    struct sbs_obs *scratch, struct sbs_gof_distance *out,
                    struct sbs_error *err)
{
    struct sbs_law_fit again;
    struct sbs_dist d;

    for (size_t i = 0; i < fit->n; i++)
        scratch[i] = imitate(m, (uint32_t)i);
    if (sbs_law_refit(fit, scratch, fit->n, &again, NULL))
        return 1;
    d = sbs_law_fit_dist(&again);
    return sbs_gof_distance(&d, scratch, fit->n, out, err);
}

int sbs_gof_make(const struct sbs_law_fit *fit, const struct sbs_obs *obs,
                 size_t boot, uint64_t seed, struct sbs_gof *out,
                 struct sbs_error *err)
{
    struct sbs_gof r = {.boot = 0};
    struct sbs_gof_distance far;
    struct imitation m = {0};
    struct sbs_dist d = sbs_law_fit_dist(fit);
    struct sbs_obs *scratch = malloc((fit->n + 1) * sizeof *scratch);
    double ks = 1, ad = 1, pit = 1, n;
    int status = -1, one;

    SBS_ASSERT(boot >= SBS_GOF_BOOT_MIN);
    if (!scratch) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        goto out;
    }
    if (prepare(&m, fit, obs, err) ||
        sbs_gof_distance(&d, obs, fit->n, &r.distance, err))
        goto out;
    for (size_t b = 0; b < boot; b++) {
        m.stream = sbs_stream_init(seed, (uint32_t)b);
        one = simulate(&m, fit, scratch, &far, err);
        if (one < 0)
            goto out;
        if (one > 0)
            continue;
        r.boot++;
        ks += far.ks >= r.distance.ks;
        ad += far.ad >= r.distance.ad;
        pit += far.pit_chi2 >= r.distance.pit_chi2;
    }
    n = (double)r.boot + 1;
    r.ks_p = ks / n;
    r.ad_p = ad / n;
    r.pit_p = pit / n;
    *out = r;
    status = 0;
out:
    free(scratch);
    sbs_survivor_fini(&m.cut);
    return status;
}
