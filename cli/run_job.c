/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/run_job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/param.h"
#include "cli/fargate_size.h"
#include "cli/logs.h"
#include "cli/progress.h"
#include "report/human.h"
#include "report/ignorance.h"
#include "report/stopped.h"
#include "sweep/comm.h"

/* ---- from outcomes to a result ----------------------------------------- */

/* All parameters of a stack, "layer.key" when it has several layers. */
static int add_params(struct sbs_param_list *list,
                      const struct sbs_layer *layer, bool prefix)
{
    size_t n = sbs_param_count(layer->policy->params);
    if (n == 0)
        return 0;
    struct sbs_result_param *more =
        realloc(list->param, (list->n + n) * sizeof *more);
    if (!more)
        return -1;
    list->param = more;
    for (size_t i = 0; i < n; i++) {
        const struct sbs_param *p = &layer->policy->params[i];
        char name[128], text[64];
        snprintf(name, sizeof name, "%s%s%s",
                 prefix ? layer->policy->name : "", prefix ? "." : "",
                 p->name);
        sbs_param_print(p, layer->params, text, sizeof text);
        bool number = p->type == SBS_INT || p->type == SBS_REAL;
        struct sbs_result_param r = { strdup(name),
                                      number ? NULL : strdup(text),
                                      sbs_param_value(p, layer->params) };
        list->param[list->n++] = r;
        if (!r.name || (!number && !r.text))
            return -1;
    }
    return 0;
}

static void free_params(struct sbs_param_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        free((char *)(uintptr_t)list->param[i].name);
        free((char *)(uintptr_t)list->param[i].text);
    }
    free(list->param);
}

static int list_params(struct sbs_param_list *list, const struct sbs_stack *s)
{
    for (uint32_t k = 0; k < s->n_layers; k++)
        if (add_params(list, &s->layer[k], s->n_layers > 1) != 0)
            return -1;
    return 0;
}

static enum sbs_unfinished commonest_reason(const struct sbs_run_outcome *o)
{
    enum sbs_unfinished best = SBS_UNFINISHED_STUCK;
    for (int i = SBS_UNFINISHED_STUCK; i < SBS_N_UNFINISHED; i++)
        if (o->unfinished_by[i] > o->unfinished_by[best])
            best = (enum sbs_unfinished)i;
    return best;
}

static void fill_policy(struct sbs_result_policy *p,
                        const struct sbs_spec *spec,
                        const struct sbs_param_list *params,
                        const struct sbs_run_outcome *o, uint32_t reps)
{
    p->spec = spec->text;
    p->params = params->param;
    p->n_params = params->n;
    p->reps = reps;
    p->unfinished_why = sbs_unfinished_text(commonest_reason(o));
    for (int m = 0; m < SBS_N_METRICS; m++)
        p->values[m] = sbs_run_metric(o, reps, (enum sbs_metric)m);
}

/* ---- the run ----------------------------------------------------------- */

static double clock_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void on_progress(void *context, uint64_t done, uint64_t all)
{
    sbs_progress_update(context, done, all);
}

static bool is_spot(const struct sbs_job *j)
{
    return j->options->spot || (j->stress && j->stress->spot);
}

static void title_of(struct sbs_job *j)
{
    const struct sbs_run_options *o = j->options;
    const struct sbs_inputs *in = j->in;
    uint32_t workers = o->workers > 0 ? (uint32_t)o->workers
                                      : in->workload.tasks;
    snprintf(j->title, sizeof j->title,
             "%s: %u tasks, base fleet of %u workers of %g vCPU and %g GB%s"
             "%s%s",
             o->in.workload, in->workload.tasks, workers, o->vcpu,
             o->memory_gb, is_spot(j) ? ", spot" : "",
             j->stress ? ", scenario " : "", j->stress ? j->stress->name : "");
}

static int job_init(struct sbs_job *j, const struct sbs_spec_list *specs,
                    struct sbs_error *err)
{
    j->n = specs->n;
    j->stacks = calloc(j->n, sizeof *j->stacks);
    j->outcomes = calloc(j->n, sizeof *j->outcomes);
    j->policies = calloc(j->n, sizeof *j->policies);
    j->params = calloc(j->n, sizeof *j->params);
    if (!j->stacks || !j->outcomes || !j->policies || !j->params)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    for (size_t i = 0; i < j->n; i++) {
        j->stacks[i] = &specs->spec[i].stack;
        if (list_params(&j->params[i], j->stacks[i]) != 0)
            return sbs_fail(err, SBS_EMEMORY, "out of memory");
    }
    return 0;
}

