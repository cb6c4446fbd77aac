/* SPDX-License-Identifier: Apache-2.0 */
/* af: factoring with mean and spread of each worker learnt in the run. */
#include "policies/chunk.h"

struct af_worker {
    uint32_t counted, samples;
    double units, time_s, squares; /* squares: sum of time^2 / units */
    double mean_s, dispersion_s;   /* mu; sigma^2 / mu */
};

struct af_state {
    struct chunk_batch batch;
    struct af_worker *worker;
    uint32_t cap, known; /* workers with two samples */
    double dispersions_s, speeds; /* sums over them: sigma^2 / mu, 1 / mu */
};

/* A chunk of k units takes k mu with variance k sigma^2. */
static void af_learn(struct sbs_ctx *c, uint32_t w)
{
    struct af_state *s = c->state;
    struct af_worker *x = &s->worker[w];
    const struct sbs_attempt *a = chunk_news(c, w, &x->counted);
    if (!a)
        return;
    x->samples++;
    x->units += a->n_units;
    x->time_s += a->compute_s;
    x->squares += a->compute_s * a->compute_s / a->n_units;
    if (x->samples < 2 || !(x->time_s > 0))
        return;
    if (x->mean_s > 0) {
        s->known--;
        s->dispersions_s -= x->dispersion_s;
        s->speeds -= 1 / x->mean_s;
    }
    x->mean_s = x->time_s / x->units;
    double rest = fmax(x->squares - x->time_s * x->mean_s, 0);
    x->dispersion_s = rest / (x->samples - 1) / x->mean_s;
    s->known++;
    s->dispersions_s += x->dispersion_s;
    s->speeds += 1 / x->mean_s;
}

/* Workers not known yet count as the mean of those known. */
static double af_chunk(const struct sbs_ctx *c, const struct af_worker *x)
{
    const struct af_state *s = c->state;
    double p = chunk_workers(c), all = p / s->known;
    double d = fmax(s->dispersions_s, 0) * all;
    double tr = chunk_left(c) / (s->speeds * all);
    return ceil((d + 2 * tr - sqrt(d * d + 4 * d * tr)) / (2 * x->mean_s));
}

static enum sbs_taken af_on_idle(struct sbs_ctx *c, uint32_t w)
{
    struct af_state *s = c->state;
    struct af_worker *grown =
        chunk_grown(c, s->worker, &s->cap, w, sizeof *s->worker);
    if (!grown)
        return SBS_PASS;
    s->worker = grown;
    af_learn(c, w);
    const struct af_worker *x = &s->worker[w];
    return chunk_take(c, w, x->mean_s > 0 ? af_chunk(c, x)
                                          : chunk_fac2(c, &s->batch));
}

SBS_POLICY(af) = {
    SBS_POLICY_HEAD,
    .name = "af",
    .summary = "adaptive factoring: mean and spread of each worker",
    .description =
        "Each worker learns mean mu_i and variance sigma_i^2 of its time "
        "per unit from the computing times of its chunks. It takes "
        "(D + 2TR - sqrt(D^2 + 4DTR)) / (2 mu_i) units, rounded up as in "
        "LB4OMP, with D = sum sigma_i^2/mu_i and T = 1/sum 1/mu_i over p "
        "workers. The codes time single units or tenths of chunks; here "
        "only whole chunks are timed, and sigma_i comes from two or more. "
        "Until then a worker takes the chunks of fac2, and in the sums the "
        "mean of the known ones stands for it.",
    .reference = "Banicescu and Liu, HPC 2000, 122-129",
    .advice = "When workers differ in speed and units in length, both "
              "unknown. Needs several chunks a worker before it knows "
              "anything; a spread from two chunks is a rough one.",
    .roles = SBS_ROLE_CHUNK,
    .state_size = sizeof(struct af_state),
    .on_idle = af_on_idle,
};
