/* SPDX-License-Identifier: Apache-2.0 */
/* Candidates that are compared replication by replication, each with as many
 * as it is worth. Values depend on the replication's number alone: any two
 * candidates are paired, and threads do not matter. */
#ifndef SBS_SWEEP_RACE_H
#define SBS_SWEEP_RACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/layer.h"
#include "sim/sim.h"

/* What is kept of a replication. */
enum sbs_race_row { SBS_RACE_TIME, SBS_RACE_BILL, SBS_RACE_SPEEDUP,
                    SBS_RACE_ROWS };

struct sbs_entry {
    /* By the caller, borrowed. */
    struct sbs_scenario scenario;
    const struct sbs_stack *stack;
    uint32_t first; /* its replications are [first, first + n) */

    struct sbs_plan plan;
    struct sbs_constants constants;
    uint32_t n;
    double *row[SBS_RACE_ROWS]; /* [n]; seconds, USD, ratio; NAN in one that
                                 * cannot finish */
    uint32_t unfinished;
};

/* Plan it, with nothing run. -1: the policy refuses. */
int sbs_entry_plan(struct sbs_entry *e, struct sbs_error *err);
void sbs_entry_fini(struct sbs_entry *e);

struct sbs_race {
    int threads; /* 0: as many as OpenMP likes */
    /* Called now and then from one thread with the replications made so far
     * by this struct; may be NULL. */
    void (*progress)(void *context, uint64_t done);
    void *progress_context;
    uint64_t done;
};

/* Give each of the k entries `to` replications, those that have fewer. -1:
 * memory is short or an invariant is broken (the first entry's error). */
int sbs_race_extend(struct sbs_race *race, struct sbs_entry *const *entry,
                    size_t k, uint32_t to, struct sbs_error *err);

#endif
