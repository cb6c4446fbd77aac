/* SPDX-License-Identifier: Apache-2.0 */
/* Eight replications side by side, a lane each: the working set of
 * sim/lockstep and the loops over it, which are compiled once per
 * instruction set (sim/lanes_body.h). Arithmetic is that of the general
 * engine, operation by operation, so that a lane's numbers have its bits. */
#ifndef SBS_SIM_LANES_H
#define SBS_SIM_LANES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/batch.h"
#include "model/model.h"
#include "sim/series.h"

enum { SBS_LANES_N = SBS_BATCH_REPS };

/* One quantity in all lanes. */
typedef struct {
    double lane[SBS_LANES_N];
} sbs_row;

/* What becomes of a chunk, when somebody asks for it afterwards. */
struct sbs_lane_attempt {
    sbs_row begun, from, to, over, collect;
    uint32_t worker[SBS_LANES_N];
};

struct sbs_lanes {
    const struct sbs_batch *batch;
    /* The same in all groups of lanes. */
    uint32_t workers, tasks, warm;
    uint32_t local_tasks;  /* that the user's own machine would run */
    uint32_t cores;        /* of it */
    bool pull;
    bool long_runs; /* many chunks in a row are alike (sbs_chunk_run) */
    uint32_t n_chunks, units_per_task;
    const struct sbs_chunk *chunk;  /* [n_chunks] */
    const uint32_t *first_chunk;    /* [workers + 1] when bound */
    const struct sbs_dist *ref_s;   /* law of a task's work, or NULL */
    double work_scale;
    double warm_s; /* billed for each warm worker before 0 */

    /* Of this group. */
    struct sbs_stream stream; /* of its first replication */
    const struct sbs_model *model[SBS_LANES_N];
    sbs_row startup_factor, speed_factor, gain;
    sbs_row anchor_s; /* no result is seen earlier */
    sbs_row local_scale;
    sbs_row usd_per_s;

    sbs_row *granted_s, *pull_s, *ready_s, *rate; /* [workers] */
    sbs_row *end_s, *compute_s, *transfer_s;      /* [workers] */
    sbs_row *unit_s, *done_s; /* [tasks] of work; when stored as a whole */
    struct sbs_lane_attempt *attempt; /* [n_chunks], or NULL */
    sbs_row *u, *v, *z;       /* [most of workers and tasks] */
    uint32_t *attempts;       /* [workers][lanes] begun by each */
    /* Workers in the order in which they come free, from the head on; a
     * power of two of places, more than there are workers. `place` is the
     * place of worker and lane in the rows above, as 2^52 + place. */
    sbs_row *free_s, *place;
    uint32_t ring;
    sbs_row *core_s; /* as free_s, of the user's own cores */
    uint32_t core_ring;

    /* Sums over the workers of each lane, and what the lanes come to. */
    sbs_row launched, startup_s, computed_s, moved_s, billed_s, cost_usd;
    sbs_row makespan_s, first_s, half_s, work_s, bound_s, local_s;
    bool odd[SBS_LANES_N]; /* better run by the general engine */
};

struct sbs_lanes_ops {
    /* Natures of the workers, given granted_s; pull_s, ready_s, rate. */
    void (*fleet)(struct sbs_lanes *x);
    /* unit_s. */
    void (*work)(struct sbs_lanes *x);
    /* Who does which chunk when: done_s, end_s, compute_s, transfer_s and, if
     * kept, the attempts. */
    void (*schedule)(struct sbs_lanes *x);
    /* makespan_s, first_s, half_s when all results are needed and seen at
     * once; done_s is used up. */
    void (*finish)(struct sbs_lanes *x);
    /* The sums over workers, when all results are needed. */
    void (*account)(struct sbs_lanes *x);
    /* work_s and bound_s of divisible work that is all needed. */
    void (*bound)(struct sbs_lanes *x);
    /* local_s by list schedule. */
    void (*local)(struct sbs_lanes *x);
};

/* For an instruction set the processor has (SBS_ISA_BEST: the widest). */
const struct sbs_lanes_ops *sbs_lanes_for(enum sbs_isa isa);

extern const struct sbs_lanes_ops sbs_lanes_plain, sbs_lanes_avx2,
    sbs_lanes_avx512;

#endif
