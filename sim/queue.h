/* SPDX-License-Identifier: Apache-2.0 */
/* The event queue: at most one pending event a slot (a worker), ordered by
 * time, then slot. A 4-ary heap with the place of every slot, so
 * that a slot's event is set, moved or dropped in O(log n). */
#ifndef SBS_SIM_QUEUE_H
#define SBS_SIM_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

struct sbs_queue_entry {
    double time_s;
    uint64_t key; /* kind << 32 | slot */
};

struct sbs_queue {
    struct sbs_queue_entry *heap;
    uint32_t *place; /* [slots] in heap + 1; 0 = no event */
    uint32_t n, slots;
};

/* Make room for slots [0, slots); events stay. -1 when memory is short. */
int sbs_queue_reserve(struct sbs_queue *q, uint32_t slots);
void sbs_queue_fini(struct sbs_queue *q);
void sbs_queue_clear(struct sbs_queue *q);

/* The slot's event is now at time_s, of this kind. */
void sbs_queue_set(struct sbs_queue *q, uint32_t slot, double time_s,
                   uint32_t kind);
void sbs_queue_drop(struct sbs_queue *q, uint32_t slot);

static inline bool sbs_queue_empty(const struct sbs_queue *q)
{
    return q->n == 0;
}

/* The earliest event; the queue must not be empty. */
static inline const struct sbs_queue_entry *
sbs_queue_first(const struct sbs_queue *q)
{
    return &q->heap[0];
}

#endif
