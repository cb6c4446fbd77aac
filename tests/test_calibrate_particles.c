/* SPDX-License-Identifier: Apache-2.0 */
/* The sampler against posteriors that are known in closed form: a normal
 * mean seen through an exact and through a noisy, unbiased likelihood; the
 * evidence; a parameter that is not moved; the same bits from the same seed.
 */
#include "config.h"

#include <string.h>

#include "base/fmath.h"
#include "base/rng.h"
#include "calibrate/particles.h"
#include "tests/tap.h"

enum { N = 4000, DIM = 4, MOVED = 3 };

/* y = z0 + z1 + z3 + error of sd SD; z2 is not seen. */
#define SD 0.5
#define Y 1.7

struct seen {
    double noise; /* sd of the log of the estimate's error factor */
    uint64_t seed;
};

static int log_lik(void *context, uint32_t generation, size_t n,
                   const double *z, double *out, struct sbs_error *err)
{
    const struct seen *s = context;
    size_t i;
    double d, e;

    (void)err;
    for (i = 0; i < n; i++) {
        const double *at = &z[i * DIM];
        struct sbs_stream st =
            sbs_stream_init(s->seed + 1, generation * 100000u + (uint32_t)i);
        d = (Y - at[0] - at[1] - at[3]) / SD;
        e = sbs_norm_quantile(sbs_rng_u01(&st, 0, 0, 0, 0));
        out[i] = -d * d / 2 - sbs_log(SD) - 0.91893853320467274 +
                 s->noise * e - s->noise * s->noise / 2;
    }
    return 0;
}

static struct sbs_particles_job job_of(struct seen *s)
{
    return (struct sbs_particles_job){.log_lik = log_lik, .context = s,
                                      .dim = DIM, .n_moved = MOVED, .n = N,
                                      .moves = 20, .seed = s->seed};
}

/* Three standard normals with sum S, seen with error: E z = y / (3 + SD^2),
 * var z = 1 - 1 / (3 + SD^2). The z of repeated particles are not
 * independent: the standard error takes a fifth of them as such. */
static void moments(const struct sbs_particles *p, double noise)
{
    double total = 3 + SD * SD, want[DIM] = {Y / total, Y / total, 0,
                                             Y / total};
    double var[DIM] = {1 - 1 / total, 1 - 1 / total, 1, 1 - 1 / total};
    double mean, square, z, n = N / 5.0;
    size_t i, k;

    for (k = 0; k < DIM; k++) {
        mean = square = 0;
        for (i = 0; i < N; i++) {
            mean += p->z[i * DIM + k] / N;
            square += p->z[i * DIM + k] * p->z[i * DIM + k] / N;
        }
        z = (mean - want[k]) / sqrt(var[k] / n);
        ok(fabs(z) < 4, "noise %g: mean of z%zu %.3f, want %.3f (z %.2f)",
           noise, k, mean, want[k], z);
        square -= mean * mean;
        z = (square - var[k]) / (var[k] * sqrt(2 / n));
        ok(fabs(z) < 4, "noise %g: variance of z%zu %.3f, want %.3f (z %.2f)",
           noise, k, square, var[k], z);
    }
}

static void posterior(double noise)
{
    struct seen s = {noise, 7};
    struct sbs_particles_job job = job_of(&s);
    struct sbs_particles p, again;
    struct sbs_error err = {0};
    double total = 3 + SD * SD;
    double want = -Y * Y / (2 * total) - sbs_log(total) / 2 -
                  0.91893853320467274;

    if (!ok(!sbs_particles_run(&job, &p, &err), "run %s", err.text))
        return;
    moments(&p, noise);
    ok(fabs(p.log_evidence - want) < 0.15,
       "noise %g: log evidence %.3f, want %.3f to 0.15", noise,
       p.log_evidence, want);
    ok(!sbs_particles_run(&job, &again, &err) &&
           !memcmp(p.z, again.z, N * DIM * sizeof *p.z),
       "the same seed gives the same bits");
    sbs_particles_fini(&p);
    sbs_particles_fini(&again);
}

static int impossible(void *context, uint32_t generation, size_t n,
                      const double *z, double *out, struct sbs_error *err)
{
    size_t i;

    (void)context, (void)generation, (void)z, (void)err;
    for (i = 0; i < n; i++)
        out[i] = -INFINITY;
    return 0;
}

int main(void)
{
    struct seen s = {0, 1};
    struct sbs_particles_job job = job_of(&s);
    struct sbs_particles p;
    struct sbs_error err = {0};

    posterior(0);
    posterior(0.8);
    job.log_lik = impossible;
    ok(sbs_particles_run(&job, &p, &err) && strstr(err.text, "explain"),
       "data that no particle makes: %s", err.text);
    return tap_done();
}
