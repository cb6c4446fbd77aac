/* SPDX-License-Identifier: Apache-2.0 */
/* tss: chunks that shrink linearly. */
#include "policies/chunk.h"

enum { STEP_REAL, STEP_WHOLE };

struct tss_params {
    int64_t first, last;
    int step;
};

static const struct sbs_param tss_table[] = {
    SBS_PARAM(struct tss_params, first, "units", 0, 0, 1e9,
              "first chunk; 0 = ceil(n/2p)"),
    SBS_PARAM(struct tss_params, last, "units", 0, 0, 1e9,
              "last chunk; 0 = 1"),
    SBS_PARAM_CHOICE(struct tss_params, step, "real|whole", STEP_REAL,
                     "keep the step real, or cut it to whole units"),
    SBS_PARAM_END
};

struct tss_prepared {
    double first, last, step;
};

struct tss_state {
    double grabs;
};

static void tss_prepare(struct sbs_ctx *c, void *prepared)
{
    const struct tss_params *p = c->params;
    struct tss_prepared *t = prepared;
    double n = chunk_units(c);
    t->first = p->first > 0 ? (double)p->first
                            : ceil(n / (2 * chunk_workers(c)));
    t->last = p->last > 0 ? (double)p->last : 1;
    if (t->last > t->first)
        t->last = t->first;
    double chunks = ceil(2 * n / (t->first + t->last));
    t->step = chunks > 1 ? (t->first - t->last) / (chunks - 1) : 0;
    if (p->step == STEP_WHOLE)
        t->step = floor(t->step);
}

static enum sbs_taken tss_on_idle(struct sbs_ctx *c, uint32_t w)
{
    const struct tss_prepared *t = c->prepared;
    struct tss_state *s = c->state;
    /* Below the last one only when lost units come back. */
    double size = fmax(floor(t->first - s->grabs * t->step), t->last);
    if (chunk_take(c, w, size) != SBS_TAKEN)
        return SBS_PASS;
    s->grabs++;
    return SBS_TAKEN;
}

SBS_POLICY(tss) = {
    SBS_POLICY_HEAD,
    .name = "tss",
    .summary = "trapezoid self-scheduling: chunks shrink linearly",
    .description =
        "The chunks shrink from `first` to `last` in N = ceil(2n/(f+l)) "
        "equal steps of (f-l)/(N-1), each rounded down. The step is kept "
        "real, so that N chunks cover the work. Tzen and Ni's printed "
        "series and the C libraries (DLS4LB, LB4OMP) cut the step to a "
        "whole number, which stops shrinking too early: step=whole.",
    .reference = "Tzen and Ni, IEEE Trans. Parallel Distrib. Syst. 4 (1993) "
                 "87-98",
    .advice = "Like gss with a first chunk half as large and fewer tiny ones "
              "at the end.",
    .roles = SBS_ROLE_CHUNK | SBS_ROLE_BLIND,
    .params = tss_table,
    .params_size = sizeof(struct tss_params),
    .prepared_size = sizeof(struct tss_prepared),
    .state_size = sizeof(struct tss_state),
    .prepare = tss_prepare,
    .on_idle = tss_on_idle,
};
