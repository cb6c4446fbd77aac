/* SPDX-License-Identifier: Apache-2.0 */
/* The worker's own clock readings: JSON lines, one for each attempt
 * (doc/trace-format.md, "--worker-log"). */
#include "config.h"

#include "traces/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "base/file.h"
#include "base/json.h"
#include "base/nearest.h"
#include "traces/cell.h"

/* One line being taken in. */
struct line {
    struct sbs_import *im;
    const struct cJSON *json;
    const char *where;
    int64_t worker, task;
    struct sbs_error *err;
};

/* What goes as it is into a column: of /workers or of /tasks. */
struct field {
    const char *key, *column;
};
static const struct field worker_fields[] = {
    { "cpu_model", "cpu_model" }, { "arch", "arch" },
    { "launch_type", "launch_type" }, { "instance_type", "instance_type" },
    { "region", "region" }, { "az", "az" }, { "image", "image" },
    { "vcpu", "vcpu" }, { "mem_bytes", "mem_bytes" },
    { "threads_per_core", "threads_per_core" }, { "spot", "spot" } };
static const struct field task_fields[] = {
    { "units", "n_units" }, { "paths", "paths" }, { "ref_s", "ref_s" },
    { "speculative", "speculative" }, { "cpu_s", "cpu_seconds" },
    { "exit", "exit_status" } };
static const struct field task_stamps[] = {
    { "submit", "submit" }, { "api_accepted", "api_accepted" },
    { "download_start", "download_start" },
    { "download_end", "download_end" },
    { "compute_start", "compute_start" }, { "compute_end", "compute_end" },
    { "upload_end", "upload_end" }, { "detected", "detected" } };
static const struct field cycle_stamps[] = {
    { "boot_start", "boot_start" }, { "boot_end", "ready" } };
/* Keys with a meaning of their own. */
static const char *const other_keys[] = {
    "task", "worker", "run", "item", "unit", "attempt", "item_ref_s",
    "outcome" };
static const char *const outcomes[] = { "ok", "failed", "interrupted",
                                        "cancelled", "timeout", "censored" };

#define LOG_COUNT(array) (sizeof(array) / sizeof((array)[0]))
enum { LOG_KEYS = LOG_COUNT(worker_fields) + LOG_COUNT(task_fields) +
       LOG_COUNT(task_stamps) + LOG_COUNT(cycle_stamps) +
       LOG_COUNT(other_keys) };

static size_t add_keys(const char **keys, size_t n,
                       const struct field *fields, size_t n_fields)
{
    for (size_t i = 0; i < n_fields; i++)
        keys[n++] = fields[i].key;
    return n;
}

static int check_keys(const struct line *l)
{
    const char *keys[LOG_KEYS];
    size_t n = add_keys(keys, 0, worker_fields, LOG_COUNT(worker_fields));
    n = add_keys(keys, n, task_fields, LOG_COUNT(task_fields));
    n = add_keys(keys, n, task_stamps, LOG_COUNT(task_stamps));
    n = add_keys(keys, n, cycle_stamps, LOG_COUNT(cycle_stamps));
    for (size_t i = 0; i < LOG_COUNT(other_keys); i++)
        keys[n++] = other_keys[i];
    return sbs_json_known(l->json, l->where, keys, n, l->err);
}

/* A key's value into a cell, of the type and range that its column has. */
static int take_field(const struct line *l, int table,
                      const struct field *field, size_t row)
{
    const struct sbs_table_def *def = &sbs_table_defs[table];
    const struct sbs_column *column = sbs_table_column(def, field->column);
    struct sbs_table *rows = sbs_table_of(l->im->trace, (size_t)table);
    const struct cJSON *json = sbs_json_get(l->json, field->key);
    SBS_ASSERT(column);
    if (!json)
        return 0;
    if (sbs_column_is_text(column)) {
        const char *text = "", *kept = sbs_table_text(rows, column, row);
        if (sbs_json_string(l->json, l->where, field->key, &text, l->err) ||
            sbs_import_text(l->im, &kept, text, l->err))
            return -1;
        sbs_table_set_text(rows, column, row, kept);
        return 0;
    }
    double value = NAN;
    int status;
    if (cJSON_IsBool(json) && column->high == 1) {
        value = cJSON_IsTrue(json);
        status = 0;
    } else if (sbs_column_is_integer(column)) {
        int64_t whole = 0, high = (int64_t)column->high;
        status = sbs_json_integer(l->json, l->where, field->key, 0, high,
                                  &whole, l->err);
        value = (double)whole;
    } else {
        status = sbs_json_real(l->json, l->where, field->key,
                               column->low > 0 ? column->low : 0,
                               column->high, &value, l->err);
    }
    if (status == 0)
        sbs_table_set_number(rows, column, row, value);
    return status;
}

static int take_fields(const struct line *l)
{
    for (size_t i = 0; i < LOG_COUNT(worker_fields); i++)
        if (take_field(l, SBS_TABLE_workers, &worker_fields[i],
                       (size_t)l->worker))
            return -1;
    for (size_t i = 0; i < LOG_COUNT(task_fields); i++)
        if (take_field(l, SBS_TABLE_tasks, &task_fields[i], (size_t)l->task))
            return -1;
    return 0;
}

