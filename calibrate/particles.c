/* SPDX-License-Identifier: Apache-2.0 */
/* From prior to posterior by tempering and pseudo-marginal moves. */
#include "config.h"

#include "calibrate/particles.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "base/rng.h"

/* A power is chosen so that this share of the particles stays effective. */
#define KEEP 0.5
/* Two kinds of step in turn. A walk: normal with this times the particles'
 * covariance; 2.38^2 / d is the best for a normal target (Roberts, Gelman,
 * Gilks 1997), less where the likelihood is noisy. */
#define WALK2 4.0
/* A leap: towards a normal law N(m, S) with the particles' mean and a wider
 * covariance, z' = m + sqrt(1 - b^2) (z - m) + b e, e ~ N(0, S), which leaves
 * that law as it is. Where the posterior is near normal nearly every leap
 * lands well, and far from where it began (Neal 1998, arXiv physics/9701026,
 * with the particles as the guide). */
#define LEAP 0.8  /* b */
#define WIDER 1.3 /* S over the covariance */
/* Steps of every particle after each rise of the power. */
enum { STEPS_A_RISE = 2 };
/* Powers and moves at most: far beyond what data of runs ask for. */
enum { GENERATIONS_MAX = 400 };

/* Purposes of the random numbers here. */
enum { OF_PRIOR, OF_STEP, OF_ACCEPT, OF_RESAMPLE };

struct search {
    const struct sbs_particles_job *job;
    double *z, *try;           /* n x dim: particles, proposals */
    double *log_lik, *try_lik; /* n */
    double *weight;            /* n, of a change of power */
    double *spare;             /* n x dim + n: for resampling */
    double mean[SBS_PARTICLES_DIM];
    double chol[SBS_PARTICLES_DIM][SBS_PARTICLES_DIM]; /* of the covariance */
    bool leap; /* the kind of the next step */
    double power;
    uint32_t generation;
    double log_evidence;
    size_t accepted;           /* in the last generation */
};

static struct sbs_stream stream_of(const struct search *s, size_t i)
{
    return sbs_stream_init(s->job->seed, s->generation * SBS_PARTICLES_MAX +
                                             (uint32_t)i);
}

static double half_norm2(const double *z, size_t n)
{
    double sum = 0;
    size_t k;

    for (k = 0; k < n; k++)
        sum += z[k] * z[k];
    return sum / 2;
}

static void draw_prior(const struct sbs_stream *st, size_t first, size_t dim,
                       double *z)
{
    size_t k;

    for (k = first; k < dim; k++)
        z[k] = sbs_norm_quantile(
            sbs_rng_u01(st, 0, OF_PRIOR, 0, (uint32_t)k));
}

/* --- tempering ---------------------------------------------------------- */

/* Weights of raising the power by `by`: their effective share; *log_mean is
 * the log of their mean. Particles of likelihood 0 have none. */
static double weigh(struct search *s, double by, double *log_mean)
{
    size_t n = s->job->n, i;
    double top = -INFINITY, sum = 0, squares = 0;

    for (i = 0; i < n; i++)
        top = fmax(top, s->log_lik[i]);
    for (i = 0; i < n; i++) {
        s->weight[i] = sbs_exp(by * (s->log_lik[i] - top));
        sum += s->weight[i];
        squares += s->weight[i] * s->weight[i];
    }
    for (i = 0; i < n; i++)
        s->weight[i] /= sum;
    *log_mean = by * top + sbs_log(sum / (double)n);
    return sum * sum / squares / (double)n;
}

/* Raise the power as far as KEEP allows. */
static void temper(struct search *s)
{
    double lo = 0, hi = 1 - s->power, by = hi, log_mean;
    int step;

    if (weigh(s, by, &log_mean) < KEEP) {
        for (step = 0; step < 40; step++) {
            by = (lo + hi) / 2;
            if (weigh(s, by, &log_mean) < KEEP)
                hi = by;
            else
                lo = by;
        }
    }
    s->power = by == 1 - s->power ? 1 : s->power + by;
    s->log_evidence += log_mean;
}

