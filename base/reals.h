/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays of doubles. */
#ifndef SBS_BASE_REALS_H
#define SBS_BASE_REALS_H

#include <stddef.h>

/* Sort values[0..n), none of them NaN, into ascending order (-0 before 0) in
 * O(n); scratch has room for n. */
void sbs_reals_sort(double *values, double *scratch, size_t n);

#endif
