/* SPDX-License-Identifier: Apache-2.0 */
/* Judging candidates by replications that had no part in finding them: which
 * is best for an aim, which cannot be told from it, how sure that is, and
 * which lie on the front of time and bill. */
#ifndef SBS_SWEEP_CHOOSE_H
#define SBS_SWEEP_CHOOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "sweep/aim.h"
#include "sweep/pool.h"

struct sbs_rule {
    double confidence;   /* (0, 1) that the choice is right */
    double indifference; /* share of the best value that does not matter */
    uint32_t first;      /* judging replications begin here */
    uint32_t cap;        /* the most of each candidate */
    uint64_t draws;      /* of the parameters; 0 or 1: none */
    uint64_t seed;       /* of the resampling */
    struct sbs_race *race;
};

/* A candidate up for an aim. */
struct sbs_finalist {
    size_t candidate;    /* of the pool */
    enum sbs_met met;    /* the aim's conditions */
    bool out;            /* shown not to be the best */
    double behind, se;   /* of the best one's value; the simulation's error */
    bool close;          /* cannot be told from the best by `indifference` */
    double in_time_frac; /* replications that meet deadline and speed-up */
    double in_time_lo, in_time_hi; /* 95% */
};

struct sbs_choice {
    struct sbs_aim aim;
    struct sbs_finalist *finalist; /* [n] */
    size_t n, met;       /* how many; that meet the conditions */
    size_t best;         /* position; n: none meets the conditions */
    size_t likeliest;    /* that meets deadline and speed-up most often, of
                          * equals the one with the lowest bill */
    bool decided;        /* the procedure ended before the cap */
    double delta;        /* indifference in the goal's unit */
    double chance;       /* that none is lower by more than delta: estimate,
                          * of the simulation's noise, given the draws */
    double chance_draws; /* share of the draws in which that holds, NaN: no
                          * draws, or the goal is a quantile */
    uint64_t used, equal; /* replications; had each of those that meet the
                           * conditions got the most of one */
};

/* Judge candidates index[n] of the pool. The procedure: conditions first, by
 * exact binomial limits, at half of 1 - confidence; then Kim and Nelson's with
 * the other half, on blocks of replications in which each draw comes equally
 * often. -1: memory is short or an invariant is broken. */
int sbs_choose(struct sbs_pool *pool, const struct sbs_rule *rule,
               const struct sbs_aim *aim, const size_t *index, size_t n,
               struct sbs_choice *out, struct sbs_error *err);
void sbs_choice_fini(struct sbs_choice *c);

/* Replications that every judged candidate gets at least. */
uint32_t sbs_choose_first_stage(enum sbs_goal goal, uint64_t draws);

/* A candidate and the front of mean makespan and mean bill: the chance that
 * no other is at least as low in both and lower by more than the indifference
 * in one. */
struct sbs_front_point {
    size_t candidate;
    double p;       /* by the simulation's noise, given the draws */
    double p_draws; /* share of the draws in which it is; NaN: none */
    uint32_t reps;
};

/* Fill point[n] for candidates index[n]; those with replications that cannot
 * finish get p 0. */
int sbs_choose_front(struct sbs_pool *pool, const struct sbs_rule *rule,
                     const size_t *index, size_t n,
                     struct sbs_front_point *point, struct sbs_error *err);

#endif