void sbs_job_fini(struct sbs_job *j)
{
    for (size_t i = 0; j->outcomes && i < j->n; i++)
        sbs_run_outcome_fini(&j->outcomes[i]);
    for (size_t i = 0; j->params && i < j->n; i++)
        free_params(&j->params[i]);
    free(j->stacks);
    free(j->outcomes);
    free(j->policies);
    free(j->params);
    sbs_stop_report_fini(&j->stopped);
}

int sbs_job_verdict(const struct sbs_job *j)
{
    char text[SBS_JOB_TEXT];
    if (!j->result.stop || j->stopped.reached)
        return 0;
    fprintf(stderr, "sbsim: --stop-ci: %s%s%s\n",
            j->stress ? j->stress->name : "", j->stress ? ": " : "",
            sbs_stopped_text(&j->result, text, sizeof text));
    return 3;
}

static struct sbs_scenario scenario_of(const struct sbs_job *j)
{
    const struct sbs_run_options *o = j->options;
    return (struct sbs_scenario){ .models = j->models,
                                  .workload = &j->in->workload,
                                  .workers = (uint32_t)o->workers,
                                  .vcpu = o->vcpu,
                                  .memory_gb = o->memory_gb,
                                  .spot = is_spot(j),
                                  .seed = (uint64_t)o->seed };
}

/* The logged replications, by themselves and first: what is wrong with the
 * folder or the disk shows before the work begins. */
static int write_logs(const struct sbs_job *j,
                      const struct sbs_spec_list *specs,
                      struct sbs_error *err)
{
    const struct sbs_run_options *o = j->options;
    struct sbs_scenario scenario = scenario_of(j);
    int failed = o->log && sbs_comm_rank() == 0 &&
                 sbs_logs_write(o->log, (uint32_t)o->log_reps, &scenario,
                                j->in, specs, err) != 0;
    return sbs_comm_any(failed) ? -1 : 0;
}

struct sbs_run sbs_job_plan(const struct sbs_job *j)
{
    return (struct sbs_run){ .scenario = scenario_of(j),
                             .stacks = j->stacks,
                             .n_stacks = (uint32_t)j->n,
                             .reps = (uint32_t)j->options->reps,
                             .threads = (int)j->options->threads };
}

static int simulate(struct sbs_job *j, struct sbs_error *err)
{
    const struct sbs_run_options *o = j->options;
    struct sbs_progress progress;
    struct sbs_run run = sbs_job_plan(j);
    run.progress = on_progress;
    run.progress_context = &progress;
    sbs_progress_init(&progress, "replications",
                      o->quiet || sbs_comm_rank() != 0);
    int status;
    if (o->stop_ci > 0) {
        j->stop = (struct sbs_stop){ o->stop_ci,
                                     (enum sbs_stop_on)o->stop_on };
        status = sbs_stop_run(&run, &j->stop, j->outcomes, &j->stopped, err);
        j->reps = j->stopped.reps;
    } else {
        status = sbs_run_all(&run, j->outcomes, err);
        j->reps = run.reps;
    }
    sbs_progress_fini(&progress);
    return status;
}

/* Does a policy plan workers of a size that Fargate does not offer? */
static bool has_odd_size(const struct sbs_job *j, char *text, size_t size)
{
    for (size_t i = 0; i < j->n; i++) {
        const struct sbs_plan *p = &j->outcomes[i].plan;
        if (!sbs_fargate_size_offered(p->vcpu, p->memory_gb, text, size))
            return true;
    }
    return false;
}

static bool has_spot(const struct sbs_job *j)
{
    for (size_t i = 0; i < j->n; i++) {
        const struct sbs_plan *p = &j->outcomes[i].plan;
        if (p->spot_share > 0 && p->on_demand < p->max_workers)
            return true;
    }
    return false;
}

