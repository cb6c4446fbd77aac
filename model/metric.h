/* SPDX-License-Identifier: Apache-2.0 */
/* What is measured in every replication, in the order of the JSON result. */
#ifndef SBS_MODEL_METRIC_H
#define SBS_MODEL_METRIC_H

#define SBS_METRICS(X)                                                      \
    X(makespan_s)  /* the client holds the last result it needs */          \
    X(first_s)     /* ... the first whole task */                           \
    X(half_s)      /* ... the ceil(n/2)-th */                               \
    X(cost_usd)    /* the bill */                                           \
    X(billed_s)    /* worker-seconds billed */                              \
    X(speedup)     /* local time / makespan */                              \
    X(regret)      /* makespan / clairvoyant bound, workers launched */     \
    X(regret_cap)  /* ... all workers the cap allowed */                    \
    X(bound_s)     /* the clairvoyant bound, workers launched */            \
    X(launched)    /* workers launched by the makespan */                   \
    X(attempts)    /* begun */                                              \
    X(cancelled)   /* attempts ordered dropped */                           \
    X(wasted_s)    /* worker-seconds of attempts not used */                \
    X(overhead_s)  /* worker-seconds of start-up, claim and transfer */     \
    X(idle_s)      /* worker-seconds ready without work */                  \
    X(dls_waste_s) /* makespan - computed seconds / workers launched */

enum sbs_metric {
#define SBS_METRIC(name) SBS_METRIC_##name,
    SBS_METRICS(SBS_METRIC)
#undef SBS_METRIC
        SBS_N_METRICS
};

#endif
