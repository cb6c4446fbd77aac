/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "report/result_json.h"

#include <math.h>

#include "base/jsonw.h"
#include "report/stopped.h"

static void write_real(struct sbs_jsonw *w, const char *key, double value)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_real(w, value);
}

static void write_count(struct sbs_jsonw *w, const char *key, uint64_t value)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_count(w, value);
}

static void write_string(struct sbs_jsonw *w, const char *key,
                         const char *value)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_string(w, value);
}

static void write_split(struct sbs_jsonw *w, const struct sbs_summary *s)
{
    write_count(w, "draws", s->split.draws);
    write_real(w, "sd_run", s->split.sd_run);
    write_real(w, "sd_ignorance", s->split.sd_ignorance);
    write_real(w, "sd_ignorance_lo", s->split.ignorance_lo);
    write_real(w, "sd_ignorance_hi", s->split.ignorance_hi);
    write_real(w, "mean_lo", s->mean - s->split.half);
    write_real(w, "mean_hi", s->mean + s->split.half);
}

static void write_summary(struct sbs_jsonw *w, const struct sbs_summary *s)
{
    sbs_jsonw_flat_object(w);
    write_real(w, "mean", s->mean);
    write_real(w, "se", s->se);
    write_real(w, "sd", s->sd);
    write_real(w, "min", s->min);
    write_real(w, "p05", s->p05);
    write_real(w, "p50", s->p50);
    write_real(w, "p95", s->p95);
    write_real(w, "p99", s->p99);
    write_real(w, "max", s->max);
    write_real(w, "p50_lo", s->p50_lo);
    write_real(w, "p50_hi", s->p50_hi);
    write_real(w, "p95_lo", s->p95_lo);
    write_real(w, "p95_hi", s->p95_hi);
    write_real(w, "p99_lo", s->p99_lo);
    write_real(w, "p99_hi", s->p99_hi);
    if (s->split.draws > 0)
        write_split(w, s);
    sbs_jsonw_close(w);
}

static void write_policy(struct sbs_jsonw *w,
                         const struct sbs_result_policy *p)
{
    sbs_jsonw_object(w);
    write_string(w, "spec", p->spec);
    sbs_jsonw_key(w, "params");
    sbs_jsonw_flat_object(w);
    for (size_t i = 0; i < p->n_params; i++) {
        if (p->params[i].text)
            write_string(w, p->params[i].name, p->params[i].text);
        else
            write_real(w, p->params[i].name, p->params[i].value);
    }
    sbs_jsonw_close(w);
    write_count(w, "reps", p->reps);
    write_count(w, "unfinished", p->unfinished);
    if (p->unfinished > 0 && p->unfinished_why)
        write_string(w, "unfinished_why", p->unfinished_why);
    for (unsigned m = 0; m < SBS_N_METRICS; m++) {
        sbs_jsonw_key(w, sbs_result_metric_name((enum sbs_metric)m));
        write_summary(w, &p->summary[m]);
    }
    sbs_jsonw_close(w);
}

static void write_inputs(struct sbs_jsonw *w, const struct sbs_result *r)
{
    sbs_jsonw_key(w, "inputs");
    sbs_jsonw_object(w);
    if (r->scenario)
        write_string(w, "scenario", r->scenario);
    sbs_jsonw_key(w, "model");
    sbs_jsonw_tree(w, r->model);
    sbs_jsonw_key(w, "workload");
    sbs_jsonw_tree(w, r->workload);
    sbs_jsonw_key(w, "files");
    sbs_jsonw_array(w);
    for (size_t i = 0; i < r->n_files; i++) {
        sbs_jsonw_flat_object(w);
        write_string(w, "name", r->files[i].name);
        write_string(w, "sha256", r->files[i].sha256);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
    sbs_jsonw_close(w);
}

static void write_paired(struct sbs_jsonw *w, const struct sbs_result *r)
{
    static const enum sbs_metric shown[] = {SBS_METRIC_makespan_s,
                                            SBS_METRIC_cost_usd};
    sbs_jsonw_key(w, "paired");
    sbs_jsonw_array(w);
    for (size_t i = 1; i < r->n_policies; i++) {
        for (size_t k = 0; k < sizeof shown / sizeof shown[0]; k++) {
            const struct sbs_paired *p = &r->policies[i].vs_first[shown[k]];
            sbs_jsonw_flat_object(w);
            write_string(w, "a", r->policies[0].spec);
            write_string(w, "b", r->policies[i].spec);
            write_string(w, "metric", sbs_result_metric_name(shown[k]));
            write_real(w, "mean", p->mean);
            write_real(w, "lo", p->lo);
            write_real(w, "hi", p->hi);
            write_real(w, "p_a_better", p->p_a_better);
            if (p->draws > 0) {
                write_real(w, "p_a_better_mean", p->p_a_better_mean);
                write_real(w, "p_a_better_mean_se", p->p_a_better_mean_se);
            }
            sbs_jsonw_close(w);
        }
    }
    sbs_jsonw_close(w);
}

void sbs_result_json_put(const struct sbs_result *r, struct sbs_jsonw *w)
{
    sbs_jsonw_object(w);
    write_string(w, "schema", "sbsim-result");
    write_count(w, "schema_version", 1);
    write_string(w, "program", PACKAGE_STRING);
    write_inputs(w, r);
    write_count(w, "seed", r->seed);
    write_count(w, "reps", r->reps);
    if (r->stop)
        sbs_stopped_json(r, w);
    if (r->draws > 1)
        write_count(w, "draws", r->draws);
    sbs_jsonw_key(w, "policies");
    sbs_jsonw_array(w);
    for (size_t i = 0; i < r->n_policies; i++)
        write_policy(w, &r->policies[i]);
    sbs_jsonw_close(w);
    write_paired(w, r);
    if (!isnan(r->wall_s))
        write_real(w, "wall_s", r->wall_s);
    sbs_jsonw_close(w);
}

int sbs_result_json_write(const struct sbs_result *r, FILE *out,
                          struct sbs_error *err)
{
    struct sbs_jsonw w;
    sbs_jsonw_init(&w, out);
    sbs_result_json_put(r, &w);
    int status = sbs_jsonw_end(&w, err);
    sbs_jsonw_fini(&w);
    return status;
}
