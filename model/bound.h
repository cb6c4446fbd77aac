/* SPDX-License-Identifier: Apache-2.0 */
/* Clairvoyant lower bounds on the makespan, the denominators of regret;
 * tests compare them with enumeration. Workers have known available times
 * and rates. */
#ifndef SBS_MODEL_BOUND_H
#define SBS_MODEL_BOUND_H

#include <stddef.h>

/* A worker of constant rate: usable from a_s on, `rate` reference seconds
 * per second. a_s = INFINITY: never. */
struct sbs_bound_worker {
    double a_s, rate;
};

/* L1, water filling: smallest T with sum_i rate_i (T - a_i)^+ >= work_s.
 * INFINITY when no worker is ever usable. Sums are in a fixed order that
 * sim/lockstep repeats, lane by lane. */
double sbs_bound_level(const struct sbs_bound_worker *workers, size_t n,
                       double work_s);
/* By a_s, then rate. */
void sbs_bound_sort(struct sbs_bound_worker *workers, size_t n);

/* The exact optimum for n_units > 0 equal units of unit_s: the smallest T
 * with sum_i floor(rate_i (T - a_i)^+ / unit_s) >= n_units. INFINITY when no
 * worker is ever usable. scratch: n doubles. */
double sbs_bound_equal_units(const struct sbs_bound_worker *workers, size_t n,
                             double unit_s, double n_units, double *scratch);

/* L2: some worker must do the longest task: min_i (a_i + longest_s/rate_i).
 * For indivisible tasks. */
double sbs_bound_longest(const struct sbs_bound_worker *workers, size_t n,
                         double longest_s);

/* L3: for every j, the j longest tasks on the j fastest usable workers at
 * every instant, preemption and migration allowed. `workers` sorted by a_s,
 * task_s in descending order; at least `least_s`, a bound known already.
 * scratch: room for 2 n doubles. */
double sbs_bound_longest_j(const struct sbs_bound_worker *workers, size_t n,
                           const double *task_s, size_t n_tasks,
                           double least_s, double *scratch);

#endif
