/* SPDX-License-Identifier: Apache-2.0 */
/* What the benches share: a setting read from files, the engine on it, a
 * clock. Errors end the program: a bench that cannot measure says why. */
#ifndef SBS_BENCH_BENCH_H
#define SBS_BENCH_BENCH_H

#include <stdint.h>

#include "model/model.h"
#include "model/workload.h"

struct bench_setting {
    struct sbs_model_set models;
    struct sbs_workload workload;
    uint32_t workers;
};

/* The bag of tasks that the plain and the specialised loop know: no limits,
 * no overhead, lognormal start-up, speed and work. */
struct bench_bag {
    struct sbs_dist start_s, slowdown, ref_s;
    uint32_t workers, tasks;
    uint64_t seed;
};

/* Makespans, added up, and what must happen whatever the code does: workers
 * launched and attempts begun (the engine only). */
struct bench_sum {
    double n, sum, squares, events;
};

double bench_now_s(void);

/* Print and exit with 2. */
_Noreturn void bench_die(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* An integer argument in [lo, hi]. */
uint32_t bench_number(const char *text, const char *what, uint32_t lo,
                      uint32_t hi);

/* work: a file, or "ultra" for the shipped one. tasks, workers: 0 = as the
 * files say, one worker a task. */
void bench_load(struct bench_setting *s, const char *model, const char *work,
                uint32_t tasks, uint32_t workers);
void bench_unload(struct bench_setting *s);

/* The setting as a bag, seed 1; it must be one. */
struct bench_bag bench_as_bag(const struct bench_setting *s);

/* The engine on one policy of the setting, one thread, seed 1. */
struct bench_engine;
struct bench_engine *bench_engine_create(const struct bench_setting *s,
                                         const char *policy);
void bench_engine_destroy(struct bench_engine *e);
/* By the general engine, whatever is faster. */
void bench_engine_go_general(struct bench_engine *e);
/* Run replications [0, reps); the makespan of each also to out[] unless it
 * is NULL. */
struct bench_sum bench_engine_run(struct bench_engine *e, uint32_t reps,
                                  double *out);

/* That and nothing else, to count instructions; prints the events. */
void bench_once(const struct bench_setting *s, const char *policy,
                uint32_t reps);

static inline void bench_add(struct bench_sum *s, double makespan_s)
{
    s->n++;
    s->sum += makespan_s;
    s->squares += makespan_s * makespan_s;
}

double bench_mean(const struct bench_sum *s);
double bench_se(const struct bench_sum *s);

#endif
