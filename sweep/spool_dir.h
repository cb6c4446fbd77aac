/* SPDX-License-Identifier: Apache-2.0 */
/* The folder OUT.parts that holds the spools of a sweep until its file is
 * there. Each start of the program is a generation, each of its ranks writes
 * one spool: GENERATION-RANK. */
#ifndef SBS_SWEEP_SPOOL_DIR_H
#define SBS_SWEEP_SPOOL_DIR_H

#include "sweep/spool.h"

struct sbs_spool_dir {
    char *path;
    int lock;            /* a descriptor, -1: none */
    uint32_t generation; /* the next that nobody has used */
    char **spools;       /* [n] paths, in order */
    size_t n;
};

/* Make the folder if need be, lock it against another sweep, and list what
 * is in it. The caller calls sbs_spool_dir_fini in any case, which removes an
 * empty folder. */
int sbs_spool_dir_open(struct sbs_spool_dir *d, const char *out,
                       struct sbs_error *err);
void sbs_spool_dir_fini(struct sbs_spool_dir *d);

/* Remove the spools of the list. */
void sbs_spool_dir_clear(struct sbs_spool_dir *d);

/* The path of a spool; the caller frees it. */
char *sbs_spool_dir_name(const char *out, uint32_t generation, int rank,
                         struct sbs_error *err);

#endif
