/* SPDX-License-Identifier: Apache-2.0 */
/* The search for what to run: every family over a grid of workers, then what
 * is near the front in other sizes, then where a model of time and bill
 * expects better (sweep/propose.h); all on the same few replications. What
 * comes out best is judged by others (sweep/choose.h). */
#ifndef SBS_SWEEP_TUNE_H
#define SBS_SWEEP_TUNE_H

#include "sweep/choose.h"

enum { SBS_TUNE_FINALISTS = 8, SBS_TUNE_FRONT = 24 };

struct sbs_tune {
    struct sbs_pool pool; /* filled in up to the registry */
    const struct sbs_aim *aim; /* [aims] */
    size_t aims;
    struct sbs_rule rule; /* first and race are set here */
    struct sbs_race race; /* threads, progress */

    struct sbs_choice *choice; /* [aims] */
    struct sbs_front_point *front; /* [n_front] by mean makespan */
    size_t n_front;
    uint32_t search_reps;        /* of each candidate */
    uint64_t searched, judged;   /* replications */
    size_t dropped; /* candidates with replications that cannot finish */
};

/* -1: memory is short, a text that is no policy (code USAGE), every policy
 * refuses its plan (the first one's reason), or an invariant is broken. The
 * caller calls sbs_tune_fini in any case. */
int sbs_tune_run(struct sbs_tune *t, struct sbs_error *err);
void sbs_tune_fini(struct sbs_tune *t);

/* Replications in which every candidate is searched with. */
uint32_t sbs_tune_search_reps(uint64_t draws);

#endif
