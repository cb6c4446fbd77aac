/* SPDX-License-Identifier: Apache-2.0 */
/* Runs that were made, to hold a forecast to: from a file (schema
 * "sbsim-measured", doc/forecast.md) or from a trace. */
#ifndef SBS_CALIBRATE_MEASURED_H
#define SBS_CALIBRATE_MEASURED_H

#include <stddef.h>

#include "base/error.h"
#include "calibrate/forecast.h"

struct sbs_measured_run {
    char *name, *policy, *date; /* owned; NULL: not said */
    double figure[SBS_N_FIGURES]; /* > 0; NaN: not measured */
    double *times_s; /* ascending: when the client held each task */
    size_t n_times;
};

struct sbs_measured {
    struct sbs_measured_run *run;
    size_t n;
};

/* Read one run or a list; figures that are not given are taken from the
 * completion times. -1 with `m` zeroed. */
int sbs_measured_read(struct sbs_measured *m, const char *text, size_t length,
                      const char *name, struct sbs_error *err);

/* The Fargate runs of a trace with as many tasks, or the one called `run`
 * (may be NULL). None is an error. -1 with `m` zeroed. */
int sbs_measured_from_trace(struct sbs_measured *m,
                            const struct sbs_trace *trace, const char *run,
                            uint64_t tasks, struct sbs_error *err);
void sbs_measured_fini(struct sbs_measured *m);

#endif
