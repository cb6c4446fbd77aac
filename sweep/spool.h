/* SPDX-License-Identifier: Apache-2.0 */
/* Spools: what a process has finished of a sweep, block after block, as it
 * finishes. A program that is killed leaves the blocks before the one it was
 * writing. Part files of job arrays have the same form.
 *
 * A head (JSON: what study this is of, host and command) and records of
 * doubles, each with a checksum; all in the byte order of the machine, and
 * read through a memory map. */
#ifndef SBS_SWEEP_SPOOL_H
#define SBS_SWEEP_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "sweep/figures.h"

struct cJSON;

/* A finished block. A whole one has its figures and the rows that are kept;
 * a piece has all rows of sim/replicas.h. */
struct sbs_record {
    uint64_t block;
    uint32_t lo, hi; /* replications */
    uint32_t n_rows;
    bool whole;
    double tasks, workers, draws; /* of the point */
    const struct sbs_figures *figures; /* when whole */
    const double *rows; /* [n_rows][hi - lo] */
};

/* Keys of a head that say nothing of which sweep it is: "host", "command"
 * and "part". */
bool sbs_spool_may_differ(const char *key);

/* ---- writing ----------------------------------------------------------- */

struct sbs_spool;

/* A new file; there must be none. */
struct sbs_spool *sbs_spool_create(const char *path, const struct cJSON *head,
                                   struct sbs_error *err);
/* One write to the system: it is there when this program is killed. */
int sbs_spool_add(struct sbs_spool *s, const struct sbs_record *r,
                  struct sbs_error *err);
/* Flush to the disk and close; NULL is fine. */
int sbs_spool_close(struct sbs_spool *s, struct sbs_error *err);

/* ---- reading ----------------------------------------------------------- */

struct sbs_spools;

/* No spool yet; blocks are 0 .. n_blocks - 1. */
struct sbs_spools *sbs_spools_create(uint64_t n_blocks,
                                     struct sbs_error *err);
void sbs_spools_destroy(struct sbs_spools *s);

/* Read one more. It must be of the sweep `head` is of: all its other keys
 * agree. What comes behind a damaged record, or one cut
 * short, is left out. A block that is there already stays. */
int sbs_spools_add(struct sbs_spools *s, const char *path,
                   const struct cJSON *head, struct sbs_error *err);

size_t sbs_spools_files(const struct sbs_spools *s);
/* The head of a file, in the order they came. */
const struct cJSON *sbs_spools_head(const struct sbs_spools *s, size_t file);
const char *sbs_spools_path(const struct sbs_spools *s, size_t file);
uint64_t sbs_spools_count(const struct sbs_spools *s); /* blocks there are */
/* Blocks that came twice. */
uint64_t sbs_spools_doubled(const struct sbs_spools *s);

/* The record of a block; false when there is none. It borrows from s. */
bool sbs_spools_get(const struct sbs_spools *s, uint64_t block,
                    struct sbs_record *r);

#endif
