/* SPDX-License-Identifier: Apache-2.0 */
/* The flags that say what to simulate and how, for the commands that do. */
#ifndef SBS_CLI_RUN_FLAGS_H
#define SBS_CLI_RUN_FLAGS_H

#include "cli/flags.h"
#include "cli/run_job.h"

/* Rows of a table of flags: T is the options' struct; `at`, which may be
 * empty, leads to the struct sbs_run_options in it and ends with a dot. */
#define SBS_RUN_FLAGS_WHAT(T, at)                                             \
    SBS_FLAG_TEXT(T, at policy, "policy", "LIST",                             \
                  "policies, comma-separated; name:key=value sets a "         \
                  "parameter, a+b stacks layers (sbsim policies lists "       \
                  "them)"),                                                   \
    SBS_FLAG_TEXT(T, at in.trace, "trace", "F.h5",                            \
                  "measurements the model is calibrated from; fargate.h5 is " \
                  "shipped"),                                                 \
    SBS_FLAG_TEXT(T, at in.model, "model", "M.json",                          \
                  "a model as stated, nothing fitted (instead of --trace)"),  \
    SBS_FLAG_TEXT(T, at in.workload, "workload",                              \
                  "NAME|FILE.json",                                           \
                  "the work (ultra: 50 tasks of 10 M barrier paths)"),        \
    SBS_FLAG_COUNT(T, at in.tasks, "tasks", "N", 0, 1,                        \
                   SBS_WORKLOAD_TASKS_MAX, "how many tasks"),                 \
    SBS_FLAG_COUNT(T, at workers, "workers", "N", 0, 1, 1e7,                  \
                   "base fleet (default: one per task)"),                     \
    SBS_FLAG_REAL(T, at vcpu, "vcpu", "V", 2, 0.25, 1024,                     \
                  "vCPU of a worker"),                                        \
    SBS_FLAG_REAL(T, at memory_gb, "memory-gb", "G", 4,                       \
                  0.5, 16384, "memory of a worker, GB"),                      \
    SBS_FLAG_SWITCH(T, at spot, "spot",                                       \
                    "spot capacity: cheaper, may be reclaimed")

#define SBS_RUN_FLAG_SET(T, at)                                               \
    SBS_FLAG_LIST(T, at in.sets, "set", "PATH=VALUE",                         \
                  "change a key of the model, or of the workload with "       \
                  "workload. before it")

#define SBS_RUN_FLAG_REPS(T, at)                                              \
    SBS_FLAG_COUNT(T, at reps, "reps", "N", 2000, 1, 1e9,                     \
                   "replications of each policy")

#define SBS_RUN_FLAGS_HOW(T, at)                                              \
    SBS_FLAG_COUNT(T, at seed, "seed", "N", 1, 0,                             \
                   SBS_FLAG_MAX_COUNT, "of all random streams"),              \
    SBS_FLAG_COUNT(T, at threads, "threads", "N", 0, 1, 4096,                 \
                   "threads (default: all cores); results do not depend on "  \
                   "it")

#endif
