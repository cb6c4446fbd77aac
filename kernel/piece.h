/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a piece, for barrier.c and piece.c only. */
#ifndef SBS_KERNEL_PIECE_H
#define SBS_KERNEL_PIECE_H

#include "kernel/barrier.h"
#include "kernel/tail.h"

/* Sums over one block, added up in the order of its paths. */
struct sbs_barrier_sums {
    double value;  /* of S */
    double square; /* of (S - mean of the block)^2 */
    double payoff; /* of max(S - 100, 0) */
};

struct sbs_barrier_piece {
    struct sbs_barrier_job job;
    int64_t first, end;            /* blocks */
    struct sbs_barrier_sums *sums; /* one per block */
    int64_t stopped;               /* paths */
    double max;
    struct sbs_tail low; /* the smallest values, ascending */
};

/* Paths in the blocks first .. end - 1. */
int64_t sbs_piece_paths(const struct sbs_barrier_job *job, int64_t first,
                        int64_t end);

/* An empty piece with room for its blocks and its `keep` (>= 1) smallest
 * values. */
struct sbs_barrier_piece *sbs_piece_create(const struct sbs_barrier_job *job,
                                           int64_t first, int64_t end,
                                           size_t keep,
                                           struct sbs_error *err);

#endif
