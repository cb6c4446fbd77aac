/* SPDX-License-Identifier: Apache-2.0 */
/* What the importers share: finding rows, and where a stamp belongs. */
#include "config.h"

#include "traces/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "traces/store_h5.h"

static int no_memory(struct sbs_error *err)
{
    return sbs_fail(err, SBS_EMEMORY, "out of memory");
}

/* Names of the life cycle in /workers and in /tasks. */
static const char *const cycle_names[][2] = {
    { "created", "provision_start" }, { "network_ready", "network_ready" },
    { "pull_start", "pull_start" },   { "pull_end", "pull_end" },
    { "container_start", "container_start" },
    { "boot_start", "worker_boot_start" }, { "ready", "worker_boot_end" },
    { "stopping", "stopping" },       { "container_exit", "container_exit" },
    { "stopped", "stopped" } };
enum { CYCLE_COUNT = sizeof cycle_names / sizeof cycle_names[0] };

const char *sbs_import_cycle_in_tasks(const char *worker_name)
{
    for (size_t i = 0; i < CYCLE_COUNT; i++)
        if (strcmp(cycle_names[i][0], worker_name) == 0)
            return cycle_names[i][1];
    return NULL;
}

/* "3/17/0/-1": container, item, first unit, attempt. */
static const char *attempt_key(char key[100], int64_t worker, int64_t item,
                               int64_t unit, int64_t attempt)
{
    snprintf(key, 100, "%lld/%lld/%lld/%lld", (long long)worker,
             (long long)item, (long long)unit, (long long)attempt);
    return key;
}

/* Room for what is kept of each worker. */
static int reserve_workers(struct sbs_import *im, struct sbs_error *err)
{
    size_t n = im->trace->workers.rows.n, room = im->room ? im->room : 64;
    if (n <= im->room)
        return 0;
    while (room < n)
        room *= 2;
    int64_t *counts = realloc(im->n_attempts, room * sizeof *counts);
    if (counts)
        im->n_attempts = counts;
    int64_t *any = realloc(im->any_attempt, room * sizeof *any);
    if (any)
        im->any_attempt = any;
    double *version = realloc(im->version, room * sizeof *version);
    if (version)
        im->version = version;
    if (!counts || !any || !version)
        return no_memory(err);
    for (size_t i = im->room; i < room; i++) {
        counts[i] = 0;
        any[i] = -1;
        version[i] = -INFINITY;
    }
    im->room = room;
    return 0;
}

static int know_attempt(struct sbs_import *im, size_t row,
                        struct sbs_error *err)
{
    const struct sbs_trace_tasks *t = &im->trace->tasks;
    int64_t worker = t->worker_index[row];
    char key[100];
    attempt_key(key, worker, t->workload_index[row], t->first_unit[row],
                t->attempt[row]);
    if (sbs_index_put(&im->attempts, key, (int64_t)row))
        return no_memory(err);
    if (worker >= 0) {
        im->n_attempts[worker]++;
        im->any_attempt[worker] = (int64_t)row;
    }
    return 0;
}

static int know_names(struct sbs_index *index, const char *const *names,
                      size_t n, struct sbs_error *err)
{
    for (size_t i = 0; i < n; i++)
        if (names[i][0] && sbs_index_put(index, names[i], (int64_t)i))
            return no_memory(err);
    return 0;
}

int sbs_import_init(struct sbs_import *im, struct sbs_trace *trace,
                    struct sbs_error *err)
{
    *im = (struct sbs_import){ .trace = trace, .name = "" };
    int status = reserve_workers(im, err);
    if (status == 0)
        status = know_names(&im->workers, trace->workers.worker_id,
                            trace->workers.rows.n, err);
    if (status == 0)
        status = know_names(&im->items, trace->workload.task_id,
                            trace->workload.rows.n, err);
    if (status == 0)
        status = know_names(&im->runs, trace->runs.name, trace->runs.rows.n,
                            err);
    for (size_t i = 0; i < trace->tasks.rows.n && status == 0; i++)
        status = know_attempt(im, i, err);
    if (status)
        sbs_import_fini(im);
    return status;
}

void sbs_import_fini(struct sbs_import *im)
{
    sbs_index_fini(&im->workers);
    sbs_index_fini(&im->items);
    sbs_index_fini(&im->runs);
    sbs_index_fini(&im->attempts);
    free(im->n_attempts);
    free(im->any_attempt);
    free(im->version);
    *im = (struct sbs_import){ 0 };
}

/* Row of a name in an index; made in `table` with the name in the cells that
 * `names` leads to (the array moves when the table grows). */
