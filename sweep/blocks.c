/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sweep/blocks.h"

#include <math.h>
#include <stdlib.h>

double sbs_blocks_work(const struct sbs_study *study,
                       const struct sbs_study_inputs *inputs, uint64_t point)
{
    struct sbs_study_run run = sbs_study_run(study, point);
    int64_t tasks = sbs_study_tasks(inputs, &run);
    return (double)(tasks > run.workers ? tasks : run.workers);
}

/* Blocks that replications of a point are cut in. */
static uint64_t pieces(const struct sbs_study *study, double work,
                       double block_work, int64_t reps)
{
    double in_block = study->block_reps > 0 ? (double)study->block_reps
                                            : floor(block_work / work);
    if (study->block_reps == 0 && in_block > SBS_BLOCKS_REPS_MAX)
        in_block = SBS_BLOCKS_REPS_MAX;
    if (in_block < 1)
        in_block = 1;
    return (uint64_t)ceil((double)reps / in_block);
}

int sbs_blocks_make(struct sbs_blocks *b, const struct sbs_study *study,
                    const struct sbs_study_inputs *inputs,
                    const unsigned char *refused, struct sbs_error *err)
{
    *b = (struct sbs_blocks){ .study = study };
    b->first = malloc((study->n_points + 1) * sizeof *b->first);
    if (!b->first)
        return sbs_fail(err, SBS_EMEMORY, "out of memory for %llu points",
                        (unsigned long long)study->n_points);
    for (uint64_t p = 0; p < study->n_points; p++)
        b->work += sbs_blocks_work(study, inputs, p) *
                   (double)sbs_study_run(study, p).reps;
    double share = b->work / SBS_BLOCKS_WANTED;
    if (share < SBS_BLOCKS_WORK_MIN)
        share = SBS_BLOCKS_WORK_MIN;
    if (share > SBS_BLOCKS_WORK_MAX)
        share = SBS_BLOCKS_WORK_MAX;
    for (uint64_t p = 0; p < study->n_points; p++) {
        b->first[p] = b->n;
        if (!refused || !sbs_bit(refused, p))
            b->n += pieces(study, sbs_blocks_work(study, inputs, p), share,
                           sbs_study_run(study, p).reps);
    }
    b->first[study->n_points] = b->n;
    if (b->n <= SBS_BLOCKS_MAX)
        return 0;
    uint64_t n = b->n;
    sbs_blocks_fini(b);
    return sbs_fail(err, SBS_EINPUT, "%s: %llu blocks of work (at most %d); "
                    "fewer replications or larger block_reps", study->file,
                    (unsigned long long)n, SBS_BLOCKS_MAX);
}

void sbs_blocks_fini(struct sbs_blocks *b)
{
    free(b->first);
    *b = (struct sbs_blocks){ 0 };
}

struct sbs_block sbs_blocks_at(const struct sbs_blocks *b, uint64_t block)
{
    /* The last point that begins at or before the block. */
    uint64_t lo = 0, hi = b->study->n_points;
    while (hi - lo > 1) {
        uint64_t mid = lo + (hi - lo) / 2;
        if (b->first[mid] <= block)
            lo = mid;
        else
            hi = mid;
    }
    uint64_t reps = (uint64_t)sbs_study_run(b->study, lo).reps;
    uint64_t n = b->first[lo + 1] - b->first[lo], i = block - b->first[lo];
    return (struct sbs_block){ .point = lo,
                               .lo = (uint32_t)(reps * i / n),
                               .hi = (uint32_t)(reps * (i + 1) / n),
                               .whole = n == 1 };
}
