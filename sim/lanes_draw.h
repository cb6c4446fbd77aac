/* SPDX-License-Identifier: Apache-2.0 */
/* Part of sim/lanes_body.h: rows, laws, and what the fleet and the work turn
 * out to be. */

enum { N = SBS_LANES_N };

/* A law of the models, in each lane. */
#define LAWS(x, d, field) \
    const struct sbs_dist *d[N]; \
    for (int l_ = 0; l_ < N; l_++) \
    d[l_] = &(x)->model[l_]->field

/* For every part of a row that fills a register. */
#define EACH(s) (int s = 0; s < N; s += SBS_LANES)

static inline v_real row(const sbs_row *r, int s)
{
    return v_load(r->lane + s);
}

static inline void put(sbs_row *r, int s, v_real x) { v_store(r->lane + s, x); }

static inline v_real v_min(v_real a, v_real b)
{
    return v_pick(v_lt(a, b), a, b);
}

/* ---- laws -------------------------------------------------------------- */

static bool all_const(const struct sbs_dist *const d[N])
{
    bool all = true;
    for (int l = 0; l < N; l++)
        all &= d[l]->kind == SBS_DIST_CONST;
    return all;
}

/* sbs_dist_quantiles with a law of its own in each lane. */
static void quantile_rows(const struct sbs_lanes *x,
                          const struct sbs_dist *const d[N], size_t n,
                          const sbs_row *u, sbs_row *out)
{
    sbs_row shift, a, b;
    bool same = true;
    for (int l = 0; l < N; l++) {
        same &= d[l]->kind == d[0]->kind;
        shift.lane[l] = d[l]->shift;
        a.lane[l] = d[l]->a;
        b.lane[l] = d[l]->b;
    }
    switch (same ? d[0]->kind : SBS_DIST_MIXTURE) {
    case SBS_DIST_CONST:
        for (size_t i = 0; i < n; i++)
            out[i] = shift;
        break;
    case SBS_DIST_UNIFORM:
        for (size_t i = 0; i < n; i++)
            for EACH (s)
                put(&out[i], s,
                    row(&shift, s) +
                        (row(&a, s) +
                         row(&u[i], s) * (row(&b, s) - row(&a, s))));
        break;
    case SBS_DIST_LOGNORMAL:
        x->batch->normal(N * n, u[0].lane, out[0].lane);
        for (size_t i = 0; i < n; i++)
            for EACH (s)
                put(&out[i], s, row(&a, s) + row(&b, s) * row(&out[i], s));
        x->batch->exp(N * n, 0, 1, out[0].lane, out[0].lane);
        for (size_t i = 0; i < n; i++)
            for EACH (s)
                put(&out[i], s, row(&shift, s) + row(&out[i], s));
        break;
    case SBS_DIST_EXPONENTIAL:
        x->batch->exponential(N * n, 0, 1, u[0].lane, out[0].lane);
        for (size_t i = 0; i < n; i++)
            for EACH (s)
                put(&out[i], s, row(&shift, s) + row(&a, s) * row(&out[i], s));
        break;
    default:
        for (size_t i = 0; i < n; i++)
            for (int l = 0; l < N; l++)
                out[i].lane[l] = sbs_dist_quantile(d[l], u[i].lane[l]);
        break;
    }
}

/* ---- the fleet (sim/platform.c) ---------------------------------------- */

/* Variates of two laws that share the pair of uniforms, for all workers. */
static void draw_two(struct sbs_lanes *x, uint32_t purpose, uint32_t pair,
                     const struct sbs_dist *const a[N],
                     const struct sbs_dist *const b[N], sbs_row *out_a,
                     sbs_row *out_b)
{
    if (!all_const(a) || !all_const(b))
        x->batch->grid(&x->stream, 0, purpose, 0, pair, x->workers,
                       x->u[0].lane, x->v[0].lane);
    quantile_rows(x, a, x->workers, x->u, out_a);
    quantile_rows(x, b, x->workers, x->v, out_b);
}

static void start_up(struct sbs_lanes *x)
{
    LAWS(x, provision, startup.provision_s);
    LAWS(x, pull, startup.pull_s);
    LAWS(x, container, startup.container_s);
    LAWS(x, boot, startup.boot_s);
    sbs_row *rest = x->ready_s, *two = x->end_s, *three = x->compute_s;
    draw_two(x, SBS_FOR_STARTUP, 0, provision, pull, x->pull_s, rest);
    draw_two(x, SBS_FOR_STARTUP, 1, container, boot, two, three);
    for (uint32_t i = 0; i < x->workers; i++)
        for EACH (s) {
            v_real factor = row(&x->startup_factor, s);
            v_real granted = row(&x->granted_s[i], s);
            v_real at = granted + row(&x->pull_s[i], s) * factor;
            v_real all =
                row(&rest[i], s) + row(&two[i], s) + row(&three[i], s);
            put(&x->pull_s[i], s, at);
            put(&x->ready_s[i], s, at + all * factor);
        }
    for (uint32_t i = 0; i < x->warm; i++) {
        x->pull_s[i] = x->granted_s[i];
        x->ready_s[i] = x->granted_s[i];
    }
}