/* Systematic resampling by s->weight. */
static void resample(struct search *s)
{
    size_t n = s->job->n, dim = s->job->dim, i = 0, k;
    struct sbs_stream st = stream_of(s, 0);
    double u = sbs_rng_u01(&st, 0, OF_RESAMPLE, 0, 0), sum = s->weight[0];
    double *lik = s->spare + n * dim;

    for (k = 0; k < n; k++) {
        while (sum < ((double)k + u) / (double)n && i + 1 < n)
            sum += s->weight[++i];
        memcpy(&s->spare[k * dim], &s->z[i * dim], dim * sizeof *s->z);
        lik[k] = s->log_lik[i];
    }
    memcpy(s->z, s->spare, n * dim * sizeof *s->z);
    memcpy(s->log_lik, lik, n * sizeof *lik);
}

/* --- moving ------------------------------------------------------------- */

/* Mean of the particles and Cholesky factor of their covariance. */
static void shape_step(struct search *s)
{
    size_t m = s->job->n_moved, dim = s->job->dim, n = s->job->n, i, a, b, k;
    double d[SBS_PARTICLES_DIM], v;
    double cov[SBS_PARTICLES_DIM][SBS_PARTICLES_DIM] = {{0}};

    memset(s->mean, 0, sizeof s->mean);
    for (i = 0; i < n; i++)
        for (a = 0; a < m; a++)
            s->mean[a] += s->z[i * dim + a] / (double)n;
    for (i = 0; i < n; i++) {
        for (a = 0; a < m; a++)
            d[a] = s->z[i * dim + a] - s->mean[a];
        for (a = 0; a < m; a++)
            for (b = 0; b <= a; b++)
                cov[a][b] += d[a] * d[b] / (double)n;
    }
    memset(s->chol, 0, sizeof s->chol);
    for (a = 0; a < m; a++)
        for (b = 0; b <= a; b++) {
            v = cov[a][b];
            for (k = 0; k < b; k++)
                v -= s->chol[a][k] * s->chol[b][k];
            s->chol[a][b] =
                a == b ? sqrt(fmax(v, 1e-6)) : v / s->chol[b][b];
        }
}

static void propose(const struct search *s)
{
    size_t m = s->job->n_moved, dim = s->job->dim, i, a, b;
    double keep = s->leap ? sqrt(1 - LEAP * LEAP) : 1;
    double size = s->leap ? LEAP * sqrt(WIDER) : sqrt(WALK2 / (double)m);
    double e[SBS_PARTICLES_DIM], *z;

    for (i = 0; i < s->job->n; i++) {
        struct sbs_stream st = stream_of(s, i);
        z = &s->try[i * dim];
        for (a = 0; a < m; a++)
            e[a] = size * sbs_norm_quantile(sbs_rng_u01(&st, 0, OF_STEP, 0,
                                                        (uint32_t)a));
        for (a = 0; a < m; a++) {
            z[a] = s->mean[a] + keep * (s->z[i * dim + a] - s->mean[a]);
            for (b = 0; b <= a; b++)
                z[a] += s->chol[a][b] * e[b];
        }
        draw_prior(&st, m, dim, z);
    }
}

/* Minus log density of the law that leaps leave as it is, but for a
 * constant. */
static double guide(const struct search *s, const double *z)
{
    size_t m = s->job->n_moved, a, b;
    double w[SBS_PARTICLES_DIM];

    for (a = 0; a < m; a++) {
        w[a] = z[a] - s->mean[a];
        for (b = 0; b < a; b++)
            w[a] -= s->chol[a][b] * w[b];
        w[a] /= s->chol[a][a];
    }
    return half_norm2(w, m) / WIDER;
}

static void accept(struct search *s)
{
    size_t m = s->job->n_moved, dim = s->job->dim, i;
    double log_ratio, u;

    s->accepted = 0;
    for (i = 0; i < s->job->n; i++) {
        struct sbs_stream st = stream_of(s, i);
        const double *from = &s->z[i * dim], *to = &s->try[i * dim];
        u = sbs_rng_u01(&st, 0, OF_ACCEPT, 0, 0);
        log_ratio = half_norm2(from, m) - half_norm2(to, m) +
                    s->power * (s->try_lik[i] - s->log_lik[i]);
        if (s->leap)
            log_ratio += guide(s, to) - guide(s, from);
        if (!(sbs_log(u) < log_ratio))
            continue;
        memcpy(&s->z[i * dim], to, dim * sizeof *s->z);
        s->log_lik[i] = s->try_lik[i];
        s->accepted++;
    }
}

