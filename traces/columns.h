/* SPDX-License-Identifier: Apache-2.0 */
/* The columns of a trace, each declared once: from these lists come the
 * structs in memory, reading, writing, checking, import and export, and the
 * table in doc/trace-format.md is compared with them by a test.
 *
 * X(kind, name, units, low, high, missing, long_name)
 *   kind   TIME (f8, seconds after the trace's epoch), F8, F4, I1, I2, I4,
 *          I8 (integers of that many bytes), STR (UTF-8 text)
 *   low, high   allowed range, both included; a value outside is refused
 *   missing     what stands where nothing was observed: NaN, -1 (0 where
 *               the long name says so); text "" */
#ifndef SBS_TRACES_COLUMNS_H
#define SBS_TRACES_COLUMNS_H

#include <math.h>
#include <stdint.h>

/* Beyond any sensible value, and exact in a double: 2^53 - 1. */
#define SBS_TRACE_BIG 9007199254740991.0

/* As `low`: any value above 0. */
#define SBS_TRACE_ABOVE_0 0x1p-1074

#define SBS_TIME_COL(X, name, long_name) \
    X(TIME, name, "s", 0, SBS_TRACE_BIG, NAN, long_name)
#define SBS_SECONDS_COL(X, name, long_name) \
    X(F8, name, "s", 0, SBS_TRACE_BIG, NAN, long_name)
#define SBS_TEXT_COL(X, name, long_name) X(STR, name, "", 0, 0, 0, long_name)
#define SBS_INDEX_COL(X, name, long_name) \
    X(I4, name, "1", -1, INT32_MAX, -1, long_name)
#define SBS_COUNT_COL(X, name, long_name) \
    X(I4, name, "1", -1, INT32_MAX, -1, long_name)
#define SBS_BYTES_COL(X, name, long_name) \
    X(I8, name, "B", -1, SBS_TRACE_BIG, -1, long_name)
#define SBS_FLAG_COL(X, name, long_name) X(I1, name, "1", -1, 1, -1, long_name)

/* One call of the client. */
#define SBS_RUN_COLUMNS(X)                                                  \
    SBS_TEXT_COL(X, name, "run id")                                         \
    SBS_TEXT_COL(X, date, "day of the run, UTC (YYYY-MM-DD)")               \
    SBS_TIME_COL(X, start, "client call")                                   \
    SBS_TIME_COL(X, end, "client return")                                   \
    SBS_COUNT_COL(X, n_tasks, "elements of the user's work")                \
    SBS_COUNT_COL(X, n_workers, "workers asked for")                        \
    SBS_COUNT_COL(X, n_launches, "containers launched")                     \
    SBS_TEXT_COL(X, launch_type, "FARGATE, FARGATE_SPOT, EC2, LOCAL")       \
    SBS_TEXT_COL(X, instance_type, "EC2 type or machine")                   \
    SBS_TEXT_COL(X, arch, "x86_64 or arm64")                                \
    SBS_TEXT_COL(X, region, "AWS region")                                   \
    SBS_TEXT_COL(X, image, "container image")                               \
    SBS_BYTES_COL(X, image_compressed_bytes, "compressed image, one arch")  \
    X(F4, vcpu, "1", 0, 1024, NAN, "vCPU a worker")                         \
    SBS_BYTES_COL(X, mem_bytes, "memory a worker")                          \
    SBS_SECONDS_COL(X, wall_s, "client call to last result")                \
    SBS_SECONDS_COL(X, first_s, "client call to first result")              \
    SBS_SECONDS_COL(X, half_s, "client call to half of the results")        \
    SBS_SECONDS_COL(X, most_s, "client call to most results, as told")      \
    SBS_SECONDS_COL(X, startup_s, "part of wall_s until workers are ready") \
    SBS_SECONDS_COL(X, compute_collect_s, "part of wall_s after startup")   \
    SBS_SECONDS_COL(X, task_ref_s, "one task alone on the reference core")  \
    SBS_SECONDS_COL(X, local_wall_s, "same work on the local machine")      \
    SBS_COUNT_COL(X, local_cores, "cores used for local_wall_s")            \
    X(F8, cost_reported, "USD", 0, SBS_TRACE_BIG, NAN, "cost as reported")  \
    SBS_TEXT_COL(X, cost_currency, "currency of cost_reported")             \
    SBS_FLAG_COL(X, billed, "1: the cost is from a bill; 0: computed")      \
    SBS_TEXT_COL(X, client, "how that client launches and collects")        \
    SBS_TEXT_COL(X, policy, "assignment, batching, copies (JSON text)")     \
    SBS_TEXT_COL(X, kind, "measured, estimate, derived")                    \
    SBS_TEXT_COL(X, source, "where the figures are from")                   \
    SBS_TEXT_COL(X, caveat, "what to beware of")

