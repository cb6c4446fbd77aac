/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the driver, shared by driver.c (events) and host.c (actions). */
#ifndef SBS_MODEL_DRIVER_STATE_H
#define SBS_MODEL_DRIVER_STATE_H

#include "model/book.h"
#include "model/driver.h"

/* A policy's context; the policy sees only `ctx`. */
struct driver_layer {
    struct sbs_ctx ctx; /* first: host functions cast back from it */
    struct sbs_driver *driver;
    const struct sbs_policy *policy;
    void *prepared;
    uint32_t index;
    uint32_t draws; /* of its own random stream, so far */
};

/* Memory for policies, given back as a whole at the next run. */
struct driver_block {
    struct driver_block *next;
    size_t size, used;
    _Alignas(16) unsigned char bytes[];
};

/* What the layers want an idle worker to do, while they are asked. */
struct driver_answer {
    uint32_t asking; /* the worker */
    bool hold, assigned;
    struct sbs_range units; /* when assigned */
    double probe_s;         /* reference seconds to time first; 0 = none */
};

/* The layers that have a certain hook, from left to right. */
struct driver_hooks {
    uint32_t n;
    struct driver_layer *layer[SBS_LAYERS_MAX + 1];
};

struct sbs_driver {
    const struct sbs_plan *plan;
    struct sbs_constants constants; /* of the plan: per unit */
    struct sbs_backend backend;
    struct sbs_book book;
    struct driver_layer layer[SBS_LAYERS_MAX + 1]; /* base last */
    uint32_t n_layers;
    struct driver_hooks on_idle, on_ready, on_begun, on_seen;
    struct driver_block *blocks;

    double now_s;
    struct sbs_outcome out;
    uint32_t tasks_seen;
    uint32_t planned_attempts;
    uint32_t live;         /* workers neither ended nor stopping */
    uint32_t timers;       /* in a row, nothing between them */
    uint32_t gone;         /* workers lost: their place may be refilled */
    uint32_t ended;        /* all workers before this one have ended */
    struct driver_answer *answer; /* to the on_idle being asked, or NULL */
};

extern const struct sbs_host sbs_driver_host;

/* Worker w begins its current attempt, or gets one from what it is bound to,
 * from its layers or the queue; else it waits (held) or exits. */
void sbs_driver_employ(struct sbs_driver *d, uint32_t w);
/* An attempt, waiting at its worker, for the worker's next bound chunk. */
void sbs_driver_make_current(struct sbs_driver *d, uint32_t w);
/* Order n workers behind the plan. The number of the first, or SBS_NONE. */
uint32_t sbs_driver_launch(struct sbs_driver *d, uint32_t n);
int sbs_driver_cancel(struct sbs_driver *d, uint32_t attempt);
/* The worker's attempt is cancelled when the client holds all of it. */
void sbs_driver_drop_if_moot(struct sbs_driver *d, uint32_t w);
int sbs_driver_stop(struct sbs_driver *d, uint32_t w);

#endif
