/* SPDX-License-Identifier: Apache-2.0 */
/* A forecast on file (schema "sbsim-forecast", doc/forecast.md): what the
 * simulator says of a run that has not been made, with all that is needed to
 * hold it to that afterwards, and a hash over its own content. */
#ifndef SBS_CALIBRATE_FORECAST_H
#define SBS_CALIBRATE_FORECAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/metric.h"
#include "stats/summary.h"
#include "stats/verify.h"
#include "traces/store.h"

struct cJSON;
struct sbs_jsonw;

/* The figures that are forecast. */
#define SBS_FORECAST_FIGURES(X) \
    X(first_s) X(half_s) X(makespan_s) X(cost_usd)
enum sbs_figure {
#define SBS_FIGURE_ID(name) SBS_FIGURE_##name,
    SBS_FORECAST_FIGURES(SBS_FIGURE_ID)
#undef SBS_FIGURE_ID
    SBS_N_FIGURES
};
const char *sbs_figure_name(enum sbs_figure figure);

enum {
    SBS_FORECAST_VALUES = 2000, /* most values kept of a figure */
    SBS_FORECAST_CURVES = 200,  /* most replications with completion times */
    SBS_FORECAST_POINTS = 200,  /* most completion times kept of each */
    SBS_FORECAST_POLICIES = 100,
    SBS_FORECAST_DATE = 32
};

/* n ascending times thinned to at most SBS_FORECAST_POINTS: those of ranks
 * floor((i + 1/2) n / points); returns how many. In place. */
size_t sbs_forecast_thin(double *times_s, size_t n);

struct sbs_forecast_figure {
    struct sbs_summary all; /* of all replications; n, mean, p05, p50, p95 */
    double *values;         /* of replication 0, 1, ...; NaN: unfinished */
};

struct sbs_forecast_policy {
    const char *spec;
    uint64_t reps, unfinished;
    double margin; /* of equivalence, a fraction of the mean makespan */
    double p_margin; /* that the true mean is within it, given what is known
                      * of the parameters; NaN: no draws tell */
    struct sbs_forecast_figure figure[SBS_N_FIGURES];
    size_t n_values;
    double *times_s; /* [n_curves][n_points], ascending */
    size_t n_curves, n_points;
};

/* How far a question is from the runs behind the model. */
struct sbs_reach {
    const char *what, *unit;    /* "tasks" */
    double asked, lo, hi;       /* measured range; NaN: nothing known */
    uint64_t runs, near; /* that state it; that are near to `asked` */
    double beyond; /* factor outside of the range; 1 inside; NaN unknown */
};
enum { SBS_REACH_MAX = 4 };
/* A run is near when it is within this factor. */
#define SBS_REACH_NEAR 1.5

/* The latest run of the trace of the same shape; `run` NULL: none. */
struct sbs_last_run {
    const char *run, *date;
    double figure[SBS_N_FIGURES]; /* NaN: not measured */
};

struct sbs_forecast_file {
    const char *name, *sha256;
};

/* What a forecast says. Text is borrowed, from the caller or from `tree`. */
struct sbs_forecast {
    const char *program, *made_utc, *workload;
    const char *model_sha256, *workload_sha256; /* as used */
    const char *const *sets; /* --set words, as given */
    size_t n_sets;
    const struct sbs_forecast_file *files;
    size_t n_files;
    uint64_t seed, reps, draws, tasks, workers;
    double vcpu, memory_gb, ref_s; /* ref_s: mean of a task */
    bool spot;
    double naive[SBS_N_FIGURES]; /* work / workers / ratio; NaN: says none */
    double ratio; /* speed of a worker over the reference core */
    struct sbs_last_run last;
    bool from_trace;  /* else the model was stated, and these are unknown */
    struct sbs_reach reach[SBS_REACH_MAX];
    size_t n_reach;
    uint64_t near_all; /* runs near in all of it; what is not stated is not */
    struct sbs_forecast_policy *policy;
    size_t n_policies;

    struct cJSON *tree; /* owned, when read */
    char content_sha256[65];
};

/* The document as text, hash included; the caller frees it. f->content_sha256
 * is filled. NULL on failure. */
char *sbs_forecast_text(struct sbs_forecast *f, struct sbs_error *err);

/* Read a document (`name` for messages) and check its hash: one that was
 * changed after filing is refused. -1 with `f` zeroed. */
int sbs_forecast_read(struct sbs_forecast *f, const char *text, size_t length,
                      const char *name, struct sbs_error *err);
/* Frees policies and tree, of one that was read or made. */
void sbs_forecast_fini(struct sbs_forecast *f);

/* Does `text` say the same as what is on file, date apart? Then the older
 * date is the one that counts. */
bool sbs_forecast_same(const char *text, const char *filed);

/* Simulate replications 0..n_curves-1 of a policy and keep, thinned, when the
 * client came to hold each task: p->times_s (made here, the caller frees it),
 * p->n_curves (of those that finished), p->n_points. */
struct sbs_run;
struct sbs_run_outcome;
int sbs_forecast_curves(struct sbs_forecast_policy *p,
                        const struct sbs_run *run, uint32_t stack,
                        const struct sbs_run_outcome *o,
                        struct sbs_error *err);

/* Baselines and reach from the trace's Fargate runs; `f` has the question. */
void sbs_forecast_last_run(struct sbs_forecast *f,
                           const struct sbs_trace *trace);
void sbs_forecast_reach(struct sbs_forecast *f, const struct sbs_trace *trace);

#endif