static int64_t find_row(struct sbs_import *im, struct sbs_index *index,
                        struct sbs_table *table, const char ***names,
                        const char *name, struct sbs_error *err)
{
    int64_t row = sbs_index_find(index, name);
    if (row >= 0)
        return row;
    if (!sbs_trace_text_ok(name, strlen(name), false))
        return sbs_fail(err, SBS_EINPUT, "a name with control characters or "
                        "not UTF-8");
    if (table->n >= SBS_H5_MAX_ROWS)
        return sbs_fail(err, SBS_EINPUT, "more than %d rows",
                        SBS_H5_MAX_ROWS);
    const char *own = sbs_trace_keep(im->trace, name, strlen(name));
    if (!own || sbs_trace_add_row(im->trace, table, NULL))
        return no_memory(err);
    row = (int64_t)table->n - 1;
    (*names)[row] = own;
    return sbs_index_put(index, own, row) ? no_memory(err) : row;
}

int64_t sbs_import_worker(struct sbs_import *im, const char *id,
                          struct sbs_error *err)
{
    struct sbs_trace_workers *w = &im->trace->workers;
    int64_t row = find_row(im, &im->workers, &w->rows, &w->worker_id, id,
                           err);
    return row < 0 || reserve_workers(im, err) ? -1 : row;
}

int64_t sbs_import_item(struct sbs_import *im, const char *id,
                        struct sbs_error *err)
{
    struct sbs_trace_workload *w = &im->trace->workload;
    return find_row(im, &im->items, &w->rows, &w->task_id, id, err);
}

int64_t sbs_import_run(struct sbs_import *im, const char *name,
                       struct sbs_error *err)
{
    struct sbs_trace_runs *r = &im->trace->runs;
    return find_row(im, &im->runs, &r->rows, &r->name, name, err);
}

static const struct sbs_column *column_of(int table, const char *name)
{
    const struct sbs_column *column =
        sbs_table_column(&sbs_table_defs[table], name);
    SBS_ASSERT(column);
    return column;
}

/* The container's life cycle from its attempt to /workers. */
static void move_cycle(struct sbs_import *im, int64_t worker, int64_t task)
{
    struct sbs_table *workers = &im->trace->workers.rows;
    struct sbs_table *tasks = &im->trace->tasks.rows;
    for (size_t i = 0; i < CYCLE_COUNT; i++) {
        const struct sbs_column *to =
            column_of(SBS_TABLE_workers, cycle_names[i][0]);
        const struct sbs_column *from =
            column_of(SBS_TABLE_tasks, cycle_names[i][1]);
        double value = sbs_table_number(tasks, from, (size_t)task);
        if (isnan(value))
            continue;
        sbs_table_set_number(workers, to, (size_t)worker, value);
        sbs_table_set_number(tasks, from, (size_t)task, NAN);
    }
}

/* An attempt of this worker of which nothing but the container is known (-1:
 * there is none, -2: out of memory); it becomes one of `item` and so on. */
static int64_t adopt(struct sbs_import *im, int64_t worker, int64_t item,
                     int64_t unit, int64_t attempt, struct sbs_error *err)
{
    struct sbs_trace_tasks *t = &im->trace->tasks;
    char key[100];
    attempt_key(key, worker, -1, -1, -1);
    int64_t row = sbs_index_find(&im->attempts, key);
    if (row < 0)
        return -1;
    bool lost = sbs_index_put(&im->attempts, key, -1) != 0;
    attempt_key(key, worker, item, unit, attempt);
    if (lost || sbs_index_put(&im->attempts, key, row)) {
        no_memory(err);
        return -2;
    }
    t->workload_index[row] = item;
    t->first_unit[row] = unit;
    t->attempt[row] = attempt;
    /* These were of the container, which has its own; the attempt's log
     * will say what they are of the attempt. */
    t->exit_status[row] = t->outcome[row] = -1;
    return row;
}

int64_t sbs_import_attempt(struct sbs_import *im, int64_t worker,
                           int64_t item, int64_t unit, int64_t attempt,
                           struct sbs_error *err)
{
    struct sbs_trace_tasks *t = &im->trace->tasks;
    char key[100];
    attempt_key(key, worker, item, unit, attempt);
    int64_t row = sbs_index_find(&im->attempts, key);
    if (row < 0 && worker >= 0)
        row = adopt(im, worker, item, unit, attempt, err);
    if (row < -1)
        return -1;
    /* Nothing said of what it computed: the container's only attempt. */
    if (row < 0 && item < 0 && unit < 0 && attempt < 0 && worker >= 0 &&
        im->n_attempts[worker] == 1)
        row = im->any_attempt[worker];
    if (row >= 0)
        return row;
    if (t->rows.n >= SBS_H5_MAX_ROWS)
        return sbs_fail(err, SBS_EINPUT, "more than %d rows",
                        SBS_H5_MAX_ROWS);
    if (sbs_trace_add_row(im->trace, &t->rows, err))
        return -1;
    row = (int64_t)t->rows.n - 1;
    t->worker_index[row] = worker;
    t->workload_index[row] = item;
    t->first_unit[row] = unit;
    t->attempt[row] = attempt;
    if (worker >= 0 && im->n_attempts[worker] == 1)
        move_cycle(im, worker, im->any_attempt[worker]);
    return know_attempt(im, (size_t)row, err) ? -1 : row;
}

