/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/queue.h"

#include <stdlib.h>
#include <string.h>

int sbs_queue_reserve(struct sbs_queue *q, uint32_t slots)
{
    if (slots <= q->slots)
        return 0;
    uint32_t want = slots < 2 * q->slots ? 2 * q->slots : slots;
    struct sbs_queue_entry *heap =
        realloc(q->heap, want * sizeof *q->heap);
    if (!heap)
        return -1;
    q->heap = heap;
    uint32_t *place = realloc(q->place, want * sizeof *q->place);
    if (!place)
        return -1;
    q->place = place;
    memset(place + q->slots, 0, (want - q->slots) * sizeof *place);
    q->slots = want;
    return 0;
}

void sbs_queue_fini(struct sbs_queue *q)
{
    free(q->heap);
    free(q->place);
    memset(q, 0, sizeof *q);
}

void sbs_queue_clear(struct sbs_queue *q)
{
    for (uint32_t i = 0; i < q->n; i++)
        q->place[(uint32_t)q->heap[i].key] = 0;
    q->n = 0;
}

static bool before(struct sbs_queue_entry a, struct sbs_queue_entry b)
{
    return a.time_s < b.time_s ||
           (a.time_s == b.time_s && (uint32_t)a.key < (uint32_t)b.key);
}

static void put(struct sbs_queue *q, uint32_t i, struct sbs_queue_entry e)
{
    q->heap[i] = e;
    q->place[(uint32_t)e.key] = i + 1;
}

static void sift_up(struct sbs_queue *q, uint32_t i,
                    struct sbs_queue_entry e)
{
    while (i > 0) {
        uint32_t parent = (i - 1) / 4;
        if (!before(e, q->heap[parent]))
            break;
        put(q, i, q->heap[parent]);
        i = parent;
    }
    put(q, i, e);
}

static void sift_down(struct sbs_queue *q, uint32_t i,
                      struct sbs_queue_entry e)
{
    for (;;) {
        uint32_t child = 4 * i + 1;
        if (child >= q->n)
            break;
        uint32_t last = child + 4 < q->n ? child + 4 : q->n;
        uint32_t least = child;
        for (uint32_t k = child + 1; k < last; k++)
            if (before(q->heap[k], q->heap[least]))
                least = k;
        if (!before(q->heap[least], e))
            break;
        put(q, i, q->heap[least]);
        i = least;
    }
    put(q, i, e);
}

/* Put e where the entry at i was. */
static void replace(struct sbs_queue *q, uint32_t i,
                    struct sbs_queue_entry e)
{
    if (i > 0 && before(e, q->heap[(i - 1) / 4]))
        sift_up(q, i, e);
    else
        sift_down(q, i, e);
}

void sbs_queue_set(struct sbs_queue *q, uint32_t slot, double time_s,
                   uint32_t kind)
{
    struct sbs_queue_entry e = { time_s, (uint64_t)kind << 32 | slot };
    if (q->place[slot])
        replace(q, q->place[slot] - 1, e);
    else
        sift_up(q, q->n++, e);
}

void sbs_queue_drop(struct sbs_queue *q, uint32_t slot)
{
    uint32_t at = q->place[slot];
    if (!at)
        return;
    q->place[slot] = 0;
    struct sbs_queue_entry last = q->heap[--q->n];
    if (at - 1 < q->n)
        replace(q, at - 1, last);
}
