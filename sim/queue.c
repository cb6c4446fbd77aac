/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/queue.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint64_t bits_of(double x)
{
    uint64_t b;
    memcpy(&b, &x, sizeof b);
    return b;
}

void sbs_queue_seat(struct sbs_queue *q, uint32_t slot, double time_s,
                    uint32_t kind)
{
    q->time_bits[q->leaves + slot] = bits_of(time_s);
    q->kind[slot] = kind;
}

static void empty_leaves(struct sbs_queue *q, uint32_t first)
{
    for (uint32_t i = first; i < q->leaves; i++)
        sbs_queue_seat(q, i, INFINITY, 0);
}

static int resize(void **array, size_t n, size_t size)
{
    void *more = realloc(*array, n * size);
    if (!more)
        return -1;
    *array = more;
    return 0;
}

int sbs_queue_reserve(struct sbs_queue *q, uint32_t slots)
{
    if (slots <= q->leaves && q->leaves > 0)
        return 0;
    uint32_t old = q->leaves, leaves = old > 0 ? old : 2;
    while (leaves < slots)
        leaves *= 2;
    size_t n = leaves;
    if (resize((void **)&q->time_bits, 2 * n, sizeof *q->time_bits) != 0 ||
        resize((void **)&q->slot, 2 * n, sizeof *q->slot) != 0 ||
        resize((void **)&q->kind, n, sizeof *q->kind) != 0)
        return -1;
    /* The old leaves move up; they do not overlap their new place. */
    if (old > 0)
        memcpy(q->time_bits + leaves, q->time_bits + old,
               old * sizeof *q->time_bits);
    q->leaves = leaves;
    for (uint32_t i = 0; i < leaves; i++)
        q->slot[leaves + i] = i;
    empty_leaves(q, old);
    sbs_queue_play(q);
    return 0;
}

void sbs_queue_fini(struct sbs_queue *q)
{
    free(q->time_bits);
    free(q->slot);
    free(q->kind);
    memset(q, 0, sizeof *q);
}

/* On the same time the left one comes first, which has the lower slots. */
void sbs_queue_play(struct sbs_queue *q)
{
    for (size_t i = q->leaves; --i > 0;) {
        size_t winner =
            2 * i + (q->time_bits[2 * i + 1] < q->time_bits[2 * i]);
        q->time_bits[i] = q->time_bits[winner];
        q->slot[i] = q->slot[winner];
    }
}

void sbs_queue_clear(struct sbs_queue *q)
{
    empty_leaves(q, 0);
    sbs_queue_play(q);
}

/* The slot's time has changed. Winners move by a mask: whether a game is lost
 * is a coin toss, which no branch predicts. */
static inline void replay(struct sbs_queue *q, uint32_t slot, double time_s)
{
    uint64_t *time_bits = q->time_bits, time = bits_of(time_s);
    uint32_t *slots = q->slot;
    size_t i = (size_t)q->leaves + slot;
    time_bits[i] = time;
    while (i > 1) {
        uint64_t other = time_bits[i ^ 1];
        /* Time bits are whole numbers: t <= u is t < u + 1. */
        uint64_t lost = -(uint64_t)(other < time + (i & 1));
        time = other < time ? other : time;
        slot ^= (slot ^ slots[i ^ 1]) & (uint32_t)lost;
        i /= 2;
        time_bits[i] = time;
        slots[i] = slot;
    }
}

void sbs_queue_set(struct sbs_queue *q, uint32_t slot, double time_s,
                   uint32_t kind)
{
    q->kind[slot] = kind;
    replay(q, slot, time_s);
}

void sbs_queue_drop(struct sbs_queue *q, uint32_t slot)
{
    sbs_queue_set(q, slot, INFINITY, 0);
}
