/* SPDX-License-Identifier: Apache-2.0 */
/* The units of work of a sweep: replications [lo, hi) of a point. How a study
 * is cut depends on nothing but the study, so that any threads, ranks and
 * parts make the same blocks; doc/scaling.md has the reasons.
 *
 * The work of a replication is counted as tasks or workers, whichever are
 * more. A block is a 8192nd of all, within these: */
#ifndef SBS_SWEEP_BLOCKS_H
#define SBS_SWEEP_BLOCKS_H

#include "sweep/world.h"

#define SBS_BLOCKS_WANTED 8192.0
#define SBS_BLOCKS_WORK_MIN 65536.0    /* 10 to 20 ms */
#define SBS_BLOCKS_WORK_MAX 16777216.0 /* 2 to 4 s */

enum {
    SBS_BLOCKS_REPS_MAX = 65536, /* a block's values then take 9 MB */
    SBS_BLOCKS_MAX = 100000000
};

struct sbs_block {
    uint64_t point;
    uint32_t lo, hi;
    bool whole; /* it has all replications of its point */
};

struct sbs_blocks {
    const struct sbs_study *study;
    uint64_t n;
    uint64_t *first; /* [n_points + 1] the first block of each point */
    double work;     /* of all points, in tasks */
};

/* Bit p % 8 of refused[p / 8] set: point p has no blocks. */
int sbs_blocks_make(struct sbs_blocks *b, const struct sbs_study *study,
                    const struct sbs_study_inputs *inputs,
                    const unsigned char *refused, struct sbs_error *err);
void sbs_blocks_fini(struct sbs_blocks *b);
struct sbs_block sbs_blocks_at(const struct sbs_blocks *b, uint64_t block);

/* Work of one replication of a point, in tasks. */
double sbs_blocks_work(const struct sbs_study *study,
                       const struct sbs_study_inputs *inputs, uint64_t point);

static inline bool sbs_bit(const unsigned char *bits, uint64_t i)
{
    return bits[i / 8] >> i % 8 & 1;
}

static inline void sbs_bit_set(unsigned char *bits, uint64_t i)
{
    bits[i / 8] |= (unsigned char)(1u << i % 8);
}

#endif
