/* SPDX-License-Identifier: Apache-2.0 */
/* From a trace to a model. */
#include "config.h"

#include "calibrate/calibrate.h"

#include <cjson/cJSON.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "base/json.h"
#include "base/jsonw.h"
#include "base/path.h"
#include "model/path.h"

#define FACTS "fargate.h5"

bool sbs_calibrate_complete(const struct sbs_trace *trace)
{
    return sbs_trace_sample(trace, "processor_gb6") != NULL &&
           sbs_trace_sample(trace, "processor_seen") != NULL &&
           sbs_trace_sample(trace, "client_setup_s") != NULL;
}

int sbs_calibrate_read_facts(const struct sbs_trace *trace,
                             struct sbs_trace **facts, struct sbs_error *err)
{
    char *path;
    int status;

    *facts = NULL;
    if (sbs_calibrate_complete(trace))
        return 0;
    path = sbs_path_find(FACTS, err);
    if (!path)
        return -1;
    status = sbs_trace_read(path, SBS_TRACE_STRICT, facts, err);
    free(path);
    return status ? sbs_fail_at(err, "the shipped facts are needed") : 0;
}

/* What a task's data take: they count in a total. */
static double transfer_s(const struct sbs_estimate *est)
{
    return sbs_law_mean_s(&est->download) + sbs_law_mean_s(&est->upload) +
           sbs_law_mean_s(&est->collect);
}

static void totals_fixed(const struct sbs_estimate *est,
                         struct sbs_totals_fixed *fixed)
{
    const struct sbs_mixture *m = &est->mixture;
    size_t k;

    memset(fixed, 0, sizeof *fixed);
    fixed->provision = est->provision_fit;
    fixed->container = est->container_fit;
    fixed->pull_log_sd = est->pull_within_log_sd;
    fixed->poll_s = est->poll_s > 0 ? est->poll_s : 0;
    fixed->poll_task_s = est->poll_task_s > 0 ? est->poll_task_s : 0;
    fixed->n_classes = m->n;
    for (k = 0; k < m->n; k++) {
        fixed->classes[k] = m->classes[k];
        fixed->classes[k].log_sd =
            hypot(m->classes[k].log_sd, m->machine_log_sd);
    }
}

/* A calibration while it is made. */
struct making {
    struct sbs_calibration *c;
    const struct sbs_trace *trace, *facts;
    struct sbs_estimate facts_est; /* of the facts alone */
    double share_new;  /* held there; NaN: fitted */
    bool table;
    const struct sbs_calibrate_how *how; /* NULL: quick */
    struct sbs_joint_interval interval;
    const char *runs_of;
};

/* The joint fit stands on the facts alone: all their runs, their stamps. */
static int fit_totals(struct making *m, struct sbs_error *err)
{
    struct sbs_calibration *c = m->c;
    struct sbs_estimate *est = &m->facts_est;
    struct sbs_estimator e = {.own = m->facts, .facts = m->facts, .est = est};
    struct sbs_totals *totals = NULL;
    double unused;
    int status = -1;

    if (sbs_estimate_run(&e, err))
        return -1;
    if (sbs_joint_collect(m->facts, transfer_s(est), &c->runs, err))
        return -1;
    totals_fixed(est, &c->fixed);
    totals = sbs_totals_create(&c->fixed, err);
    if (totals)
        status = sbs_joint_fit(totals, &c->runs, &est->prior, &c->joint, err);
    if (!status && m->table && !m->how)
        status = sbs_joint_intervals(totals, &c->runs, &est->prior, &c->joint,
                                     &m->interval, err);
    if (!status && !isnan(m->share_new)) {
        c->joint.theta.r_factor =
            sbs_joint_best_r(totals, &c->runs, &est->prior, &c->joint.theta,
                             m->share_new, &unused);
        c->joint.theta.share_new = m->share_new;
        c->joint.share_lo = c->joint.share_hi = c->joint.other_share = NAN;
    }
    sbs_totals_destroy(totals);
    return status;
}

/* Runs of a trace that needed other facts: shown, not fitted by the quick
 * fit. */
static int own_runs(struct making *m, struct sbs_joint_runs *runs,
                    struct sbs_error *err)
{
    const struct sbs_estimate *est = &m->facts_est;
    size_t i;

    if (sbs_joint_collect(m->trace, transfer_s(est), runs, err))
        return -1;
    for (i = 0; i < runs->n; i++)
        runs->run[i].fitted = false;
    runs->n_fitted = 0;
    return 0;
}

/* The estimate of the trace, from the joint fit (and the posterior, when it is
 * there); its model file without draws. */
static int estimate(struct making *m, struct sbs_rows *rows,
                    struct sbs_estimate *est, char **text,
                    struct sbs_error *err)
{
    struct sbs_calibration *c = m->c;
    struct sbs_estimator e = {
        .own = m->trace, .facts = m->facts, .joint = &c->joint,
        .interval = &m->interval, .rows = rows, .est = est,
        .posterior = c->inference ? &c->posterior : NULL,
        .inference = c->inference, .runs_of = m->runs_of};

