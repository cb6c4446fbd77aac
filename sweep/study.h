/* SPDX-License-Identifier: Apache-2.0 */
/* A study: which points are simulated, doc/sweep.md. A point is a value of
 * every axis and one of the policies; points are numbered with the first
 * axis slowest and the policies fastest. All points have the same seed, so
 * that they are paired replication by replication. */
#ifndef SBS_SWEEP_STUDY_H
#define SBS_SWEEP_STUDY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct cJSON;

enum {
    SBS_STUDY_POINTS_MAX = 10000000,
    SBS_STUDY_AXES_MAX = 64,
    SBS_STUDY_KEYS_MAX = 256,
    SBS_STUDY_REPS_MAX = 1000000000
};

/* What a point runs with; axes change it. */
struct sbs_study_run {
    int64_t tasks, workers; /* 0: as the workload says; one per task */
    int64_t reps;
    double vcpu, memory_gb;
    bool spot;
    const char *workload;
    const char *scenario; /* NULL: the model as it is */
};

enum sbs_study_kind {
    SBS_STUDY_RUN,   /* a member of struct sbs_study_run */
    SBS_STUDY_MODEL, /* a path in the model */
    SBS_STUDY_WORK,  /* a path in the workload */
    SBS_STUDY_NAME   /* stands in the text of policies, as {name} */
};

/* A column of the study: one of the keys of an axis. */
struct sbs_study_key {
    const char *name;  /* as the study has it */
    const char *path;  /* behind "workload.", else the name */
    enum sbs_study_kind kind;
    int member;        /* of a run, see study_run.h */
    uint32_t axis, column; /* and which of the axis's keys it is */
};

struct sbs_study_axis {
    const struct cJSON *values; /* list; NULL: the range below */
    const struct cJSON **list;  /* [levels] its elements; owned */
    double from, to;
    bool log, integer;
    bool rows; /* each value is a list, one for each key */
    uint32_t levels; /* of a list or a grid */
    uint32_t n_keys;
};

enum sbs_study_design { SBS_STUDY_GRID, SBS_STUDY_LATIN, SBS_STUDY_SOBOL };

struct sbs_study {
    struct cJSON *json; /* as used; owned, most of the rest borrows from it */
    char file[256];     /* its name, for messages */
    const char *name, *trace, *model;
    struct sbs_study_run run;
    uint64_t seed;
    bool keep_bills, skip_refused;
    int64_t block_reps; /* 0: by the rule of sweep/blocks.h */
    const struct cJSON *set; /* path: value, before the axes; or NULL */
    const struct cJSON *policies;
    const char **policy; /* [n_policies] */
    uint32_t n_policies;
    struct sbs_study_axis axis[SBS_STUDY_AXES_MAX];
    uint32_t n_axes;
    struct sbs_study_key key[SBS_STUDY_KEYS_MAX];
    uint32_t n_keys;
    enum sbs_study_design design;
    uint32_t samples; /* of a design that is no grid */
    double *unit;     /* [samples][n_axes], of such a design */
    uint64_t n_points;
};

/* Read a document (taken over, also on failure; `file` for messages). */
int sbs_study_parse(struct sbs_study *s, struct cJSON *json, const char *file,
                    struct sbs_error *err);
void sbs_study_fini(struct sbs_study *s);

/* A value of a key at a point: a JSON value, or a number when json is NULL. */
struct sbs_study_value {
    const struct cJSON *json;
    double number;
};

uint32_t sbs_study_policy(const struct sbs_study *s, uint64_t point);
struct sbs_study_value sbs_study_at(const struct sbs_study *s, uint32_t key,
                                    uint64_t point);
/* As JSON text, or (plain) a string without its quotes. The caller frees it;
 * NULL when out of memory. */
char *sbs_study_value_text(struct sbs_study_value value, bool plain);

/* How a point runs. */
struct sbs_study_run sbs_study_run(const struct sbs_study *s, uint64_t point);

/* The text of its policy, names in braces replaced; the caller frees it.
 * NULL when out of memory. */
char *sbs_study_spec(const struct sbs_study *s, uint64_t point,
                     struct sbs_error *err);

/* "point 17 (workers=50, static)": for messages; returns text. */
const char *sbs_study_label(const struct sbs_study *s, uint64_t point,
                            char *text, size_t size);

#endif
