/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to a trace: phases, reference work, samples by name. */
#ifndef SBS_TRACES_QUERY_H
#define SBS_TRACES_QUERY_H

#include <stddef.h>

#include "traces/store.h"

/* X(id, name, first stamp, second stamp, what). The first eight are phases
 * of a container, the others of an attempt. */
#define SBS_PHASES(X)                                                       \
    X(NETWORK, "network", "created to network ready")                       \
    X(PROVISION, "provision", "created to pull start")                      \
    X(PULL, "pull", "pull start to pull end")                               \
    X(CONTAINER, "container", "pull end to container start")                \
    X(START, "start", "created to container start")                         \
    X(BOOT, "boot", "container start (or program start) to ready")          \
    X(RUN, "run", "container start to container exit")                      \
    X(DEPROVISION, "deprovision", "container exit to stopped")              \
    X(SUBMIT, "submit", "client's request to acceptance")                   \
    X(DOWNLOAD, "download", "input asked for to input there")               \
    X(COMPUTE, "compute", "user code")                                      \
    X(UPLOAD, "upload", "end of user code to result stored")                \
    X(DETECT, "detect", "result stored to seen by the client")

enum sbs_phase {
#define SBS_PHASE_ID(id, name, what) SBS_PHASE_##id,
    SBS_PHASES(SBS_PHASE_ID)
#undef SBS_PHASE_ID
    SBS_PHASE_COUNT
};

/* Which starts: all Fargate ones (launch type FARGATE, FARGATE_SPOT or not
 * said), those by RunTask, those by a service, or those on EC2. */
enum sbs_starts { SBS_STARTS_FARGATE, SBS_STARTS_STANDALONE,
                  SBS_STARTS_SERVICE, SBS_STARTS_EC2, SBS_STARTS_COUNT };

const char *sbs_phase_name(enum sbs_phase phase);
const char *sbs_phase_what(enum sbs_phase phase);
const char *sbs_starts_name(enum sbs_starts starts);

/* One observed duration; `worker` and `task` are rows or -1. */
struct sbs_phase_row {
    double seconds;
    int64_t worker, task;
};

/* All observed durations of a phase, in row order: *rows (the caller frees
 * it; NULL when none) and *n. A duration is rounded to 1 us, the precision
 * of stamps; negative ones are left out and counted in *n_negative (may be
 * NULL). Returns 0, or -1 when out of memory. */
int sbs_trace_phase(const struct sbs_trace *trace, enum sbs_phase phase,
                    enum sbs_starts starts, struct sbs_phase_row **rows,
                    size_t *n, size_t *n_negative, struct sbs_error *err);

/* Reference work of a row of /tasks in seconds: its ref_s, else that of its
 * workload row when the attempt holds the whole task (no n_units, and the
 * first unit or none said); NaN when unknown. */
double sbs_trace_task_ref_s(const struct sbs_trace *trace, size_t task);

/* The samples called `name`, or NULL. */
const struct sbs_sample *sbs_trace_sample(const struct sbs_trace *trace,
                                          const char *name);
/* The value of the first row of `name` whose item is `item` (NULL: any); NaN
 * when there is none. *row (may be NULL) is its row. */
double sbs_trace_fact(const struct sbs_trace *trace, const char *name,
                      const char *item, size_t *row);
/* Row of the run called `name`, or -1. */
int64_t sbs_trace_run(const struct sbs_trace *trace, const char *name);

#endif