    memset(est, 0, sizeof *est);
    if (sbs_estimate_run(&e, err))
        return -1;
    *text = sbs_calibrate_model_text(est, err);
    return *text ? 0 : -1;
}

/* The posterior's medians take the place of the most likely values. */
static void take_medians(struct sbs_calibration *c)
{
    const struct sbs_posterior *p = &c->posterior;
    struct sbs_totals_theta *th = &c->joint.theta;
    const struct sbs_posterior_row *r;
    const struct {
        enum sbs_belief_id id;
        double *at;
    } take[] = {{SBS_BELIEF_SETUP, &th->setup_s},
                {SBS_BELIEF_PULL, &th->pull_s},
                {SBS_BELIEF_CALL, &th->call_s},
                {SBS_BELIEF_CALL_SD, &th->call_log_sd}};
    size_t i;

    for (i = 0; i < sizeof take / sizeof *take; i++) {
        r = sbs_posterior_find(p, take[i].id);
        if (r)
            *take[i].at = r->p50;
    }
    if (!isnan(p->share_new)) {
        th->share_new = p->share_new;
        th->r_factor = p->r_factor;
    }
}

/* Append the draws to a model file. */
static int add_draws(struct sbs_calibration *c, const struct sbs_trace *facts,
                     struct sbs_error *err)
{
    cJSON *draws = sbs_infer_draws(c->inference, &c->est, facts, err);
    cJSON *model = draws ? sbs_calibrate_model_tree(c, err) : NULL;
    struct sbs_jsonw w;
    int status = -1;

    sbs_jsonw_init(&w, NULL);
    if (model && !sbs_model_put(model, "posterior.draws", draws, err)) {
        draws = NULL;
        sbs_jsonw_tree(&w, model);
        status = sbs_jsonw_end(&w, err);
    }
    if (!status) {
        free(c->model_json);
        c->model_json = sbs_jsonw_take(&w);
    }
    sbs_jsonw_fini(&w);
    cJSON_Delete(model);
    return status;
}

/* Which runs the inference is of: the trace's own when it has one whose
 * client is understood, with its own start-up and cores; else the facts'. */
static bool has_serial(const struct sbs_joint_runs *runs)
{
    size_t i;

    for (i = 0; i < runs->n; i++)
        if (runs->run[i].serial)
            return true;
    return false;
}

/* Length of the first name of a list with commas. */
static size_t name_length(const char *list)
{
    return strcspn(list, ",");
}

static bool is_named(const char *list, const char *name)
{
    for (; *list; list += name_length(list), list += *list == ',')
        if (name_length(list) == strlen(name) &&
            !strncmp(list, name, strlen(name)))
            return true;
    return false;
}

/* Leave out all runs but those named; a name that is no run's is an error. */
static int keep_named(struct sbs_joint_runs *runs, const char *list,
                      const char *trace, struct sbs_error *err)
{
    const char *at;
    size_t i, n;
    bool known;

    for (at = list; *at; at += n, at += *at == ',') {
        n = name_length(at);
        known = false;
        for (i = 0; i < runs->n; i++)
            known |= runs->run[i].serial && strlen(runs->run[i].name) == n &&
                     !strncmp(at, runs->run[i].name, n);
        if (!known)
            return sbs_fail(err, SBS_EINPUT, "%s: no run \"%.*s\" with a "
                            "total and a client that is understood", trace,
                            (int)n, at);
    }
    for (i = 0; i < runs->n; i++)
        if (runs->run[i].serial && !is_named(list, runs->run[i].name)) {
            runs->run[i].serial = runs->run[i].fitted = false;
            snprintf(runs->run[i].why, sizeof runs->run[i].why,
                     "left out by --runs");
        }
    return 0;
}

/* `est` and `text`: the quick fit. */
static int infer(struct making *m, struct sbs_joint_runs *own,
                 const struct sbs_estimate *est, const char *text,
                 struct sbs_error *err)
{
    struct sbs_calibration *c = m->c;
    const struct sbs_calibrate_how *how = m->how;
    bool of_own = m->trace == m->facts || has_serial(own);
    struct sbs_joint_runs *runs =
        m->trace == m->facts || !of_own ? &c->runs : own;
    struct sbs_infer_job job = {
        .facts = m->facts, .est = of_own ? est : &m->facts_est, .runs = runs,
        .particles = how->particles, .reps = how->reps, .moves = how->moves,
        .draws = how->draws, .seed = how->seed, .threads = how->threads,
        .progress = how->progress, .progress_context = how->progress_context};
    int status;

    m->runs_of = m->trace == m->facts ? ""
                 : of_own             ? "your trace: "
                                      : "shipped facts: ";
    if (how->runs && keep_named(runs, how->runs, m->trace->name, err))
        return -1;
    job.model = sbs_json_parse(text, strlen(text), "fitted model", err);
    if (!job.model)
        return -1;
    status = sbs_infer_run(&job, &c->inference, err) ||
                     sbs_posterior_make(c->inference, &c->posterior, err) ||
                     (m->table &&
                      sbs_identify_make(c->inference, job.model, how->seed,
                                        &c->identify, err))
                 ? -1
                 : 0;
    cJSON_Delete(job.model);
    if (!status)
        take_medians(c);
    return status;
}

