/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters, priors, and the draw of a model file. */
#include "config.h"

#include "calibrate/belief.h"

#include <cjson/cJSON.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fmath.h"
#include "base/rng.h"
#include "traces/query.h"

#define Z95 1.959963984540054
/* No prior reaches this far, a step of a search may: a model file refuses
 * spreads above 10, and two weeks are no time for a launch. */
#define LOG_MOST_SPREAD 2.3
#define LOG_MOST_TIME 14
#define LEAST_N 3 /* observations behind a law that is drawn, not kept */

const char *sbs_reading_name(enum sbs_reading r)
{
    static const char *const names[] = {"kinds", "broad"};

    return names[r];
}

/* --- priors ------------------------------------------------------------- */

/* Row of a prior by item: median, low and high end of its 95% interval. */
static int find(const struct sbs_trace *facts, const char *item,
                const struct sbs_sample **sample, size_t *row,
                struct sbs_error *err)
{
    static const char *const samples[] = {"prior_s", "prior_ratio"};
    size_t i;

    for (i = 0; i < 2; i++) {
        *sample = sbs_trace_sample(facts, samples[i]);
        if (*sample &&
            !isnan(sbs_trace_fact(facts, samples[i], item, row)))
            return 0;
    }
    return sbs_fail(err, SBS_EINPUT, "%s: no prior of %s (samples prior_s "
                    "and prior_ratio)", facts->name, item);
}

static double logit(double p)
{
    return sbs_log(p / (1 - p));
}

static int from_facts(struct sbs_belief *b, const struct sbs_trace *facts,
                      const char *item, struct sbs_error *err)
{
    const struct sbs_sample *s;
    double mid, low, high;
    size_t row;

    if (find(facts, item, &s, &row, err))
        return -1;
    mid = s->col.value[row];
    low = s->col.low[row];
    high = s->col.high[row];
    if (!(low > 0 && low < mid && mid < high && (!b->share || high < 1)))
        return sbs_fail(err, SBS_EINPUT, "%s: prior of %s: %g in %g..%g is no "
                        "median in an interval above 0", facts->name, item,
                        mid, low, high);
    b->mid = b->share ? logit(mid) : sbs_log(mid);
    b->sd = (b->share ? logit(high) - logit(low)
                      : sbs_log(high) - sbs_log(low)) / (2 * Z95);
    snprintf(b->source, sizeof b->source, "%s", s->col.source[row]);
    return 0;
}

static int set_prior(struct sbs_beliefs *b, size_t i,
                     const struct sbs_trace *facts, struct sbs_error *err)
{
    static const char *const cores[SBS_READINGS][2] = {
        {"r_factor", "share_new"}, {"slowdown", "slowdown_log_sd"}};
    const struct sbs_joint_prior *p = &b->est->prior;
    struct sbs_belief *at = &b->of[i];

    switch ((enum sbs_belief_id)i) {
    case SBS_BELIEF_SETUP:
        at->mid = sbs_log(p->setup_s);
        at->sd = p->setup_log_sd;
        snprintf(at->source, sizeof at->source, "client.csv: the author's "
                 "\"about %.3g s\", good to a factor 2", p->setup_s);
        return 0;
    case SBS_BELIEF_PULL:
        at->mid = sbs_log(p->pull_s);
        at->sd = p->pull_log_sd;
        snprintf(at->source, sizeof at->source, "ecs_tasks.csv: pulls of "
                 "many people's images, median %.3g s", p->pull_s);
        return 0;
    case SBS_BELIEF_SLOW:
    case SBS_BELIEF_SPREAD:
        at->path = cores[b->reading][i - SBS_BELIEF_SLOW];
        at->share = !strcmp(at->path, "share_new");
        return from_facts(at, facts, at->path, err);
    default:
        return from_facts(at, facts, at->path, err);
    }
}

