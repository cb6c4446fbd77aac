/* SPDX-License-Identifier: Apache-2.0 */
/* Every phase of a trace: which laws fit, how sure that is, and what the data
 * are too few to say (doc/laws.md). */
#ifndef SBS_CALIBRATE_LAWS_H
#define SBS_CALIBRATE_LAWS_H

#include <stdio.h>

#include "base/error.h"
#include "calibrate/gof.h"
#include "calibrate/law_average.h"
#include "calibrate/law_em.h"
#include "calibrate/law_sample.h"

struct sbs_jsonw;

enum { SBS_LAWS_DRAWS = 400 };

/* A quantile of the average with the 90% interval of its posterior draws; NaN
 * when the sample has fewer values than sbs_law_quantile_floor. */
struct sbs_laws_quantile {
    double value, lo, hi;
};

struct sbs_laws_row {
    enum sbs_law_sample sample;
    struct sbs_obs *obs;  /* owned, n */
    size_t n, n_censored, n_rounded;
    char why[160];        /* why there is no fit, or "" */
    /* with a fit: */
    struct sbs_law_average average;
    struct sbs_dist *draws; /* owned, SBS_LAWS_DRAWS laws: D of a model */
    struct sbs_laws_quantile median, p95;
    struct sbs_gof gof;     /* of the heaviest member */
    struct sbs_law_verdict verdict;
    struct sbs_law_tail tail;
};

struct sbs_laws {
    size_t n;
    struct sbs_laws_row row[SBS_LAW_SAMPLE_COUNT]; /* those with data */
    struct sbs_law_never never;
};

/* Told after each sample: done of total. */
typedef void sbs_laws_watch_f(void *arg, size_t done, size_t total);

/* Fit what the trace holds; seed 1 throughout, so that the same trace gives
 * the same result. Up to a second a sample of some dozens. `out` must be
 * zeroed; untouched on failure. */
int sbs_laws_make(const struct sbs_trace *trace, struct sbs_laws *out,
                  struct sbs_error *err);
int sbs_laws_make_watched(const struct sbs_trace *trace,
                          sbs_laws_watch_f *watch, void *arg,
                          struct sbs_laws *out, struct sbs_error *err);
void sbs_laws_fini(struct sbs_laws *laws); /* NULL, zeroed allowed */

/* Text, at most 100 columns. */
void sbs_laws_print(const struct sbs_laws *laws, FILE *out);
/* An object {"samples": [...], "never_started": {...}}. */
void sbs_laws_json(const struct sbs_laws *laws, struct sbs_jsonw *w);

#endif
