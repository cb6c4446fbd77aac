/* SPDX-License-Identifier: Apache-2.0 */
/* Where in a family's space the next candidate should be: a Gaussian process
 * over the logarithms of workers, vCPU and ranges, expected improvement times the
 * probability that the conditions are met (Jones, Schonlau, Welch 1998;
 * Gardner et al. 2014). */
#ifndef SBS_SWEEP_PROPOSE_H
#define SBS_SWEEP_PROPOSE_H

#include "sweep/aim.h"
#include "sweep/pool.h"

/* Add at most `most` candidates of this family to the pool; *made of
 * them, the last of the pool's. `least` is the lowest value seen that meets
 * the conditions (INFINITY: none does). What improves by less than the share
 * `worth` in expectation is not proposed. draws: of the parameters. */
int sbs_propose(struct sbs_pool *pool, const struct sbs_aim *aim,
                uint64_t draws, size_t family, double least, double worth,
                size_t most, size_t *made, struct sbs_error *err);

#endif
