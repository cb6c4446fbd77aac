/* SPDX-License-Identifier: Apache-2.0 */
/* From "launch worker 17" to the instant its launch is granted: the client's
 * serial calls, the token bucket, refusals, the vCPU quota.
 * doc/semantics.md, 1. */
#ifndef SBS_SIM_LAUNCH_H
#define SBS_SIM_LAUNCH_H

#include <stdint.h>

#include "base/rng.h"
#include "model/model.h"

struct sbs_launcher {
    const struct sbs_model *model;
    const struct sbs_stream *stream;
    double call_factor;   /* of this replication */
    double per_call;      /* launches in one call */
    double client_free_s; /* when the client's thread is free */
    double last_start_s;  /* of the last call */
    uint32_t calls;
    double tokens, tokens_at_s;
    double places; /* under the quota, still free; INFINITY = no quota */
};

struct sbs_launched {
    double requested_s; /* start of the call that carried it */
    double granted_s;   /* L_i; still to wait for a place under the quota
                           when `queued` */
    bool queued;
};

/* Start of a replication; `places` workers fit under the quota. A call
 * carries as many launches as the model says (`per_call` is free to be
 * changed then). */
void sbs_launch_reset(struct sbs_launcher *l, const struct sbs_model *model,
                      const struct sbs_stream *stream, double call_factor,
                      double places);

/* Order n launches at now_s; out[0..n) for workers first.. in order. */
void sbs_launch_order(struct sbs_launcher *l, double now_s, uint32_t first,
                      uint32_t n, struct sbs_launched *out);

/* A warm worker takes its place under the quota. */
void sbs_launch_occupy(struct sbs_launcher *l);

#endif
