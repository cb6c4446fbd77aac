/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "base/jsonw.h"
#include "report/tune.h"

static void put_real(struct sbs_jsonw *w, const char *key, double value)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_real(w, value);
}

static void put_count(struct sbs_jsonw *w, const char *key, uint64_t value)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_count(w, value);
}

static void put_string(struct sbs_jsonw *w, const char *key, const char *value)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_string(w, value);
}

static void put_bool(struct sbs_jsonw *w, const char *key, bool value)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_bool(w, value);
}

static void put_summary(struct sbs_jsonw *w, const char *key,
                        const struct sbs_summary *s)
{
    double half = sbs_summary_half_width(s);
    sbs_jsonw_key(w, key);
    sbs_jsonw_flat_object(w);
    put_real(w, "mean", s->mean);
    put_real(w, "mean_lo", s->mean - half);
    put_real(w, "mean_hi", s->mean + half);
    put_real(w, "sd", s->sd);
    put_real(w, "p05", s->p05);
    put_real(w, "p50", s->p50);
    put_real(w, "p95", s->p95);
    put_real(w, "p95_lo", s->p95_lo);
    put_real(w, "p95_hi", s->p95_hi);
    sbs_jsonw_close(w);
}

/* The keys of a candidate, into the open object. */
static int put_candidate(struct sbs_jsonw *w, const struct sbs_tune_report *r,
                         size_t candidate, struct sbs_error *err)
{
    struct sbs_tune_row row;
    if (sbs_tune_row_make(&row, r->t, candidate, err) != 0)
        return -1;
    char *command = sbs_tune_command(r, &row);
    if (!command)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    put_string(w, "policy", row.policy);
    put_count(w, "workers", row.workers);
    put_real(w, "vcpu", row.vcpu);
    put_real(w, "memory_gb", row.memory_gb);
    put_count(w, "reps", row.reps);
    put_summary(w, "makespan_s", &row.time);
    put_summary(w, "cost_usd", &row.bill);
    put_summary(w, "speedup", &row.speedup);
    put_string(w, "command", command);
    free(command);
    return 0;
}

static int put_finalist(struct sbs_jsonw *w, const struct sbs_tune_report *r,
                        const struct sbs_choice *c, size_t i,
                        struct sbs_error *err)
{
    static const char *const met[] = { "no", "open", "yes" };
    const struct sbs_finalist *f = &c->finalist[i];
    bool limited = isfinite(c->aim.deadline_s) || c->aim.speedup > 0;
    sbs_jsonw_object(w);
    int status = put_candidate(w, r, f->candidate, err);
    put_string(w, "conditions_met", met[f->met]);
    put_bool(w, "best", i == c->best);
    put_bool(w, "indifferent", f->met == SBS_MET_YES && f->close);
    bool compared = f->met == SBS_MET_YES && c->best < c->n;
    put_real(w, "behind", compared ? f->behind : NAN);
    put_real(w, "behind_se", compared ? f->se : NAN);
    put_real(w, "p_in_time", limited ? f->in_time_frac : NAN);
    put_real(w, "p_in_time_lo", limited ? f->in_time_lo : NAN);
    put_real(w, "p_in_time_hi", limited ? f->in_time_hi : NAN);
    sbs_jsonw_close(w);
    return status;
}

static int put_choice(struct sbs_jsonw *w, const struct sbs_tune_report *r,
                      const struct sbs_choice *c, struct sbs_error *err)
{
    static const char *const goals[] = { "makespan", "cost", "p95" };
    int status = 0;
    bool none = c->best == c->n;
    sbs_jsonw_object(w);
    put_string(w, "minimize", goals[c->aim.goal]);
    put_real(w, "deadline_s", c->aim.deadline_s);
    put_real(w, "target_speedup",
             c->aim.speedup > 0 ? c->aim.speedup : NAN);
    put_real(w, "deadline_p", c->aim.chance);
    put_real(w, "budget_usd", c->aim.budget_usd);
    put_bool(w, "found", !none);
    put_bool(w, "decided", !none && c->decided);
    put_real(w, "indifference", c->delta);
    put_real(w, "p_correct_least",
             none || !c->decided ? NAN : r->t->rule.confidence);
    put_real(w, "p_correct", c->chance);
    put_real(w, "p_correct_draws", c->chance_draws);
    put_count(w, "reps_used", c->used);
    put_count(w, "reps_equal_allocation", c->equal);
    sbs_jsonw_key(w, "candidates");
    sbs_jsonw_array(w);
    for (size_t i = 0; i < c->n && status == 0; i++)
        status = put_finalist(w, r, c, i, err);
    sbs_jsonw_close(w);
    sbs_jsonw_close(w);
    return status;
}

static int put_front(struct sbs_jsonw *w, const struct sbs_tune_report *r,
                     struct sbs_error *err)
{
    int status = 0;
    sbs_jsonw_key(w, "front");
    sbs_jsonw_array(w);
    for (size_t i = 0; i < r->t->n_front && status == 0; i++) {
        const struct sbs_front_point *p = &r->t->front[i];
        sbs_jsonw_object(w);
        put_real(w, "p_front", p->p);
        put_real(w, "p_front_draws", p->p_draws);
        put_bool(w, "on_front", p->p >= 0.9);
        status = put_candidate(w, r, p->candidate, err);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
    return status;
}

static void put_inputs(struct sbs_jsonw *w, const struct sbs_tune_report *r)
{
    sbs_jsonw_key(w, "inputs");
    sbs_jsonw_object(w);
    sbs_jsonw_key(w, "model");
    sbs_jsonw_tree(w, r->model);
    sbs_jsonw_key(w, "workload");
    sbs_jsonw_tree(w, r->workload);
    sbs_jsonw_key(w, "files");
    sbs_jsonw_array(w);
    for (size_t i = 0; i < r->n_files; i++) {
        sbs_jsonw_flat_object(w);
        put_string(w, "name", r->files[i].name);
        put_string(w, "sha256", r->files[i].sha256);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
    sbs_jsonw_close(w);
}

int sbs_tune_json(const struct sbs_tune_report *r, FILE *out,
                  struct sbs_error *err)
{
    const struct sbs_tune *t = r->t;
    struct sbs_jsonw w;
    int status = 0;
    sbs_jsonw_init(&w, out);
    sbs_jsonw_object(&w);
    put_string(&w, "schema", "sbsim-tune");
    put_count(&w, "schema_version", 1);
    put_string(&w, "program", PACKAGE_STRING);
    put_inputs(&w, r);
    put_count(&w, "seed", r->seed);
    put_count(&w, "draws", t->rule.draws);
    put_real(&w, "confidence", t->rule.confidence);
    put_real(&w, "indifference_frac", t->rule.indifference);
    put_count(&w, "candidates", t->pool.n);
    put_count(&w, "refused", t->pool.refused);
    put_count(&w, "never_finish", t->dropped);
    put_count(&w, "reps_search", t->searched);
    put_count(&w, "reps_judge", t->judged);
    sbs_jsonw_key(&w, "choices");
    sbs_jsonw_array(&w);
    for (size_t a = 0; a < t->aims && status == 0; a++)
        status = put_choice(&w, r, &t->choice[a], err);
    sbs_jsonw_close(&w);
    if (status == 0)
        status = put_front(&w, r, err);
    put_real(&w, "wall_s", r->wall_s);
    sbs_jsonw_close(&w);
    if (status == 0)
        status = sbs_jsonw_end(&w, err);
    sbs_jsonw_fini(&w);
    return status;
}
