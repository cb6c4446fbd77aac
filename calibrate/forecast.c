/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a forecast, and the hash that seals it. */
#include "config.h"

#include "calibrate/forecast.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/jsonw.h"
#include "calibrate/forecast_seal.h"

const char *sbs_figure_name(enum sbs_figure figure)
{
    static const char *const names[] = {
#define NAME_(name) #name,
        SBS_FORECAST_FIGURES(NAME_)
#undef NAME_
    };
    return names[figure];
}

size_t sbs_forecast_thin(double *times_s, size_t n)
{
    const size_t points = SBS_FORECAST_POINTS;
    if (n <= points)
        return n;
    for (size_t i = 0; i < points; i++)
        times_s[i] = times_s[(2 * i + 1) * n / (2 * points)];
    return points;
}

/* ---- the parts --------------------------------------------------------- */

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

static void put_text(struct sbs_jsonw *w, const char *key, const char *value)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_string(w, value);
}

/* To the microsecond (or millionth of a dollar): what is below is noise, and
 * takes room. */
static double rounded(double value)
{
    return fabs(value) < 1e9 ? round(value * 1e6) / 1e6 : value;
}

static void put_list(struct sbs_jsonw *w, const double *values, size_t n)
{
    sbs_jsonw_flat_array(w);
    for (size_t i = 0; i < n; i++)
        sbs_jsonw_real(w, rounded(values[i]));
    sbs_jsonw_close(w);
}

static void put_question(struct sbs_jsonw *w, const struct sbs_forecast *f)
{
    sbs_jsonw_key(w, "question");
    sbs_jsonw_object(w);
    put_text(w, "workload", f->workload);
    put_count(w, "tasks", f->tasks);
    put_real(w, "ref_s", f->ref_s);
    put_count(w, "workers", f->workers);
    put_real(w, "vcpu", f->vcpu);
    put_real(w, "memory_gb", f->memory_gb);
    sbs_jsonw_key(w, "spot");
    sbs_jsonw_bool(w, f->spot);
    sbs_jsonw_key(w, "set");
    sbs_jsonw_flat_array(w);
    for (size_t i = 0; i < f->n_sets; i++)
        sbs_jsonw_string(w, f->sets[i]);
    sbs_jsonw_close(w);
    sbs_jsonw_close(w);
}

