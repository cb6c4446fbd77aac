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

static void empty_leaves(struct sbs_queue *q, uint32_t first)
{
    uint64_t never = bits_of(INFINITY);
    for (uint32_t i = first; i < q->leaves; i++)
        q->node[q->leaves + i] =
            (struct sbs_queue_node){ .time_bits = never, .slot = i };
}

int sbs_queue_reserve(struct sbs_queue *q, uint32_t slots)
{
    if (slots <= q->leaves && q->leaves > 0)
        return 0;
    uint32_t old = q->leaves, leaves = old > 0 ? old : 2;
    while (leaves < slots)
        leaves *= 2;
    struct sbs_queue_node *node =
        realloc(q->node, 2 * (size_t)leaves * sizeof *node);
    if (!node)
        return -1;
    /* The old leaves move up; they do not overlap their new place. */
    if (old > 0)
        memcpy(node + leaves, node + old, old * sizeof *node);
    q->node = node;
    q->leaves = leaves;
    empty_leaves(q, old);
    sbs_queue_play(q);
    return 0;
}

void sbs_queue_fini(struct sbs_queue *q)
{
    free(q->node);
    memset(q, 0, sizeof *q);
}

/* Does b, on the right of a, come first? On the same time the left one does,
 * which has the lower slots. */
static bool right_wins(const struct sbs_queue_node *a,
                       const struct sbs_queue_node *b)
{
    return b->time_bits < a->time_bits;
}

void sbs_queue_play(struct sbs_queue *q)
{
    for (uint32_t i = q->leaves; --i > 0;) {
        const struct sbs_queue_node *a = &q->node[2 * i];
        q->node[i] = a[right_wins(&a[0], &a[1])];
    }
}

void sbs_queue_clear(struct sbs_queue *q)
{
    empty_leaves(q, 0);
    sbs_queue_play(q);
}

/* Leaf i is x now. */
static void replay(struct sbs_queue *q, uint32_t i, struct sbs_queue_node x)
{
    struct sbs_queue_node *node = q->node;
    node[i] = x;
    for (; i > 1; i /= 2) {
        const struct sbs_queue_node *other = &node[i ^ 1];
        /* Time bits are whole numbers: t <= u is t < u + 1. */
        bool loses = other->time_bits < x.time_bits + (i & 1);
        x.time_bits = loses ? other->time_bits : x.time_bits;
        x.slot = loses ? other->slot : x.slot;
        x.kind = loses ? other->kind : x.kind;
        node[i / 2] = x;
    }
}

void sbs_queue_set(struct sbs_queue *q, uint32_t slot, double time_s,
                   uint32_t kind)
{
    replay(q, q->leaves + slot,
           (struct sbs_queue_node){ bits_of(time_s), slot, kind });
}

void sbs_queue_drop(struct sbs_queue *q, uint32_t slot)
{
    replay(q, q->leaves + slot,
           (struct sbs_queue_node){ bits_of(INFINITY), slot, 0 });
}

void sbs_queue_seat(struct sbs_queue *q, uint32_t slot, double time_s,
                    uint32_t kind)
{
    q->node[q->leaves + slot] =
        (struct sbs_queue_node){ bits_of(time_s), slot, kind };
}
