/* SPDX-License-Identifier: Apache-2.0 */
/* Simulation-based calibration of the joint inference (Talts et al. 2018,
 * arXiv 1804.06788): parameters are drawn from their priors (and one of the
 * two readings of the cores, at equal odds), the totals of four runs are
 * simulated under them, and the inference is to find the parameters again
 * from the totals alone. The rank of the truth among the draws is then
 * uniform, and a 90% interval holds it 9 times in 10, for every parameter.
 *
 * A few replicates in `make check`, 200 under SBS_LONG. Small runs, few
 * particles, many moves: the sampler is exact for many particles, and for few
 * of them when they move enough. */
#include "config.h"

#include <cjson/cJSON.h>
#include <gsl/gsl_cdf.h>
#include <stdlib.h>

#include "base/fmath.h"
#include "base/json.h"
#include "base/rng.h"
#include "calibrate/calibrate.h"
#include "policies/stack.h"
#include "tests/simtest.h"
#include "tests/tap.h"

enum { PARTICLES = 300, FEW = 50, REPS = 24, MOVES = 20, DRAWS = 99, BINS = 10,
       QUICK = 3, FULL = 200, RUNS = 4, SEED = 20261126 };
#define ERROR_LOG_SD 0.03 /* total_log_sd of traces/facts/priors.csv */
#define SHORT_S 0.001
#define LONG_S 300

static const struct {
    size_t tasks;
    double ref_s;
    bool first; /* its first result is measured too */
} runs[RUNS] = {{2, SHORT_S, false}, {8, SHORT_S, false},
                {12, SHORT_S, false}, {10, LONG_S, true}};

struct setting {
    struct sbs_trace *facts;
    struct sbs_calibration *quick;
    struct cJSON *model;
    struct sbs_registry *registry;
    struct sbs_spec_list list;
    double ref_s[64];
};

struct tally {
    uint32_t bin[SBS_BELIEF_N][BINS];
    uint32_t inside[SBS_BELIEF_N];
    uint32_t n;
};

static bool begin(struct setting *s)
{
    const char *folder = getenv("SBS_BUILDDIR");
    struct sbs_error err = {0};
    char path[4096];

    snprintf(path, sizeof path, "%s/traces/fargate.h5",
             folder ? folder : ".");
    if (!ok(!sbs_trace_read(path, SBS_TRACE_STRICT, &s->facts, &err) &&
                !sbs_calibrate_fit(s->facts, NULL, &s->quick, &err),
            "the facts %s", err.text))
        return false;
    s->model = sbs_calibrate_model_tree(s->quick, &err);
    s->registry = sbs_registry_create();
    return ok(s->model && s->registry &&
                  !sbs_stack_parse(&s->list, "static", s->registry, &err),
              "a model and a policy %s", err.text);
}

static void end(struct setting *s)
{
    sbs_stack_fini(&s->list);
    sbs_registry_destroy(s->registry);
    cJSON_Delete(s->model);
    sbs_calibrate_destroy(s->quick);
    sbs_trace_destroy(s->facts);
}

/* The runs without totals; ref_s holds their work. */
static void plan(struct setting *s, struct sbs_joint_runs *out)
{
    double *ref = s->ref_s;
    size_t i, k;

    memset(out, 0, sizeof *out);
    for (i = 0; i < RUNS; i++) {
        struct sbs_joint_run *r = &out->run[out->n++];
        r->name = "simulated";
        r->serial = true;
        r->workers = runs[i].tasks;
        r->vcpu = 2;
        r->memory_gb = 4;
        r->task_ref_s = runs[i].ref_s;
        r->half_s = r->bill_usd = NAN;
        r->total.n = runs[i].tasks;
        r->total.ref_s = ref;
        r->total.first_s = runs[i].first ? 1 : NAN;
        r->total.last_s = 1;
        for (k = 0; k < runs[i].tasks; k++)
            *ref++ = runs[i].ref_s;
    }
}

/* Totals of all runs under z, with the error of a total. */
static int simulate(struct setting *s, struct sbs_joint_runs *r,
                    const struct sbs_beliefs *b, const double *z,
                    uint32_t replicate, struct sbs_error *err)
{
    struct sbs_stream st = sbs_stream_init(SEED, replicate);
    struct sbs_simlik lik = {.beliefs = b, .model = s->model,
                             .stack = &s->list.spec[0].stack,
                             .seed = SEED + replicate};
    struct sbs_observed o;
    double x[SBS_SIMLIK_TOTALS], e;
    uint32_t i, k;
    int status = sbs_observe(r, true, ERROR_LOG_SD, &o, err);

    for (i = 0; i < RUNS && !status; i++) {
        status = sbs_simlik_totals(&lik, &o.run[i], 1000 + i, 1, z, x, err);
        for (k = 0; k < o.run[i].n_totals; k++) {
            e = sbs_norm_quantile(sbs_rng_u01(&st, i, 9, 0, k));
            x[k] *= sbs_exp(ERROR_LOG_SD * e);
        }
        r->run[i].total.first_s = runs[i].first ? x[0] : NAN;
        r->run[i].total.last_s = x[o.run[i].n_totals - 1];
    }
    sbs_observed_fini(&o);
    return status;
}

