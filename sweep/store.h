/* SPDX-License-Identifier: Apache-2.0 */
/* The file of a sweep (HDF5, doc/sweep.md), written point by point in
 * order. The same study gives the same bytes. */
#ifndef SBS_SWEEP_STORE_H
#define SBS_SWEEP_STORE_H

#include "base/error.h"
#include "sweep/figures.h"
#include "sweep/study.h"

struct cJSON;

/* What the file says of where it is from. */
struct sbs_provenance {
    const struct cJSON *head; /* of the first spool: texts, by name */
    const char *study;    /* the file as the user wrote it */
    const char *settings; /* the study as used */
    const char *model;    /* before any overlay */
};

/* Rows that are kept of every replication. */
enum { SBS_STORE_KEPT = 2 };
extern const enum sbs_metric sbs_store_kept[SBS_STORE_KEPT];

struct sbs_store;

/* Make a file that is not there yet. n_values: replications in all whose
 * values are kept, 0 = none. */
struct sbs_store *sbs_store_create(const char *path,
                                   const struct sbs_study *study,
                                   const struct sbs_provenance *from,
                                   uint64_t n_values, struct sbs_error *err);
/* The next point. figures NULL: its policy refused. kept[i]: reps values of
 * sbs_store_kept[i]; unused when none are kept. */
int sbs_store_add(struct sbs_store *s, const struct sbs_figures *figures,
                  const double *const kept[SBS_STORE_KEPT],
                  struct sbs_error *err);
/* Write what is left and close; frees s. After an error elsewhere too. */
int sbs_store_close(struct sbs_store *s, struct sbs_error *err);

/* Is the file at `path` of the sweep with this head? -1 when it is not. */
int sbs_store_check(const char *path, const struct cJSON *head,
                    struct sbs_error *err);

#endif