int sbs_beliefs_make(struct sbs_beliefs *b, enum sbs_reading reading,
                     const struct sbs_trace *facts,
                     const struct sbs_estimate *est, struct sbs_error *err)
{
    static const struct sbs_belief table[SBS_BELIEF_N] = {
#define BELIEF_ROW(id, path, unit, name) \
    {path, unit, name, true, false, 0, 0, LOG_MOST_TIME, ""},
        SBS_BELIEFS(BELIEF_ROW)
#undef BELIEF_ROW
    };
    const struct sbs_sample *s;
    size_t i, row;

    *b = (struct sbs_beliefs){.reading = reading, .est = est};
    memcpy(b->of, table, sizeof table);
    for (i = 0; i < SBS_BELIEF_N; i++)
        if (set_prior(b, i, facts, err))
            return -1;
    if (find(facts, "speed.vcpu_gain.1", &s, &row, err))
        return -1;
    for (i = 0; i < SBS_BELIEF_N; i++)
        if (strstr(b->of[i].path, "log_sd"))
            b->of[i].log_most = LOG_MOST_SPREAD;
    b->gain_lo = s->col.low[row];
    b->gain_hi = s->col.high[row];
    if (find(facts, "speed.vcpu_gain.more", &s, &row, err))
        return -1;
    b->gain_more_log_sd =
        (sbs_log(s->col.high[row]) - sbs_log(s->col.low[row])) / (2 * Z95);
    b->of[SBS_BELIEF_PULL].used = !(est->pull.n > 0);
    b->of[SBS_BELIEF_CALL].used = !(est->call.n > 0);
    b->of[SBS_BELIEF_SLOW].used = b->of[SBS_BELIEF_SPREAD].used =
        est->mixture.n_own == 0;
    return 0;
}

double sbs_belief_value(const struct sbs_belief *b, double z)
{
    double x = b->mid + b->sd * z;

    return b->share ? 1 / (1 + sbs_exp(-x)) : sbs_exp(fmin(x, b->log_most));
}

double sbs_belief_z(const struct sbs_belief *b, double value)
{
    return ((b->share ? logit(value) : sbs_log(value)) - b->mid) / b->sd;
}

/* --- the draw ----------------------------------------------------------- */

static void number(cJSON *draw, const char *path, double value)
{
    cJSON_AddNumberToObject(draw, path, sbs_rows_round(value));
}

static void lognormal(cJSON *draw, const char *path, double mu, double sigma,
                      double shift)
{
    cJSON *d = cJSON_AddObjectToObject(draw, path);

    cJSON_AddStringToObject(d, "dist", "lognormal");
    cJSON_AddNumberToObject(d, "mu", sbs_rows_round(mu));
    cJSON_AddNumberToObject(d, "sigma", sbs_rows_round(sigma));
    if (shift > 0)
        cJSON_AddNumberToObject(d, "shift", sbs_rows_round(shift));
}

/* A law fitted to n observations, drawn from its posterior under the usual
 * flat prior of mu and log sigma (Box and Tiao 1973, 2.4): sigma^2 = (n - 1)
 * s^2 / chi2, mu ~ N(mean, sigma^2 / n), with s^2 (n - 1) = n sigma_ml^2. */
static void law_draw(cJSON *draw, const char *path, const struct sbs_law *law,
                     const double z[2])
{
    double chi2, sigma;

    if (law->kind != SBS_LAW_LOGNORMAL || law->n < LEAST_N)
        return;
    chi2 = gsl_cdf_chisq_Pinv(sbs_norm_cdf(z[0]), law->n - 1);
    sigma = law->b * sqrt(law->n / chi2);
    lognormal(draw, path, law->a + sigma / sqrt(law->n) * z[1], sigma,
              law->shift);
}

/* The image's median pull, and the pooled spread of pulls of one image: sd^2 =
 * df s^2 / chi2. */
static void pull_draw(cJSON *draw, const struct sbs_beliefs *b,
                      const double *z)
{
    const struct sbs_belief *pull = &b->of[SBS_BELIEF_PULL];
    double df = b->est->pull_within_df;
    double chi2 =
        gsl_cdf_chisq_Pinv(sbs_norm_cdf(z[SBS_NUISANCE_PULL]), df);

    if (!pull->used)
        law_draw(draw, pull->path, &b->est->pull, &z[SBS_NUISANCE_PULL]);
    else
        lognormal(draw, pull->path,
                  pull->mid + pull->sd * z[SBS_BELIEF_PULL],
                  b->est->pull_within_log_sd * sqrt(df / chi2), 0);
}

static void class_item(cJSON *list, const char *name, double weight,
                       double mu, double sigma)
{
    cJSON *c;

    if (!(sbs_rows_round(weight) > 0))
        return;
    c = cJSON_CreateObject();
    cJSON_AddItemToArray(list, c);
    cJSON_AddStringToObject(c, "name", name);
    number(c, "weight", weight);
    lognormal(c, "slowdown", mu, sigma, 0);
}

static void classes_draw(cJSON *list, const struct sbs_beliefs *b,
                         const double *z)
{
    const struct sbs_mixture *m = &b->est->mixture;
    double slow = sbs_belief_value(&b->of[SBS_BELIEF_SLOW],
                                   z[SBS_BELIEF_SLOW]);
    double spread = sbs_belief_value(&b->of[SBS_BELIEF_SPREAD],
                                     z[SBS_BELIEF_SPREAD]);
    size_t k;

    if (b->reading == SBS_READING_BROAD) {
        class_item(list, "any", 1, sbs_log(slow), spread);
        return;
    }
    for (k = 0; k < m->n; k++)
        class_item(list, m->name[k], sbs_mixture_weight(m, k, spread),
                   m->classes[k].log_slowdown + sbs_log(slow),
                   m->classes[k].log_sd);
}

