/* SPDX-License-Identifier: Apache-2.0 */
/* What the driver asks of a world of workers, virtual or real. The driver
 * keeps the books (units, attempts, copies); the backend knows clocks and
 * workers. Worker and attempt numbers are the driver's. */
#ifndef SBS_MODEL_BACKEND_H
#define SBS_MODEL_BACKEND_H

#include <stdbool.h>
#include <stdint.h>

/* At the same instant events of workers go by worker number, timers last.
 * What the client sees goes before any of them but an upload. */
enum sbs_event_kind {
    SBS_EVENT_UPLOADED,  /* the worker stored the result of its attempt */
    SBS_EVENT_SEEN,      /* the client holds the result of `attempt` */
    SBS_EVENT_PROBED,    /* the worker is done with its probe */
    SBS_EVENT_CANCELLED, /* the worker dropped its attempt as ordered */
    SBS_EVENT_LOST,      /* the worker is gone with its attempt */
    SBS_EVENT_ENDED,     /* an ordered stop has taken effect */
    SBS_EVENT_READY,     /* the worker is usable */
    SBS_EVENT_NOTICE,    /* the worker will be reclaimed at deadline_s */
    SBS_EVENT_TIMER,     /* wake_at(tag) is due */
    SBS_EVENT_NONE       /* nothing can happen any more */
};

struct sbs_event {
    enum sbs_event_kind kind;
    double time_s;
    uint32_t worker;   /* all but SEEN and TIMER */
    uint32_t attempt;  /* UPLOADED, SEEN, CANCELLED; LOST: or SBS_NO_ATTEMPT */
    uint64_t tag;      /* TIMER */
    double deadline_s; /* NOTICE */
    bool failed;       /* LOST: the attempt failed; else reclaimed */
    double took_s;     /* UPLOADED: of it computing; PROBED: the probe */
    int32_t processor; /* READY: its kind, or -1 */
};

#define SBS_NO_ATTEMPT UINT32_MAX

/* Launches ordered at once, of workers [first, first + n). */
struct sbs_launch_order {
    uint32_t first, n;
    uint32_t warm;       /* the first of them are ready at time 0 */
    bool local;          /* all are cores of the user, ready at once */
    double not_before_s; /* the client calls no earlier */
};

struct sbs_backend_ops {
    void (*launch)(void *self, const struct sbs_launch_order *order);
    /* The planned launches are all ordered. */
    void (*launched)(void *self);
    /* When the launch of a worker was or will be requested. */
    double (*requested_s)(void *self, uint32_t worker);
    /* A ready worker without an attempt begins one. */
    void (*begin)(void *self, uint32_t worker, uint32_t attempt,
                  uint32_t first_unit, uint32_t n_units);
    /* A ready worker without an attempt times ref_s reference seconds
     * (PROBED follows). */
    void (*probe)(void *self, uint32_t worker, double ref_s);
    /* Computed share of the worker's running attempt, [0, 1]. */
    double (*progress)(void *self, uint32_t worker);
    /* Units of its running attempt that it has not begun. */
    uint32_t (*unbegun)(void *self, uint32_t worker);
    /* Its running attempt ends n_units, all unbegun, earlier. */
    void (*shorten)(void *self, uint32_t worker, uint32_t n_units);
    /* Drop the worker's running attempt (CANCELLED follows, or UPLOADED if
     * that comes first). */
    void (*cancel)(void *self, uint32_t worker);
    /* The client orders a stop (ENDED follows; work may finish before). */
    void (*stop)(void *self, uint32_t worker);
    /* A ready worker without an attempt exits by itself, now. */
    void (*leave)(void *self, uint32_t worker);
    void (*wake_at)(void *self, double t_s, uint64_t tag);
    /* The task's results are complete: the client looks for them no more. */
    void (*task_complete)(void *self, uint32_t task);
    /* Launches wait for a place under the quota. */
    bool (*over_quota)(void *self);
    double (*policy_u01)(void *self, uint32_t layer, uint32_t draw);
    double (*predicted_s)(void *self, uint32_t task);
    /* For an oracle: what a worker could compute by t_s; a task's length.
     * NAN where nobody knows. */
    double (*foresee_work_s)(void *self, uint32_t worker, double t_s);
    double (*foresee_task_s)(void *self, uint32_t task);
    /* Wait for the next event; of *event, whatever it was, only what the kind
     * has is written. */
    void (*next)(void *self, struct sbs_event *event);
};

struct sbs_backend {
    const struct sbs_backend_ops *ops;
    void *self;
};

#endif
