/* SPDX-License-Identifier: Apache-2.0 */
/* The answer of sbsim tune: text, JSON (schema sbsim-tune), CSV. */
#ifndef SBS_REPORT_TUNE_H
#define SBS_REPORT_TUNE_H

#include <stdio.h>

#include "report/human.h"
#include "report/result.h"
#include "stats/summary.h"
#include "sweep/tune.h"

/* All borrowed. */
struct sbs_tune_report {
    const struct sbs_tune *t;
    const char *title;
    size_t targets;      /* the last so many aims are speed-ups to reach */
    const char *command; /* what follows --policy ... --memory-gb G in the
                          * command to run, "" or beginning with a blank */
    uint64_t seed;
    const struct cJSON *model, *workload;
    const struct sbs_result_file *files;
    size_t n_files;
    const char *basis, *weakest;
    const char *const *notes;
    size_t n_notes;
    double wall_s;
};

/* What is said of one candidate, from its judging replications. */
struct sbs_tune_row {
    const char *policy;
    uint32_t workers, reps;
    double vcpu, memory_gb;
    struct sbs_summary time, bill, speedup;
};
int sbs_tune_row_make(struct sbs_tune_row *row, const struct sbs_tune *t,
                      size_t candidate, struct sbs_error *err);
/* The command that runs it; the caller frees it. NULL: out of memory. */
char *sbs_tune_command(const struct sbs_tune_report *r,
                       const struct sbs_tune_row *row);

int sbs_tune_print(const struct sbs_tune_report *r, FILE *out,
                   struct sbs_error *err);
int sbs_tune_json(const struct sbs_tune_report *r, FILE *out,
                  struct sbs_error *err);
int sbs_tune_csv(const struct sbs_tune_report *r, FILE *out,
                 struct sbs_error *err);

#endif
