/* SPDX-License-Identifier: Apache-2.0 */
/* The driver's books of one run: which unit is held by whom, seen or not;
 * the queue; attempts and bound work of every worker. No policy, no clock.
 * All arrays keep their size between runs, so a run allocates only while it
 * sets a new record in workers, attempts or bindings. */
#ifndef SBS_MODEL_BOOK_H
#define SBS_MODEL_BOOK_H

#include <stdbool.h>
#include <stdint.h>

#include <math.h>

#include <sbsim/policy.h>

#include "base/error.h"

#define SBS_NONE UINT32_MAX

/* Consecutive units waiting for a worker that will run them itself. */
struct sbs_binding {
    uint32_t next_unit, end_unit;
    uint32_t next; /* binding of the same worker, or SBS_NONE */
    bool one_by_one;
};

struct sbs_book_worker {
    struct sbs_worker pub;
    uint32_t current; /* attempt WAITING or RUNNING, or SBS_NONE */
    uint32_t bound_head, bound_tail;
    bool cancelling; /* its running attempt has been ordered dropped */
    bool asked;      /* its layers are being asked about it (on_idle) */
};

/* A further holder of a unit, beside its owner. */
struct sbs_copy {
    uint32_t worker, next;
};

struct sbs_range {
    uint32_t first, end;
};

enum { SBS_UNIT_SEEN = 1, SBS_UNIT_UPLOADED = 2 };

struct sbs_book {
    uint32_t n_tasks, units_per_task, n_units;
    uint8_t *unit_flags;  /* [n_units] */
    uint16_t *holders;    /* [n_units] attempts and bindings with the unit */
    uint32_t *owner;      /* [n_units] its first holder, a worker */
    uint32_t *copy_head;  /* [n_units] into copies, or SBS_NONE */
    uint32_t *task_left;  /* [n_tasks] units not seen yet */
    bool copies_made;

    uint32_t queue_next, queue_end; /* never taken yet */
    struct sbs_range *lost;         /* to be taken first, in unit order */
    uint32_t n_lost, cap_lost;
    uint32_t lost_units;            /* in all of them */

    struct sbs_book_worker *workers;
    uint32_t n_workers, cap_workers;
    struct sbs_attempt *attempts;
    uint32_t n_attempts, cap_attempts;
    struct sbs_binding *bindings;
    uint32_t n_bindings, cap_bindings;
    struct sbs_copy *copies;
    uint32_t n_copies, cap_copies;
    bool out_of_memory; /* a run that sets it is worthless */
};

/* One more holder of a unit that has some. */
void sbs_book_share(struct sbs_book *b, uint32_t worker, uint32_t unit);

/* Who holds units. */
static inline void sbs_book_hold(struct sbs_book *b, uint32_t worker,
                                 struct sbs_range units)
{
    for (uint32_t u = units.first; u < units.end; u++) {
        if (b->holders[u] == 0) {
            b->holders[u] = 1;
            b->owner[u] = worker;
        } else {
            sbs_book_share(b, worker, u);
        }
        /* A copy of what is uploaded and not seen yet may lose too. */
        if (b->unit_flags[u])
            b->copies_made = true;
    }
}

static inline void sbs_book_release(struct sbs_book *b,
                                    struct sbs_range units)
{
    for (uint32_t u = units.first; u < units.end; u++) {
        SBS_DASSERT(b->holders[u] > 0);
        b->holders[u]--;
    }
}

/* The task of a unit. A division takes as long as all the rest. */
static inline uint32_t sbs_book_task_of(const struct sbs_book *b,
                                        uint32_t unit)
{
    return b->units_per_task == 1 ? unit : unit / b->units_per_task;
}

/* -1 when memory is short. Zeroed book in, sbs_book_fini out. */
int sbs_book_init(struct sbs_book *b, uint32_t n_tasks,
                  uint32_t units_per_task, uint32_t n_workers);
void sbs_book_fini(struct sbs_book *b);

/* Ready for a new run; all units in the queue when `pull`. */
void sbs_book_reset(struct sbs_book *b, bool pull);

/* Room for one more attempt; -1 when memory is short. */
int sbs_book_grow_attempts(struct sbs_book *b);
/* Number of the new worker or attempt, SBS_NONE when memory is short. */
uint32_t sbs_book_add_worker(struct sbs_book *b);
static inline uint32_t sbs_book_add_attempt(struct sbs_book *b,
                                            uint32_t worker,
                                            struct sbs_range units,
                                            double since_s)
{
    if (b->n_attempts == b->cap_attempts && sbs_book_grow_attempts(b) != 0)
        return SBS_NONE;
    b->attempts[b->n_attempts] = (struct sbs_attempt){
        .worker = worker,
        .first_unit = units.first,
        .n_units = units.end - units.first,
        .state = SBS_ATTEMPT_WAITING,
        .copy = b->owner[units.first] != worker,
        .since_s = since_s,
        .begun_s = NAN,
        .stored_s = NAN,
        .compute_s = NAN,
        .seen_s = NAN,
    };
    return b->n_attempts++;
}

/* Units [first, end) are to be run by `worker` after what it has. */
int sbs_book_bind(struct sbs_book *b, uint32_t worker,
                  struct sbs_range units, bool one_by_one);
/* The worker's next bound chunk, units already seen left out; false when it
 * has none. The units stay held. */
bool sbs_book_next_bound(struct sbs_book *b, uint32_t worker,
                         struct sbs_range *units);
static inline bool sbs_book_has_bound(const struct sbs_book *b,
                                      uint32_t worker)
{
    return b->workers[worker].bound_head != SBS_NONE;
}

/* Take the last units, at most n, of what a worker is bound to do after its
 * attempt; false when there is nothing. They are held by nobody then. */
bool sbs_book_unbind_last(struct sbs_book *b, uint32_t worker, uint32_t n,
                          struct sbs_range *units);
uint32_t sbs_book_bound_units(const struct sbs_book *b, uint32_t worker);

/* The queue: how many units, take at most n consecutive ones (false when it
 * is empty), give units back. It is in unit order. Units the client has seen
 * meanwhile are counted but not taken. */
static inline uint32_t sbs_book_queued(const struct sbs_book *b)
{
    return b->queue_end - b->queue_next + b->lost_units;
}
bool sbs_book_take(struct sbs_book *b, uint32_t worker, uint32_t n,
                   struct sbs_range *units);
/* Take just these; false unless all are queued and none is seen. */
bool sbs_book_take_these(struct sbs_book *b, uint32_t worker,
                         struct sbs_range units);
void sbs_book_give_back(struct sbs_book *b, struct sbs_range units);

#endif
