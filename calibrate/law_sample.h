/* SPDX-License-Identifier: Apache-2.0 */
/* The durations of a trace that a law is fitted to, those cut off among them:
 * an attempt that was interrupted, cancelled, timed out or still running
 * (outcome 2 to 5) tells of the phase it was in that it took longer. Where
 * the outcome is not recorded, a missing stamp says nothing. */
#ifndef SBS_CALIBRATE_LAW_SAMPLE_H
#define SBS_CALIBRATE_LAW_SAMPLE_H

#include "calibrate/law_tail.h"
#include "calibrate/phases.h"
#include "traces/store.h"

/* X(id, name, unit, what): the samples a trace is asked for. */
#define SBS_LAW_SAMPLES(X)                                               \
    X(PROVISION, "provision", "s", "created to pull start")              \
    X(PULL, "pull", "s", "pull start to pull end, all images")           \
    X(CONTAINER, "container", "s", "pull end to start, by RunTask")      \
    X(SERVICE, "container (service)", "s", "pull end to start, service") \
    X(START, "start-up", "s", "created to start, by RunTask")            \
    X(START_SERVICE, "start-up (service)", "s", "created to start")      \
    X(BOOT, "boot", "s", "container start to worker ready")              \
    X(DOWNLOAD, "download", "s", "input asked for to input there")       \
    X(COMPUTE, "compute", "s", "user code")                              \
    X(SLOWDOWN, "compute / ref", "", "user code over reference work")    \
    X(UPLOAD, "upload", "s", "end of user code to result stored")        \
    X(STOP, "stop", "s", "container exit to stopped")

enum sbs_law_sample {
#define SBS_LAW_SAMPLE_ID(id, name, unit, what) SBS_LAW_SAMPLE_##id,
    SBS_LAW_SAMPLES(SBS_LAW_SAMPLE_ID)
#undef SBS_LAW_SAMPLE_ID
    SBS_LAW_SAMPLE_COUNT
};

const char *sbs_law_sample_name(enum sbs_law_sample s);
const char *sbs_law_sample_unit(enum sbs_law_sample s); /* "s" or "" */
const char *sbs_law_sample_what(enum sbs_law_sample s);

/* *obs (the caller frees it) and *n; Fargate only. -1 when out of memory. */
int sbs_law_sample_collect(const struct sbs_trace *trace,
                           enum sbs_law_sample which, struct sbs_obs **obs,
                           size_t *n, struct sbs_error *err);

/* Launches whose fate is known, each container once: it started, or the
 * attempt ended (outcome 1 to 5) with no sign that it did. -1 when out of
 * memory. */
int sbs_law_sample_never(const struct sbs_trace *trace,
                         struct sbs_law_never *out, struct sbs_error *err);

#endif