/* One element of the user's work. */
#define SBS_WORKLOAD_COLUMNS(X)                                             \
    SBS_TEXT_COL(X, task_id, "stable id")                                   \
    X(F8, ref_seconds, "s", SBS_TRACE_ABOVE_0, SBS_TRACE_BIG, NAN,          \
      "work on the reference core, 1 thread")                               \
    X(F8, relative_work, "1", 0, SBS_TRACE_BIG, NAN, "work, row 0 = 1")     \
    X(I1, bound, "1", 0, 3, 0, "0 unknown, 1 CPU, 2 memory/cache, 3 I/O")   \
    SBS_BYTES_COL(X, input_bytes, "input of the task")                      \
    SBS_BYTES_COL(X, output_bytes, "result of the task")

/* One container. The life cycle stands here only when the container ran
 * more than one row of /tasks; otherwise it stands in that row. */
#define SBS_WORKER_COLUMNS(X)                                               \
    SBS_TEXT_COL(X, worker_id, "ECS task id, or the worker's own name")     \
    SBS_TEXT_COL(X, cpu_model, "model name of /proc/cpuinfo")               \
    SBS_TEXT_COL(X, arch, "x86_64 or arm64")                                \
    X(F4, vcpu, "1", 1e-6, 1024, NAN, "vCPU, may be 0.25")                  \
    SBS_BYTES_COL(X, mem_bytes, "memory")                                   \
    X(I1, threads_per_core, "1", 0, 8, 0, "0 unknown")                      \
    SBS_TEXT_COL(X, launch_type, "FARGATE, FARGATE_SPOT, EC2, LOCAL")       \
    SBS_TEXT_COL(X, instance_type, "EC2 type; empty on Fargate")            \
    SBS_TEXT_COL(X, az, "availability zone")                                \
    SBS_TEXT_COL(X, region, "AWS region")                                   \
    SBS_TEXT_COL(X, platform_version, "Fargate platform")                   \
    SBS_TEXT_COL(X, start_mode, "standalone (RunTask) or service")          \
    SBS_COUNT_COL(X, n_containers, "containers in the ECS task")            \
    SBS_TEXT_COL(X, image, "container image")                               \
    SBS_FLAG_COL(X, spot, "1: spot capacity")                               \
    X(F8, speed, "ref cores", SBS_TRACE_ABOVE_0, SBS_TRACE_BIG, NAN,        \
      "speed in reference cores")                                           \
    SBS_TIME_COL(X, created, "ECS createdAt")                               \
    SBS_TIME_COL(X, network_ready, "ECS connectivityAt")                    \
    SBS_TIME_COL(X, pull_start, "ECS pullStartedAt")                        \
    SBS_TIME_COL(X, pull_end, "ECS pullStoppedAt")                          \
    SBS_TIME_COL(X, container_start, "ECS startedAt")                       \
    SBS_TIME_COL(X, boot_start, "worker's program begins, its own clock")   \
    SBS_TIME_COL(X, ready, "worker boot finished, its own clock")           \
    SBS_TIME_COL(X, stopping, "ECS stoppingAt")                             \
    SBS_TIME_COL(X, container_exit, "ECS executionStoppedAt")               \
    SBS_TIME_COL(X, stopped, "ECS stoppedAt")                               \
    X(I2, exit_status, "1", -1, INT16_MAX, -1, "of the container")          \
    SBS_TEXT_COL(X, stop_reason, "ECS stopCode and stoppedReason")          \
    X(F8, price_per_hour, "USD/h", SBS_TRACE_ABOVE_0, SBS_TRACE_BIG, NAN,   \
      "list price")                                                         \
    SBS_TEXT_COL(X, kind, "kind of record the stamps come from")            \
    SBS_TEXT_COL(X, source, "where the stamps are from")                    \
    SBS_TEXT_COL(X, caveat, "what to beware of")

/* One attempt: a chunk of work on a worker (with ECS stamps alone: the ECS
 * task). */
#define SBS_TASK_COLUMNS(X)                                                 \
    SBS_INDEX_COL(X, workload_index, "row of /workload")                    \
    SBS_INDEX_COL(X, run_index, "row of /runs")                             \
    SBS_INDEX_COL(X, worker_index, "row of /workers")                       \
    X(I2, attempt, "1", -1, INT16_MAX, -1, "0 first, then retries")         \
    SBS_FLAG_COL(X, speculative, "1: a backup copy")                        \
    SBS_COUNT_COL(X, first_unit, "first unit of the chunk")                 \
    SBS_COUNT_COL(X, n_units, "units in the chunk")                         \
    X(I8, paths, "1", -1, SBS_TRACE_BIG, -1,                                \
      "Monte Carlo paths in the chunk")                                     \
    SBS_SECONDS_COL(X, ref_s, "work of the chunk on the reference core")    \
    SBS_TIME_COL(X, submit, "client began the request")                     \
    SBS_TIME_COL(X, api_accepted, "service accepted it")                    \
    SBS_TIME_COL(X, provision_start, "ECS createdAt")                       \
    SBS_TIME_COL(X, network_ready, "ECS connectivityAt")                    \
    SBS_TIME_COL(X, pull_start, "ECS pullStartedAt")                        \
    SBS_TIME_COL(X, pull_end, "ECS pullStoppedAt")                          \
    SBS_TIME_COL(X, container_start, "ECS startedAt")                       \
    SBS_TIME_COL(X, worker_boot_start, "worker's program begins")           \
    SBS_TIME_COL(X, worker_boot_end, "interpreter and packages loaded")     \
    SBS_TIME_COL(X, download_start, "input data asked for")                 \
    SBS_TIME_COL(X, download_end, "input data there")                       \
    SBS_TIME_COL(X, compute_start, "user code begins")                      \
    SBS_TIME_COL(X, compute_end, "user code ends")                          \
    SBS_TIME_COL(X, upload_end, "result stored")                            \
    SBS_TIME_COL(X, detected, "client saw the result")                      \
    SBS_TIME_COL(X, stopping, "ECS stoppingAt")                             \
    SBS_TIME_COL(X, container_exit, "ECS executionStoppedAt")               \
    SBS_TIME_COL(X, stopped, "ECS stoppedAt")                               \
    X(I2, exit_status, "1", -1, INT16_MAX, -1, "0 ok, > 0 code")            \
    X(I1, outcome, "1", -1, 5, -1,                                          \
      "0 ok, 1 failed, 2 interrupted, 3 cancelled, 4 timeout, 5 censored")  \
    SBS_SECONDS_COL(X, cpu_seconds, "user + system")

