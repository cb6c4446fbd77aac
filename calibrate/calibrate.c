/* SPDX-License-Identifier: Apache-2.0 */
/* From a trace to a model. */
#include "config.h"

#include "calibrate/calibrate.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "base/json.h"
#include "base/path.h"

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

/* Mean of a transfer's law: download and upload count in a total. */
static double law_mean(const struct sbs_law *law)
{
    switch (law->kind) {
    case SBS_LAW_CONST:
        return law->a;
    case SBS_LAW_UNIFORM:
        return (law->a + law->b) / 2;
    case SBS_LAW_LOGNORMAL:
        return law->shift + sbs_exp(law->a + law->b * law->b / 2);
    case SBS_LAW_ABSENT:
        break;
    }
    return 0;
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

/* The joint fit stands on the facts alone: all their runs, their stamps. */
static int fit_totals(const struct sbs_trace *facts, double share_new,
                      struct sbs_calibration *c,
                      struct sbs_joint_interval *interval,
                      struct sbs_error *err)
{
    struct sbs_estimate est = {.prior = {0}};
    struct sbs_estimator e = {.own = facts, .facts = facts, .est = &est};
    struct sbs_totals *totals = NULL;
    double unused;
    int status = -1;

    if (sbs_estimate_run(&e, err))
        return -1;
    if (sbs_joint_collect(facts, law_mean(&est.download) +
                          law_mean(&est.upload) + law_mean(&est.collect),
                          &c->runs, err))
        return -1;
    totals_fixed(&est, &c->fixed);
    totals = sbs_totals_create(&c->fixed, err);
    if (totals)
        status = sbs_joint_fit(totals, &c->runs, &est.prior, &c->joint, err);
    if (!status && interval)
        status = sbs_joint_intervals(totals, &c->runs, &est.prior, &c->joint,
                                     interval, err);
    if (!status && !isnan(share_new)) {
        c->joint.theta.r_factor =
            sbs_joint_best_r(totals, &c->runs, &est.prior, &c->joint.theta,
                             share_new, &unused);
        c->joint.theta.share_new = share_new;
        c->joint.share_lo = c->joint.share_hi = c->joint.other_share = NAN;
    }
    sbs_totals_destroy(totals);
    return status;
}

/* Runs of a trace that needed other facts: shown, not fitted. */
static int own_runs(const struct sbs_trace *trace, struct sbs_calibration *c,
                    struct sbs_error *err)
{
    size_t i;

    sbs_joint_runs_fini(&c->runs);
    if (sbs_joint_collect(trace, law_mean(&c->est.download) +
                          law_mean(&c->est.upload) +
                          law_mean(&c->est.collect), &c->runs, err))
        return -1;
    for (i = 0; i < c->runs.n; i++)
        c->runs.run[i].fitted = false;
    c->runs.n_fitted = 0;
    return 0;
}

/* The fit; the table and its slow intervals only when wanted. */
static int fit(const struct sbs_trace *trace, const struct sbs_trace *facts,
               double share_new, bool table, struct sbs_calibration **out,
               struct sbs_error *err)
{
    struct sbs_calibration *c = calloc(1, sizeof *c);
    struct sbs_joint_interval interval;
    struct sbs_estimator e = {.own = trace};

    gsl_set_error_handler_off();
    if (!c)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    if (sbs_calibrate_complete(trace))
        facts = trace;
    if (!facts) {
        sbs_fail(err, SBS_EINPUT, "%s: holds no facts on processors and "
                 "clients, and the shipped fargate.h5 was not found",
                 trace->name);
        goto fail;
    }
    if (fit_totals(facts, share_new, c, table ? &interval : NULL, err))
        goto fail;
    e.facts = facts;
    e.joint = &c->joint;
    e.interval = &interval;
    e.rows = table ? &c->rows : NULL;
    e.est = &c->est;
    if (sbs_estimate_run(&e, err) ||
        (trace != facts && own_runs(trace, c, err)))
        goto fail;
    c->model_json = sbs_calibrate_model_text(&c->est, err);
    if (!c->model_json)
        goto fail;
    sbs_calibrate_basis(trace, c->basis, sizeof c->basis, c->weakest,
                        sizeof c->weakest);
    *out = c;
    return 0;
fail:
    sbs_calibrate_destroy(c);
    return -1;
}

int sbs_calibrate_fit(const struct sbs_trace *trace,
                      const struct sbs_trace *facts,
                      struct sbs_calibration **out, struct sbs_error *err)
{
    return fit(trace, facts, NAN, false, out, err);
}

int sbs_calibrate_fit_table(const struct sbs_trace *trace,
                            const struct sbs_trace *facts, double share_new,
                            struct sbs_calibration **out,
                            struct sbs_error *err)
{
    return fit(trace, facts, share_new, true, out, err);
}

void sbs_calibrate_destroy(struct sbs_calibration *c)
{
    if (!c)
        return;
    sbs_rows_fini(&c->rows);
    sbs_joint_runs_fini(&c->runs);
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
        snprintf(out->note, sizeof out->note, "%.100s holds no model of "
                 "these data and this version: fitted now (sbsim calibrate "
                 "--store keeps it)", trace->name);
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
