/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/attempt.h"

#include <math.h>

#include "base/fmath.h"
#include "sim/purpose.h"
#include "sim/series.h"
#include "sim/state.h"

void sbs_sim_book(struct sim_worker *w, double at_s)
{
    if (w->on_attempt) {
        double from = sbs_lesser(w->compute_from_s, at_s);
        double to = sbs_greater(from, sbs_lesser(w->compute_to_s, at_s));
        w->compute_s += to - from;
        w->transfer_s += (from - w->begun_s) + (at_s - to);
    } else if (w->probing) {
        w->probe_s += at_s - w->begun_s;
    } else if (w->ready) {
        w->idle_s += at_s - w->free_s;
    }
    w->on_attempt = w->probing = false;
    w->free_s = at_s;
}

/* Draws 2 `pair` and 2 `pair` + 1 of an attempt, made as one. */
static void draw_units(const struct sbs_sim *s, const struct sbs_dist *a,
                       const struct sbs_dist *b, uint32_t worker,
                       uint32_t attempt, uint32_t pair, double out[2])
{
    double u[2];
    bool a_fixed = sbs_dist_is_const(a, &out[0]);
    bool b_fixed = sbs_dist_is_const(b, &out[1]);
    if (a_fixed && b_fixed)
        return;
    sbs_rng_u01x2(&s->platform.stream, worker, SBS_FOR_UNIT, attempt, pair,
                  u);
    if (!a_fixed)
        out[0] = sbs_dist_quantile(a, u[0]);
    if (!b_fixed)
        out[1] = sbs_dist_quantile(b, u[1]);
}

static double chunk_work_s(const struct sbs_sim *s, uint32_t first,
                           uint32_t n)
{
    uint32_t k = s->plan->units_per_task;
    double work = 0;
    if (n == 1)
        return s->unit_s[k == 1 ? first : first / k];
    for (uint32_t u = first; u < first + n;) {
        uint32_t task = u / k, end = (task + 1) * k;
        if (end > first + n)
            end = first + n;
        work += s->unit_s[task] * (end - u);
        u = end;
    }
    return work;
}

static void draw_failure(const struct sbs_sim *s, uint32_t i,
                         struct sim_worker *w)
{
    double p = w->local ? 0 : s->platform.model->loss.fail_p;
    w->fails = p > 0 && sbs_rng_u01(&s->platform.stream, i, SBS_FOR_UNIT,
                                    w->attempts, 4) < p;
    if (w->fails)
        w->over_s = w->begun_s +
                    (w->over_s - w->begun_s) *
                        sbs_rng_u01(&s->platform.stream, i, SBS_FOR_UNIT,
                                    w->attempts, 5);
}

static void note_chunk(struct sbs_sim *s, uint32_t worker,
                       uint32_t first_unit, uint32_t n_units)
{
    if (s->n_chunks < s->cap_chunks)
        s->chunks[s->n_chunks] =
            (struct sbs_chunk){ first_unit, n_units, worker };
    s->n_chunks++;
}

void sbs_attempt_reset(struct sbs_sim *s)
{
    const struct sbs_model *m = s->platform.model;
    struct sim_overheads *o = &s->overheads;
    bool fixed[4] = { sbs_dist_is_const(&m->unit.claim_s, &o->before_s[0]),
                      sbs_dist_is_const(&m->unit.download_s,
                                        &o->before_s[1]),
                      sbs_dist_is_const(&m->unit.upload_s, &o->after_s[0]),
                      sbs_dist_is_const(&m->client.collect_s,
                                        &o->after_s[1]) };
    s->fixed_overheads = fixed[0] && fixed[1] && fixed[2] && fixed[3];
}

static void draw_overheads(struct sbs_sim *s, uint32_t worker,
                           uint32_t attempt)
{
    const struct sbs_model *m = s->platform.model;
    struct sim_overheads *o = &s->overheads;
    draw_units(s, &m->unit.claim_s, &m->unit.download_s, worker, attempt, 0,
               o->before_s);
    draw_units(s, &m->unit.upload_s, &m->client.collect_s, worker, attempt, 1,
               o->after_s);
}

