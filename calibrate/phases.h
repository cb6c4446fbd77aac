/* SPDX-License-Identifier: Apache-2.0 */
/* Durations of a trace as the fits want them. */
#ifndef SBS_CALIBRATE_PHASES_H
#define SBS_CALIBRATE_PHASES_H

#include <stddef.h>

#include "base/error.h"
#include "calibrate/fit_lognormal.h"
#include "traces/query.h"

/* Which containers: those started by RunTask (or not said how), those of a
 * service, or both; Fargate only. Services wait for their load balancer. */
enum sbs_phases_of { SBS_PHASES_STANDALONE, SBS_PHASES_SERVICE,
                     SBS_PHASES_ALL };

struct sbs_durations {
    struct sbs_obs *obs; /* owned */
    const char **image;  /* owned array of borrowed names, "" = not known */
    size_t n;
    size_t n_quantised;  /* whole seconds: stamps cut to seconds */
};

/* What a recorded duration stands for: exactly whole seconds come from stamps
 * cut to whole seconds and are (d - 1, d + 1); counted in *n_quantised (NULL
 * allowed). */
struct sbs_obs sbs_phases_interval(double seconds, size_t *n_quantised);

/* All durations of a phase. A duration of exactly whole seconds comes from
 * stamps cut to whole seconds, so that d stands for (d - 1, d + 1); others
 * are exact. -1 when out of memory. */
int sbs_phases_collect(const struct sbs_trace *trace, enum sbs_phase phase,
                       enum sbs_phases_of of, struct sbs_durations *out,
                       struct sbs_error *err);
void sbs_phases_fini(struct sbs_durations *d);

/* Spread of the log within groups of one image (n >= 2 each), pooled: sd,
 * its 95% interval (chi-square) and degrees of freedom; sd is NaN when there
 * is no such group. */
struct sbs_pooled {
    double log_sd, lo, hi;
    size_t df, groups, n;
};
struct sbs_pooled sbs_phases_within_image(const struct sbs_durations *d);

/* Start time against image size: seconds = base_s + bytes / rate, weighted
 * least squares over the measured means of the samples start_by_image_s
 * (weights n) and the one task of start_phase_s (provision + pull +
 * container). n = 0 when the trace has fewer than 3 such points. */
struct sbs_pull_model {
    size_t n;
    double base_s, rate_bytes_per_s;
    double rate_lo, rate_hi; /* 95%, t with n - 2 degrees of freedom */
};
struct sbs_pull_model sbs_phases_pull_model(const struct sbs_trace *trace);

#endif
