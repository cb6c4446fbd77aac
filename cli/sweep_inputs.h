/* SPDX-License-Identifier: Apache-2.0 */
/* Everything a sweep is made from: the study with the flags put into it, its
 * model and workloads, and what is written down of where they are from. */
#ifndef SBS_CLI_SWEEP_INPUTS_H
#define SBS_CLI_SWEEP_INPUTS_H

#include "cli/flags.h"
#include "cli/inputs.h"
#include "sweep/store.h"
#include "sweep/world.h"

enum { SBS_SWEEP_WORKS_MAX = SBS_INPUT_FILES_MAX - 2 };

struct sbs_sweep_options {
    struct sbs_words study, sets, merge;
    const char *out, *part;
    /* 0, NULL, false: as the study says. */
    const char *trace, *model, *workload, *scenario, *keep;
    int64_t tasks, workers, reps, seed;
    double vcpu, memory_gb;
    bool spot;
    int64_t threads;
    bool plan, resume, force, quiet;
    uint32_t part_of, parts; /* of --part, part_of from 0 */
};

struct sbs_sweep_inputs {
    char *text; /* the study as written */
    struct sbs_study study;
    struct sbs_inputs in; /* files, model, basis */
    struct sbs_study_work works[SBS_SWEEP_WORKS_MAX];
    struct cJSON *docs[SBS_SWEEP_WORKS_MAX];
    struct sbs_study_inputs inputs;
    struct cJSON *head;
    char *settings, *model;
    struct sbs_provenance from;
};

/* -1: call sbs_sweep_inputs_fini all the same. */
int sbs_sweep_inputs_load(struct sbs_sweep_inputs *x,
                          const struct sbs_sweep_options *o,
                          struct sbs_error *err);
void sbs_sweep_inputs_fini(struct sbs_sweep_inputs *x);

#endif
