/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths per second of the kernel for each instruction set this processor has,
 * and the ratio to the plain loop of tests/plain_barrier.h (libm, one path
 * after the other) on one thread; then one whole job on all threads. Rounds
 * alternate, the fastest counts.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

#include "kernel/barrier.h"
#include "tests/plain_barrier.h"

enum { ROUNDS = 5, PLAIN_PATHS = 20000 };

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Scenario 25 run once; returns paths per second, 0 on failure. */
static double kernel_per_s(int64_t paths, enum sbs_isa isa, int threads)
{
    struct sbs_barrier_job job = { 25, paths, 1, SBS_BARRIER_LEVEL };
    struct sbs_barrier_how how = { .threads = threads, .isa = isa };
    struct sbs_barrier_result r;
    double start_s = now_s();
    struct sbs_barrier_piece *p =
        sbs_barrier_run(&job, 0, sbs_barrier_blocks(&job), &how, NULL);
    int status = p ? sbs_barrier_result(p, &r, NULL) : -1;
    double took_s = now_s() - start_s;
    sbs_barrier_destroy(p);
    return status ? 0 : (double)paths / took_s;
}

/* Its paths alone, without the figures that plain_run makes of them. */
static double plain_per_s(void)
{
    uint64_t state = 1;
    int stopped;
    double max = 100, sum = 0, start_s = now_s();
    for (int i = 0; i < PLAIN_PATHS; i++)
        sum += plain_path(0.075, 0.2125, &state, &stopped, &max);
    return sum > 0 ? PLAIN_PATHS / (now_s() - start_s) : 0;
}

int main(void)
{
    static const enum sbs_isa sets[] = { SBS_ISA_SCALAR, SBS_ISA_SSE2,
                                         SBS_ISA_AVX2, SBS_ISA_AVX512 };
    double best[4] = { 0 }, plain = 0, all = 0;
    for (int i = 0; i < ROUNDS; i++) {
        plain = fmax(plain, plain_per_s());
        for (int k = 0; k < 4; k++)
            if (sbs_cpu_has(sets[k]))
                best[k] = fmax(best[k], kernel_per_s(200000, sets[k], 1));
    }
    puts("barrier kernel, scenario 25, one thread; paths per second, best of "
         "5 rounds\n"
         "code           paths/s    ratio");
    printf("%-8s %13.0f %8.2f\n", "plain", plain, 1.0);
    for (int k = 0; k < 4; k++)
        if (best[k] > 0)
            printf("%-8s %13.0f %8.2f\n", sbs_cpu_isa_name(sets[k]), best[k],
                   best[k] / plain);
    for (int i = 0; i < 2; i++)
        all = fmax(all, kernel_per_s(5000000, SBS_ISA_BEST, 0));
    printf("%-8s %13.0f %8.2f  all threads, 5 M paths\n",
           sbs_cpu_isa_name(sbs_cpu_best()), all, all / plain);
    return 0;
}
