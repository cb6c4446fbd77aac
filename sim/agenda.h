/* SPDX-License-Identifier: Apache-2.0 */
/* The event queue of large fleets, in the order of sim/queue: time, then
 * slot. There an event costs a walk through a tree of all slots, each step of
 * which waits for the last and, in a large tree, for memory. Here those before
 * a horizon, a fixed share of all, are sorted in one go; whoever is done and
 * comes again behind it, as most do, waits unsorted for the next horizon; only
 * what comes again before it goes into a tree. Then an event costs the same
 * with any number of slots, and rows are read and written in order. */
#ifndef SBS_SIM_AGENDA_H
#define SBS_SIM_AGENDA_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "sim/queue.h"

/* So many times are looked at to choose a horizon. */
enum { SBS_AGENDA_SAMPLE = 16 };
/* A slot's own data is wanted so many events before its turn. */
enum { SBS_AGENDA_AHEAD = 8 };

struct sbs_agenda_event {
    uint64_t time_bits; /* of its double, as in sim/queue */
    uint32_t slot, kind;
};

struct sbs_agenda {
    /* In row: [at, n_soon) to come before the horizon, in order; behind it,
     * in no order, [0, put), which came again, and [n_soon, n). */
    struct sbs_agenda_event *row, *spare; /* [slots] */
    uint32_t put, at, n_soon, n;
    struct sbs_queue early; /* came again before the horizon */
    bool from_early;        /* the first is there */
    /* Times are cut into equal cells from the earliest of a horizon on; what
     * is in cell n_cells or later is behind it. */
    double from_s, cells_per_s, n_cells;
    uint64_t least_bits; /* of what is behind it */
    uint32_t *place;     /* [slots + 2] where the cells of a sort begin */
    /* How far the horizon reaches: so many in SBS_AGENDA_SAMPLE; how often
     * that was too far. */
    uint32_t share, n_early;
};

/* Zeroed in; -1 when memory is short. */
int sbs_agenda_init(struct sbs_agenda *a, uint32_t slots);
void sbs_agenda_fini(struct sbs_agenda *a);

/* No events any more; then those of slots [0, slots) are seated, each once,
 * and played before the first is asked for. Times as in sim/queue. */
void sbs_agenda_clear(struct sbs_agenda *a);
void sbs_agenda_seat(struct sbs_agenda *a, uint32_t slot, double time_s,
                     uint32_t kind);
void sbs_agenda_play(struct sbs_agenda *a);

/* Used below: sort what is before the next horizon. */
void sbs_agenda_advance(struct sbs_agenda *a);

/* The earliest event; INFINITY when there is none. */
static inline struct sbs_queue_entry sbs_agenda_first(struct sbs_agenda *a)
{
    struct sbs_queue_entry early = sbs_queue_first(&a->early), e;
    if (a->at == a->n_soon && a->n > 0 && early.time_s == INFINITY)
        sbs_agenda_advance(a);
    a->from_early = a->at == a->n_soon;
    if (a->from_early)
        return early;
    const struct sbs_agenda_event *x = &a->row[a->at];
    e = (struct sbs_queue_entry){ .slot = x->slot, .kind = x->kind };
    memcpy(&e.time_s, &x->time_bits, sizeof e.time_s);
    a->from_early = early.time_s < e.time_s ||
                    (early.time_s == e.time_s && early.slot < e.slot);
    return a->from_early ? early : e;
}

/* A slot whose turn comes soon, most likely; to fetch its data. */
static inline uint32_t sbs_agenda_ahead(const struct sbs_agenda *a)
{
    uint32_t i = a->at + SBS_AGENDA_AHEAD;
    return a->row[i < a->n ? i : 0].slot;
}

/* A number of cells, n_cells at most: never less for a later time. */
static inline double sbs_agenda_cell(const struct sbs_agenda *a, double t_s)
{
    double cell = (t_s - a->from_s) * a->cells_per_s;
    return cell < a->n_cells ? cell : a->n_cells;
}

/* The event just asked for is over; its slot has none. */
static inline void sbs_agenda_drop_first(struct sbs_agenda *a)
{
    if (a->from_early)
        sbs_queue_drop(&a->early, sbs_queue_first(&a->early).slot);
    else
        a->at++;
}

/* The event just asked for, of this slot, is over; its next is at time_s. */
static inline void sbs_agenda_put_first(struct sbs_agenda *a, uint32_t slot,
                                        double time_s, uint32_t kind)
{
    struct sbs_agenda_event x = { .slot = slot, .kind = kind };
    memcpy(&x.time_bits, &time_s, sizeof x.time_bits);
    if (sbs_agenda_cell(a, time_s) < a->n_cells) {
        a->at += !a->from_early;
        a->n_early++;
        sbs_queue_set(&a->early, slot, time_s, kind);
        return;
    }
    sbs_agenda_drop_first(a);
    a->row[a->put++] = x;
    if (x.time_bits < a->least_bits)
        a->least_bits = x.time_bits;
}

#endif
