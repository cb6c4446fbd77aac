/* SPDX-License-Identifier: Apache-2.0 */
/* The user's work: n tasks, their time on the reference core, and what may
 * be done with them. */
#ifndef SBS_MODEL_WORKLOAD_H
#define SBS_MODEL_WORKLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/dist.h"
#include "base/error.h"

struct cJSON;

struct sbs_workload {
    uint32_t tasks;
    double *list_s;       /* [list_n] reference seconds, or NULL: drawn */
    uint32_t list_n;
    struct sbs_dist ref_s; /* when list_s is NULL */
    bool divisible, exchangeable;
    double min_unit_s; /* reference seconds */
    double input_bytes, output_bytes;
    struct cJSON *json; /* the document as used; owned */
};

enum { SBS_WORKLOAD_TASKS_MAX = 100000000 };

/* Read a document (borrowed). tasks > 0 replaces the document's number, an
 * error when ref_s is a list. */
int sbs_workload_parse(struct sbs_workload *w, const struct cJSON *json,
                       const char *name, int64_t tasks,
                       struct sbs_error *err);
void sbs_workload_fini(struct sbs_workload *w);

/* A shipped workload by name as a document for sbs_workload_parse (owned by
 * the caller), with `tasks` tasks (0: as many as it is known for); NULL and
 * an error for an unknown name or too many tasks.
 * "ultra": scenarios 1.. of 10 M barrier paths, 695 s (one core of an Apple
 * M4 Pro, 2026-02-04, staRburst commit f099e29, n = 1) times the relative
 * work of the scenario (traces/facts/scenario_work.csv, computed). */
struct cJSON *sbs_workload_shipped(const char *name, int64_t tasks,
                                   struct sbs_error *err);

/* Shortest task that can occur, reference seconds (0 when unbounded). */
double sbs_workload_shortest_s(const struct sbs_workload *w);
/* Mean and sd of one task's reference seconds. */
void sbs_workload_task_s(const struct sbs_workload *w, double *mean,
                         double *sd);

#endif