static int evaluate(const struct search *s, const double *z, double *log_lik,
                    struct sbs_error *err)
{
    const struct sbs_particles_job *j = s->job;

    return j->log_lik(j->context, s->generation, j->n, z, log_lik, err);
}

static int move(struct search *s, struct sbs_error *err)
{
    s->generation++;
    s->leap = !s->leap;
    shape_step(s);
    propose(s);
    if (evaluate(s, s->try, s->try_lik, err))
        return -1;
    accept(s);
    return 0;
}

/* --- the search --------------------------------------------------------- */

static int start(struct search *s, struct sbs_error *err)
{
    size_t i, alive = 0;

    for (i = 0; i < s->job->n; i++) {
        struct sbs_stream st = stream_of(s, i);
        draw_prior(&st, 0, s->job->dim, &s->z[i * s->job->dim]);
    }
    if (evaluate(s, s->z, s->log_lik, err))
        return -1;
    for (i = 0; i < s->job->n; i++)
        alive += isfinite(s->log_lik[i]) ? 1 : 0;
    return alive ? 0
                 : sbs_fail(err, SBS_EINPUT, "no parameters within the "
                            "priors explain the measured totals");
}

static void tell(const struct search *s, uint32_t moves_left)
{
    if (s->job->progress)
        s->job->progress(s->job->progress_context, s->power, moves_left);
}

static int search(struct search *s, struct sbs_particles *out,
                  struct sbs_error *err)
{
    uint32_t k;

    if (start(s, err))
        return -1;
    while (s->power < 1 && s->generation < GENERATIONS_MAX) {
        temper(s);
        resample(s);
        for (k = 0; k < STEPS_A_RISE && s->power < 1; k++)
            if (move(s, err))
                return -1;
        tell(s, s->job->moves);
    }
    if (s->power < 1)
        return sbs_fail(err, SBS_EINPUT, "the measured totals are too far "
                        "from what the priors allow");
    for (k = 0; k < s->job->moves; k++) {
        if (move(s, err))
            return -1;
        out->acceptance += (double)s->accepted /
                           ((double)s->job->n * s->job->moves);
        tell(s, s->job->moves - k - 1);
    }
    out->log_evidence = s->log_evidence;
    out->generations = s->generation + 1;
    return 0;
}

static int keep(const struct search *s, struct sbs_particles *out,
                struct sbs_error *err)
{
    size_t n = s->job->n, dim = s->job->dim;

    out->n = n;
    out->dim = dim;
    out->n_moved = s->job->n_moved;
    out->z = malloc(n * dim * sizeof *out->z);
    out->log_lik = malloc(n * sizeof *out->log_lik);
    if (!out->z || !out->log_lik) {
        sbs_particles_fini(out);
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    }
    memcpy(out->z, s->z, n * dim * sizeof *out->z);
    memcpy(out->log_lik, s->log_lik, n * sizeof *out->log_lik);
    return 0;
}

int sbs_particles_run(const struct sbs_particles_job *job,
                      struct sbs_particles *out, struct sbs_error *err)
{
    struct search s = {.job = job};
    size_t n = job->n, dim = job->dim;
    double *block = malloc(n * (3 * dim + 4) * sizeof *block);
    int status = -1;

    memset(out, 0, sizeof *out);
    if (!block)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    s.z = block;
    s.try = s.z + n * dim;
    s.log_lik = s.try + n * dim;
    s.try_lik = s.log_lik + n;
    s.weight = s.try_lik + n;
    s.spare = s.weight + n;
    if (!search(&s, out, err))
        status = keep(&s, out, err);
    free(block);
    return status;
}

void sbs_particles_fini(struct sbs_particles *p)
{
    if (!p)
        return;
    free(p->z);
    free(p->log_lik);
    memset(p, 0, sizeof *p);
}
