/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean ...?" */
#ifndef SBS_BASE_NEAREST_H
#define SBS_BASE_NEAREST_H

#include <stddef.h>

/* The entry of list[0..n) nearest to `word`: fewest edits (insert, delete,
 * replace a character, swap two neighbours; case does not count), the first
 * among equals. NULL when none is near enough to be meant: more than a third
 * of the longer length in edits, and neither begins with the other. */
const char *sbs_nearest(const char *word, const char *const *list, size_t n);

#endif
