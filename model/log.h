/* SPDX-License-Identifier: Apache-2.0 */
/* The log of a run, simulated or live: a header, then one JSON object a line
 * for everything that passes between the driver and its backend, in that
 * order: what happened (event), what the policy ordered (order), what the
 * driver told (note), and what it was answered when it asked (answer). The
 * last line says how the run ended. The format is in doc/formats.md. */
#ifndef SBS_MODEL_LOG_H
#define SBS_MODEL_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <sbsim/policy.h>

#include "base/error.h"
#include "model/backend.h"
#include "model/driver.h"
#include "model/layer.h"

struct cJSON;

#define SBS_LOG_SCHEMA "sbsim-log"
enum {
    SBS_LOG_VERSION = 1,
    /* What a reader holds in memory; a hostile header cannot ask for more. */
    SBS_LOG_UNITS_MAX = 1 << 24,
    SBS_LOG_WORKERS_MAX = 1 << 24,
    SBS_LOG_VALUES = 7, /* of a line, at most */
    SBS_LOG_TEXT = 512  /* a line as text */
};

/* ---- one line ----------------------------------------------------------- */

enum sbs_log_class {
    SBS_LOG_EVENT,
    SBS_LOG_ORDER,
    SBS_LOG_NOTE,
    SBS_LOG_ANSWER, /* its last value is the answer */
    SBS_LOG_END
};

/* The values of each kind, in order, are in model/log_entry.c. */
enum sbs_log_kind {
    /* Events, as enum sbs_event_kind. */
    SBS_LOG_STORED,
    SBS_LOG_SEEN,
    SBS_LOG_PROBED,
    SBS_LOG_CANCELLED,
    SBS_LOG_LOST,
    SBS_LOG_ENDED,
    SBS_LOG_READY,
    SBS_LOG_NOTICE,
    SBS_LOG_TIMER,
    SBS_LOG_NOTHING,
    SBS_LOG_LAUNCH,
    SBS_LOG_BEGIN,
    SBS_LOG_PROBE,
    SBS_LOG_SHORTEN,
    SBS_LOG_CANCEL,
    SBS_LOG_STOP,
    SBS_LOG_LEAVE,
    SBS_LOG_WAKE_AT,
    SBS_LOG_LAUNCHED,
    SBS_LOG_TASK_COMPLETE,
    SBS_LOG_REQUESTED_S,
    SBS_LOG_PROGRESS,
    SBS_LOG_UNBEGUN,
    SBS_LOG_OVER_QUOTA,
    SBS_LOG_POLICY_U01,
    SBS_LOG_PREDICTED_S,
    SBS_LOG_FORESEE_WORK_S,
    SBS_LOG_FORESEE_TASK_S,
    /* Ends, as enum sbs_unfinished. */
    SBS_LOG_FINISHED,
    SBS_LOG_N_KINDS = SBS_LOG_FINISHED + SBS_N_UNFINISHED
};

struct sbs_log_entry {
    enum sbs_log_kind kind;
    double time_s;
    double value[SBS_LOG_VALUES];
};

enum sbs_log_class sbs_log_class_of(enum sbs_log_kind kind);
/* How many values a kind has, and without the answer. */
int sbs_log_values(enum sbs_log_kind kind);
int sbs_log_asked(enum sbs_log_kind kind);

/* The same kind, time and first n values; a NAN is like another. */
bool sbs_log_same(const struct sbs_log_entry *a,
                  const struct sbs_log_entry *b, int n);

/* The line of an entry, its first n values only. Returns text. */
const char *sbs_log_text(const struct sbs_log_entry *e, int n,
                         char text[SBS_LOG_TEXT]);
/* Append the line to a file; false when it cannot be written. */
bool sbs_log_write(const struct sbs_log_entry *e, FILE *file);
/* "where" as in base/json.h. Refuses what no sbsim writes. */
int sbs_log_parse(const struct cJSON *json, const char *where,
                  struct sbs_log_entry *e, struct sbs_error *err);

struct sbs_log_entry sbs_log_of_event(const struct sbs_event *event);
struct sbs_event sbs_log_event(const struct sbs_log_entry *e);
struct sbs_log_entry sbs_log_of_outcome(const struct sbs_outcome *out,
                                        double now_s);

/* ---- the header --------------------------------------------------------- */

/* What a header tells of a run; everything is borrowed. */
struct sbs_log_about {
    const char *world; /* "sim" or the live backend's name */
    const char *spec;  /* of the policy, as typed */
    const struct sbs_stack *stack;
    const struct sbs_plan *asked; /* before any policy has spoken */
    const struct sbs_plan *plan;
    const struct sbs_constants *constants; /* of uncut tasks */
    uint64_t seed;
    uint32_t replication;
    const char *model_sha256, *workload_sha256; /* NULL: not known */
};

int sbs_log_write_header(const struct sbs_log_about *about, FILE *file,
                         struct sbs_error *err);

/* A header as read. */
struct sbs_log_header {
    struct cJSON *json; /* all of it; owned */
    const char *spec;   /* of json */
    uint32_t n_layers;  /* the base among them */
    struct sbs_plan asked, plan;
    struct sbs_constants constants;
    struct sbs_processor *processors; /* owned; of constants */
};

/* Takes the tree, also on failure. */
int sbs_log_parse_header(struct sbs_log_header *h, struct cJSON *take_json,
                         const char *where, struct sbs_error *err);
void sbs_log_fini_header(struct sbs_log_header *h);

/* The header that `about` would have as a tree (the caller deletes it). */
struct cJSON *sbs_log_header_tree(const struct sbs_log_about *about,
                                  struct sbs_error *err);

/* Print "path: a / b" for whatever differs between two trees, at most
 * SBS_LOG_DIFFERENCES lines; how many there are. `where` is the path of the
 * trees. "program" is left out: two versions may well agree. */
enum { SBS_LOG_DIFFERENCES = 12 };
int sbs_log_compare(const struct cJSON *a, const struct cJSON *b,
                    const char *where, FILE *out);

/* ---- reading ------------------------------------------------------------ */

struct sbs_log;
struct sbs_log_state; /* model/log_state.h */

/* Open a log and read its header. NULL with "path:line: what". */
struct sbs_log *sbs_log_open(const char *path, struct sbs_error *err);
/* The same from an open file, which is closed in any case. */
struct sbs_log *sbs_log_from(FILE *take_file, const char *name,
                             struct sbs_error *err);
void sbs_log_close(struct sbs_log *log);

/* The next line: 1, or 0 after the end. -1 with "path:line: what" for a line
 * that is wrong in itself or impossible after those before it, and for a log
 * that stops without its last line. */
int sbs_log_next(struct sbs_log *log, struct sbs_log_entry *e,
                 struct sbs_error *err);

const struct sbs_log_header *sbs_log_header(const struct sbs_log *log);
const char *sbs_log_name(const struct sbs_log *log);
uint64_t sbs_log_line(const struct sbs_log *log); /* read last, from 1 */
/* What the lines read so far have made of the run. */
const struct sbs_log_state *sbs_log_state(const struct sbs_log *log);

#endif
