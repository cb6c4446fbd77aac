/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/run_scenarios.h"

#include <stdio.h>
#include <stdlib.h>

#include "report/scenario_table.h"
#include "sweep/comm.h"

struct scenario {
    struct sbs_model_set models;
    struct sbs_job job;
};

size_t sbs_run_scenarios_count(void)
{
    return sbs_stress_count() + 1;
}

/* Scenario 0 is the plain model. */
static const struct sbs_stress *stress_at(size_t i)
{
    return i > 0 ? sbs_stress_at(i - 1) : NULL;
}

static int run_one(struct scenario *s, const struct sbs_stress *stress,
                   const struct sbs_run_options *o,
                   const struct sbs_inputs *in,
                   const struct sbs_spec_list *specs, struct sbs_error *err)
{
    if (sbs_inputs_model(in, &o->in, stress, &s->models, err) != 0)
        return -1;
    s->job.options = o;
    s->job.in = in;
    s->job.models = &s->models;
    s->job.stress = stress;
    if (sbs_job_run(&s->job, specs, err) == 0)
        return 0;
    return stress ? sbs_fail_at(err, stress->name) : -1;
}

static int write_outputs(const struct sbs_scenario_result *list, size_t n,
                         struct sbs_run_outputs *out, struct sbs_error *err)
{
    if (out->json.file &&
        sbs_scenario_json_write(list, n, out->json.file, err) != 0)
        return sbs_fail_at(err, sbs_output_name(&out->json));
    if (out->csv.file &&
        sbs_scenario_csv_write(list, n, out->csv.file, err) != 0)
        return sbs_fail_at(err, sbs_output_name(&out->csv));
    if (sbs_output_commit(&out->json, err) != 0 ||
        sbs_output_commit(&out->csv, err) != 0)
        return -1;
    if (out->table && sbs_scenario_table_write(list, n, stdout, err) != 0)
        return sbs_fail_at(err, "standard output");
    return 0;
}

int sbs_run_scenarios(const struct sbs_run_options *o,
                      const struct sbs_inputs *in,
                      const struct sbs_spec_list *specs,
                      struct sbs_run_outputs *out, struct sbs_error *err)
{
    size_t n = sbs_run_scenarios_count();
    struct scenario *all = calloc(n, sizeof *all);
    struct sbs_scenario_result *list = calloc(n, sizeof *list);
    int status = all && list ? 0 : sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (size_t i = 0; i < n && status == 0; i++) {
        const struct sbs_stress *stress = stress_at(i);
        status = run_one(&all[i], stress, o, in, specs, err);
        list[i] = (struct sbs_scenario_result){
            stress ? stress->name : "plain",
            stress ? stress->summary : "the model as it is",
            &all[i].job.result
        };
    }
    if (status == 0 && sbs_comm_rank() == 0)
        status = write_outputs(list, n, out, err);
    for (size_t i = 0; i < n && sbs_comm_rank() == 0 && status >= 0; i++)
        if (sbs_job_verdict(&all[i].job) != 0)
            status = 3;
    for (size_t i = 0; all && i < n; i++) {
        sbs_job_fini(&all[i].job);
        sbs_model_fini(&all[i].models);
    }
    free(all);
    free(list);
    return status;
}