/* Classes of the trace's own workers: weights by the Bayesian bootstrap (Rubin
 * 1981: an exponential a worker), each median with its standard error. The
 * one number of the draw seeds a stream for them. */
static void own_classes_draw(cJSON *list, const struct sbs_mixture *m,
                             double z)
{
    struct sbs_stream s = sbs_stream_init(
        (uint64_t)(sbs_norm_cdf(z) * (double)SBS_SEED_MAX), 0);
    double weight, n, e;
    size_t k;
    uint32_t i;

    for (k = 0; k < m->n; k++) {
        n = m->classes[k].w_old * (double)m->n_own;
        weight = 0;
        for (i = 0; i < n - 0.5; i++)
            weight -= sbs_log(sbs_rng_u01(&s, (uint32_t)k, 0, 0, i));
        e = sbs_norm_quantile(sbs_rng_u01(&s, (uint32_t)k, 1, 0, 0));
        class_item(list, m->name[k], weight,
                   m->classes[k].log_slowdown +
                       e * hypot(m->classes[k].log_sd, m->machine_log_sd) /
                           sqrt(n),
                   m->classes[k].log_sd);
    }
}

/* Gains against 2 vCPU, the size of the run with work. */
static void gain_draw(cJSON *draw, const struct sbs_beliefs *b,
                      const double *z)
{
    static const char *const more[] = {"speed.vcpu_gain.4",
                                       "speed.vcpu_gain.8",
                                       "speed.vcpu_gain.16"};
    size_t i;

    number(draw, "speed.vcpu_gain.1",
           b->gain_lo + (b->gain_hi - b->gain_lo) *
                            sbs_norm_cdf(z[SBS_NUISANCE_GAIN]));
    for (i = 0; i < sizeof more / sizeof *more; i++)
        number(draw, more[i],
               sbs_exp(b->gain_more_log_sd * z[SBS_NUISANCE_GAIN_MORE]));
}

struct cJSON *sbs_belief_draw(const struct sbs_beliefs *b, const double *z)
{
    const struct sbs_estimate *e = b->est;
    cJSON *draw = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(draw, "speed.classes");
    size_t i;

    for (i = 0; i < SBS_BELIEF_SLOW; i++)
        if (i != SBS_BELIEF_PULL && b->of[i].used)
            number(draw, b->of[i].path, sbs_belief_value(&b->of[i], z[i]));
    law_draw(draw, "startup.provision_s", &e->provision,
             &z[SBS_NUISANCE_PROVISION]);
    pull_draw(draw, b, z);
    law_draw(draw, "startup.container_s", &e->container,
             &z[SBS_NUISANCE_CONTAINER]);
    law_draw(draw, "startup.boot_s", &e->boot, &z[SBS_NUISANCE_BOOT]);
    law_draw(draw, "stop_s", &e->stop, &z[SBS_NUISANCE_STOP]);
    if (b->of[SBS_BELIEF_SLOW].used)
        classes_draw(list, b, z);
    else
        own_classes_draw(list, &e->mixture, z[SBS_NUISANCE_CORES]);
    gain_draw(draw, b, z);
    return draw;
}

void sbs_belief_cores(const struct sbs_beliefs *b, const double *z,
                      double *typical, double *log_sd)
{
    const struct sbs_mixture *m = &b->est->mixture;
    double slow = sbs_belief_value(&b->of[SBS_BELIEF_SLOW],
                                   z[SBS_BELIEF_SLOW]);
    double spread = sbs_belief_value(&b->of[SBS_BELIEF_SPREAD],
                                     z[SBS_BELIEF_SPREAD]);
    double w, mean = 0, square = 0;
    size_t k;

    if (b->reading == SBS_READING_BROAD) {
        *typical = slow;
        *log_sd = spread;
        return;
    }
    for (k = 0; k < m->n; k++) {
        w = sbs_mixture_weight(m, k, spread);
        mean += w * m->classes[k].log_slowdown;
        square += w * (m->classes[k].log_slowdown *
                           m->classes[k].log_slowdown +
                       m->classes[k].log_sd * m->classes[k].log_sd);
    }
    *typical = slow * sbs_exp(mean);
    *log_sd = sqrt(fmax(square - mean * mean, 0));
}
