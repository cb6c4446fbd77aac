/* SPDX-License-Identifier: Apache-2.0 */
/* What a trace tells of slow workers and tasks: where the spread is, who the
 * stragglers are, whether it can be told at all, and what to do
 * (doc/diagnose.md). */
#ifndef SBS_CALIBRATE_DIAGNOSE_H
#define SBS_CALIBRATE_DIAGNOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "calibrate/dependence.h"
#include "calibrate/variance.h"
#include "traces/store.h"

/* A straggler took this many times the median time for its work. */
#define SBS_STRAGGLER 1.5

#define SBS_VERDICTS(X)                                    \
    X(UNTOLD, "cannot be told from this design")           \
    X(SYSTEMATIC, "systematic")                            \
    X(RANDOM, "random")                                    \
    X(PROGRESSIVE, "progressive")

enum sbs_verdict_kind {
#define SBS_VERDICT_ID(id, name) SBS_VERDICT_##id,
    SBS_VERDICTS(SBS_VERDICT_ID)
#undef SBS_VERDICT_ID
};

/* The rows of a trace that have a time, with what they are of. */
struct sbs_diagnose_rows {
    struct sbs_variance_data data; /* data.row is owned */
    size_t *task;        /* row of /tasks of each, before any sorting */
    double *log_time;    /* in that order */
    int64_t *worker;     /* row of /workers, by dense index; owned */
    int64_t *run;        /* row of /runs or -1, by dense index */
    const char **processor; /* by dense index; "" = not recorded */
    size_t n;
    bool refused;        /* the times cannot be compared; n is 0 then */
    char work[200];      /* how they are compared, or why they are not */
    size_t n_failed;     /* attempts that failed: left out */
    size_t n_censored;   /* cancelled, timed out, interrupted or running */
    size_t n_without_worker;
    double first_s, last_s; /* of the stamps behind the rows */
};

/* run < 0: all runs. */
int sbs_diagnose_read(const struct sbs_trace *trace, int64_t run,
                      struct sbs_diagnose_rows *out, struct sbs_error *err);
void sbs_diagnose_rows_fini(struct sbs_diagnose_rows *rows);

struct sbs_straggler {
    size_t task;       /* row of /tasks */
    double ratio;      /* time over the median of the run */
    bool cut;          /* cancelled or running: the ratio is at least this */
};

#define SBS_DIAGNOSE_PAIRS 10

struct sbs_pair {
    const char *a, *b;
    struct sbs_spearman s;
};

struct sbs_diagnose_tail {
    const char *what;
    struct sbs_tail tail;
};

struct sbs_advice {
    char text[400];
    char command[200]; /* or "" */
};

struct sbs_diagnosis {
    const struct sbs_trace *trace; /* borrowed */
    int64_t only_run;              /* row of /runs, -1: all */
    struct sbs_diagnose_rows rows;
    /* What the trace holds. */
    size_t n_runs, n_containers, n_started, n_never, n_sources;
    size_t tasks_least, tasks_most; /* a worker that has rows */
    double tasks_median, hours;
    double never_hi; /* 95% upper bound of the chance of never starting */
    bool have_variance;
    struct sbs_variance variance;
    struct sbs_straggler *straggler;
    size_t n_stragglers, n_straggling_workers;
    struct sbs_pair pair[SBS_DIAGNOSE_PAIRS];
    size_t n_pairs;
    struct sbs_diagnose_tail tail[2];
    size_t n_tails;
    enum sbs_verdict_kind verdict;
    bool also_systematic, also_progressive;
    char why[600], could[900], totals[1200];
    struct sbs_advice advice[8];
    size_t n_advice;
};

/* `name`: of the trace, in commands. The result does not depend on threads
 * or time. */
int sbs_diagnose(const struct sbs_trace *trace, const char *name, int64_t run,
                 struct sbs_diagnosis *out, struct sbs_error *err);
void sbs_diagnosis_fini(struct sbs_diagnosis *d);

const char *sbs_verdict_name(enum sbs_verdict_kind v);

/* The parts of it, in calibrate/diagnose_*.c. */
int sbs_diagnose_phases(struct sbs_diagnosis *d, struct sbs_error *err);
void sbs_diagnose_decide(struct sbs_diagnosis *d);
void sbs_diagnose_totals(struct sbs_diagnosis *d);
void sbs_diagnose_advise(struct sbs_diagnosis *d, const char *name);

/* Text of at most 100 columns; JSON as in doc/diagnose.md. */
void sbs_diagnose_print(const struct sbs_diagnosis *d, FILE *out);
int sbs_diagnose_json(const struct sbs_diagnosis *d, FILE *out,
                      struct sbs_error *err);

#endif
