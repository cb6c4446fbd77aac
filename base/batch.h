/* SPDX-License-Identifier: Apache-2.0 */
/* Many draws at a time. The same values, bit for bit, as base/rng.h and
 * base/fmath.h give one by one; several a vector register. The code is
 * compiled once per instruction set and chosen at run time (base/cpu.h). */
#ifndef SBS_BASE_BATCH_H
#define SBS_BASE_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/cpu.h"
#include "base/rng.h"

enum { SBS_BATCH_REPS = 8 };

/* Elements that the functions below are called with at least to be worth
 * their start; fewer are fine. Arrays of n doubles, any alignment; an output
 * may be the input itself but must not overlap it otherwise. */
struct sbs_batch {
    /* Draws 2 `pair` and 2 `pair` + 1 of the n entities first, first + 1, ...
     * of one replication, into lo and hi. first + n <= 2^32. */
    void (*entities)(const struct sbs_stream *s, uint32_t first,
                     uint32_t purpose, uint32_t ordinal, uint32_t pair,
                     size_t n, double *lo, double *hi);
    /* The same in the SBS_BATCH_REPS replications s->replication,
     * s->replication + 1, ... (modulo 2^32): entity first + e in the r-th of
     * them goes to [SBS_BATCH_REPS e + r]. */
    void (*grid)(const struct sbs_stream *s, uint32_t first,
                 uint32_t purpose, uint32_t ordinal, uint32_t pair, size_t n,
                 double *lo, double *hi);
    /* One draw in each of those replications, of an entity and an ordinal of
     * its own: entity[SBS_BATCH_REPS], ordinal[SBS_BATCH_REPS]. */
    void (*lanes)(const struct sbs_stream *s, const uint32_t *entity,
                  uint32_t purpose, const uint32_t *ordinal, uint32_t pair,
                  double *lo, double *hi);
    /* z[i] = sbs_norm_quantile(u[i]), u in (0, 1) from base/rng.h. */
    void (*normal)(size_t n, const double *u, double *z);
    /* y[i] = sbs_exp(a + b * x[i]) */
    void (*exp)(size_t n, double a, double b, const double *x, double *y);
    /* y[i] = a - b * sbs_log1p(-u[i]), u in (0, 1) */
    void (*exponential)(size_t n, double a, double b, const double *u,
                        double *y);
};

/* For an instruction set the processor has (SBS_ISA_BEST: the widest). */
const struct sbs_batch *sbs_batch_for(enum sbs_isa isa);

#endif
