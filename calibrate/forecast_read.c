/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a forecast that was filed. */
#include "config.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "calibrate/forecast.h"
#include "calibrate/forecast_seal.h"

enum { WHERE = 200 };

/* No time or bill that a simulation may give is larger (report/result.c). */
static const double value_max = 1e100;

/* A number that must be there, or null (NaN). */
static int read_figure_value(const cJSON *item, const char *where, double *out,
                             struct sbs_error *err)
{
    *out = NAN;
    if (cJSON_IsNull(item))
        return 0;
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) ||
        item->valuedouble > value_max)
        return sbs_fail(err, SBS_EINPUT,
                        "%s: must be a number in [0, %g] or null", where,
                        value_max);
    *out = item->valuedouble;
    return 0;
}

/* The numbers of an array into out[0..n). */
static int read_list(const cJSON *list, const char *where, double *out,
                     struct sbs_error *err)
{
    size_t i = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, list) {
        char at[WHERE];
        sbs_json_where_item(at, sizeof at, where, i);
        if (read_figure_value(item, at, &out[i++], err) != 0)
            return -1;
    }
    return 0;
}

static int read_count(const cJSON *o, const char *where, const char *key,
                      int64_t lo, uint64_t *out, struct sbs_error *err)
{
    int64_t value = 0;
    if (sbs_json_need(o, where, key, err) != 0 ||
        sbs_json_integer(o, where, key, lo, SBS_JSON_MAX_INTEGER, &value,
                         err) != 0)
        return -1;
    *out = (uint64_t)value;
    return 0;
}

static int read_text(const cJSON *o, const char *where, const char *key,
                     const char **out, struct sbs_error *err)
{
    return sbs_json_need(o, where, key, err) != 0
               ? -1 : sbs_json_string(o, where, key, out, err);
}

/* NaN when null or absent. */
static int read_real(const cJSON *o, const char *where, const char *key,
                     double *out, struct sbs_error *err)
{
    *out = NAN;
    return sbs_json_real(o, where, key, 0, value_max, out, err);
}

static int read_summary(const cJSON *o, const char *where,
                        struct sbs_summary *s, struct sbs_error *err)
{
    *s = (struct sbs_summary){.min = NAN, .p99 = NAN, .max = NAN};
    s->split.sd_run = s->split.sd_ignorance = NAN;
    return read_count(o, where, "n", 0, &s->n, err) != 0 ||
                   read_real(o, where, "mean", &s->mean, err) != 0 ||
                   read_real(o, where, "se", &s->se, err) != 0 ||
                   read_real(o, where, "sd", &s->sd, err) != 0 ||
                   read_real(o, where, "p05", &s->p05, err) != 0 ||
                   read_real(o, where, "p50", &s->p50, err) != 0 ||
                   read_real(o, where, "p95", &s->p95, err) != 0 ||
                   read_real(o, where, "sd_run", &s->split.sd_run, err) != 0 ||
                   read_real(o, where, "sd_ignorance", &s->split.sd_ignorance,
                             err) != 0
               ? -1 : 0;
}

static int read_figure(const cJSON *policy, const char *where,
                       enum sbs_figure k, struct sbs_forecast_policy *p,
                       struct sbs_error *err)
{
    const char *key = sbs_figure_name(k);
    const cJSON *o = NULL, *values = NULL;
    char at[WHERE], list[WHERE];
    struct sbs_forecast_figure *f = &p->figure[k];
    sbs_json_where(at, sizeof at, where, key);
    sbs_json_where(list, sizeof list, at, "values");
    if (sbs_json_need(policy, where, key, err) != 0 ||
        sbs_json_object(policy, where, key, &o, err) != 0 ||
        read_summary(o, at, &f->all, err) != 0 ||
        sbs_json_need(o, at, "values", err) != 0 ||
        sbs_json_array(o, at, "values", &values, err) != 0)
        return -1;
    size_t n = (size_t)cJSON_GetArraySize(values);
    if (n < 1 || n > SBS_FORECAST_VALUES || (k > 0 && n != p->n_values))
        return sbs_fail(err, SBS_EINPUT,
                        "%s: must have 1 to %d numbers, as many for each "
                        "figure (has %zu)", list, SBS_FORECAST_VALUES, n);
    p->n_values = n;
    f->values = malloc(n * sizeof *f->values);
    if (!f->values)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    return read_list(values, list, f->values, err);
}

