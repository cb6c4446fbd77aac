/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "calibrate/measured.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

enum { WHERE = 200 };

static const double value_max = 1e100;

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int out_of_memory(struct sbs_error *err)
{
    return sbs_fail(err, SBS_EMEMORY, "out of memory");
}

/* What the completion times say and was not given. */
static void fill_figures(struct sbs_measured_run *r)
{
    size_t n = r->n_times;
    if (n == 0)
        return;
    qsort(r->times_s, n, sizeof *r->times_s, by_size);
    const double from[] = {r->times_s[0], r->times_s[(n + 1) / 2 - 1],
                           r->times_s[n - 1]};
    const enum sbs_figure to[] = {SBS_FIGURE_first_s, SBS_FIGURE_half_s,
                                  SBS_FIGURE_makespan_s};
    for (size_t i = 0; i < 3; i++)
        if (isnan(r->figure[to[i]]))
            r->figure[to[i]] = from[i];
    r->n_times = sbs_forecast_thin(r->times_s, n);
}

/* ---- from JSON --------------------------------------------------------- */

/* "2026-12-01" or "2026-12-01T10:00:00Z". */
static bool is_date(const char *text)
{
    static const char form[] = "dddd-dd-ddTdd:dd:ddZ";
    size_t n = strlen(text);
    if (n != 10 && n != sizeof form - 1)
        return false;
    for (size_t i = 0; i < n; i++)
        if (form[i] == 'd' ? !isdigit((unsigned char)text[i])
                           : text[i] != form[i])
            return false;
    return true;
}

static int read_text(const cJSON *o, const char *where, const char *key,
                     char **out, struct sbs_error *err)
{
    const char *text = NULL;
    if (sbs_json_string(o, where, key, &text, err) != 0)
        return -1;
    *out = text ? strdup(text) : NULL;
    return text && !*out ? out_of_memory(err) : 0;
}

static int read_times(const cJSON *o, const char *where,
                      struct sbs_measured_run *r, struct sbs_error *err)
{
    const cJSON *list = NULL, *item;
    char at[WHERE];
    if (sbs_json_array(o, where, "completions_s", &list, err) != 0)
        return -1;
    if (!list)
        return 0;
    sbs_json_where(at, sizeof at, where, "completions_s");
    r->times_s = malloc(((size_t)cJSON_GetArraySize(list) + 1) *
                        sizeof *r->times_s);
    if (!r->times_s)
        return out_of_memory(err);
    cJSON_ArrayForEach(item, list) {
        double t = cJSON_IsNumber(item) ? item->valuedouble : NAN;
        char place[WHERE];
        if (!(t > 0) || t > value_max)
            return sbs_fail(err, SBS_EINPUT,
                            "%s: must be a number in (0, %g]",
                            sbs_json_where_item(place, sizeof place, at,
                                                r->n_times), value_max);
        r->times_s[r->n_times++] = t;
    }
    return 0;
}

static int read_run(const cJSON *o, const char *where, bool alone,
                    struct sbs_measured_run *r, struct sbs_error *err)
{
    static const char *const keys[] = {
        "name", "policy", "date", "first_s", "half_s", "makespan_s",
        "cost_usd", "completions_s", "schema", "schema_version", "runs"};
    size_t n = sizeof keys / sizeof keys[0];
    if (sbs_json_is_object(o, where, err) != 0 ||
        sbs_json_known(o, where, keys, alone ? n : n - 3, err) != 0 ||
        read_text(o, where, "name", &r->name, err) != 0 ||
        read_text(o, where, "policy", &r->policy, err) != 0 ||
        read_text(o, where, "date", &r->date, err) != 0)
        return -1;
    if (r->date && !is_date(r->date))
        return sbs_fail(err, SBS_EINPUT,
                        "%s date: must be like 2026-12-01 or "
                        "2026-12-01T10:00:00Z (is \"%.40s\")", where, r->date);
    for (int k = 0; k < SBS_N_FIGURES; k++) {
        const char *key = sbs_figure_name((enum sbs_figure)k);
        r->figure[k] = NAN;
        if (sbs_json_real(o, where, key, SBS_JSON_ABOVE_0, value_max,
                          &r->figure[k], err) != 0)
            return -1;
    }
    if (read_times(o, where, r, err) != 0)
        return -1;
    fill_figures(r);
    for (int k = 0; k < SBS_N_FIGURES; k++)
        if (!isnan(r->figure[k]))
            return 0;
    return sbs_fail(err, SBS_EINPUT,
                    "%s needs makespan_s, first_s, half_s, cost_usd or "
                    "completions_s", where);
}