/* What a reader of the numbers must know about them. */
static size_t notes_of(struct sbs_job *j)
{
    const struct sbs_run_options *o = j->options;
    size_t n = 0;
    if (j->stress) {
        snprintf(j->stress_note, sizeof j->stress_note,
                 "scenario %s: %s. Its numbers: %s.", j->stress->name,
                 j->stress->summary, j->stress->evidence);
        j->notes[n++] = j->stress_note;
    }
    if (o->in.trace &&
        has_odd_size(j, j->size_note, sizeof j->size_note))
        j->notes[n++] = j->size_note;
    if (o->in.trace && !j->in->has_posterior)
        j->notes[n++] =
            "the intervals are of the simulation at the fitted parameters; "
            "how well those are known is not in them (sbsim calibrate shows "
            "it).";
    if (j->in->has_posterior &&
        sbs_ignorance_note(j->reps, j->models->n, j->draws_note,
                           sizeof j->draws_note))
        j->notes[n++] = j->draws_note;
    if (has_spot(j) && j->models->stated.loss.spot_per_h == 0)
        j->notes[n++] =
            "no reclaim rate of spot capacity is known (loss.spot_per_h is "
            "0), so nothing was reclaimed here: the bill is the lowest "
            "possible. Give your own rate with --set loss.spot_per_h=N.";
    return n;
}

/* One policy alone answers nothing; say how far it is from the best there
 * could be, and what to put beside it. */
static void next_of(struct sbs_job *j)
{
    const struct sbs_result *r = &j->result;
    bool divisible = j->in->workload.divisible;
    char *text = j->next;
    size_t size = sizeof j->next;
    static const char *const whole[] = { "static", "dynamic", "speculative",
                                         "warm-pool" };
    static const char *const cut[] = { "static", "split:units=20",
                                       "warm-pool+split:units=20" };
    const struct sbs_summary *bound =
        &r->policies[0].summary[SBS_METRIC_bound_s];
    struct sbs_human_unit unit = sbs_human_unit(bound->mean);
    char best[SBS_HUMAN_TEXT];
    sbs_human_pm(best, bound->mean / unit.seconds,
                 sbs_summary_half_width(bound) / unit.seconds, 0, 4, 0);
    snprintf(text, size,
             "with the same workers a clairvoyant would need %s %s; see what "
             "comes near, for instance with --policy %s", best, unit.name,
             r->policies[0].spec);
    size_t n = divisible ? sizeof cut / sizeof *cut
                         : sizeof whole / sizeof *whole;
    for (size_t i = 0; i < n; i++) {
        const char *other = divisible ? cut[i] : whole[i];
        size_t used = strlen(text);
        if (strcmp(other, r->policies[0].spec) != 0)
            snprintf(text + used, size - used, ",%s", other);
    }
}

static int make_result(struct sbs_job *j, const struct sbs_spec_list *specs,
                       double wall_s, struct sbs_error *err)
{
    const struct sbs_run_options *o = j->options;
    const struct sbs_inputs *in = j->in;
    for (size_t i = 0; i < j->n; i++)
        fill_policy(&j->policies[i], &specs->spec[i], &j->params[i],
                    &j->outcomes[i], j->reps);
    title_of(j);
    j->result = (struct sbs_result){
        .title = j->title,
        .scenario = j->stress ? j->stress->name : NULL,
        .seed = (uint64_t)o->seed,
        .reps = j->reps,
        .stop = o->stop_ci > 0 ? &j->stop : NULL,
        .stopped = &j->stopped,
        .draws = j->in->has_posterior ? j->models->n : 0,
        .policies = j->policies,
        .n_policies = j->n,
        .model = j->models->json,
        .workload = in->workload.json,
        .files = in->files,
        .n_files = in->n_files,
        .basis = in->basis,
        .weakest = in->weakest,
        .warnings = j->notes,
        .n_warnings = notes_of(j),
        .wall_s = wall_s,
    };
    if (sbs_result_make(&j->result, err) != 0)
        return -1;
    if (j->n == 1 && j->outcomes[0].unfinished < j->result.reps) {
        next_of(j);
        j->result.next = j->next;
    }
    return 0;
}

int sbs_job_run(struct sbs_job *j, const struct sbs_spec_list *specs,
                struct sbs_error *err)
{
    double begun_s = clock_s();
    if (job_init(j, specs, err) != 0 || write_logs(j, specs, err) != 0 ||
        simulate(j, err) != 0)
        return -1;
    if (sbs_comm_rank() != 0)
        return 0;
    return make_result(j, specs, clock_s() - begun_s, err);
}
