/* SPDX-License-Identifier: Apache-2.0 */
/* Which row has this key: texts to row numbers, by hashing. */
#ifndef SBS_TRACES_INDEX_H
#define SBS_TRACES_INDEX_H

#include <stddef.h>
#include <stdint.h>

struct sbs_index_slot {
    char *key; /* owned; NULL = free */
    int64_t row;
};

struct sbs_index {
    struct sbs_index_slot *slots; /* 2^k of them, or none */
    size_t n, room;
};

/* Zeroed is empty. */
void sbs_index_fini(struct sbs_index *index);

/* Row of a key, or -1. */
int64_t sbs_index_find(const struct sbs_index *index, const char *key);

/* Make `key` lead to `row`, whether it was there or not (row -1: to
 * nothing). 0, or -1 when out of memory. */
int sbs_index_put(struct sbs_index *index, const char *key, int64_t row);

#endif
