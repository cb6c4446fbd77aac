/* SPDX-License-Identifier: Apache-2.0 */
/* Running a study: blocks on OpenMP threads and MPI ranks, each finished one
 * into a spool, and the file from the spools. The file depends on the study
 * and its inputs alone: not on threads, ranks, parts, the order in which
 * blocks were done, or how often the program was killed on the way. */
#ifndef SBS_SWEEP_SWEEP_H
#define SBS_SWEEP_SWEEP_H

#include "base/error.h"
#include "sweep/blocks.h"
#include "sweep/store.h"
#include "sweep/world.h"

struct sbs_sweep {
    const struct sbs_study *study;
    const struct sbs_study_inputs *inputs;
    struct sbs_provenance from; /* head: what spools begin with */
    const char *out;    /* the file, or with parts > 1 the part file */
    uint32_t part, parts; /* share of the blocks: number part of 0 .. parts-1,
                           * or parts 1 */
    int threads;        /* 0: as many as OpenMP likes */
    bool resume, force;
    /* Called now and then from one thread of rank 0 with blocks done and in
     * all; may be NULL. */
    void (*progress)(void *context, uint64_t done, uint64_t all);
    /* Called by rank 0 with each point in order; may be NULL. figures NULL:
     * refused. */
    void (*point)(void *context, uint64_t point,
                  const struct sbs_figures *figures);
    void *context;

    /* Made by sbs_sweep_check. */
    unsigned char *refused; /* a bit for each point */
    uint64_t n_refused;
    struct sbs_blocks blocks;
};

/* Go to every point, so that what is wrong shows before any work, and cut
 * the study into blocks. Every rank calls it. -1: the first point that is
 * wrong, or whose policy refuses to plan for it (unless the study says
 * skip_refused). Call sbs_sweep_fini in any case. */
int sbs_sweep_check(struct sbs_sweep *s, struct sbs_error *err);
void sbs_sweep_fini(struct sbs_sweep *s);

/* The blocks and the file; every rank calls it. Another rank's failure gives
 * -1 without an error text. */
int sbs_sweep_run(struct sbs_sweep *s, struct sbs_error *err);

#endif
