/* SPDX-License-Identifier: Apache-2.0 */
/* Books of a finished replication, kept once more from what the simulator
 * knows of its workers: bill, places under the quota, pace of calls. */
#ifndef SBS_TESTS_AUDIT_H
#define SBS_TESTS_AUDIT_H

#include <math.h>
#include <stdlib.h>

#include "sim/state.h"

struct audit_event {
    double t_s;
    int change; /* places taken */
};

/* Ends before beginnings of the same instant. */
static inline int audit_order(const void *x, const void *y)
{
    const struct audit_event *a = x, *b = y;
    if (a->t_s != b->t_s)
        return a->t_s < b->t_s ? -1 : 1;
    return a->change - b->change;
}

static inline int audit_counts(const struct sim_worker *w, double makespan_s)
{
    return w->granted && w->fate.granted_s <= makespan_s &&
           w->end_s >= w->fate.granted_s;
}

static inline double audit_billed_s(const struct sbs_sim *s,
                                    const struct sim_worker *w)
{
    const struct sbs_model *m = s->platform.model;
    double from = w->warm ? -s->plan->warm_s : w->fate.pull_start_s;
    double t = w->end_s - from, step = m->price.round_s;
    if (w->local || !(t > 0))
        return 0;
    if (step > 0)
        t = ceil(t / step - 1e-9) * step;
    return t > m->price.min_billed_s ? t : m->price.min_billed_s;
}

static inline const char *audit_bill(const struct sbs_sim *s,
                                     const double m[SBS_N_METRICS])
{
    const struct sbs_model *model = s->platform.model;
    double price = (s->plan->vcpu * model->price.vcpu_h_usd +
                    s->plan->memory_gb * model->price.gb_h_usd) / 3600;
    double billed = 0, usd = 0, launched = 0;
    for (uint32_t i = 0; i < s->n_workers; i++) {
        const struct sim_worker *w = &s->workers[i];
        if (!audit_counts(w, m[SBS_METRIC_makespan_s]))
            continue;
        double t = audit_billed_s(s, w);
        billed += t;
        usd += t * price * (w->spot ? model->price.spot_factor : 1);
        launched += !w->local;
    }
    if (fabs(billed - m[SBS_METRIC_billed_s]) > 1e-9 * (1 + billed))
        return "the bill is not the sum over workers (seconds)";
    if (fabs(usd - m[SBS_METRIC_cost_usd]) > 1e-9 * (1 + usd))
        return "the bill is not the sum over workers (USD)";
    if (launched != m[SBS_METRIC_launched])
        return "launched is miscounted";
    return NULL;
}

static inline const char *audit_quota(const struct sbs_sim *s)
{
    double places = sbs_sim_places(s->platform.model, s->plan->vcpu);
    struct audit_event *e = calloc(2 * (size_t)s->n_workers + 1, sizeof *e);
    size_t n = 0;
    double used = 0;
    const char *wrong = NULL;
    for (uint32_t i = 0; i < s->n_workers; i++) {
        const struct sim_worker *w = &s->workers[i];
        if (w->local || !w->granted || !(w->end_s >= w->fate.granted_s))
            continue;
        e[n++] = (struct audit_event){ w->fate.granted_s, 1 };
        e[n++] = (struct audit_event){ w->end_s, -1 };
    }
    qsort(e, n, sizeof *e, audit_order);
    for (size_t i = 0; i < n; i++) {
        used += e[i].change;
        if (used > places)
            wrong = "more workers at a time than the quota admits";
    }
    free(e);
    return wrong;
}

/* Calls of the client begin at least 1/calls_per_s apart, and carry no more
 * launches than allowed. */
static inline const char *audit_calls(const struct sbs_sim *s)
{
    const struct sbs_model *m = s->platform.model;
    double per_call = s->plan->launches_per_call > 0
                          ? s->plan->launches_per_call
                          : fmax(floor(m->client.launches_per_call), 1);
    double last = -INFINITY, in_call = 0;
    double call_s;
    bool instant = sbs_dist_is_const(&m->client.call_s, &call_s) &&
                   call_s == 0 && isinf(m->client.calls_per_s);
    for (uint32_t i = 0; i < s->n_workers && !instant; i++) {
        const struct sim_worker *w = &s->workers[i];
        if (w->local || w->warm)
            continue;
        if (w->requested_s != last) {
            double least = last + 1 / m->client.calls_per_s;
            if (w->requested_s < least - 1e-9 * fabs(least))
                return "calls come faster than allowed";
            last = w->requested_s;
            in_call = 0;
        }
        if (++in_call > per_call)
            return "a call carries too many launches";
    }
    return NULL;
}

/* What is wrong with a finished replication, or NULL. */
static inline const char *audit(const struct sbs_sim *s,
                                const double m[SBS_N_METRICS])
{
    const char *wrong = audit_bill(s, m);
    if (!wrong)
        wrong = audit_quota(s);
    return wrong ? wrong : audit_calls(s);
}

#endif
