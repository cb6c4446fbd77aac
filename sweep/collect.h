/* SPDX-License-Identifier: Apache-2.0 */
/* From spools to the file of a sweep, or to a part file. */
#ifndef SBS_SWEEP_COLLECT_H
#define SBS_SWEEP_COLLECT_H

#include "sweep/spool.h"
#include "sweep/sweep.h"

/* All blocks must be there. Written beside its place, then renamed. */
int sbs_collect_file(const struct sbs_sweep *s,
                     const struct sbs_spools *spools, struct sbs_error *err);
/* The blocks of this part alone. */
int sbs_collect_part(const struct sbs_sweep *s,
                     const struct sbs_spools *spools, struct sbs_error *err);

/* Is the block one of this part's? */
static inline bool sbs_collect_mine(const struct sbs_sweep *s, uint64_t block)
{
    return s->parts <= 1 || block % s->parts == s->part;
}

#endif
