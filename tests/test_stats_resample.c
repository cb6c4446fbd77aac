/* SPDX-License-Identifier: Apache-2.0 */
/* Resampled means against their known covariance; the Gaussian process
 * against values worked out by hand and a smooth function. */
#include "config.h"

#include "stats/resample.h"

#include <stdlib.h>

#include "base/fmath.h"
#include "base/rng.h"
#include "stats/gp.h"
#include "tap.h"

enum { N = 60, DRAWS = 6, SAMPLES = 4000 };

static double normal(uint32_t r, uint32_t entity)
{
    struct sbs_stream s = sbs_stream_init(3, r);
    return sbs_norm_quantile(sbs_rng_u01(&s, entity, 1, 0, 0));
}

/* Two figures that share half their noise, with effects of the draws. */
static void fill(double a[N], double b[N], double effect)
{
    for (uint32_t r = 0; r < N; r++) {
        double all = normal(r, 0), draw = effect * normal(r % DRAWS, 9);
        a[r] = 10 + draw + all + normal(r, 1);
        b[r] = 20 - draw + all + normal(r, 2);
    }
}

/* Pooled within draws, by hand. */
static double within(const double *a, const double *b, size_t draws)
{
    double sum = 0;
    for (size_t d = 0; d < draws; d++) {
        double ma = 0, mb = 0, k = (double)(N / draws);
        for (size_t r = d; r < N; r += draws) {
            ma += a[r] / k;
            mb += b[r] / k;
        }
        for (size_t r = d; r < N; r += draws)
            sum += (a[r] - ma) * (b[r] - mb);
    }
    return sum / (double)(N - draws);
}

static void test_means(size_t draws, const char *name)
{
    double a[N], b[N], mean[2] = { 0 }, aa = 0, ab = 0;
    const double *both[] = { a, b };
    struct sbs_error err = { 0 };
    fill(a, b, 3);
    size_t d = draws > 1 ? draws : 1;
    struct sbs_resample *x = sbs_resample_create(both, 2, N, draws, &err);
    if (!ok(x != NULL, "%s: %s", name, err.text))
        return;
    for (int i = 0; i < N; i++) {
        mean[0] += a[i] / N;
        mean[1] += b[i] / N;
    }
    for (uint32_t s = 0; s < SAMPLES; s++) {
        double out[2];
        sbs_resample_means(x, 5, s, out);
        aa += (out[0] - mean[0]) * (out[0] - mean[0]) / SAMPLES;
        ab += (out[0] - mean[0]) * (out[1] - mean[1]) / SAMPLES;
    }
    double va = within(a, a, d) / N, vb = within(b, b, d) / N;
    double cov = within(a, b, d) / N;
    is_z(aa, va * sqrt(2.0 / SAMPLES), va, "variance of the mean");
    is_z(ab, sqrt((va * vb + cov * cov) / SAMPLES), cov, "covariance");
    sbs_resample_destroy(x);
}

static void test_draw(void)
{
    double a[N], b[N], group = 0, mean = 0, sum = 0, squares = 0;
    const double *both[] = { a, b };
    struct sbs_error err = { 0 };
    fill(a, b, 3);
    struct sbs_resample *x = sbs_resample_create(both, 2, N, DRAWS, &err);
    if (!ok(x != NULL, "draws: %s", err.text))
        return;
    double between = 0, each = N / DRAWS, v = 0;
    for (int r = 0; r < N; r++)
        mean += a[r] / N;
    for (int d = 0; d < DRAWS; d++) {
        double m = 0;
        for (int r = d; r < N; r += DRAWS)
            m += a[r] / each;
        between += (m - mean) * (m - mean) / (DRAWS - 1);
        group = d == 2 ? m : group;
    }
    for (int r = 2; r < N; r += DRAWS)
        v += (a[r] - group) * (a[r] - group) / (each - 1) / each;
    between -= within(a, a, DRAWS) / each;
    double keep = between / (between + within(a, a, DRAWS) / each);
    for (uint32_t s = 0; s < SAMPLES; s++) {
        double out[2];
        sbs_resample_draw(x, 2, 5, s, out);
        sum += out[0] / SAMPLES;
        squares += out[0] * out[0] / SAMPLES;
    }
    is_z(sum, sqrt(keep * v / SAMPLES), mean + keep * (group - mean),
         "a draw's mean, shrunk");
    is_z(squares - sum * sum, keep * v * sqrt(2.0 / SAMPLES), keep * v,
         "its variance");
    sbs_resample_destroy(x);
    ok(!sbs_resample_create(both, 2, N, 7, &err) &&
           !sbs_resample_create(both, 2, 6, 6, &err),
       "replications that do not suit the draws are refused");
}

static double smooth(double x, double y)
{
    return (x - 0.3) * (x - 0.3) + 0.5 * (y - 0.7) * (y - 0.7);
}

static void test_gp(void)
{
    double x[50], y[25], noise[25] = { 0 }, mean, sd;
    struct sbs_error err = { 0 };
    size_t n = 0;
    for (int i = 0; i < 5; i++)
        for (int k = 0; k < 5; k++, n++) {
            x[2 * n] = i / 4.0;
            x[2 * n + 1] = k / 4.0;
            y[n] = smooth(x[2 * n], x[2 * n + 1]);
        }
    struct sbs_gp *gp = sbs_gp_create(x, y, noise, n, 2, &err);
    if (!ok(gp != NULL, "a process: %s", err.text))
        return;
    sbs_gp_at(gp, x + 14, &mean, &sd);
    ok(fabs(mean - y[7]) < 1e-6 && sd < 1e-3, "goes through its points");
    double worst = 0, at[2];
    for (int i = 0; i < 100; i++) {
        at[0] = (i % 10) / 9.0;
        at[1] = (i / 10) / 9.0;
        sbs_gp_at(gp, at, &mean, &sd);
        worst = fmax(worst, fabs(mean - smooth(at[0], at[1])));
    }
    ok(worst < 0.01, "and near the function between them (%.4f of .74)",
       worst);
    sbs_gp_destroy(gp);
    for (size_t i = 0; i < n; i++) {
        y[i] += 0.2 * normal((uint32_t)i, 7);
        noise[i] = 0.04;
    }
    gp = sbs_gp_create(x, y, noise, n, 2, &err);
    at[0] = 0.3;
    at[1] = 0.7;
    if (ok(gp != NULL, "with noise: %s", err.text)) {
        sbs_gp_at(gp, at, &mean, &sd);
        ok(fabs(mean - smooth(at[0], at[1])) < 4 * sd && sd < 0.2,
           "smooths (%.3f, sd %.3f)", mean, sd);
    }
    sbs_gp_destroy(gp);
    /* E max(0, -z) = phi(0). */
    is_near(sbs_gp_improvement(0, 1, 0), 0.3989422804014327, 1e-14,
            "expected improvement of a standard normal");
    ok(sbs_gp_improvement(1, 0, 3) == 2 && sbs_gp_improvement(3, 0, 1) == 0,
       "and of what is certain");
}

int main(void)
{
    test_means(0, "no draws");
    test_means(DRAWS, "draws");
    test_draw();
    test_gp();
    return tap_done();
}
