/* SPDX-License-Identifier: Apache-2.0 */
/* A diagnosis as JSON. */
#include "config.h"

#include <math.h>

#include "base/fmath.h"
#include "base/jsonw.h"
#include "calibrate/diagnose.h"
#include "calibrate/rows.h"

static void real(struct sbs_jsonw *w, const char *key, double x)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_real(w, sbs_rows_round(x));
}

static void count(struct sbs_jsonw *w, const char *key, size_t n)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_count(w, n);
}

static void text(struct sbs_jsonw *w, const char *key, const char *x)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_string(w, x);
}

static void write_holds(const struct sbs_diagnosis *d, struct sbs_jsonw *w)
{
    const struct sbs_diagnose_rows *r = &d->rows;
    size_t k, models = 0;

    for (k = 0; k < r->data.n_processors; k++)
        models += *r->processor[k] != '\0';
    sbs_jsonw_key(w, "holds");
    sbs_jsonw_object(w);
    count(w, "runs", d->n_runs);
    count(w, "runs_with_times", r->data.n_runs);
    count(w, "containers", d->n_containers);
    count(w, "containers_started", d->n_started);
    count(w, "containers_never_started", d->n_never);
    real(w, "never_started_upper95", d->never_hi);
    count(w, "workers", r->data.n_workers);
    count(w, "processor_models", models);
    count(w, "task_times", r->n);
    count(w, "tasks_per_worker_min", d->tasks_least);
    count(w, "tasks_per_worker_max", d->tasks_most);
    real(w, "tasks_per_worker_median", d->tasks_median);
    real(w, "hours_covered", r->n ? d->hours : NAN);
    text(w, "compared_by", r->n ? r->work : NULL);
    count(w, "failed", r->n_failed);
    count(w, "without_end", r->n_censored);
    count(w, "without_worker", r->n_without_worker);
    sbs_jsonw_close(w);
}

static void write_icc(struct sbs_jsonw *w, const char *key,
                      const struct sbs_icc *x)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_flat_object(w);
    real(w, "value", x->value);
    real(w, "lo95", x->lo);
    real(w, "hi95", x->hi);
    sbs_jsonw_close(w);
}

static void write_components(const struct sbs_variance *v,
                             struct sbs_jsonw *w)
{
    const struct sbs_share *p;
    size_t c;

    sbs_jsonw_key(w, "components");
    sbs_jsonw_array(w);
    for (c = 0; c < SBS_COMPONENT_COUNT; c++) {
        p = &v->part[c];
        sbs_jsonw_flat_object(w);
        text(w, "name", sbs_component_name((enum sbs_component)c));
        real(w, "log_sd", p->told ? p->sd : NAN);
        real(w, "log_sd_lo95", p->told ? p->sd_lo : NAN);
        real(w, "log_sd_hi95", p->told ? p->sd_hi : NAN);
        real(w, "share", p->told ? p->share : NAN);
        real(w, "share_lo95", p->told ? p->share_lo : NAN);
        real(w, "share_hi95", p->told ? p->share_hi : NAN);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
    real(w, "total_log_sd", v->total_sd);
}

static void write_drift(const struct sbs_drift *t, struct sbs_jsonw *w)
{
    sbs_jsonw_key(w, "drift");
    if (!t->told) {
        sbs_jsonw_null(w);
        return;
    }
    sbs_jsonw_flat_object(w);
    real(w, "log_per_h", t->slope);
    real(w, "log_per_h_lo95", t->lo);
    real(w, "log_per_h_hi95", t->hi);
    real(w, "p", t->p);
    real(w, "kendall_z", t->kendall_z);
    real(w, "kendall_p", t->kendall_p);
    real(w, "least_found_log_per_h", t->least);
    sbs_jsonw_close(w);
}

static void write_stragglers(const struct sbs_diagnosis *d,
                             struct sbs_jsonw *w)
{
    const struct sbs_trace *t = d->trace;
    const struct sbs_straggler *s;
    int64_t worker, item;
    size_t k;

