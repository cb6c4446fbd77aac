/* SPDX-License-Identifier: Apache-2.0 */
/* Measured runs as the simulator replays them. */
#include "config.h"

#include "calibrate/observe.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/jsonw.h"

#define VCPU 2 /* where a run does not say */
#define MEMORY_GB_PER_VCPU 2
#define LEAST_REF_S 1e-6 /* "trivial" tasks: a workload wants some work */
#define LEAST_VCPU 1     /* smaller ones are not in the model */

/* {"tasks": n, "ref_s": [..]} of a run. */
static char *workload_text(const struct sbs_joint_run *run, bool waiting,
                           struct sbs_error *err)
{
    struct sbs_jsonw w;
    char *text = NULL;
    size_t i;

    sbs_jsonw_init(&w, NULL);
    sbs_jsonw_object(&w);
    sbs_jsonw_key(&w, "schema");
    sbs_jsonw_string(&w, "sbsim-workload");
    sbs_jsonw_key(&w, "schema_version");
    sbs_jsonw_integer(&w, 1);
    sbs_jsonw_key(&w, "tasks");
    sbs_jsonw_count(&w, run->total.n);
    sbs_jsonw_key(&w, "ref_s");
    sbs_jsonw_flat_array(&w);
    for (i = 0; i < run->total.n; i++)
        sbs_jsonw_real(&w, fmax(waiting ? run->task_ref_s
                                        : run->total.ref_s[i],
                                LEAST_REF_S));
    sbs_jsonw_close(&w);
    sbs_jsonw_close(&w);
    if (!sbs_jsonw_end(&w, err))
        text = sbs_jsonw_take(&w);
    sbs_jsonw_fini(&w);
    return text;
}

static int parse_workload(const struct sbs_joint_run *run, bool waiting,
                          struct sbs_workload *out, struct sbs_error *err)
{
    char *text = workload_text(run, waiting, err);
    struct cJSON *json =
        text ? sbs_json_parse(text, strlen(text), run->name, err) : NULL;
    int status = json ? sbs_workload_parse(out, json, run->name, 0, err) : -1;

    cJSON_Delete(json);
    free(text);
    return status;
}

int sbs_observe_workload(const struct sbs_joint_run *run,
                         struct sbs_workload *out, struct sbs_error *err)
{
    return parse_workload(run, run->waiting, out, err);
}

const char *sbs_observe_total_name(enum sbs_metric metric)
{
    switch (metric) {
    case SBS_METRIC_first_s:
        return "first";
    case SBS_METRIC_half_s:
        return "half";
    case SBS_METRIC_makespan_s:
        return "last";
    default:
        return "bill";
    }
}

static void add_total(struct sbs_simlik_run *r, enum sbs_metric metric,
                      double value, double pm, double model_log_sd)
{
    if (!(value > 0))
        return;
    r->total[r->n_totals++] = (struct sbs_simlik_total){
        metric, value, hypot(model_log_sd, pm / value / sqrt(3))};
}

static int observe_run(const struct sbs_joint_run *j, double model_log_sd,
                       struct sbs_simlik_run *r, struct sbs_workload *w,
                       struct sbs_error *err)
{
    double vcpu = j->vcpu >= LEAST_VCPU ? j->vcpu : VCPU;

    *r = (struct sbs_simlik_run){
        .name = j->name, .workload = w, .workers = (uint32_t)j->workers,
        .vcpu = vcpu,
        .memory_gb = j->memory_gb > 0 ? j->memory_gb
                                      : MEMORY_GB_PER_VCPU * vcpu,
        .fixed_s = j->waiting && j->task_ref_s > 0 ? j->task_ref_s : 0};
    add_total(r, SBS_METRIC_first_s, j->total.first_s, j->total.first_pm_s,
              model_log_sd);
    add_total(r, SBS_METRIC_half_s, j->half_s, j->half_pm_s, model_log_sd);
    add_total(r, SBS_METRIC_makespan_s, j->total.last_s, j->total.last_pm_s,
              model_log_sd);
    add_total(r, SBS_METRIC_cost_usd, j->bill_usd, 0.005, model_log_sd);
    return parse_workload(j, false, w, err);
}

int sbs_observe(const struct sbs_joint_runs *runs, bool serial_only,
                double model_log_sd, struct sbs_observed *out,
                struct sbs_error *err)
{
    size_t i;

    memset(out, 0, sizeof *out);
    for (i = 0; i < runs->n; i++) {
        if (serial_only && !runs->run[i].serial)
            continue;
        out->joint[out->n] = i;
        if (observe_run(&runs->run[i], model_log_sd, &out->run[out->n],
                        &out->workload[out->n], err)) {
            sbs_observed_fini(out);
            return -1;
        }
        out->n++;
    }
    return 0;
}

void sbs_observed_fini(struct sbs_observed *o)
{
    size_t i;

    if (!o)
        return;
    for (i = 0; i < o->n; i++)
        sbs_workload_fini(&o->workload[i]);
    memset(o, 0, sizeof *o);
}