static int make(struct making *m, struct sbs_error *err)
{
    struct sbs_calibration *c = m->c;
    struct sbs_joint_runs own = {.n = 0};
    struct sbs_estimate est;
    char *text = NULL;
    int status = -1;

    if (fit_totals(m, err) ||
        (m->trace != m->facts && own_runs(m, &own, err)))
        return -1;
    if (m->how && (estimate(m, NULL, &est, &text, err) ||
                   infer(m, &own, &est, text, err)))
        goto out;
    if (estimate(m, m->table ? &c->rows : NULL, &c->est, &c->model_json,
                 err) ||
        (c->inference && add_draws(c, m->facts, err)))
        goto out;
    if (m->trace != m->facts) {
        sbs_joint_runs_fini(&c->runs);
        c->runs = own;
        own = (struct sbs_joint_runs){.n = 0};
    }
    sbs_calibrate_basis(m->trace, c->basis, sizeof c->basis, c->weakest,
                        sizeof c->weakest);
    status = 0;
out:
    sbs_joint_runs_fini(&own);
    free(text);
    return status;
}

static int calibrate(struct making *m, struct sbs_calibration **out,
                     struct sbs_error *err)
{
    gsl_set_error_handler_off();
    m->c = calloc(1, sizeof *m->c);
    if (!m->c)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    if (sbs_calibrate_complete(m->trace))
        m->facts = m->trace;
    if (!m->facts) {
        sbs_fail(err, SBS_EINPUT, "%s: holds no facts on processors and "
                 "clients, and the shipped fargate.h5 was not found",
                 m->trace->name);
        goto fail;
    }
    if (make(m, err))
        goto fail;
    *out = m->c;
    return 0;
fail:
    sbs_calibrate_destroy(m->c);
    return -1;
}

int sbs_calibrate_fit(const struct sbs_trace *trace,
                      const struct sbs_trace *facts,
                      struct sbs_calibration **out, struct sbs_error *err)
{
    struct making m = {.trace = trace, .facts = facts, .share_new = NAN};

    return calibrate(&m, out, err);
}

int sbs_calibrate_fit_table(const struct sbs_trace *trace,
                            const struct sbs_trace *facts, double share_new,
                            struct sbs_calibration **out,
                            struct sbs_error *err)
{
    struct making m = {.trace = trace, .facts = facts,
                       .share_new = share_new, .table = true};

    return calibrate(&m, out, err);
}

int sbs_calibrate_infer(const struct sbs_trace *trace,
                        const struct sbs_trace *facts,
                        const struct sbs_calibrate_how *how,
                        struct sbs_calibration **out, struct sbs_error *err)
{
    struct making m = {.trace = trace, .facts = facts, .share_new = NAN,
                       .table = how->table, .how = how};

    return calibrate(&m, out, err);
}

void sbs_calibrate_destroy(struct sbs_calibration *c)
{
    if (!c)
        return;
    sbs_rows_fini(&c->rows);
    sbs_joint_runs_fini(&c->runs);
    sbs_infer_destroy(c->inference);
    free(c->model_json);
    free(c);
}

int sbs_calibrate_store(struct sbs_trace *trace,
                        const struct sbs_calibration *c,
                        struct sbs_error *err)
{
    char key[128];

    if (sbs_trace_model_key(trace, PACKAGE_VERSION, key, sizeof key, err))
        return -1;
    return sbs_trace_model_set(trace, key, c->model_json, err);
}

int sbs_calibrate_model_for(const struct sbs_trace *trace,
                            const struct sbs_trace *facts,
                            struct sbs_calibrated *out, struct sbs_error *err)
{
    struct sbs_calibration *c;
    const char *stored;
    char key[128];

    memset(out, 0, sizeof *out);
    if (sbs_trace_model_key(trace, PACKAGE_VERSION, key, sizeof key, err))
        return -1;
    stored = sbs_trace_model_get(trace, key);
    if (stored) {
        out->model_json = strdup(stored);
        if (!out->model_json)
            return sbs_fail(err, SBS_EMEMORY, "out of memory");
        out->stored = true;
    } else {
        if (sbs_calibrate_fit(trace, facts, &c, err))
            return -1;
        out->model_json = c->model_json;
        c->model_json = NULL;
        sbs_calibrate_destroy(c);
        snprintf(out->note, sizeof out->note, "%.90s holds no model of "
                 "these data and this version: fitted quickly, without what "
                 "is uncertain in it (sbsim calibrate --store does and keeps "
                 "the whole)", trace->name);
    }
    sbs_calibrate_basis(trace, out->basis, sizeof out->basis, out->weakest,
                        sizeof out->weakest);
    return 0;
}

void sbs_calibrated_fini(struct sbs_calibrated *c)
{
    if (!c)
        return;
    free(c->model_json);
    memset(c, 0, sizeof *c);
}

struct cJSON *sbs_calibrate_model_tree(const struct sbs_calibration *c,
                                       struct sbs_error *err)
{
    return sbs_json_parse(c->model_json, strlen(c->model_json),
                          "calibrated model", err);
}
