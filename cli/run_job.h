/* SPDX-License-Identifier: Apache-2.0 */
/* One model, all policies: simulated, and as a result to be written. */
#ifndef SBS_CLI_RUN_JOB_H
#define SBS_CLI_RUN_JOB_H

#include "cli/inputs.h"
#include "policies/stack.h"
#include "report/result.h"
#include "sweep/run.h"
#include "sweep/stop.h"

struct sbs_run_options {
    const char *policy, *json, *csv, *log, *scenario;
    struct sbs_input_options in;
    int64_t workers, reps, seed, threads, log_reps;
    double vcpu, memory_gb;
    double stop_ci; /* 0: the replications are as many as `reps` */
    int stop_on;    /* enum sbs_stop_on */
    bool spot, quiet;
};

struct sbs_param_list {
    struct sbs_result_param *param;
    size_t n;
};

enum { SBS_JOB_NOTES_MAX = 5, SBS_JOB_TEXT = 400 };

struct sbs_job {
    /* Filled in by the caller, borrowed. */
    const struct sbs_run_options *options;
    const struct sbs_inputs *in;
    const struct sbs_model_set *models; /* in's, or under another overlay */
    const struct sbs_stress *stress;    /* that overlay, or NULL */

    /* Complete after sbs_job_run, on rank 0; borrows from all of these. */
    struct sbs_result result;

    uint32_t reps; /* made of each policy */
    struct sbs_stop stop;
    struct sbs_stop_report stopped;
    size_t n;
    const struct sbs_stack **stacks;
    struct sbs_run_outcome *outcomes;
    struct sbs_result_policy *policies;
    struct sbs_param_list *params;
    char title[SBS_JOB_TEXT], next[SBS_JOB_TEXT];
    char size_note[SBS_JOB_TEXT], stress_note[SBS_JOB_TEXT];
    char draws_note[SBS_JOB_TEXT];
    const char *notes[SBS_JOB_NOTES_MAX];
};

/* The caller calls sbs_job_fini in any case. */
int sbs_job_run(struct sbs_job *j, const struct sbs_spec_list *specs,
                struct sbs_error *err);
/* 3, said on stderr, when a precision was asked for and not reached; else 0. */
int sbs_job_verdict(const struct sbs_job *j);
/* What it simulates: without progress. */
struct sbs_run sbs_job_plan(const struct sbs_job *j);
void sbs_job_fini(struct sbs_job *j);

#endif
