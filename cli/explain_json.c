/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include "base/fmath.h"
#include "base/jsonw.h"
#include "cli/explain.h"

static void real(struct sbs_jsonw *w, const char *key, double value)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_real(w, value);
}

static void text(struct sbs_jsonw *w, const char *key, const char *value)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_string(w, value);
}

static void count(struct sbs_jsonw *w, const char *key, uint64_t value)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_count(w, value);
}

static void share(struct sbs_jsonw *w, const char *key,
                  const struct sbs_explain_share *s)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_flat_object(w);
    real(w, "mean", s->mean);
    real(w, "se", s->se);
    real(w, "order_lo", s->order_lo);
    real(w, "order_hi", s->order_hi);
    real(w, "known_p05", s->known_lo);
    real(w, "known_p95", s->known_hi);
    sbs_jsonw_close(w);
}

static void inputs(struct sbs_jsonw *w, const struct sbs_explained *x)
{
    sbs_jsonw_key(w, "inputs");
    sbs_jsonw_object(w);
    text(w, "workload", x->workload);
    text(w, "policy", x->policy);
    count(w, "tasks", x->tasks);
    count(w, "workers", x->e->plan.workers);
    real(w, "vcpu", x->e->plan.vcpu);
    real(w, "memory_gb", x->e->plan.memory_gb);
    count(w, "seed", x->seed);
    count(w, "reps", x->e->reps);
    count(w, "posterior_draws", x->e->draws);
    count(w, "unfinished", x->e->unfinished);
    sbs_jsonw_key(w, "files");
    sbs_jsonw_array(w);
    for (size_t i = 0; i < x->in->n_files; i++) {
        sbs_jsonw_flat_object(w);
        text(w, "path", x->in->path[i]);
        text(w, "sha256", x->in->hash[i]);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
    sbs_jsonw_close(w);
}

static void factors(struct sbs_jsonw *w, const struct sbs_explanation *e)
{
    sbs_jsonw_key(w, "factors");
    sbs_jsonw_array(w);
    for (uint32_t i = 0; i < e->n_factors; i++) {
        const struct sbs_explain_factor *f = &e->factor[i];
        sbs_jsonw_object(w);
        text(w, "id", sbs_factor_id(f->id));
        text(w, "name", sbs_factor_name(f->id));
        text(w, "contains", sbs_factor_what(f->id));
        share(w, "makespan_s", &f->time_s);
        share(w, "log_time", &f->log);
        real(w, "time_factor", sbs_exp(f->log.mean));
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
    sbs_jsonw_key(w, "values_s");
    sbs_jsonw_flat_array(w);
    for (uint32_t s = 0; s < 1u << e->n_factors; s++)
        sbs_jsonw_real(w, e->value_s[s]);
    sbs_jsonw_close(w);
}

static void speedup(struct sbs_jsonw *w, const struct sbs_explanation *e)
{
    sbs_jsonw_key(w, "speedup");
    sbs_jsonw_object(w);
    real(w, "expected", e->expected);
    real(w, "evenness_factor", e->evenness);
    real(w, "local_factor", e->local_factor);
    real(w, "found", e->speedup);
    real(w, "found_se", e->speedup_se);
    real(w, "product", e->product);
    real(w, "local_ideal_s", e->local_ideal_s);
    real(w, "local_s", e->local_s);
    real(w, "local_cores", e->local_cores);
    sbs_jsonw_close(w);
    sbs_jsonw_key(w, "ceiling");
    sbs_jsonw_object(w);
    real(w, "bound_s", e->bound_s);
    real(w, "bound_se_s", e->bound_se_s);
    real(w, "bound_p05_s", e->bound_lo_s);
    real(w, "bound_p95_s", e->bound_hi_s);
    real(w, "speedup", e->bound_speedup);
    real(w, "speedup_p05", e->bound_speedup_lo);
    real(w, "speedup_p95", e->bound_speedup_hi);
    real(w, "p_expected_reachable", e->reach_p);
    sbs_jsonw_close(w);
}

static void measured(struct sbs_jsonw *w, const struct sbs_explained *x)
{
    sbs_jsonw_key(w, "measured");
    if (!x->measured_run) {
        sbs_jsonw_null(w);
        return;
    }
    sbs_jsonw_object(w);
    text(w, "run", x->measured_run);
    real(w, "makespan_s", x->measured_s);
    real(w, "local_s", x->measured_local_s);
    real(w, "speedup", x->measured_local_s / x->measured_s);
    real(w, "not_explained_s", x->measured_s - x->e->makespan_s);
    real(w, "percentile_frac", sbs_explain_rank(x->e, x->measured_s));
    sbs_jsonw_close(w);
}

static void contradictions(struct sbs_jsonw *w,
                           const struct sbs_contradictions *c)
{
    sbs_jsonw_key(w, "contradictions");
    sbs_jsonw_array(w);
    for (size_t i = 0; i < c->n; i++) {
        sbs_jsonw_object(w);
        text(w, "id", c->item[i].id);
        text(w, "run", c->item[i].run[0] ? c->item[i].run : NULL);
        real(w, "a", c->item[i].a);
        real(w, "b", c->item[i].b);
        text(w, "text", c->item[i].text);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
}

int sbs_explained_json(const struct sbs_explained *x, FILE *out,
                       struct sbs_error *err)
{
    const struct sbs_explanation *e = x->e;
    struct sbs_jsonw w;
    char verdict[600];
    sbs_jsonw_init(&w, out);
    sbs_jsonw_object(&w);
    text(&w, "schema", "sbsim-explanation");
    sbs_jsonw_key(&w, "schema_version");
    sbs_jsonw_integer(&w, 1);
    sbs_explained_verdict(x, verdict, sizeof verdict);
    text(&w, "verdict", verdict);
    inputs(&w, x);
    real(&w, "ideal_s", e->ideal_s);
    real(&w, "ideal_se_s", e->ideal_se_s);
    real(&w, "simulated_s", e->makespan_s);
    real(&w, "simulated_se_s", e->makespan_se_s);
    real(&w, "simulated_p05_s", e->p05_s);
    real(&w, "simulated_p95_s", e->p95_s);
    real(&w, "cost_usd", e->cost_usd);
    share(&w, "gap_s", &e->gap_s);
    share(&w, "gap_log", &e->gap_log);
    factors(&w, e);
    speedup(&w, e);
    measured(&w, x);
    contradictions(&w, x->contradictions);
    text(&w, "basis", x->in->basis);
    text(&w, "weakest", x->in->weakest);
    sbs_jsonw_close(&w);
    int status = sbs_jsonw_end(&w, err);
    sbs_jsonw_fini(&w);
    return status;
}
