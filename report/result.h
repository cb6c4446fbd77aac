/* SPDX-License-Identifier: Apache-2.0 */
/* The answer of a run, as the table, JSON and CSV writers take it. */
#ifndef SBS_REPORT_RESULT_H
#define SBS_REPORT_RESULT_H

#include "base/error.h"
#include "model/metric.h"
#include "stats/compare.h"
#include "stats/summary.h"
#include "sweep/stop.h"

#include <stddef.h>
#include <stdint.h>

struct cJSON;

/* "makespan_s", ... */
const char *sbs_result_metric_name(enum sbs_metric metric);

/* A parameter of the policy; strings are borrowed. */
struct sbs_result_param {
    const char *name;
    const char *text; /* NULL: the value is the number below */
    double value;
};

/* One policy. What the caller fills in is borrowed; the rest is made by
 * sbs_result_make. */
struct sbs_result_policy {
    const char *spec; /* as typed */
    const struct sbs_result_param *params;
    size_t n_params;
    uint64_t reps;
    const char *unfinished_why; /* the commonest reason; may be NULL */
    /* values[metric][replication]; NaN where undefined. A replication whose
     * makespan is NaN did not finish and counts in no summary. */
    const double *values[SBS_N_METRICS];

    uint64_t unfinished;
    struct sbs_summary summary[SBS_N_METRICS];
    struct sbs_paired vs_first[SBS_N_METRICS]; /* this one minus policy 0 */
    struct sbs_paired vs_best[SBS_N_METRICS];  /* minus the best */
};

struct sbs_result_file {
    const char *name, *sha256;
};

/* A whole run; everything it points to is borrowed. */
struct sbs_result {
    const char *title; /* one line above the table; may be NULL */
    const char *scenario; /* the overlay on the model; NULL: none */
    uint64_t seed, reps;
    const struct sbs_stop *stop; /* how `reps` came about; NULL: as asked */
    const struct sbs_stop_report *stopped; /* with `stop` */
    uint64_t draws; /* of the parameters, replication r used r % draws; below
                     * 2: none */
    struct sbs_result_policy *policies;
    size_t n_policies;
    size_t best; /* lowest mean makespan (of those that always finish, if
                  * any do); made by sbs_result_make */
    const struct cJSON *model, *workload; /* as used; may be NULL */
    const struct sbs_result_file *files;
    size_t n_files;
    const char *basis;   /* what it rests on; may be NULL */
    const char *weakest; /* its weakest assumption; may be NULL */
    const char *next;    /* what to try next; may be NULL */
    const char *const *warnings;
    size_t n_warnings;
    double wall_s; /* NaN: unknown */
};

/* Fill summaries, unfinished counts, paired differences and `best`. The arrays
 * of all policies are compared replication by replication, up to the shorter
 * one. -1 only when out of memory. */
int sbs_result_make(struct sbs_result *r, struct sbs_error *err);

#endif
