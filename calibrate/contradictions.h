/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers that cannot both be true: of the runs in a trace, of what the user
 * claims, and of either and the model. */
#ifndef SBS_CALIBRATE_CONTRADICTIONS_H
#define SBS_CALIBRATE_CONTRADICTIONS_H

#include <stddef.h>

#include "base/error.h"
#include "calibrate/explain.h"
#include "traces/store.h"

/* id, what the user claims, least, most */
#define SBS_CLAIMS(X)                                                       \
    X(startup_s, "start-up of a worker, seconds", 0, 1e6)                   \
    X(speedup, "speed-up over the local machine", 1e-6, 1e6)                \
    X(bill_usd, "bill of the run, USD", 0, 1e9)

/* NAN: not claimed. */
struct sbs_claims {
#define SBS_CLAIM(id, what, lo, hi) double id;
    SBS_CLAIMS(SBS_CLAIM)
#undef SBS_CLAIM
};

/* "startup_s=600" into *claims. */
int sbs_claims_add(struct sbs_claims *claims, const char *text,
                   struct sbs_error *err);

struct sbs_contradiction {
    char id[32];    /* kind */
    char run[64];   /* of the trace, "" = none */
    double a, b;    /* the two numbers */
    char text[480]; /* both, and why they cannot both be */
};

enum { SBS_CONTRADICTIONS_MAX = 64 };

struct sbs_contradictions {
    struct sbs_contradiction item[SBS_CONTRADICTIONS_MAX];
    size_t n;
};

/* The run of the trace that did this work on this fleet, -1: none. */
long sbs_contradictions_measured(const struct sbs_trace *trace,
                                 const struct sbs_scenario *scenario,
                                 const struct sbs_explanation *e);

/* How long it took; NAN for -1. */
double sbs_contradictions_wall_s(const struct sbs_trace *trace, long run);

/* `trace` may be NULL; `measured` as above, or -1. `out` is zeroed. */
void sbs_contradictions_find(const struct sbs_trace *trace, long measured,
                            const struct sbs_claims *claims,
                            const struct sbs_scenario *scenario,
                            const struct sbs_explanation *e,
                            struct sbs_contradictions *out);

#endif