static int read_runs(struct sbs_measured *m, const cJSON *tree,
                     const char *where, struct sbs_error *err)
{
    const cJSON *list = NULL, *item;
    char at[WHERE], place[WHERE];
    if (sbs_json_schema(tree, where, "sbsim-measured", 1, err) != 0 ||
        sbs_json_array(tree, where, "runs", &list, err) != 0)
        return -1;
    size_t n = list ? (size_t)cJSON_GetArraySize(list) : 1;
    if (n == 0)
        return sbs_fail(err, SBS_EINPUT, "%s runs: must not be empty", where);
    m->run = calloc(n, sizeof *m->run);
    if (!m->run)
        return out_of_memory(err);
    if (!list)
        return read_run(tree, where, true, &m->run[m->n++], err);
    static const char *const keys[] = {"schema", "schema_version", "runs"};
    if (sbs_json_known(tree, where, keys, 3, err) != 0)
        return -1;
    sbs_json_where(at, sizeof at, where, "runs");
    cJSON_ArrayForEach(item, list) {
        sbs_json_where_item(place, sizeof place, at, m->n);
        if (read_run(item, place, false, &m->run[m->n++], err) != 0)
            return -1;
    }
    return 0;
}

int sbs_measured_read(struct sbs_measured *m, const char *text, size_t length,
                      const char *name, struct sbs_error *err)
{
    char where[WHERE];
    *m = (struct sbs_measured){.n = 0};
    snprintf(where, sizeof where, "%.150s:", name);
    cJSON *tree = sbs_json_parse(text, length, name, err);
    int status = tree ? read_runs(m, tree, where, err) : -1;
    cJSON_Delete(tree);
    if (status != 0)
        sbs_measured_fini(m);
    return status;
}

/* ---- from a trace ------------------------------------------------------ */

/* A task is done when all its rows are, so the latest one counts. */
static int trace_times(struct sbs_measured_run *out,
                       const struct sbs_trace *trace, size_t run,
                       struct sbs_error *err)
{
    const struct sbs_trace_tasks *t = &trace->tasks;
    double start = trace->runs.start[run];
    out->times_s = malloc((t->rows.n + 1) * sizeof *out->times_s);
    if (!out->times_s)
        return out_of_memory(err);
    for (size_t i = 0; i < t->rows.n; i++) {
        double at = t->detected[i] - start;
        if (t->run_index[i] == (int64_t)run && at > 0 &&
            t->n_units[i] <= 1 && t->outcome[i] <= 0)
            out->times_s[out->n_times++] = at;
    }
    /* With a task unseen, or one seen twice, it is no completion curve. */
    if (out->n_times != (size_t)trace->runs.n_tasks[run])
        out->n_times = 0;
    return 0;
}

static int add_trace_run(struct sbs_measured *m, const struct sbs_trace *trace,
                         size_t i, struct sbs_error *err)
{
    const struct sbs_trace_runs *r = &trace->runs;
    struct sbs_measured_run *out = &m->run[m->n++];
    out->name = strdup(r->name[i]);
    out->date = strlen(r->date[i]) == 10 ? strdup(r->date[i]) : NULL;
    if (!out->name || (!out->date && strlen(r->date[i]) == 10))
        return out_of_memory(err);
    out->figure[SBS_FIGURE_first_s] = r->first_s[i];
    out->figure[SBS_FIGURE_half_s] = NAN;
    out->figure[SBS_FIGURE_makespan_s] = r->wall_s[i];
    /* Most reported costs are workers x price x wall time, no bill. */
    out->figure[SBS_FIGURE_cost_usd] =
        r->billed[i] == 1 ? r->cost_reported[i] : NAN;
    if (trace_times(out, trace, i, err) != 0)
        return -1;
    fill_figures(out);
    return 0;
}

int sbs_measured_from_trace(struct sbs_measured *m,
                            const struct sbs_trace *trace, const char *run,
                            uint64_t tasks, struct sbs_error *err)
{
    const struct sbs_trace_runs *r = &trace->runs;
    int status = 0;
    *m = (struct sbs_measured){.n = 0};
    m->run = calloc(r->rows.n + 1, sizeof *m->run);
    if (!m->run)
        return out_of_memory(err);
    for (size_t i = 0; i < r->rows.n && status == 0; i++) {
        if (run ? strcmp(r->name[i], run) != 0
                : r->n_tasks[i] != (int64_t)tasks ||
                      strncmp(r->launch_type[i], "FARGATE", 7) != 0)
            continue;
        if (r->wall_s[i] > 0 || r->first_s[i] > 0)
            status = add_trace_run(m, trace, i, err);
    }
    if (status == 0 && m->n == 0)
        status = run ? sbs_fail(err, SBS_EINPUT,
                                "%s: has no measured run called \"%.60s\"",
                                trace->name, run)
                     : sbs_fail(err, SBS_EINPUT,
                                "%s: has no measured Fargate run of %llu "
                                "tasks, as the forecast", trace->name,
                                (unsigned long long)tasks);
    if (status != 0)
        sbs_measured_fini(m);
    return status;
}

void sbs_measured_fini(struct sbs_measured *m)
{
    for (size_t i = 0; i < m->n; i++) {
        free(m->run[i].name);
        free(m->run[i].policy);
        free(m->run[i].date);
        free(m->run[i].times_s);
    }
    free(m->run);
    *m = (struct sbs_measured){.n = 0};
}
