/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "calibrate/law_em.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "base/rng.h"

#define PURPOSE 252
#define LOG_SQRT_2PI 0.91893853320467274178
#define FLOOR_SHARE 0.1
#define STEPS 500
#define GAIN 1e-7 /* log likelihood a step must add to go on */
#define STRONG 6

/* The logs: lo = hi exact, hi = INFINITY cut off; middle for starts. */
struct logs {
    struct sbs_obs *at;
    double *middle;
    size_t n;
};

/* What one component makes of one observation. */
struct share {
    double log_p;        /* log density or probability */
    double mean, square; /* of the log, and about mu, given the interval */
};

static double normal_density(double z)
{
    return sbs_exp(-z * z / 2 - LOG_SQRT_2PI);
}

static struct share share_of(const struct sbs_obs *o, double mu, double sigma)
{
    double a = (o->lo - mu) / sigma, b = (o->hi - mu) / sigma, p, da, db;
    struct share s;

    if (o->lo == o->hi) {
        s.log_p = -a * a / 2 - sbs_log(sigma) - LOG_SQRT_2PI - o->lo;
        s.mean = o->lo;
        s.square = (o->lo - mu) * (o->lo - mu);
        return s;
    }
    p = a > 0 ? sbs_norm_cdf(-a) - sbs_norm_cdf(-b)
              : sbs_norm_cdf(b) - sbs_norm_cdf(a);
    da = normal_density(a);
    db = normal_density(b);
    if (!(p > 1e-280)) { /* so far out that only the nearer end counts */
        double z = fabs(a) < fabs(b) ? a : b;

        s.log_p = -z * z / 2;
        s.mean = mu + sigma * z;
        s.square = sigma * sigma * z * z;
        return s;
    }
    s.log_p = sbs_log(p);
    s.mean = mu + sigma * (da - db) / p;
    s.square = sigma * sigma *
               (1 + ((isinf(a) ? 0 : a * da) - (isinf(b) ? 0 : b * db)) / p);
    return s;
}

/* Sums of an E step. */
struct sums {
    double weight[SBS_LAW_EM_MAX], mean[SBS_LAW_EM_MAX];
    double square[SBS_LAW_EM_MAX]; /* about the old mu */
    double loglik;
};

static void expect(const struct logs *l, const struct sbs_law_mixture *m,
                   struct sums *s)
{
    struct share share[SBS_LAW_EM_MAX];
    double log_p[SBS_LAW_EM_MAX], top, total, r;
    size_t i, j;

    memset(s, 0, sizeof *s);
    for (i = 0; i < l->n; i++) {
        top = -INFINITY;
        total = 0;
        for (j = 0; j < m->k; j++) {
            share[j] = share_of(&l->at[i], m->mu[j], m->sigma[j]);
            log_p[j] = share[j].log_p + sbs_log(m->weight[j]);
            top = fmax(top, log_p[j]);
        }
        for (j = 0; j < m->k; j++)
            total += sbs_exp(log_p[j] - top);
        s->loglik += top + sbs_log(total);
        for (j = 0; j < m->k; j++) {
            r = sbs_exp(log_p[j] - top) / total;
            s->weight[j] += r;
            s->mean[j] += r * share[j].mean;
            s->square[j] += r * share[j].square;
        }
    }
}

static void maximise(const struct sums *s, struct sbs_law_mixture *m)
{
    double mean, var;
    size_t j;

    for (j = 0; j < m->k; j++) {
        m->weight[j] = fmax(s->weight[j] / (double)m->n, 1e-12);
        if (s->weight[j] < 1e-9)
            continue; /* nothing belongs to it: it stays where it is */
        mean = s->mean[j] / s->weight[j];
        var = s->square[j] / s->weight[j] -
              (mean - m->mu[j]) * (mean - m->mu[j]);
        m->mu[j] = mean;
        m->sigma[j] = fmax(sqrt(fmax(var, 0)), m->sigma_floor);
    }
}

static void climb(const struct logs *l, struct sbs_law_mixture *m)
{
    struct sums s;
    double before = -INFINITY;
    int step;

    for (step = 0; step < STEPS; step++) {
        expect(l, m, &s);
        m->loglik = s.loglik;
        if (!(s.loglik - before > GAIN))
            break;
        before = s.loglik;
        maximise(&s, m);
    }
}

/* Start r: means at random observations. */
static void begin(const struct logs *l, double sd, uint64_t seed, uint32_t r,
                  struct sbs_law_mixture *m)
{
    struct sbs_stream stream = sbs_stream_init(seed, r);
    size_t j, pick;

    for (j = 0; j < m->k; j++) {
        pick = (size_t)(sbs_rng_u01(&stream, (uint32_t)j, PURPOSE, 0, 0) *
                        (double)l->n);
        m->mu[j] = l->middle[pick];
        m->sigma[j] = fmax(sd / (double)m->k, m->sigma_floor);
        m->weight[j] = 1 / (double)m->k;
    }
}

