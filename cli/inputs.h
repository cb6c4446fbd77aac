/* SPDX-License-Identifier: Apache-2.0 */
/* Model and workload of a run, from whatever the command line names. */
#ifndef SBS_CLI_INPUTS_H
#define SBS_CLI_INPUTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "cli/flags.h"
#include "model/model.h"
#include "model/stress.h"
#include "model/workload.h"
#include "report/result.h"

struct cJSON;

struct sbs_input_options {
    const char *trace, *model; /* exactly one */
    const char *workload;      /* shipped name or file */
    int64_t tasks;             /* 0: as the workload says */
    struct sbs_words sets;     /* path=value */
    const struct sbs_stress *stress; /* overlay on the model, or NULL */
};

enum { SBS_INPUT_FILES_MAX = 16 };

struct sbs_inputs {
    struct cJSON *model; /* as read or fitted, before any overlay; owned */
    struct sbs_model_set models;
    struct sbs_workload workload;
    struct sbs_result_file files[SBS_INPUT_FILES_MAX];
    char hash[SBS_INPUT_FILES_MAX][65];
    char *path[SBS_INPUT_FILES_MAX]; /* owned; files[] borrow them */
    size_t n_files;
    bool has_posterior; /* the model carries draws of its parameters */
    char basis[600];   /* what the model rests on */
    char weakest[400]; /* its weakest assumption */
    char note[300];    /* to be said on stderr; "" = nothing */
};

/* -1 with `in` zeroed. */
int sbs_inputs_load(struct sbs_inputs *in, const struct sbs_input_options *o,
                    struct sbs_error *err);
/* The model under another overlay (NULL: none), and what is --set. */
int sbs_inputs_model(const struct sbs_inputs *in,
                     const struct sbs_input_options *o,
                     const struct sbs_stress *stress,
                     struct sbs_model_set *set, struct sbs_error *err);
void sbs_inputs_fini(struct sbs_inputs *in);

/* Its parts: a document as it is, before any overlay, its file noted in `in`
 * (zeroed at first; each file takes one of SBS_INPUT_FILES_MAX places). NULL
 * on failure; the caller deletes it. *tasks, which is o->tasks at first,
 * becomes 0 when a shipped workload has taken care of it. */
struct cJSON *sbs_inputs_read_model(struct sbs_inputs *in,
                                    const struct sbs_input_options *o,
                                    struct sbs_error *err);
struct cJSON *sbs_inputs_read_workload(struct sbs_inputs *in,
                                       const struct sbs_input_options *o,
                                       int64_t *tasks, struct sbs_error *err);

#endif
