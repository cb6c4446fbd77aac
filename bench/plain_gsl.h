/* SPDX-License-Identifier: Apache-2.0 */
/* The plain program: what a C programmer writes in an afternoon. */
#ifndef SBS_BENCH_PLAIN_GSL_H
#define SBS_BENCH_PLAIN_GSL_H

#include "bench/bench.h"

/* The bag's tasks pulled by its workers, `reps` times; makespans. */
struct bench_sum plain_gsl_run(const struct bench_bag *bag, uint32_t reps);

#endif