static int check_ascending(const double *t, size_t n, const char *where,
                           struct sbs_error *err)
{
    for (size_t i = 0; i < n; i++)
        if (isnan(t[i]) || (i > 0 && t[i] < t[i - 1]))
            return sbs_fail(err, SBS_EINPUT,
                            "%s: must be numbers in ascending order", where);
    return 0;
}

static int read_curves(const cJSON *policy, const char *where,
                       struct sbs_forecast_policy *p, struct sbs_error *err)
{
    const cJSON *list = NULL, *run;
    char at[WHERE], item[WHERE];
    size_t i = 0;
    sbs_json_where(at, sizeof at, where, "completions_s");
    if (sbs_json_array(policy, where, "completions_s", &list, err) != 0)
        return -1;
    size_t n = (size_t)cJSON_GetArraySize(list);
    size_t points = (size_t)cJSON_GetArraySize(cJSON_GetArrayItem(list, 0));
    if (n > SBS_FORECAST_CURVES || (n > 0 && points < 1) ||
        points > SBS_FORECAST_POINTS)
        return sbs_fail(err, SBS_EINPUT,
                        "%s: must be at most %d lists of 1 to %d numbers", at,
                        SBS_FORECAST_CURVES, SBS_FORECAST_POINTS);
    p->times_s = calloc(n * points + 1, sizeof *p->times_s);
    if (!p->times_s)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    p->n_curves = n;
    p->n_points = points;
    cJSON_ArrayForEach(run, list) {
        double *t = p->times_s + i * points;
        sbs_json_where_item(item, sizeof item, at, i++);
        if (!cJSON_IsArray(run) || (size_t)cJSON_GetArraySize(run) != points)
            return sbs_fail(err, SBS_EINPUT,
                            "%s: must be a list of %zu numbers, as the first",
                            item, points);
        if (read_list(run, item, t, err) != 0 ||
            check_ascending(t, points, item, err) != 0)
            return -1;
    }
    return 0;
}

static int read_policy(const cJSON *o, const char *where,
                       struct sbs_forecast_policy *p, struct sbs_error *err)
{
    if (sbs_json_is_object(o, where, err) != 0 ||
        read_text(o, where, "spec", &p->spec, err) != 0 ||
        read_count(o, where, "reps", 1, &p->reps, err) != 0 ||
        read_count(o, where, "unfinished", 0, &p->unfinished, err) != 0 ||
        sbs_json_need(o, where, "margin", err) != 0 ||
        sbs_json_real(o, where, "margin", SBS_JSON_ABOVE_0, SBS_JSON_BELOW_1,
                      &p->margin, err) != 0)
        return -1;
    for (int k = 0; k < SBS_N_FIGURES; k++)
        if (read_figure(o, where, (enum sbs_figure)k, p, err) != 0)
            return -1;
    if (!(p->figure[SBS_FIGURE_makespan_s].all.mean > 0))
        return sbs_fail(err, SBS_EINPUT,
                        "%s.makespan_s.mean: must be a number > 0", where);
    return read_curves(o, where, p, err);
}

static int read_policies(struct sbs_forecast *f, const char *name,
                         struct sbs_error *err)
{
    const cJSON *list = NULL, *item;
    if (sbs_json_need(f->tree, name, "policies", err) != 0 ||
        sbs_json_array(f->tree, name, "policies", &list, err) != 0)
        return -1;
    size_t n = (size_t)cJSON_GetArraySize(list);
    if (n < 1 || n > SBS_FORECAST_POLICIES)
        return sbs_fail(err, SBS_EINPUT,
                        "%s policies: must be 1 to %d (has %zu)", name,
                        SBS_FORECAST_POLICIES, n);
    f->policy = calloc(n, sizeof *f->policy);
    if (!f->policy)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    cJSON_ArrayForEach(item, list) {
        char at[WHERE], where[WHERE];
        sbs_json_where(at, sizeof at, name, "policies");
        sbs_json_where_item(where, sizeof where, at, f->n_policies);
        if (read_policy(item, where, &f->policy[f->n_policies++], err) != 0)
            return -1;
    }
    return 0;
}