void sbs_attempt_begin(void *self, uint32_t i, uint32_t attempt,
                       uint32_t first_unit, uint32_t n_units)
{
    struct sbs_sim *s = self;
    struct sim_worker *w = &s->workers[i];
    const struct sim_overheads *o = &s->overheads;
    double now = s->now_s;
    if (!s->fixed_overheads)
        draw_overheads(s, i, w->attempts);
    sbs_sim_book(w, now);
    w->on_attempt = true;
    w->attempt = attempt;
    w->first_unit = first_unit;
    w->n_units = n_units;
    w->begun_s = now;
    w->compute_from_s = now + o->before_s[0] + o->before_s[1];
    w->compute_to_s = sbs_platform_finish(
        &s->platform, i, &w->fate, w->compute_from_s,
        chunk_work_s(s, first_unit, n_units));
    w->upload_s = o->after_s[0];
    w->over_s = w->compute_to_s + w->upload_s;
    w->collect_s = o->after_s[1];
    w->cancel_s = INFINITY;
    draw_failure(s, i, w);
    w->attempts++;
    if (s->chunks)
        note_chunk(s, i, first_unit, n_units);
    sbs_sim_schedule(s, i);
}

void sbs_attempt_probe(void *self, uint32_t i, double ref_s)
{
    struct sbs_sim *s = self;
    struct sim_worker *w = &s->workers[i];
    double now = s->now_s;
    sbs_sim_book(w, now);
    w->probing = true;
    w->begun_s = now;
    w->over_s = sbs_platform_finish(&s->platform, i, &w->fate, now, ref_s);
    sbs_sim_schedule(s, i);
}

/* Reference seconds of its attempt that worker i has computed. */
static double computed_s(const struct sbs_sim *s, uint32_t i)
{
    const struct sim_worker *w = &s->workers[i];
    return sbs_platform_work(&s->platform, i, &w->fate, w->compute_from_s,
                             fmin(s->now_s, w->compute_to_s));
}

double sbs_attempt_progress(void *self, uint32_t i)
{
    struct sbs_sim *s = self;
    const struct sim_worker *w = &s->workers[i];
    if (s->now_s <= w->compute_from_s)
        return 0;
    if (s->now_s >= w->compute_to_s)
        return 1;
    return fmin(computed_s(s, i) /
                    chunk_work_s(s, w->first_unit, w->n_units), 1);
}

uint32_t sbs_attempt_unbegun(void *self, uint32_t i)
{
    const struct sbs_sim *s = self;
    const struct sim_worker *w = &s->workers[i];
    uint32_t k = s->plan->units_per_task, u = w->first_unit;
    uint32_t last = u + w->n_units;
    if (s->now_s <= w->compute_from_s)
        return w->n_units - 1;
    double done = computed_s(s, i);
    while (u < last) {
        uint32_t end = (u / k + 1) * k;
        double unit = s->unit_s[u / k];
        end = end < last ? end : last;
        if (done < unit * (end - u)) {
            u += (uint32_t)(done / unit);
            break;
        }
        done -= unit * (end - u);
        u = end;
    }
    return u + 1 < last ? last - u - 1 : 0;
}

/* It fails where it would have failed, if it still gets there. */
void sbs_attempt_shorten(void *self, uint32_t i, uint32_t n_units)
{
    struct sbs_sim *s = self;
    struct sim_worker *w = &s->workers[i];
    w->n_units -= n_units;
    w->compute_to_s = fmax(
        sbs_platform_finish(&s->platform, i, &w->fate, w->compute_from_s,
                            chunk_work_s(s, w->first_unit, w->n_units)),
        s->now_s);
    double over = w->compute_to_s + w->upload_s;
    if (!w->fails || w->over_s >= over) {
        w->fails = false;
        w->over_s = over;
    }
    sbs_sim_schedule(s, i);
}