static bool one_class(const struct sbs_lanes *x)
{
    bool one = true;
    for (int l = 0; l < N; l++)
        one &= x->model[l]->speed.n_classes == 1;
    return one;
}

/* Slow-downs of workers of several classes into `out`; x->u picks the class,
 * x->v the slow-down. */
static void slowdowns_by_class(struct sbs_lanes *x, sbs_row *out)
{
    x->batch->normal(N * (size_t)x->workers, x->v[0].lane,
                     x->z[0].lane);
    for (uint32_t i = 0; i < x->workers; i++)
        for (int l = 0; l < N; l++) {
            const struct sbs_model *m = x->model[l];
            size_t k = 0;
            while (k + 1 < m->speed.n_classes &&
                   x->u[i].lane[l] >= m->speed.classes[k].cumulative)
                k++;
            const struct sbs_dist *d = &m->speed.classes[k].slowdown;
            bool log = d->kind == SBS_DIST_LOGNORMAL;
            x->z[i].lane[l] = log ? d->a + d->b * x->z[i].lane[l] : 0;
            x->u[i].lane[l] = log ? d->shift
                             : sbs_dist_quantile(d, x->v[i].lane[l]);
            x->v[i].lane[l] = log;
        }
    x->batch->exp(N * (size_t)x->workers, 0, 1, x->z[0].lane,
                  out[0].lane);
    for (uint32_t i = 0; i < x->workers; i++)
        for EACH (s) {
            v_real shift = row(&x->u[i], s);
            put(&out[i], s,
                v_pick(v_lt(v_set(0), row(&x->v[i], s)),
                       shift + row(&out[i], s), shift));
        }
}

static void draw_slowdowns(struct sbs_lanes *x, sbs_row *out)
{
    LAWS(x, only, speed.classes[0].slowdown);
    if (!one_class(x) || !all_const(only))
        x->batch->grid(&x->stream, 0, SBS_FOR_SPEED, 0, 0, x->workers,
                       x->u[0].lane, x->v[0].lane);
    if (one_class(x))
        quantile_rows(x, only, x->workers, x->v, out);
    else
        slowdowns_by_class(x, out);
}

static void draw_rates(struct sbs_lanes *x)
{
    sbs_row sd, *noise = x->end_s;
    bool noisy = false;
    for (int l = 0; l < N; l++) {
        sd.lane[l] = x->model[l]->speed.log_sd;
        noisy |= sd.lane[l] > 0;
    }
    draw_slowdowns(x, x->rate);
    if (noisy) {
        x->batch->grid(&x->stream, 0, SBS_FOR_SPEED, 0, 1, x->workers,
                       x->u[0].lane, x->v[0].lane);
        x->batch->normal(N * (size_t)x->workers, x->u[0].lane,
                         noise[0].lane);
        for (uint32_t i = 0; i < x->workers; i++)
            for EACH (s)
                put(&noise[i], s, row(&sd, s) * row(&noise[i], s));
        x->batch->exp(N * (size_t)x->workers, 0, 1, noise[0].lane,
                      noise[0].lane);
    }
    for (uint32_t i = 0; i < x->workers; i++)
        for EACH (s) {
            v_real slow = row(&x->rate[i], s) * row(&x->speed_factor, s);
            if (noisy)
                slow *= row(&noise[i], s);
            put(&x->rate[i], s, row(&x->gain, s) / slow);
        }
}

static void fleet(struct sbs_lanes *x)
{
    start_up(x);
    draw_rates(x);
}

/* ---- work (sim/backend.c, draw_work) ----------------------------------- */

static void work(struct sbs_lanes *x)
{
    const struct sbs_dist *d[N];
    v_real scale = v_set(x->work_scale), k = v_set(x->units_per_task);
    for (int l = 0; l < N; l++)
        d[l] = x->ref_s;
    if (!all_const(d))
        x->batch->grid(&x->stream, 0, SBS_FOR_WORK, 0, 0, x->tasks,
                       x->u[0].lane, x->v[0].lane);
    quantile_rows(x, d, x->tasks, x->u, x->unit_s);
    for (uint32_t t = 0; t < x->tasks; t++)
        for EACH (s)
            put(&x->unit_s[t], s, row(&x->unit_s[t], s) * scale / k);
}