static double truth_of(const struct sbs_beliefs *b, const double *z, size_t i)
{
    double typical, log_sd;

    if (i < SBS_BELIEF_SLOW)
        return b->of[i].mid + b->of[i].sd * z[i];
    sbs_belief_cores(b, z, &typical, &log_sd);
    return sbs_log(i == SBS_BELIEF_SLOW ? typical : log_sd);
}

/* Rank of the truth among the draws, 0 to DRAWS; ties broken by u. */
static void count(const struct sbs_inference *f, const struct sbs_beliefs *b,
                  const double *z, double u, struct tally *t)
{
    double truth, x;
    size_t i, d, below, same;
    uint32_t rank;

    for (i = 0; i < SBS_BELIEF_N; i++) {
        truth = truth_of(b, z, i);
        below = same = 0;
        for (d = 0; d < f->n; d++) {
            x = sbs_infer_quantity(f, d, i);
            below += x < truth;
            same += x == truth;
        }
        rank = (uint32_t)((double)below + u * (double)(same + 1));
        t->bin[i][rank * BINS / (DRAWS + 1)]++;
        t->inside[i] += rank >= 5 && rank < 95;
    }
    t->n++;
}

static bool replicate(struct setting *s, uint32_t k, struct tally *t)
{
    struct sbs_stream st = sbs_stream_init(SEED, k);
    struct sbs_inference *f = NULL;
    struct sbs_joint_runs r;
    struct sbs_beliefs b;
    struct sbs_infer_job job = {
        .est = &s->quick->est, .facts = s->facts, .runs = &r,
        .model = s->model, .reps = REPS, .draws = DRAWS,
        .particles = simtest_reps(FEW, PARTICLES),
        .moves = simtest_reps(MOVES / 4, MOVES), .seed = SEED + 7 * k};
    struct sbs_error err = {0};
    double z[SBS_BELIEF_DIM];
    uint32_t i;

    for (i = 0; i < SBS_BELIEF_DIM; i++)
        z[i] = sbs_norm_quantile(sbs_rng_u01(&st, 0, 0, 0, i));
    plan(s, &r);
    if (sbs_beliefs_make(&b, (enum sbs_reading)(k % 2), s->facts,
                         &s->quick->est, &err) ||
        simulate(s, &r, &b, z, k, &err) || sbs_infer_run(&job, &f, &err)) {
        printf("# replicate %u: %s\n", k, err.text);
        return false;
    }
    count(f, &b, z, sbs_rng_u01(&st, 1, 0, 0, 0), t);
    sbs_infer_destroy(f);
    return true;
}

static void judge(const struct tally *t, bool full)
{
    static const char *const names[] = {
#define SBC_NAME(id, path, unit, name) name,
        SBS_BELIEFS(SBC_NAME)
#undef SBC_NAME
    };
    double chi2, p, share, want = (double)t->n / BINS, se;
    size_t i, k;

    for (i = 0; i < SBS_BELIEF_N; i++) {
        chi2 = 0;
        for (k = 0; k < BINS; k++)
            chi2 += (t->bin[i][k] - want) * (t->bin[i][k] - want) / want;
        p = gsl_cdf_chisq_Q(chi2, BINS - 1);
        share = (double)t->inside[i] / t->n;
        se = sqrt(.9 * .1 / t->n);
        if (full) {
            ok(p > 0.01, "%s: ranks uniform, chi2 %.1f, p %.3f", names[i],
               chi2, p);
            ok(share >= .86 && share <= .94, "%s: 90%% interval holds the "
               "truth in %.1f%% of %u (z %.2f)", names[i], 100 * share, t->n,
               (share - .9) / se);
        } else {
            ok(share >= .9 - 4 * se, "%s: 90%% interval holds the truth in "
               "%u of %u", names[i], t->inside[i], t->n);
        }
    }
}

int main(void)
{
    uint32_t n = simtest_reps(QUICK, FULL), k;
    struct setting s = {.facts = NULL};
    struct tally t = {.n = 0};

    if (begin(&s)) {
        for (k = 0; k < n; k++)
            if (!replicate(&s, k, &t))
                break;
        ok(t.n == n, "%u replicates fitted", t.n);
        judge(&t, n == FULL);
    }
    end(&s);
    return tap_done();
}
