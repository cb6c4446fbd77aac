/* SPDX-License-Identifier: Apache-2.0 */
/* Adding other people's records to a trace (doc/trace-format.md,
 * "Importing"). Rows are found by what they are of, so that several imports
 * join: the same container by its id, the same attempt by container, item,
 * first unit and attempt number. */
#ifndef SBS_TRACES_IMPORT_H
#define SBS_TRACES_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "traces/index.h"
#include "traces/store.h"
#include "traces/table.h"

struct cJSON;

struct sbs_import {
    struct sbs_trace *trace; /* borrowed */
    const char *name;        /* file being read, for messages */
    struct sbs_index workers, items, runs, attempts;
    int64_t *n_attempts;  /* of each worker: rows of /tasks */
    int64_t *any_attempt; /* of each worker: one of them, or -1 */
    double *version;      /* of each worker: ECS version last applied */
    size_t room;          /* of these three */
    size_t n_read;        /* records taken from the file */
};

/* What the trace already has. Fini accepts a zeroed one. */
int sbs_import_init(struct sbs_import *im, struct sbs_trace *trace,
                    struct sbs_error *err);
void sbs_import_fini(struct sbs_import *im);

/* Read a whole file into the trace. Each returns 0, or -1 with
 * "file:line: what" or "file: key.path: what"; then the trace is half
 * changed and must not be written. */
int sbs_import_ecs(struct sbs_import *im, const char *path,
                   struct sbs_error *err);
int sbs_import_worker_log(struct sbs_import *im, const char *path,
                          struct sbs_error *err);
int sbs_import_csv(struct sbs_import *im, const char *path,
                   struct sbs_error *err);
/* The same from text in memory. */
int sbs_import_ecs_text(struct sbs_import *im, const char *text,
                        size_t length, const char *name,
                        struct sbs_error *err);
int sbs_import_worker_log_text(struct sbs_import *im, const char *text,
                               size_t length, const char *name,
                               struct sbs_error *err);
int sbs_import_csv_text(struct sbs_import *im, const char *text,
                        size_t length, const char *name,
                        struct sbs_error *err);

/* For the importers. Rows by id, made when they are not there; -1 when out
 * of memory. */
int64_t sbs_import_worker(struct sbs_import *im, const char *id,
                          struct sbs_error *err);
int64_t sbs_import_item(struct sbs_import *im, const char *id,
                        struct sbs_error *err);
int64_t sbs_import_run(struct sbs_import *im, const char *name,
                       struct sbs_error *err);

/* Row of /tasks for an attempt of `worker` on item row `item` (-1: not
 * said), with first unit and attempt number (-1: not said). An attempt of
 * which only the container was known takes the item on. A second attempt of
 * a container moves its life cycle to /workers. -1 when out of memory. */
int64_t sbs_import_attempt(struct sbs_import *im, int64_t worker,
                           int64_t item, int64_t unit, int64_t attempt,
                           struct sbs_error *err);

/* A stamp of a container's life cycle, named as in /workers ("created",
 * "pull_start", "ready"...): put where it belongs, the container's only
 * attempt (made if there is none) or /workers. With `keep` a stamp that is
 * there already stays. NaN does nothing. */
int sbs_import_cycle(struct sbs_import *im, int64_t worker, const char *name,
                     double seconds, bool keep, struct sbs_error *err);
/* The name of that stamp in /tasks; NULL when it is none of the cycle. */
const char *sbs_import_cycle_in_tasks(const char *worker_name);

/* Draw the outcome of an attempt from what is known by now, if nobody said
 * it: ok needs the end of user code, interrupted and failed come from the
 * container when it ran nothing else. */
void sbs_import_settle(struct sbs_import *im, int64_t task);

/* Text and numbers of a row; "" and missing values do nothing. */
int sbs_import_text(struct sbs_import *im, const char **cell,
                    const char *text, struct sbs_error *err);

/* The last part of an ARN, or the text itself. */
const char *sbs_import_short_id(const char *id);

/* JSON values one after another (lines, or printed with line breaks):
 * calls `take` for each, with its line; -1 as soon as one fails. */
typedef int (*sbs_import_value_f)(struct sbs_import *im,
                                  const struct cJSON *value,
                                  const char *where, struct sbs_error *err);
int sbs_import_values(struct sbs_import *im, const char *text, size_t length,
                      const char *name, sbs_import_value_f take,
                      struct sbs_error *err);

/* A stamp at `key` of an object: ISO 8601 text or epoch seconds; unchanged
 * when absent. 0, or -1 with "where.key: what". */
int sbs_import_json_stamp(const struct sbs_import *im,
                          const struct cJSON *object, const char *where,
                          const char *key, double *seconds,
                          struct sbs_error *err);

/* A line for /provenance, "ecs tasks.json: 12 records, SHA-256 ..."; once
 * for the same file. */
int sbs_import_note(struct sbs_import *im, const char *how, const char *path,
                    struct sbs_error *err);

#endif