static int take_stamps(const struct line *l)
{
    struct sbs_table *tasks = &l->im->trace->tasks.rows;
    for (size_t i = 0; i < LOG_COUNT(task_stamps); i++) {
        double seconds = NAN;
        if (sbs_import_json_stamp(l->im, l->json, l->where,
                                  task_stamps[i].key, &seconds, l->err))
            return -1;
        if (!isnan(seconds))
            sbs_table_set_number(
                tasks, sbs_table_column(&sbs_table_defs[SBS_TABLE_tasks],
                                        task_stamps[i].column),
                (size_t)l->task, seconds);
    }
    for (size_t i = 0; i < LOG_COUNT(cycle_stamps); i++) {
        double seconds = NAN;
        if (sbs_import_json_stamp(l->im, l->json, l->where,
                                  cycle_stamps[i].key, &seconds, l->err) ||
            sbs_import_cycle(l->im, l->worker, cycle_stamps[i].column,
                             seconds, false, l->err))
            return -1;
    }
    return 0;
}

static int take_outcome(const struct line *l)
{
    struct sbs_trace_tasks *t = &l->im->trace->tasks;
    const char *text = "";
    size_t row = (size_t)l->task, i = 0;
    if (sbs_json_string(l->json, l->where, "outcome", &text, l->err))
        return -1;
    while (text[0] && i < LOG_COUNT(outcomes) &&
           strcmp(text, outcomes[i]) != 0)
        i++;
    if (i == LOG_COUNT(outcomes))
        return sbs_fail(l->err, SBS_EINPUT, "%s outcome: unknown (\"%.40s\", "
                        "allowed: ok, failed, interrupted, cancelled, "
                        "timeout, censored)", l->where, text);
    if (text[0])
        t->outcome[row] = (int64_t)i;
    sbs_import_settle(l->im, l->task);
    return 0;
}

/* A name at `key`, "" when absent. */
static int take_name(const struct line *l, const char *key, const char **name)
{
    *name = "";
    if (sbs_json_string(l->json, l->where, key, name, l->err))
        return -1;
    if (strlen(*name) > 200)
        return sbs_fail(l->err, SBS_EINPUT, "%s %s: too long (%zu bytes, "
                        "allowed 200)", l->where, key, strlen(*name));
    return 0;
}

/* The rows this line is about. */
static int find_rows(struct line *l)
{
    const char *task, *worker, *item, *run;
    int64_t unit = -1, attempt = -1, item_row = -1, run_row = -1;
    if (take_name(l, "task", &task) || take_name(l, "worker", &worker) ||
        take_name(l, "item", &item) || take_name(l, "run", &run) ||
        sbs_json_integer(l->json, l->where, "unit", 0, INT32_MAX, &unit,
                         l->err) ||
        sbs_json_integer(l->json, l->where, "attempt", 0, INT16_MAX,
                         &attempt, l->err))
        return -1;
    if (!task[0] && !worker[0])
        return sbs_fail(l->err, SBS_EINPUT, "%s needs \"task\" or "
                        "\"worker\"", l->where);
    const char *id = task[0] ? sbs_import_short_id(task) : worker;
    l->worker = sbs_import_worker(l->im, id, l->err);
    if (l->worker < 0 ||
        (item[0] && (item_row = sbs_import_item(l->im, item, l->err)) < 0) ||
        (run[0] && (run_row = sbs_import_run(l->im, run, l->err)) < 0))
        return -1;
    l->task = sbs_import_attempt(l->im, l->worker, item_row, unit, attempt,
                                 l->err);
    if (l->task < 0)
        return -1;
    if (run_row >= 0)
        l->im->trace->tasks.run_index[l->task] = run_row;
    double ref_s = NAN;
    if (sbs_json_real(l->json, l->where, "item_ref_s", SBS_JSON_ABOVE_0,
                      SBS_TRACE_BIG, &ref_s, l->err))
        return -1;
    if (!isnan(ref_s) && item_row < 0)
        return sbs_fail(l->err, SBS_EINPUT, "%s item_ref_s: needs \"item\"",
                        l->where);
    if (!isnan(ref_s))
        l->im->trace->workload.ref_seconds[item_row] = ref_s;
    return 0;
}

static int take_line(struct sbs_import *im, const struct cJSON *json,
                     const char *where, struct sbs_error *err)
{
    struct line l = { im, json, where, -1, -1, err };
    if (sbs_json_is_object(json, where, err) || check_keys(&l) ||
        find_rows(&l) || take_fields(&l) || take_stamps(&l) ||
        take_outcome(&l))
        return -1;
    const char **kind = &im->trace->workers.kind[l.worker];
    if (!(*kind)[0] && sbs_import_text(im, kind, "worker log", err))
        return -1;
    im->n_read++;
    return 0;
}

int sbs_import_worker_log_text(struct sbs_import *im, const char *text,
                               size_t length, const char *name,
                               struct sbs_error *err)
{
    im->name = name;
    im->n_read = 0;
    return sbs_import_values(im, text, length, name, take_line, err);
}

int sbs_import_worker_log(struct sbs_import *im, const char *path,
                          struct sbs_error *err)
{
    size_t length;
    char *text = sbs_file_read(path, SBS_JSON_MAX_BYTES, &length, err);
    if (!text)
        return -1;
    int status = sbs_import_worker_log_text(im, text, length, path, err);
    free(text);
    return status ? -1 : sbs_import_note(im, "--worker-log", path, err);
}