static void put_inputs(struct sbs_jsonw *w, const struct sbs_forecast *f)
{
    sbs_jsonw_key(w, "inputs");
    sbs_jsonw_object(w);
    put_text(w, "model_sha256", f->model_sha256);
    put_text(w, "workload_sha256", f->workload_sha256);
    sbs_jsonw_key(w, "files");
    sbs_jsonw_array(w);
    for (size_t i = 0; i < f->n_files; i++) {
        sbs_jsonw_flat_object(w);
        put_text(w, "name", f->files[i].name);
        put_text(w, "sha256", f->files[i].sha256);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
    sbs_jsonw_close(w);
}

static void put_figures(struct sbs_jsonw *w, const double *figure)
{
    for (int i = 0; i < SBS_N_FIGURES; i++)
        put_real(w, sbs_figure_name((enum sbs_figure)i), figure[i]);
}

static void put_baselines(struct sbs_jsonw *w, const struct sbs_forecast *f)
{
    sbs_jsonw_key(w, "baselines");
    sbs_jsonw_object(w);
    sbs_jsonw_key(w, "naive");
    sbs_jsonw_flat_object(w);
    put_real(w, "ratio", f->ratio);
    put_figures(w, f->naive);
    sbs_jsonw_close(w);
    sbs_jsonw_key(w, "last_run");
    if (f->last.run) {
        sbs_jsonw_flat_object(w);
        put_text(w, "run", f->last.run);
        put_text(w, "date", f->last.date);
        put_figures(w, f->last.figure);
        sbs_jsonw_close(w);
    } else {
        sbs_jsonw_null(w);
    }
    sbs_jsonw_close(w);
}

static void put_reach(struct sbs_jsonw *w, const struct sbs_forecast *f)
{
    if (f->from_trace)
        put_count(w, "runs_near_in_all", f->near_all);
    sbs_jsonw_key(w, "extrapolation");
    if (!f->from_trace) {
        sbs_jsonw_null(w);
        return;
    }
    sbs_jsonw_array(w);
    for (size_t i = 0; i < f->n_reach; i++) {
        const struct sbs_reach *r = &f->reach[i];
        sbs_jsonw_flat_object(w);
        put_text(w, "what", r->what);
        put_text(w, "unit", r->unit);
        put_real(w, "asked", r->asked);
        put_real(w, "measured_lo", r->lo);
        put_real(w, "measured_hi", r->hi);
        put_count(w, "runs", r->runs);
        put_count(w, "runs_near", r->near);
        put_real(w, "beyond", r->beyond);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
}

static void put_figure(struct sbs_jsonw *w,
                       const struct sbs_forecast_figure *f, size_t n)
{
    const struct sbs_summary *s = &f->all;
    sbs_jsonw_object(w);
    put_count(w, "n", s->n);
    put_real(w, "mean", s->mean);
    put_real(w, "se", s->se);
    put_real(w, "sd", s->sd);
    put_real(w, "p05", s->p05);
    put_real(w, "p50", s->p50);
    put_real(w, "p95", s->p95);
    if (s->split.draws > 0) {
        put_real(w, "sd_run", s->split.sd_run);
        put_real(w, "sd_ignorance", s->split.sd_ignorance);
    }
    sbs_jsonw_key(w, "values");
    put_list(w, f->values, n);
    sbs_jsonw_close(w);
}

static void put_policy(struct sbs_jsonw *w,
                       const struct sbs_forecast_policy *p)
{
    sbs_jsonw_object(w);
    put_text(w, "spec", p->spec);
    put_count(w, "reps", p->reps);
    put_count(w, "unfinished", p->unfinished);
    put_real(w, "margin", p->margin);
    put_real(w, "p_within_margin", p->p_margin);
    for (int i = 0; i < SBS_N_FIGURES; i++) {
        sbs_jsonw_key(w, sbs_figure_name((enum sbs_figure)i));
        put_figure(w, &p->figure[i], p->n_values);
    }
    sbs_jsonw_key(w, "completions_s");
    sbs_jsonw_array(w);
    for (size_t i = 0; i < p->n_curves; i++)
        put_list(w, p->times_s + i * p->n_points, p->n_points);
    sbs_jsonw_close(w);
    sbs_jsonw_close(w);
}

/* Without the hash. */
static char *plain_text(const struct sbs_forecast *f, struct sbs_error *err)
{
    struct sbs_jsonw w;
    char *text = NULL;
    sbs_jsonw_init(&w, NULL);
    sbs_jsonw_object(&w);
    put_text(&w, "schema", "sbsim-forecast");
    put_count(&w, "schema_version", 1);
    put_text(&w, "program", f->program);
    put_text(&w, "made_utc", f->made_utc);
    put_question(&w, f);
    put_inputs(&w, f);
    put_count(&w, "seed", f->seed);
    put_count(&w, "reps", f->reps);
    put_count(&w, "draws", f->draws);
    put_baselines(&w, f);
    put_reach(&w, f);
    sbs_jsonw_key(&w, "policies");
    sbs_jsonw_array(&w);
    for (size_t i = 0; i < f->n_policies; i++)
        put_policy(&w, &f->policy[i]);
    sbs_jsonw_close(&w);
    sbs_jsonw_close(&w);
    if (sbs_jsonw_end(&w, err) == 0)
        text = sbs_jsonw_take(&w);
    sbs_jsonw_fini(&w);
    return text;
}

/* ---- the seal ---------------------------------------------------------- */

/* A tree as text in the one form that is hashed: blanks and comments of the
 * file do not count, values and their order do. */
static char *canonical(const cJSON *tree, struct sbs_error *err)
{
    struct sbs_jsonw w;
    char *text = NULL;
    sbs_jsonw_init(&w, NULL);
    sbs_jsonw_tree(&w, tree);
    if (sbs_jsonw_end(&w, err) == 0)
        text = sbs_jsonw_take(&w);
    sbs_jsonw_fini(&w);
    return text;
}

int sbs_forecast_seal(const cJSON *tree, char hash[65], struct sbs_error *err)
{
    cJSON *copy = cJSON_Duplicate(tree, true);
    char *text = NULL;
    int status = -1;
    if (copy) {
        cJSON_DeleteItemFromObjectCaseSensitive(copy, "content_sha256");
        text = canonical(copy, err);
    } else {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
    }
    if (text) {
        sbs_hash_buffer(text, strlen(text), hash);
        status = 0;
    }
    cJSON_Delete(copy);
    free(text);
    return status;
}

char *sbs_forecast_text(struct sbs_forecast *f, struct sbs_error *err)
{
    char *plain = plain_text(f, err), *text = NULL;
    cJSON *tree = plain ? sbs_json_parse(plain, strlen(plain), "forecast", err)
                        : NULL;
    if (tree && sbs_forecast_seal(tree, f->content_sha256, err) == 0) {
        if (cJSON_AddStringToObject(tree, "content_sha256",
                                    f->content_sha256))
            text = canonical(tree, err);
        else
            sbs_fail(err, SBS_EMEMORY, "out of memory");
    }
    cJSON_Delete(tree);
    free(plain);
    return text;
}

bool sbs_forecast_same(const char *text, const char *filed)
{
    const char *documents[] = {text, filed};
    char *plain[2] = {NULL, NULL};
    for (int i = 0; i < 2; i++) {
        struct sbs_error err;
        cJSON *tree = sbs_json_parse(documents[i], strlen(documents[i]),
                                     "forecast", &err);
        cJSON_DeleteItemFromObjectCaseSensitive(tree, "content_sha256");
        cJSON_DeleteItemFromObjectCaseSensitive(tree, "made_utc");
        plain[i] = tree ? canonical(tree, &err) : NULL;
        cJSON_Delete(tree);
    }
    bool same = plain[0] && plain[1] && strcmp(plain[0], plain[1]) == 0;
    free(plain[0]);
    free(plain[1]);
    return same;
}
