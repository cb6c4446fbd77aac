/* SPDX-License-Identifier: Apache-2.0 */
/* A backend that passes everything on to another and writes it down. */
#ifndef SBS_MODEL_JOURNAL_H
#define SBS_MODEL_JOURNAL_H

#include "model/log.h"

struct sbs_journal {
    struct sbs_backend inner;
    FILE *file; /* borrowed; a live run sets it to be flushed by line */
    double now_s;
    bool failed;
};

/* The recording backend around `inner`, writing to j->file behind a header
 * that is there already. `j` is borrowed until the run is over. */
struct sbs_backend sbs_journal_begin(struct sbs_journal *j,
                                     struct sbs_backend inner);
/* Write how the run ended. -1 when anything could not be written. */
int sbs_journal_end(struct sbs_journal *j, const struct sbs_outcome *out,
                    struct sbs_error *err);

#endif
