/* SPDX-License-Identifier: Apache-2.0 */
/* From a trace to a model: the first calibration (doc/calibration.md). */
#ifndef SBS_CALIBRATE_CALIBRATE_H
#define SBS_CALIBRATE_CALIBRATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "calibrate/estimate.h"
#include "calibrate/identify.h"
#include "calibrate/infer.h"
#include "calibrate/posterior.h"

struct cJSON;

/* The result of a fit. */
struct sbs_calibration {
    struct sbs_estimate est;
    struct sbs_rows rows;       /* one a parameter, or none */
    struct sbs_joint joint;
    struct sbs_joint_runs runs; /* measured totals of the trace */
    struct sbs_totals_fixed fixed; /* what their likelihood stood on */
    struct sbs_inference *inference; /* NULL after a quick fit */
    struct sbs_posterior posterior;  /* of it */
    struct sbs_identify identify;    /* of it, with a table only */
    char *model_json;           /* a model file (doc/formats.md), with draws
                                   when there is an inference */
    char basis[400];            /* what it rests on: runs, tasks, dates */
    char weakest[300];          /* its weakest assumption */
};

/* The quick fit: the most likely parameters, and no draws. `facts` is the
 * shipped trace, for what `trace` does not hold; NULL when there is none (then
 * `trace` must hold it all, as the shipped one does). Both are borrowed: names
 * in the result point into them. The result does not depend on threads or
 * time. About a second; no rows. */
int sbs_calibrate_fit(const struct sbs_trace *trace,
                      const struct sbs_trace *facts,
                      struct sbs_calibration **out, struct sbs_error *err);

/* The same with the table of parameters and their intervals, a few seconds;
 * and with the share of new processors held at share_new in [0, 1] (NaN:
 * fitted) and the r_factor that suits it: for results over a range of
 * weights, which the data hardly determine. */
int sbs_calibrate_fit_table(const struct sbs_trace *trace,
                            const struct sbs_trace *facts, double share_new,
                            struct sbs_calibration **out,
                            struct sbs_error *err);

/* How the whole calibration is to be done. */
struct sbs_calibrate_how {
    bool table;  /* rows and identify, too */
    const char *runs; /* names with commas: only these; NULL: all */
    uint64_t seed;
    size_t particles; /* 0: as in calibrate/infer.h; and so on */
    uint32_t reps, moves;
    size_t draws;
    int threads; /* 0: as many as OpenMP likes */
    void (*progress)(void *context, double done); /* may be NULL */
    void *progress_context;
};

/* The whole calibration: the quick fit, then the joint inference with the
 * simulator in the loop, whose draws go into the model. The runs are those of
 * `trace` when it has one whose client is understood, else those of the
 * facts. Depends on the data and how->seed, not on threads or time. */
int sbs_calibrate_infer(const struct sbs_trace *trace,
                        const struct sbs_trace *facts,
                        const struct sbs_calibrate_how *how,
                        struct sbs_calibration **out, struct sbs_error *err);
void sbs_calibrate_destroy(struct sbs_calibration *c); /* NULL allowed */

/* True when the trace can be fitted without other facts. */
bool sbs_calibrate_complete(const struct sbs_trace *trace);

/* The model a run uses. */
struct sbs_calibrated {
    char *model_json;    /* owned */
    bool stored;         /* it was in the trace, for these very data */
    char note[300];      /* what to tell the user ("" = nothing) */
    char basis[400], weakest[300];
};

/* The model stored in the trace when its key fits data and program; else a
 * fit, and the note says so. `facts` as above, only read when a fit is
 * needed. */
int sbs_calibrate_model_for(const struct sbs_trace *trace,
                            const struct sbs_trace *facts,
                            struct sbs_calibrated *out,
                            struct sbs_error *err);
void sbs_calibrated_fini(struct sbs_calibrated *c);

/* Fit and keep the model in the trace (in memory; sbs_trace_write keeps it in
 * the file). */
int sbs_calibrate_store(struct sbs_trace *trace,
                        const struct sbs_calibration *c,
                        struct sbs_error *err);

/* The model file as text, with every number to 4 significant digits; the
 * caller frees it. */
char *sbs_calibrate_model_text(const struct sbs_estimate *est,
                               struct sbs_error *err);

/* The model as a tree; cJSON_Delete frees it. */
struct cJSON *sbs_calibrate_model_tree(const struct sbs_calibration *c,
                                       struct sbs_error *err);

/* Read the shipped facts (fargate.h5, base/path) if the trace needs them:
 * *facts is NULL when it does not. The caller destroys it. */
int sbs_calibrate_read_facts(const struct sbs_trace *trace,
                             struct sbs_trace **facts, struct sbs_error *err);

/* The part of a calibration that only reads the trace: what it rests on. */
void sbs_calibrate_basis(const struct sbs_trace *trace, char *basis,
                         size_t basis_size, char *weakest,
                         size_t weakest_size);

#endif
