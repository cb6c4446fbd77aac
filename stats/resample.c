/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "stats/resample.h"

#include <math.h>
#include <stdlib.h>

#include "base/fmath.h"
#include "base/rng.h"

/* Streams of random numbers that no simulation draws from. */
enum purpose { OF_ALL = 250, OF_DRAW };

struct sbs_resample {
    size_t rows, n, draws; /* draws 1: none */
    double *residual;      /* [n][rows] from the mean of its draw */
    double *group;         /* [draws][rows] */
    double *mean, *keep;   /* [rows] */
};

static void centre(struct sbs_resample *x, const double *const *values)
{
    double each = (double)(x->n / x->draws);
    for (size_t i = 0; i < x->rows; i++) {
        double within = 0, between = 0;
        for (size_t r = 0; r < x->n; r++)
            x->group[r % x->draws * x->rows + i] += values[i][r] / each;
        for (size_t d = 0; d < x->draws; d++)
            x->mean[i] += x->group[d * x->rows + i] / (double)x->draws;
        for (size_t r = 0; r < x->n; r++) {
            double apart =
                values[i][r] - x->group[r % x->draws * x->rows + i];
            x->residual[r * x->rows + i] = apart;
            within += apart * apart;
        }
        for (size_t d = 0; d < x->draws; d++) {
            double apart = x->group[d * x->rows + i] - x->mean[i];
            between += apart * apart;
        }
        within /= (double)(x->n - x->draws) * each; /* of a draw's mean */
        between = x->draws > 1
                      ? fmax(0, between / (double)(x->draws - 1) - within)
                      : 0;
        x->keep[i] = between > 0 ? between / (between + within) : 0;
    }
}

struct sbs_resample *sbs_resample_create(const double *const *values,
                                         size_t rows, size_t n, size_t draws,
                                         struct sbs_error *err)
{
    size_t d = draws > 1 ? draws : 1;
    if (n % d != 0 || n / d < 2) {
        sbs_fail(err, SBS_EBUG, "%zu replications do not suit %zu draws", n,
                 d);
        return NULL;
    }
    struct sbs_resample *x = calloc(1, sizeof *x);
    if (x) {
        *x = (struct sbs_resample){ .rows = rows, .n = n, .draws = d };
        x->residual = calloc(n * rows + 1, sizeof *x->residual);
        x->group = calloc(d * rows + 1, sizeof *x->group);
        x->mean = calloc(rows + 1, sizeof *x->mean);
        x->keep = calloc(rows + 1, sizeof *x->keep);
    }
    if (!x || !x->residual || !x->group || !x->mean || !x->keep) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        sbs_resample_destroy(x);
        return NULL;
    }
    centre(x, values);
    return x;
}

void sbs_resample_destroy(struct sbs_resample *x)
{
    if (!x)
        return;
    free(x->residual);
    free(x->group);
    free(x->mean);
    free(x->keep);
    free(x);
}

static double normal(uint64_t seed, uint32_t number, enum purpose purpose,
                     uint32_t entity)
{
    struct sbs_stream s = sbs_stream_init(seed, number);
    return sbs_norm_quantile(sbs_rng_u01(&s, entity, purpose, 0, 0));
}

void sbs_resample_means(const struct sbs_resample *x, uint64_t seed,
                        uint32_t number, double *out)
{
    /* sum of g e has variance (n - draws) s^2; that of the mean is s^2 / n. */
    double scale = 1 / sqrt((double)x->n * (double)(x->n - x->draws));
    for (size_t i = 0; i < x->rows; i++)
        out[i] = x->mean[i];
    for (size_t r = 0; r < x->n; r++) {
        double g = scale * normal(seed, number, OF_ALL, (uint32_t)r);
        for (size_t i = 0; i < x->rows; i++)
            out[i] += g * x->residual[r * x->rows + i];
    }
}

void sbs_resample_draw(const struct sbs_resample *x, size_t d, uint64_t seed,
                       uint32_t number, double *out)
{
    double each = (double)(x->n / x->draws);
    double scale = 1 / sqrt(each * (each - 1));
    for (size_t i = 0; i < x->rows; i++)
        out[i] = 0;
    for (size_t r = d; r < x->n; r += x->draws) {
        double g = scale * normal(seed, number, OF_DRAW, (uint32_t)r);
        for (size_t i = 0; i < x->rows; i++)
            out[i] += g * x->residual[r * x->rows + i];
    }
    for (size_t i = 0; i < x->rows; i++)
        out[i] = x->mean[i] + sqrt(x->keep[i]) * out[i] +
                 x->keep[i] * (x->group[d * x->rows + i] - x->mean[i]);
}
