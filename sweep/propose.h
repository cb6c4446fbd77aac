/* SPDX-License-Identifier: Apache-2.0 */
/* Where in a family's space the next candidate should be: a Gaussian process
 * over the logarithms of workers, vCPU and ranges, expected improvement times
 * the probability that the conditions are met (Jones, Schonlau, Welch 1998;
 * Gardner et al. 2014). */
#ifndef SBS_SWEEP_PROPOSE_H
#define SBS_SWEEP_PROPOSE_H

#include "sweep/aim.h"
#include "sweep/pool.h"

/* A place in a family's space. */
struct sbs_spot {
    size_t family, size;
    double x[SBS_POOL_DIMS];
    double worth; /* expected share by which it would be lower than the best
                   * so far, times the chance that it meets the conditions;
                   * while nothing meets them, that chance */
};

/* The at most `most` best places of a family, spot[] by worth; returns how
 * many, -1 when out of memory. `least` is the lowest value seen that meets
 * the conditions (INFINITY: none does); what is worth less than the share
 * `worth` is left out. draws: of the parameters. */
int sbs_propose(const struct sbs_pool *pool, const struct sbs_aim *aim,
                uint64_t draws, size_t family, double least, double worth,
                size_t most, struct sbs_spot *spot, struct sbs_error *err);

#endif
