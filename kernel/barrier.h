/* SPDX-License-Identifier: Apache-2.0 */
/* The workload of the Ultra run: Monte Carlo over barrier paths.
 *
 * Scenario s: drift mu = .05 + .001 s and volatility sigma = .2 + .0005 s a
 * year, start 100, 252 daily steps of geometric Brownian motion,
 * S <- S exp((mu - sigma^2/2)/252 + sigma sqrt(1/252) z); a path stops at the
 * first close below the barrier (90) and is valued there, else after a year.
 *
 * Paths are simulated in blocks of 4096, each path with random numbers of its
 * own (kernel/paths.h). A piece is a run of whole blocks with the sums of each
 * block and its smallest values, so that pieces merged in any order give, bit
 * for bit, what one unsplit run gives. */
#ifndef SBS_KERNEL_BARRIER_H
#define SBS_KERNEL_BARRIER_H

#include "base/cpu.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct cJSON;
struct sbs_jsonw;

#define SBS_BARRIER_BLOCK 4096
#define SBS_BARRIER_SCENARIO_MAX 1000
#define SBS_BARRIER_PATHS_MAX INT64_C(1000000000)
#define SBS_BARRIER_START 100.0
#define SBS_BARRIER_STRIKE 100.0
#define SBS_BARRIER_LEVEL 90.0 /* the workload's own */

/* What is computed; a piece belongs to one job. */
struct sbs_barrier_job {
    int64_t scenario; /* [1, 1000] */
    int64_t paths;    /* of the whole job, [1, 1e9] */
    int64_t seed;     /* [0, 2^53 - 1] */
    double barrier;   /* [0, 100], 0 = none */
};

/* How to run it; changes nothing in the result. Zeroed = defaults. */
struct sbs_barrier_how {
    int threads;      /* 0 = as OpenMP decides */
    enum sbs_isa isa; /* must be one that sbs_cpu_has */
    /* Called after each block, by one thread at a time; may be NULL. */
    void (*tick)(void *arg, int64_t blocks_done, int64_t blocks);
    void *arg;
};

struct sbs_barrier_result {
    int64_t paths;
    double mean, sd;     /* of the values; sd with n - 1, NaN for one path */
    double payoff_call;  /* mean of max(S - 100, 0) */
    double stopped_frac; /* in [0, 1] */
    double q05;          /* 5% quantile, type 7 of Hyndman and Fan (1996) */
    double tail_mean;    /* mean of the floor(.05 (n - 1)) + 1 smallest values,
                            which are those at or below q05 */
    double max;          /* highest close of any path, start included */
};

struct sbs_barrier_piece;

/* -1 with SBS_EINPUT "where: ..." when a field is out of range. */
int sbs_barrier_check(const struct sbs_barrier_job *job, const char *where,
                      struct sbs_error *err);

/* Number of blocks of a job; the last may be short. */
int64_t sbs_barrier_blocks(const struct sbs_barrier_job *job);

/* Run the blocks first .. end - 1, 0 <= first < end <= blocks. The caller
 * destroys the piece. NULL with SBS_EINPUT or SBS_EMEMORY. */
struct sbs_barrier_piece *
sbs_barrier_run(const struct sbs_barrier_job *job, int64_t first, int64_t end,
                const struct sbs_barrier_how *how, struct sbs_error *err);

/* One piece of n (>= 1) that together cover a run of blocks without gap or
 * overlap, given in any order; they stay the caller's. Merging again is
 * allowed. NULL with SBS_EINPUT: of different jobs, gap, overlap. */
struct sbs_barrier_piece *
sbs_barrier_merge(struct sbs_barrier_piece *const *pieces, int n,
                  struct sbs_error *err);

/* The result, from a piece with all blocks of its job. Fails with SBS_EINPUT
 * when blocks are missing, or when pieces kept too few small values to know
 * the quantile (possible in principle when merging, see piece_keep in
 * barrier.c; probability below 1e-14). */
int sbs_barrier_result(const struct sbs_barrier_piece *piece,
                       struct sbs_barrier_result *result,
                       struct sbs_error *err);

void sbs_barrier_destroy(struct sbs_barrier_piece *piece);

const struct sbs_barrier_job *
sbs_barrier_piece_job(const struct sbs_barrier_piece *piece);
/* Its blocks, first .. end - 1. */
int64_t sbs_barrier_piece_first(const struct sbs_barrier_piece *piece);
int64_t sbs_barrier_piece_end(const struct sbs_barrier_piece *piece);

/* A piece as JSON (schema "sbsim-kernel-piece") and back, exactly. `where` is
 * as in base/json.h. Reading fails with SBS_EINPUT. */
void sbs_barrier_piece_write(const struct sbs_barrier_piece *piece,
                             struct sbs_jsonw *w);
struct sbs_barrier_piece *sbs_barrier_piece_read(const struct cJSON *json,
                                                 const char *where,
                                                 struct sbs_error *err);

#endif