    real(w, "straggler_ratio", SBS_STRAGGLER);
    sbs_jsonw_key(w, "stragglers");
    sbs_jsonw_array(w);
    for (k = 0; k < d->n_stragglers; k++) {
        s = &d->straggler[k];
        worker = t->tasks.worker_index[s->task];
        item = t->tasks.workload_index[s->task];
        sbs_jsonw_flat_object(w);
        count(w, "task_row", s->task);
        text(w, "item", item < 0 ? NULL : t->workload.task_id[item]);
        text(w, "worker", t->workers.worker_id[worker]);
        text(w, "processor", t->workers.cpu_model[worker]);
        real(w, "ratio", s->ratio);
        sbs_jsonw_key(w, "at_least");
        sbs_jsonw_bool(w, s->cut);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
}

static void write_dependence(const struct sbs_diagnosis *d,
                             struct sbs_jsonw *w)
{
    const struct sbs_spearman *s;
    const struct sbs_tail *t;
    size_t k;

    sbs_jsonw_key(w, "dependence");
    sbs_jsonw_array(w);
    for (k = 0; k < d->n_pairs; k++) {
        s = &d->pair[k].s;
        sbs_jsonw_flat_object(w);
        text(w, "a", d->pair[k].a);
        text(w, "b", d->pair[k].b);
        count(w, "n", s->n);
        real(w, "spearman", s->told ? s->r : NAN);
        real(w, "lo95", s->told ? s->lo : NAN);
        real(w, "hi95", s->told ? s->hi : NAN);
        real(w, "p", s->told ? s->p : NAN);
        real(w, "copula_r", s->told ? s->copula : NAN);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
    sbs_jsonw_key(w, "p95");
    sbs_jsonw_array(w);
    for (k = 0; k < d->n_tails; k++) {
        t = &d->tail[k].tail;
        sbs_jsonw_flat_object(w);
        text(w, "of", d->tail[k].what);
        count(w, "n", t->n);
        real(w, "independent_s", t->told ? t->independent : NAN);
        real(w, "copula_s", t->told ? t->joint : NAN);
        real(w, "ratio", t->told ? t->ratio : NAN);
        real(w, "ratio_lo95", t->told ? t->lo : NAN);
        real(w, "ratio_hi95", t->told ? t->hi : NAN);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
}

static void write_advice(const struct sbs_diagnosis *d, struct sbs_jsonw *w)
{
    size_t k;

    sbs_jsonw_key(w, "advice");
    sbs_jsonw_array(w);
    for (k = 0; k < d->n_advice; k++) {
        sbs_jsonw_object(w);
        text(w, "text", d->advice[k].text);
        text(w, "command",
             *d->advice[k].command ? d->advice[k].command : NULL);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
}

int sbs_diagnose_json(const struct sbs_diagnosis *d, FILE *out,
                      struct sbs_error *err)
{
    struct sbs_jsonw w;
    int status;

    sbs_jsonw_init(&w, out);
    sbs_jsonw_object(&w);
    text(&w, "schema", "sbsim-diagnosis");
    sbs_jsonw_key(&w, "schema_version");
    sbs_jsonw_integer(&w, 1);
    text(&w, "program", PACKAGE_STRING);
    text(&w, "run", d->only_run < 0 ? NULL
                    : d->trace->runs.name[d->only_run]);
    write_holds(d, &w);
    if (d->have_variance) {
        write_components(&d->variance, &w);
        if (d->variance.told) {
            write_icc(&w, "persistent_share", &d->variance.persistent);
            write_icc(&w, "icc_same_processor", &d->variance.icc);
        }
        write_drift(&d->variance.drift, &w);
    }
    write_stragglers(d, &w);
    write_dependence(d, &w);
    text(&w, "verdict", sbs_verdict_name(d->verdict));
    sbs_jsonw_key(&w, "also_systematic");
    sbs_jsonw_bool(&w, d->also_systematic);
    sbs_jsonw_key(&w, "also_progressive");
    sbs_jsonw_bool(&w, d->also_progressive);
    text(&w, "why", d->why);
    text(&w, "totals", *d->totals ? d->totals : NULL);
    text(&w, "could_tell", *d->could ? d->could : NULL);
    write_advice(d, &w);
    sbs_jsonw_close(&w);
    status = sbs_jsonw_end(&w, err);
    sbs_jsonw_fini(&w);
    return status;
}
