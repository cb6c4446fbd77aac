/* SPDX-License-Identifier: Apache-2.0 */
/* Shares of a sweep done by programs that know nothing of one another, and
 * the file made from them. A part file is a spool whose head also has what
 * merging needs: study, model, tasks of workloads, refused points. */
#ifndef SBS_SWEEP_PART_H
#define SBS_SWEEP_PART_H

#include "sweep/spool.h"
#include "sweep/sweep.h"

enum { SBS_PARTS_MAX = 1000000 };

/* The head of the file of this part, `head` being that of its spools. The
 * caller deletes it. */
struct cJSON *sbs_part_head(const struct sbs_sweep *s,
                            const struct cJSON *head, struct sbs_error *err);

/* Is the part file that is there complete, and of this sweep and part? */
int sbs_part_check(const struct sbs_sweep *s, struct sbs_error *err);

/* Part files that make a whole. */
struct sbs_merge {
    struct sbs_sweep sweep; /* the caller sets out, force and callbacks */
    struct sbs_study study;
    struct sbs_study_inputs inputs;
    struct sbs_study_work *works;
    struct sbs_spools *spools;
    struct sbs_spools *first; /* whose head all borrows from */
};

/* Read them all, in the order of their parts, so that the first one's host
 * and command stand for all. -1: one is missing, there twice, damaged, or of
 * another sweep. Call sbs_merge_fini in any case. */
int sbs_merge_open(struct sbs_merge *m, const char *const *files, size_t n,
                   struct sbs_error *err);
int sbs_merge_write(struct sbs_merge *m, struct sbs_error *err);
void sbs_merge_fini(struct sbs_merge *m);

#endif
