/* SPDX-License-Identifier: Apache-2.0 */
/* What sbsim explain found, and the ways to write it down. */
#ifndef SBS_CLI_EXPLAIN_H
#define SBS_CLI_EXPLAIN_H

#include <stdio.h>

#include "calibrate/contradictions.h"
#include "calibrate/explain.h"
#include "cli/inputs.h"

struct sbs_explained {
    const struct sbs_explanation *e;
    const struct sbs_contradictions *contradictions;
    const struct sbs_inputs *in;
    const char *workload, *policy;
    uint32_t tasks;
    uint64_t seed;
    const char *measured_run; /* NULL: this run was not measured */
    double measured_s;        /* NAN */
    double measured_local_s;  /* of the local machine; NAN: not measured */
};

/* The most important sentence, in `text`. */
void sbs_explained_verdict(const struct sbs_explained *x, char *text,
                           size_t size);
/* Whether the fleet could give what was expected, under any policy. */
void sbs_explained_ceiling(const struct sbs_explained *x, char *text,
                           size_t size);

void sbs_explained_text(const struct sbs_explained *x, FILE *out);
int sbs_explained_json(const struct sbs_explained *x, FILE *out,
                       struct sbs_error *err);
int sbs_explained_svg(const struct sbs_explained *x, FILE *out,
                      struct sbs_error *err);

#endif
