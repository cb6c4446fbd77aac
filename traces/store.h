/* SPDX-License-Identifier: Apache-2.0 */
/* A trace in memory, and the HDF5 file it is read from and written to
 * (doc/trace-format.md). Times are seconds after `epoch_utc`, NaN where not
 * observed; integers -1; text "", never NULL. Text belongs to the trace. */
#ifndef SBS_TRACES_STORE_H
#define SBS_TRACES_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "traces/columns.h"

/* struct sbs_trace_runs, _workload, _workers, _tasks, _events, _intervals
 * and _samples: n rows, one array a column. */
#define SBS_MEMBER_TIME(name) double *name;
#define SBS_MEMBER_F8(name) double *name;
#define SBS_MEMBER_F4(name) double *name;
#define SBS_MEMBER_I1(name) int64_t *name;
#define SBS_MEMBER_I2(name) int64_t *name;
#define SBS_MEMBER_I4(name) int64_t *name;
#define SBS_MEMBER_I8(name) int64_t *name;
#define SBS_MEMBER_STR(name) const char **name;
#define SBS_MEMBER(kind, name, ...) SBS_MEMBER_##kind(name)

/* Common head of every table. */
struct sbs_table {
    size_t n, room;
};
#define SBS_TABLE_STRUCT(table, COLUMNS) \
    struct sbs_trace_##table {           \
        struct sbs_table rows;           \
        COLUMNS(SBS_MEMBER)              \
    };
SBS_TRACE_TABLES(SBS_TABLE_STRUCT)
SBS_TABLE_STRUCT(samples, SBS_SAMPLE_COLUMNS)

/* Unlinked measurements of one kind: /samples/<name>. */
struct sbs_sample {
    const char *name, *units, *long_name, *origin;
    struct sbs_trace_samples col; /* col.value[i], i < col.rows.n */
};

enum sbs_trace_kind { SBS_TRACE_MEASURED, SBS_TRACE_SIMULATED,
                      SBS_TRACE_MIXED };

struct sbs_trace {
    const char *name; /* file it came from, for messages */
    const char *epoch_utc, *created_by;
    enum sbs_trace_kind kind;
    double clock_skew_tolerance_s;
    struct sbs_trace_runs runs;
    struct sbs_trace_workload workload;
    struct sbs_trace_workers workers;
    struct sbs_trace_tasks tasks;
    struct sbs_trace_events events;
    struct sbs_trace_intervals intervals;
    struct sbs_sample *samples;
    size_t n_samples;
    struct {
#define SBS_PROVENANCE_MEMBER(name) const char *name;
        SBS_PROVENANCE(SBS_PROVENANCE_MEMBER)
#undef SBS_PROVENANCE_MEMBER
    } provenance;
    struct {
#define SBS_WORKLOAD_MEMBER(name) const char *name;
        SBS_WORKLOAD_ATTRIBUTES(SBS_WORKLOAD_MEMBER)
#undef SBS_WORKLOAD_MEMBER
    } work;
    const char *model_key, *model_json; /* stored fitted model, or "" */
    size_t n_unknown;           /* columns and groups not known here */
    const char *content_sha256; /* what the file says of itself, or "" */
    struct sbs_trace_text *text;        /* owns all the text */
};

/* An empty trace: epoch 1970-01-01T00:00:00Z, measured, skew 2 s. NULL when
 * out of memory. */
struct sbs_trace *sbs_trace_create(void);
void sbs_trace_destroy(struct sbs_trace *trace); /* NULL allowed */

/* Append a row of missing values to a table of `trace` (`&trace->tasks.rows`
 * and so on). Returns 0, or -1 when out of memory. */
int sbs_trace_add_row(struct sbs_trace *trace, struct sbs_table *table,
                      struct sbs_error *err);
/* The samples called `name`, made empty when `units` is given and there are
 * none; NULL when there are none (or out of memory). The pointer holds until
 * the next set is made. */
struct sbs_sample *sbs_trace_add_sample(struct sbs_trace *trace,
                                        const char *name, const char *units,
                                        struct sbs_error *err);
/* A copy of text[0 .. length) owned by the trace; NULL: out of memory. */
const char *sbs_trace_keep(struct sbs_trace *trace, const char *text,
                           size_t length);

/* Read a file. It is parsed in a child process with limits on time and
 * memory, so that a damaged or hostile file ends in an error, whatever HDF5
 * does with it. With SBS_TRACE_LENIENT values out of range are kept, for
 * sbs_trace_check to list. Returns 0 and *out (the caller destroys it), or
 * -1 with "file:object: what". */
enum { SBS_TRACE_STRICT = 0, SBS_TRACE_LENIENT = 1 };
int sbs_trace_read(const char *path, int flags, struct sbs_trace **out,
                   struct sbs_error *err);

/* Write a file: all or nothing (temporary file in the same folder, fsync,
 * rename). The same trace gives the same bytes. A trace with unknown columns
 * is refused, they would be lost. */
int sbs_trace_write(const struct sbs_trace *trace, const char *path,
                    struct sbs_error *err);

/* SHA-256 of all data (not of the stored model, names or program version),
 * as 64 hex characters and a NUL. Equal after writing and reading. */
int sbs_trace_data_hash(const struct sbs_trace *trace, char hex[65],
                        struct sbs_error *err);

/* The stored model (JSON text owned by the trace) if its key is `key`; NULL
 * otherwise. The key names data and program: see sbs_trace_model_key. */
const char *sbs_trace_model_get(const struct sbs_trace *trace,
                                const char *key);
/* Keep a model with its key in the trace (in memory; then write it). */
int sbs_trace_model_set(struct sbs_trace *trace, const char *key,
                        const char *json, struct sbs_error *err);
/* key = "<data hash>:<version>", at most `size` bytes with the NUL (65 + the
 * version needed). */
int sbs_trace_model_key(const struct sbs_trace *trace, const char *version,
                        char *key, size_t size, struct sbs_error *err);


#endif
