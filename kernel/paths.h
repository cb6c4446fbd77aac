/* SPDX-License-Identifier: Apache-2.0 */
/* Simulating barrier paths: the inner loop of kernel/barrier, compiled once
 * per instruction set from kernel/paths_body.h.
 *
 * State y = log(S/S0) / (sigma sqrt(dt)), so that a day is y += drift + z
 * with z standard normal; a path stops at its first close with y < barrier.
 *
 * Normals: day 4 g + j of path p takes normal j of the Philox block with
 *   key = seed, counter = { g, p mod 2^32, 255 << 24 | p / 2^32, scenario }
 * (base/rng.h's layout with purpose 255), by Box and Muller (Ann. Math. Stat.
 * 29, 1958) from the 32-bit words (w0, w1) and (w2, w3):
 *   radius = sqrt(-2 ln((w + 1/2) / 2^32)), angle uniform on 2^32 points.
 * 32 bits are enough: the radius reaches 6.76, which a true one passes once in
 * 2^33 draws, and the variance differs from 1 by less than 1e-10 (its standard
 * error over the 2.5e9 normals of 10 M paths is 3e-5). The polynomials err by
 * less than 1e-12 in z.
 * These streams and results are a promise: stored runs must reproduce. */
#ifndef SBS_KERNEL_PATHS_H
#define SBS_KERNEL_PATHS_H

#include <stddef.h>
#include <stdint.h>

#define SBS_PATHS_GROUPS 63 /* groups of 4 days: 252 trading days */

struct sbs_paths {
    uint32_t key[2];   /* seed, low word first */
    uint32_t scenario;
    double drift;      /* of y per day */
    double barrier;    /* in y, at most 0; -INFINITY = none */
};

/* Final y of the paths first .. first + n - 1 into y[0..n), first + n <=
 * 2^56. Stopped paths are those with y < barrier. Returns the highest y of any
 * path on any day, the start (0) included. */
typedef double sbs_paths_f(const struct sbs_paths *p, uint64_t first, size_t n,
                           double *y);

sbs_paths_f sbs_paths_scalar; /* any processor */
sbs_paths_f sbs_paths_sse2;   /* x86-64 */
sbs_paths_f sbs_paths_avx2;
sbs_paths_f sbs_paths_avx512; /* AVX-512F */

#endif