int sbs_import_cycle(struct sbs_import *im, int64_t worker, const char *name,
                     double seconds, bool keep, struct sbs_error *err)
{
    if (isnan(seconds))
        return 0;
    struct sbs_table *table = &im->trace->workers.rows;
    const struct sbs_column *column = column_of(SBS_TABLE_workers, name);
    size_t row = (size_t)worker;
    if (im->n_attempts[worker] < 2) {
        int64_t task = sbs_import_attempt(im, worker, -1, -1, -1, err);
        if (task < 0)
            return -1;
        table = &im->trace->tasks.rows;
        column = column_of(SBS_TABLE_tasks, sbs_import_cycle_in_tasks(name));
        row = (size_t)task;
    }
    if (!keep || sbs_table_missing(table, column, row))
        sbs_table_set_number(table, column, row, seconds);
    return 0;
}

static bool begins(const char *text, const char *head)
{
    return strncmp(text, head, strlen(head)) == 0;
}

void sbs_import_settle(struct sbs_import *im, int64_t task)
{
    struct sbs_trace_tasks *t = &im->trace->tasks;
    const struct sbs_trace_workers *w = &im->trace->workers;
    int64_t worker = t->worker_index[task];
    bool ended = !isnan(t->compute_end[task]);
    if (t->outcome[task] >= 0)
        return;
    if (t->exit_status[task] > 0)
        t->outcome[task] = 1;
    else if (t->exit_status[task] == 0 && ended)
        t->outcome[task] = 0;
    if (ended || worker < 0 || im->n_attempts[worker] != 1)
        return;
    const char *reason = w->stop_reason[worker];
    if (begins(reason, "SpotInterruption") ||
        begins(reason, "TerminationNotice"))
        t->outcome[task] = 2;
    else if (w->exit_status[worker] > 0 ||
             begins(reason, "TaskFailedToStart"))
        t->outcome[task] = 1;
}

int sbs_import_text(struct sbs_import *im, const char **cell,
                    const char *text, struct sbs_error *err)
{
    if (!text || !text[0] || strcmp(*cell, text) == 0)
        return 0;
    size_t n = strlen(text);
    if (n > SBS_H5_MAX_TEXT / 2)
        return sbs_fail(err, SBS_EINPUT, "%s: a text of %zu bytes (allowed "
                        "%d)", im->name, n, SBS_H5_MAX_TEXT / 2);
    char *clean = malloc(n + 1);
    if (!clean)
        return no_memory(err);
    /* A reason may hold line breaks; a column's text is one line. */
    for (size_t i = 0; i <= n; i++)
        clean[i] = text[i] && (unsigned char)text[i] < 0x20 ? ' ' : text[i];
    const char *own = sbs_trace_text_ok(clean, n, false)
                    ? sbs_trace_keep(im->trace, clean, n) : NULL;
    free(clean);
    if (!own)
        return sbs_fail(err, SBS_EINPUT, "%s: text with control characters "
                        "or not UTF-8", im->name);
    *cell = own;
    return 0;
}

const char *sbs_import_short_id(const char *id)
{
    const char *slash = strrchr(id, '/');
    return slash && slash[1] ? slash + 1 : id;
}

int sbs_import_note(struct sbs_import *im, const char *how, const char *path,
                    struct sbs_error *err)
{
    char hash[SBS_HASH_TEXT], line[600];
    struct stat st;
    if (stat(path, &st) == 0 && S_ISFIFO(st.st_mode)) {
        snprintf(line, sizeof line, "import %s from a pipe", how);
    } else {
        if (sbs_hash_file(path, hash, err))
            return -1;
        snprintf(line, sizeof line, "import %s %.400s: SHA-256 %s", how,
                 sbs_import_short_id(path), hash);
    }
    const char *old = im->trace->provenance.notes;
    size_t n_old = strlen(old), n = n_old + strlen(line) + 2;
    /* The file keeps 64 KiB; the notes of some hundred imports fit. */
    if (strstr(old, line) || n > SBS_H5_MAX_TEXT / 2 ||
        !sbs_trace_text_ok(line, strlen(line), false))
        return 0;
    char *notes = malloc(n);
    if (!notes)
        return no_memory(err);
    snprintf(notes, n, "%s%s%s", old, n_old ? "\n" : "", line);
    const char *own = sbs_trace_keep(im->trace, notes, strlen(notes));
    free(notes);
    if (!own)
        return no_memory(err);
    im->trace->provenance.notes = own;
    return 0;
}
