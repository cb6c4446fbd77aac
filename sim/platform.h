/* SPDX-License-Identifier: Apache-2.0 */
/* The workers of a replication as the cloud hands them out: when they are
 * ready, how fast they are, when they are taken away. doc/semantics.md, 2. */
#ifndef SBS_SIM_PLATFORM_H
#define SBS_SIM_PLATFORM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/batch.h"
#include "base/rng.h"
#include "model/model.h"

/* What a replication fixes for all workers. */
struct sbs_platform {
    const struct sbs_model *model;
    struct sbs_stream stream;
    double gain;           /* of the vCPU size asked for */
    double startup_factor; /* run factors: median 1 */
    double call_factor;
    double speed_factor;
    double drift_per_s; /* log(1 + drift_per_h) / 3600 */
    bool steady;        /* no weather, no drift: the rate is constant */
    const struct sbs_batch *batch; /* how many variates are drawn at once */
};

/* What the first n workers turn out to be, whenever they are launched: they
 * are drawn ahead, many at a time. */
struct sbs_natures {
    double *provision_s, *rest_s; /* to the pull; from there to ready */
    double *rate;                 /* as in struct sbs_fate */
    int32_t *processor;
    uint32_t n, cap;
};

/* One worker's fate, drawn when its launch is granted. */
struct sbs_fate {
    double granted_s, pull_start_s;
    double ready_s; /* INFINITY: never */
    double lost_s;  /* reclaimed; INFINITY: never */
    double rate;    /* reference seconds per second, weather 1, no drift */
    bool calm;      /* the user's own core: no weather, no drift */
    int32_t processor; /* class of the model; -1: the user's own */
};

void sbs_platform_reset(struct sbs_platform *p,
                        const struct sbs_model *model, uint64_t seed,
                        uint32_t replication, double gain);

/* Natures of at least the first n workers; -1 when memory is short. Zeroed
 * natures in, sbs_natures_fini out; n = 0 at the start of a replication. */
int sbs_platform_natures(const struct sbs_platform *p, uint32_t n,
                         struct sbs_natures *x);
void sbs_natures_fini(struct sbs_natures *x);

/* The fate of worker w, one of the natures, granted at granted_s; a warm one
 * is ready at 0, a spot one may be reclaimed. */
void sbs_platform_fate(const struct sbs_platform *p,
                       const struct sbs_natures *x, uint32_t w,
                       double granted_s, bool warm, bool spot,
                       struct sbs_fate *fate);
/* The same of a worker by itself. */
void sbs_platform_draw(const struct sbs_platform *p, uint32_t w,
                       double granted_s, bool warm, bool spot,
                       struct sbs_fate *fate);
/* The fate of one of the user's own cores: ready at 0, never lost. */
void sbs_platform_own(const struct sbs_platform *p, struct sbs_fate *fate);

/* When worker w has done work_s reference seconds begun at from_s (not
 * before it is ready); INFINITY when drift never lets it. */
double sbs_platform_finish(const struct sbs_platform *p, uint32_t w,
                           const struct sbs_fate *fate, double from_s,
                           double work_s);

/* Reference seconds worker w could do in [from_s, to_s] inside one weather
 * slot. */
double sbs_platform_slot_work(const struct sbs_platform *p, uint32_t w,
                              const struct sbs_fate *fate, double from_s,
                              double to_s);

/* Reference seconds worker w could do in [from_s, to_s], from_s not before
 * it is ready. */
double sbs_platform_work(const struct sbs_platform *p, uint32_t w,
                         const struct sbs_fate *fate, double from_s,
                         double to_s);

/* Slot of an instant, and the end of a slot. One endless slot when steady. */
uint32_t sbs_platform_slot(const struct sbs_platform *p, double t_s);
double sbs_platform_slot_end_s(const struct sbs_platform *p, uint32_t slot);

#endif
