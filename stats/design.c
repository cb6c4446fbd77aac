/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "stats/design.h"

#include <stdlib.h>

#include <gsl/gsl_qrng.h>

#include "base/rng.h"

/* Of the random streams, as in sim/purpose.h, which counts from 1 up. */
enum { FOR_ORDER = 254, FOR_PLACE = 253 };

static double *room(size_t n, size_t d, struct sbs_error *err)
{
    double *u = d && n > SIZE_MAX / sizeof(double) / d
                    ? NULL
                    : malloc((n * d + 1) * sizeof *u);
    if (!u)
        sbs_fail(err, SBS_EMEMORY, "out of memory for a design of %zu points",
                 n);
    return u;
}

/* A random order of 0 .. n - 1 (Fisher and Yates, Durstenfeld's form). */
static void shuffle(uint32_t *order, size_t n, const struct sbs_stream *s,
                    uint32_t dimension)
{
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    for (size_t i = n; i > 1; i--) {
        double u = sbs_rng_u01(s, dimension, FOR_ORDER, 0, (uint32_t)i);
        size_t k = (size_t)(u * (double)i);
        uint32_t other = order[k];
        order[k] = order[i - 1];
        order[i - 1] = other;
    }
}

double *sbs_design_latin(size_t n, size_t d, uint64_t seed,
                         struct sbs_error *err)
{
    struct sbs_stream s = sbs_stream_init(seed, 0);
    double *u = room(n, d, err);
    uint32_t *order = malloc((n + 1) * sizeof *order);
    if (u && order) {
        for (size_t k = 0; k < d; k++) {
            shuffle(order, n, &s, (uint32_t)k);
            for (size_t i = 0; i < n; i++)
                u[i * d + k] = (order[i] + sbs_rng_u01(&s, (uint32_t)k,
                                                       FOR_PLACE, 0,
                                                       (uint32_t)i)) /
                               (double)n;
        }
    } else {
        if (u)
            sbs_fail(err, SBS_EMEMORY, "out of memory");
        free(u);
        u = NULL;
    }
    free(order);
    return u;
}

double *sbs_design_sobol(size_t n, size_t d, struct sbs_error *err)
{
    double *u = room(n, d, err);
    gsl_qrng *q = u && d ? gsl_qrng_alloc(gsl_qrng_sobol, (unsigned)d) : NULL;
    if (u && d && !q) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        free(u);
        return NULL;
    }
    for (size_t i = 0; q && i < n; i++)
        gsl_qrng_get(q, u + i * d); /* GSL's first is point 1 */
    if (q)
        gsl_qrng_free(q);
    return u;
}