/* Optional: what happened when. */
#define SBS_EVENT_COLUMNS(X)                                                \
    SBS_TIME_COL(X, time, "when")                                           \
    X(I2, kind, "1", -1, INT16_MAX, -1,                                     \
      "1 spot warning, 2 throttled, 3 launch refused, 4 capacity error")    \
    SBS_INDEX_COL(X, worker_index, "row of /workers")                       \
    X(F8, value, "", -SBS_TRACE_BIG, SBS_TRACE_BIG, NAN, "as the kind says")

/* Optional: run lengths of spot capacity. */
#define SBS_INTERVAL_COLUMNS(X)                                             \
    SBS_TEXT_COL(X, az, "availability zone")                                \
    SBS_TEXT_COL(X, instance_type, "EC2 type")                              \
    SBS_TIME_COL(X, start, "begin")                                         \
    SBS_SECONDS_COL(X, duration, "length")                                  \
    SBS_FLAG_COL(X, available, "1: capacity was there")                     \
    SBS_FLAG_COL(X, censored, "1: the end was not seen")

/* Every table: X(member of struct sbs_trace, group, COLUMNS). */
#define SBS_TRACE_TABLES(X)                    \
    X(runs, SBS_RUN_COLUMNS)                   \
    X(workload, SBS_WORKLOAD_COLUMNS)          \
    X(workers, SBS_WORKER_COLUMNS)             \
    X(tasks, SBS_TASK_COLUMNS)                 \
    X(events, SBS_EVENT_COLUMNS)               \
    X(intervals, SBS_INTERVAL_COLUMNS)

/* What may stand beside the values of one set of samples. */
#define SBS_SAMPLE_COLUMNS(X)                                               \
    X(F8, value, "", -SBS_TRACE_BIG, SBS_TRACE_BIG, NAN, "the figure")      \
    X(F8, low, "", -SBS_TRACE_BIG, SBS_TRACE_BIG, NAN, "low end, if told")  \
    X(F8, high, "", -SBS_TRACE_BIG, SBS_TRACE_BIG, NAN, "high end, if told") \
    X(F8, n, "1", 0, SBS_TRACE_BIG, NAN, "observations behind the figure")  \
    SBS_TEXT_COL(X, item, "what the figure is of")                          \
    SBS_TEXT_COL(X, statistic, "median, mean, p10, max, CV...")             \
    SBS_TEXT_COL(X, processor, "processor")                                 \
    SBS_TEXT_COL(X, arch, "x86_64 or arm64")                                \
    SBS_TEXT_COL(X, region, "AWS region")                                   \
    SBS_TEXT_COL(X, instance_type, "EC2 type or machine series")            \
    X(F8, vcpu, "1", 0, 1024, NAN, "vCPU of the task or machine")           \
    SBS_BYTES_COL(X, image_bytes, "compressed image")                       \
    X(F8, cv_frac, "1", 0, SBS_TRACE_BIG, NAN, "sd over mean, the n values") \
    X(F8, slowdown, "1", 0, SBS_TRACE_BIG, NAN, "time over reference time") \
    X(F8, loaded_share, "1", 0, 2, NAN,                                     \
      "speed of a vCPU, all busy, over one busy")                           \
    SBS_TEXT_COL(X, date, "day or span of the measurement")                 \
    SBS_TEXT_COL(X, kind, "measured, stated, estimate, derived, bound...")  \
    SBS_TEXT_COL(X, source, "where it is from")                             \
    SBS_TEXT_COL(X, caveat, "what to beware of")

/* Text of /provenance. */
#define SBS_PROVENANCE(X)                                                   \
    X(source) X(repository) X(commit) X(path) X(licence) X(retrieved_utc)   \
    X(sha256) X(citation) X(notes) X(sbsim_version) X(seed)

/* Attributes of /workload. */
#define SBS_WORKLOAD_ATTRIBUTES(X)                                          \
    X(reference_core) X(reference_score) X(reference_benchmark) X(origin)

#endif