static int take_logs(const struct sbs_obs *obs, size_t n, struct logs *l,
                     struct sbs_error *err)
{
    *l = (struct logs){malloc((n + 1) * sizeof *l->at),
                       malloc((n + 1) * sizeof *l->middle), n};
    if (!l->at || !l->middle)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (size_t i = 0; i < n; i++) {
        l->at[i].lo = sbs_log(obs[i].lo); /* -INFINITY at 0 */
        l->at[i].hi = sbs_log(obs[i].hi);
        l->middle[i] = sbs_log(fmax(sbs_obs_middle(&obs[i]), 1e-6));
    }
    return 0;
}

static double sd_of(const double *x, size_t n)
{
    double mean = 0, square = 0;
    size_t i;

    for (i = 0; i < n; i++)
        mean += x[i] / (double)n;
    for (i = 0; i < n; i++)
        square += (x[i] - mean) * (x[i] - mean) / (double)n;
    return sqrt(square);
}

static void sort_components(struct sbs_law_mixture *m)
{
    for (size_t i = 1; i < m->k; i++) {
        for (size_t j = i; j > 0 && m->mu[j] < m->mu[j - 1]; j--) {
            double mu = m->mu[j], sigma = m->sigma[j], w = m->weight[j];

            m->mu[j] = m->mu[j - 1];
            m->sigma[j] = m->sigma[j - 1];
            m->weight[j] = m->weight[j - 1];
            m->mu[j - 1] = mu;
            m->sigma[j - 1] = sigma;
            m->weight[j - 1] = w;
        }
    }
}

int sbs_law_em(const struct sbs_obs *obs, size_t n, size_t k, uint64_t seed,
               struct sbs_law_mixture *out, struct sbs_error *err)
{
    struct sbs_law_mixture m = {.k = k, .n = n}, best = {.loglik = -INFINITY};
    struct logs l = {0};
    double sd;
    int status = -1;

    SBS_ASSERT(k >= 1 && k <= SBS_LAW_EM_MAX);
    if (n < 3 * k)
        return sbs_fail(err, SBS_EINPUT,
                        "mixture: %zu values for %zu components (at least "
                        "%zu)", n, k, 3 * k);
    if (take_logs(obs, n, &l, err))
        goto out;
    sd = sd_of(l.middle, n);
    if (!(sd > 0)) {
        sbs_fail(err, SBS_EINPUT, "mixture: the values do not vary");
        goto out;
    }
    m.sigma_floor = FLOOR_SHARE * sd;
    for (uint32_t r = 0; r < SBS_LAW_EM_STARTS; r++) {
        begin(&l, sd, seed, r, &m);
        climb(&l, &m);
        if (m.loglik > best.loglik)
            best = m;
    }
    sort_components(&best);
    best.bic = -2 * best.loglik + (3 * (double)k - 1) * sbs_log((double)n);
    *out = best;
    status = 0;
out:
    free(l.at);
    free(l.middle);
    return status;
}

int sbs_law_mixture_dist(const struct sbs_law_mixture *m, struct sbs_dist *d,
                         struct sbs_error *err)
{
    struct sbs_dist parts[SBS_LAW_EM_MAX];

    for (size_t j = 0; j < m->k; j++)
        parts[j] = sbs_dist_lognormal(m->mu[j], m->sigma[j], 0);
    return sbs_dist_mix(d, parts, m->weight, m->k, "mixture", err);
}

int sbs_law_em_verdict(const struct sbs_obs *obs, size_t n, double single_bic,
                       uint64_t seed, struct sbs_law_verdict *out,
                       struct sbs_error *err)
{
    struct sbs_law_verdict v = {.groups = SBS_LAW_GROUPS_FEW,
                                .bic_gain = NAN};
    struct sbs_law_mixture m;

    for (size_t k = 2; k <= SBS_LAW_EM_MAX && n >= SBS_LAW_GROUPS_N_MIN; k++) {
        if (sbs_law_em(obs, n, k, seed, &m, err))
            return -1;
        if (k == 2 || m.bic < v.mixture.bic)
            v.mixture = m;
    }
    if (n >= SBS_LAW_GROUPS_N_MIN) {
        v.bic_gain = single_bic - v.mixture.bic;
        v.groups = v.bic_gain > STRONG    ? SBS_LAW_GROUPS_SEVERAL
                   : v.bic_gain < -STRONG ? SBS_LAW_GROUPS_ONE
                                          : SBS_LAW_GROUPS_UNCLEAR;
    }
    *out = v;
    return 0;
}

const char *sbs_law_groups_text(enum sbs_law_groups g)
{
    static const char *const texts[] = {
#define GROUPS_TEXT(id, text) text,
        SBS_LAW_GROUPS(GROUPS_TEXT)
#undef GROUPS_TEXT
    };

    return texts[g];
}
