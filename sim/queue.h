/* SPDX-License-Identifier: Apache-2.0 */
/* The event queue: at most one pending event a slot (a worker), ordered by
 * time, then slot. A winner tree: slots are the leaves, each node above holds
 * the earlier of its two. Setting, moving or dropping a slot's event replays
 * its games up to the root, log2(slots) of them, without a branch. */
#ifndef SBS_SIM_QUEUE_H
#define SBS_SIM_QUEUE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Times are compared as the bits of their doubles: the same order for what is
 * not negative, and one can be added. */
struct sbs_queue {
    uint64_t *time_bits; /* [2 leaves] of the winner; 1 is the root */
    uint32_t *slot;      /* [2 leaves] who it is */
    uint32_t *kind;      /* [leaves] of a slot's event */
    uint32_t leaves;     /* a power of two, or 0 */
};

struct sbs_queue_entry {
    double time_s;
    uint32_t slot, kind;
};

/* Make room for slots [0, slots); events stay. -1 when memory is short. */
int sbs_queue_reserve(struct sbs_queue *q, uint32_t slots);
void sbs_queue_fini(struct sbs_queue *q);
/* No events any more. */
void sbs_queue_clear(struct sbs_queue *q);

/* The slot's event is now at time_s (not negative, not infinite), of this
 * kind. */
void sbs_queue_set(struct sbs_queue *q, uint32_t slot, double time_s,
                   uint32_t kind);
void sbs_queue_drop(struct sbs_queue *q, uint32_t slot);

/* For many slots at a time: set without the games, which sbs_queue_play
 * replays as a whole before anything else is asked. */
void sbs_queue_seat(struct sbs_queue *q, uint32_t slot, double time_s,
                    uint32_t kind);
void sbs_queue_play(struct sbs_queue *q);

/* The earliest event; INFINITY when there is none. */
static inline struct sbs_queue_entry
sbs_queue_first(const struct sbs_queue *q)
{
    struct sbs_queue_entry e = { .slot = q->slot[1],
                                 .kind = q->kind[q->slot[1]] };
    memcpy(&e.time_s, &q->time_bits[1], sizeof e.time_s);
    return e;
}

#endif
