/* SPDX-License-Identifier: Apache-2.0 */
/* What is searched: families of policies, which are the text of --policy with
 * ranges where numbers may stand, as in batched+split:units=2..200. */
#ifndef SBS_SWEEP_SPACE_H
#define SBS_SWEEP_SPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/workload.h"

enum { SBS_SPACE_HOLES = 3 };

/* A range LO..HI at text[at .. at + length): on a logarithmic scale where
 * both ends are above 0, whole numbers where both are. */
struct sbs_hole {
    size_t at, length;
    double lo, hi;
    bool whole;
};

struct sbs_family {
    char *text;
    struct sbs_hole hole[SBS_SPACE_HOLES];
    size_t holes;
    uint32_t most; /* workers; 0: any number */
};

struct sbs_families {
    struct sbs_family *family;
    size_t n;
};

/* Families of a list with commas, as --policy has it. -1: a range that is
 * empty, not a number, or one too many. Names and keys are not looked at. */
int sbs_space_parse(struct sbs_families *out, const char *list,
                    struct sbs_error *err);
/* Those of the catalogue that are sensible for this work: nothing that
 * foresees or drops results that are needed, no cutting of what is not
 * divisible, no spot rules (their gain is the reclaim rate one assumes). */
int sbs_space_default(struct sbs_families *out, const struct sbs_workload *w,
                      struct sbs_error *err);
void sbs_space_fini(struct sbs_families *f);

/* The policy at position u[holes], each in [0, 1] along its range. The caller
 * frees it; NULL when out of memory. */
char *sbs_space_text(const struct sbs_family *f, const double *u);

/* The same for a single range: whole numbers between lo and hi. */
uint32_t sbs_space_count(double lo, double hi, double u);

#endif