static int read_baseline(const cJSON *o, const char *where,
                         double figure[SBS_N_FIGURES], struct sbs_error *err)
{
    for (int i = 0; i < SBS_N_FIGURES; i++)
        if (read_real(o, where, sbs_figure_name((enum sbs_figure)i),
                      &figure[i], err) != 0)
            return -1;
    return 0;
}

static int read_baselines(struct sbs_forecast *f, const char *name,
                          struct sbs_error *err)
{
    const cJSON *o = NULL, *naive = NULL, *last = NULL;
    char at[WHERE], where[WHERE];
    sbs_json_where(at, sizeof at, name, "baselines");
    sbs_json_where(where, sizeof where, at, "last_run");
    if (sbs_json_object(f->tree, name, "baselines", &o, err) != 0 ||
        sbs_json_object(o, at, "naive", &naive, err) != 0 ||
        sbs_json_object(o, at, "last_run", &last, err) != 0 ||
        read_baseline(naive, at, f->naive, err) != 0 ||
        read_baseline(last, where, f->last.figure, err) != 0)
        return -1;
    return !last ? 0
                 : read_text(last, where, "run", &f->last.run, err);
}

static int read_head(struct sbs_forecast *f, const char *name,
                     struct sbs_error *err)
{
    const cJSON *o = f->tree, *question = NULL;
    const char *hash = NULL;
    char found[65], at[WHERE];
    sbs_json_where(at, sizeof at, name, "question");
    if (sbs_json_schema(o, name, "sbsim-forecast", 1, err) != 0 ||
        read_text(o, name, "content_sha256", &hash, err) != 0 ||
        sbs_forecast_seal(o, found, err) != 0)
        return -1;
    if (strcmp(hash, found) != 0)
        return sbs_fail(err, SBS_EINPUT,
                        "%s content_sha256: the forecast was changed after it "
                        "was filed (the hash of its content is %.12s..., not "
                        "%.12s...)", name, found, hash);
    memcpy(f->content_sha256, found, sizeof found);
    f->from_trace = sbs_json_get(o, "extrapolation") != NULL;
    return read_text(o, name, "made_utc", &f->made_utc, err) != 0 ||
                   read_text(o, name, "program", &f->program, err) != 0 ||
                   read_count(o, name, "seed", 0, &f->seed, err) != 0 ||
                   read_count(o, name, "reps", 1, &f->reps, err) != 0 ||
                   read_count(o, name, "draws", 0, &f->draws, err) != 0 ||
                   sbs_json_need(o, name, "question", err) != 0 ||
                   sbs_json_object(o, name, "question", &question, err) != 0 ||
                   read_count(question, at, "tasks", 1, &f->tasks, err) != 0 ||
                   read_count(question, at, "workers", 1, &f->workers,
                              err) != 0
               ? -1 : 0;
}

int sbs_forecast_read(struct sbs_forecast *f, const char *text, size_t length,
                      const char *name, struct sbs_error *err)
{
    char where[WHERE];
    *f = (struct sbs_forecast){.n_policies = 0};
    snprintf(where, sizeof where, "%.150s:", name);
    f->tree = sbs_json_parse(text, length, name, err);
    if (f->tree && read_head(f, where, err) == 0 &&
        read_baselines(f, where, err) == 0 &&
        read_policies(f, where, err) == 0)
        return 0;
    sbs_forecast_fini(f);
    return -1;
}

void sbs_forecast_fini(struct sbs_forecast *f)
{
    for (size_t i = 0; i < f->n_policies; i++) {
        for (int k = 0; k < SBS_N_FIGURES; k++)
            free(f->policy[i].figure[k].values);
        free(f->policy[i].times_s);
    }
    free(f->policy);
    cJSON_Delete(f->tree);
    *f = (struct sbs_forecast){.n_policies = 0};
}
