/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of a run that a study may fix or make an axis of. Inside the
 * readers of a study. */
#ifndef SBS_SWEEP_STUDY_RUN_H
#define SBS_SWEEP_STUDY_RUN_H

#include "model/workload.h"
#include "sweep/study.h"

/* key, reader, lo, hi, unit, what it is */
#define SBS_STUDY_RUN_KEYS(X)                                                \
    X(tasks, INTEGER, 1, SBS_WORKLOAD_TASKS_MAX, "1", "tasks")               \
    X(workers, INTEGER, 1, 10000000, "1", "base fleet asked for")            \
    X(reps, INTEGER, 1, SBS_STUDY_REPS_MAX, "1", "replications")             \
    X(vcpu, REAL, 0.25, 1024, "vCPU", "size of a worker")                    \
    X(memory_gb, REAL, 0.5, 16384, "GB", "memory of a worker")               \
    X(spot, BOOL, 0, 1, "1", "1: spot capacity")                             \
    X(workload, TEXT, 0, 0, "", "the work")                                  \
    X(scenario, TEXT, 0, 0, "", "stress on the model; plain: none")

enum sbs_study_member {
#define SBS_STUDY_MEMBER(name, ...) SBS_STUDY_MEMBER_##name,
    SBS_STUDY_RUN_KEYS(SBS_STUDY_MEMBER)
#undef SBS_STUDY_MEMBER
        SBS_STUDY_MEMBERS
};

enum sbs_study_type {
    SBS_STUDY_INTEGER, SBS_STUDY_REAL, SBS_STUDY_BOOL, SBS_STUDY_TEXT
};

struct sbs_study_member_def {
    const char *name;
    enum sbs_study_type type;
    double lo, hi;
    const char *unit, *about;
};

extern const struct sbs_study_member_def
    sbs_study_members[SBS_STUDY_MEMBERS];

/* Put the member `key` of `object`, a JSON value, into `run` after checking
 * type and range; what is not there changes nothing. */
int sbs_study_read_member(const struct cJSON *object, const char *where,
                          const char *key, enum sbs_study_member member,
                          struct sbs_study_run *run, struct sbs_error *err);
/* The same for a number known to be in range. */
void sbs_study_put_number(struct sbs_study_run *run,
                          enum sbs_study_member member, double x);

/* Read "axes" and "design" of the document; the rest of the study is there. */
int sbs_study_read_axes(struct sbs_study *s, const char *where,
                        struct sbs_error *err);

#endif
