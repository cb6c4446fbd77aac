/* SPDX-License-Identifier: Apache-2.0 */
/* The loop that knows nothing but a bag of tasks pulled by workers: how fast
 * scalar code can be when there are no policies, bills or bounds. */
#ifndef SBS_BENCH_SPECIALISED_H
#define SBS_BENCH_SPECIALISED_H

#include "bench/bench.h"

struct specialised;

enum specialised_how {
    SPECIALISED_EXACT = 0,  /* variates by the exact inverse of base/fmath */
    SPECIALISED_TABLES = 1, /* by tables */
    /* Draws from where the engine draws, at a block of Philox a variate
     * instead of half of one: its makespans are those of `dynamic`. */
    SPECIALISED_AS_ENGINE = 2
};
struct specialised *specialised_create(const struct bench_bag *bag,
                                       enum specialised_how how);
void specialised_destroy(struct specialised *s);

/* Replications [0, reps); makespans also to out[] unless it is NULL. */
struct bench_sum specialised_run(struct specialised *s, uint32_t reps,
                                 double *out);

#endif
