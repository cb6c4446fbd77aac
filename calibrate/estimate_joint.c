/* SPDX-License-Identifier: Apache-2.0 */
/* What the run totals tell (calibrate/joint.h), and the processors. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fmath.h"
#include "calibrate/estimate.h"
#include "calibrate/posterior.h"

#define Z95 1.959963984540054
/* Data that narrow a prior's sd by less than a fifth tell next to nothing. */
#define NO_NEWS 0.8
#define DEFAULT_VCPU 2

static enum sbs_known known_of(double lo, double hi, double se,
                               double prior_sd)
{
    if (!(se > 0) || se >= NO_NEWS * prior_sd)
        return SBS_KNOWN_UNIDENTIFIED;
    return sbs_rows_known(lo, hi);
}

/* A row for a positive parameter fitted on the log scale. */
static int log_row(struct sbs_estimator *e, const char *path,
                   const char *unit, double value, double se, double prior_sd,
                   double n, struct sbs_error *err,
                   const char *text)
{
    double lo = value * sbs_exp(-Z95 * se), hi = value * sbs_exp(Z95 * se);

    return sbs_rows_add(e->rows, path, unit, value, lo, hi, n,
                        known_of(lo, hi, se, prior_sd), err, "%s%s",
                        sbs_estimate_origin(e, e->facts), text);
}

static int sum_row(struct sbs_estimator *e, const struct sbs_joint *j,
                   double n, struct sbs_error *err)
{
    double s = j->theta.setup_s, p = j->theta.pull_s;
    double ss = s * j->se[SBS_JOINT_SETUP], sp = p * j->se[SBS_JOINT_PULL];
    double sd = sqrt(ss * ss + sp * sp +
                     2 * ss * sp * j->correlation_setup_pull);

    return sbs_rows_add(
        e->rows, "(setup_s + pull_s)", "s", s + p, s + p - Z95 * sd,
        s + p + Z95 * sd, n, sbs_rows_known(s + p - Z95 * sd, s + p + Z95 * sd),
        err, "%swhat the totals do determine: correlation of the two is "
        "%.2f, so one is long where the other is short; a run with stamps "
        "would part them", sbs_estimate_origin(e, e->facts),
        j->correlation_setup_pull);
}

static int client_rows(struct sbs_estimator *e, struct sbs_error *err)
{
    const struct sbs_joint *j = e->joint;
    const struct sbs_joint_prior *p = &e->est->prior;
    double n = (double)j->n_short + (j->has_work ? 1 : 0);
    char text[360];

    snprintf(text, sizeof text, "run totals, jointly; prior: the author's "
             "\"about %.3g s\", good to a factor 2", p->setup_s);
    if (log_row(e, "client.setup_s", "s", j->theta.setup_s,
                j->se[SBS_JOINT_SETUP], p->setup_log_sd, n, err, text))
        return -1;
    if (e->est->pull.kind != SBS_LAW_ABSENT)
        return 0;
    snprintf(text, sizeof text, "median; run totals, jointly; boot of the "
             "worker included; prior: pulls of all images, median %.3g s, "
             "log sd %.3g", p->pull_s, p->pull_log_sd);
    if (log_row(e, "startup.pull_s", "s", j->theta.pull_s,
                j->se[SBS_JOINT_PULL], p->pull_log_sd, n, err, text))
        return -1;
    return sum_row(e, j, n, err);
}

static int call_rows(struct sbs_estimator *e, struct sbs_error *err)
{
    const struct sbs_joint *j = e->joint;
    double n = (double)j->n_short + (j->has_work ? 1 : 0);

    const struct sbs_joint_interval *v = e->interval;

    if (e->est->call.kind == SBS_LAW_ABSENT &&
        sbs_rows_add(
            e->rows, "client.call_s", "s", j->theta.call_s, v->call_lo,
            v->call_hi, n, sbs_rows_known(v->call_lo, v->call_hi), err,
            "%srun totals, jointly; one launch a task in a serial loop, S3 "
            "put and network look-ups included; profile likelihood",
            sbs_estimate_origin(e, e->facts)))
        return -1;
    return sbs_rows_add(
        e->rows, "run.call_log_sd", "", j->theta.call_log_sd, v->call_sd_lo,
        v->call_sd_hi, n, sbs_rows_known(v->call_sd_lo, v->call_sd_hi), err,
        "%srun to run, REML; in truth it rests on two runs of 100 launches, "
        "and two runs tell little: the interval is the message",
        sbs_estimate_origin(e, e->facts));
}

/* Median of a parameter's posterior, NaN after a quick fit. */
static double median(const struct sbs_estimator *e, enum sbs_belief_id id)
{
    const struct sbs_posterior_row *r =
        e->posterior ? sbs_posterior_find(e->posterior, id) : NULL;

    return r ? r->p50 : NAN;
}

/* The fits of the client, unless own stamps of the calls are there. */
static int client(struct sbs_estimator *e, struct sbs_error *err)
{
    struct sbs_estimate *s = e->est;
    const struct sbs_joint *j = e->joint;

    if (e->own != e->facts &&
        sbs_estimate_phase(e, SBS_PHASE_SUBMIT, SBS_PHASES_ALL,
                           "client.call_s", &s->call, NULL, err))
        return -1;
    if (e->rows && !e->posterior && (client_rows(e, err) || call_rows(e, err)))
        return -1;
    if (e->rows && e->posterior &&
        sbs_posterior_rows(e->posterior, e->inference, e->runs_of, e->rows,
                           err))
        return -1;
    s->setup = (struct sbs_law){SBS_LAW_CONST, j->theta.setup_s, 0, 0, 0};
    if (s->pull.kind == SBS_LAW_ABSENT)
        s->pull = (struct sbs_law){SBS_LAW_LOGNORMAL,
                                   sbs_log(j->theta.pull_s),
                                   s->pull_within_log_sd, 0, 0};
    if (s->call.kind == SBS_LAW_ABSENT)
        s->call = (struct sbs_law){SBS_LAW_CONST, j->theta.call_s, 0, 0, 0};
    s->call_log_sd = j->theta.call_log_sd;
    s->startup_log_sd = median(e, SBS_BELIEF_STARTUP_SD);
    s->speed_log_sd = median(e, SBS_BELIEF_SPEED_SD);
    return 0;
}

/* A second explanation this close (log units) leaves a value in doubt,
 * however sharp each of the two is. */
#define CLOSE_MODE 3

static int r_row(struct sbs_estimator *e, struct sbs_error *err)
{
    const struct sbs_joint *j = e->joint;
    double prior_sd = e->est->prior.r_log_sd;
    enum sbs_known known =
        known_of(j->r_lo, j->r_hi, j->se[SBS_JOINT_R], prior_sd);

    if (known == SBS_KNOWN_MEASURED && j->other_drop < CLOSE_MODE)
        known = SBS_KNOWN_WEAKLY;
    return sbs_rows_add(
        e->rows, "(r_factor)", "", j->theta.r_factor, j->r_lo, j->r_hi,
        j->has_work, known, err,
        "%sslow-down of every class = Geekbench ratio x this; run totals, "
        "jointly; prior: 1, good to %.0f%%; the interval is over the shares "
        "in the interval below", sbs_estimate_origin(e, e->facts),
        100 * prior_sd);
}

static int factor_rows(struct sbs_estimator *e, struct sbs_error *err)
{
    const struct sbs_joint *j = e->joint;
    const struct sbs_mixture *m = &e->est->mixture;
    char other[160] = "";

    if (isnan(j->share_lo))
        return sbs_rows_add(
            e->rows, "(share of new processors)", "", j->theta.share_new, NAN,
            NAN, NAN, SBS_KNOWN_ASSUMED, err, "held at what you asked for, "
            "with the r_factor that suits it best, %.4g", j->theta.r_factor);
    if (r_row(e, err))
        return -1;
    if (!isnan(j->other_share))
        snprintf(other, sizeof other, "; a second mode at %.2f with "
                 "(r_factor) %.2f is %.1f log units worse",
                 j->other_share, j->other_r, j->other_drop);
    return sbs_rows_add(
        e->rows, "(share of new processors)", "", j->theta.share_new,
        j->share_lo, j->share_hi, j->has_work,
        j->has_work && j->share_hi - j->share_lo < 0.8
            ? SBS_KNOWN_WEAKLY
            : SBS_KNOWN_UNIDENTIFIED,
        err, "%sprofile likelihood; mixes the processors Fargate was seen "
        "to use (%s, %zu sightings) with newer ones never reported; the "
        "weights of today are not public%s",
        sbs_estimate_origin(e, e->facts), m->old_dates, m->n_cells, other);
}

static int class_rows(struct sbs_estimator *e, struct sbs_error *err)
{
    const struct sbs_mixture *m = &e->est->mixture;
    double slow, weight;
    char path[48];
    size_t k;

    for (k = 0; k < m->n; k++) {
        weight = sbs_mixture_weight(m, k, e->est->share_new);
        slow = e->est->r_factor * sbs_exp(m->classes[k].log_slowdown);
        snprintf(path, sizeof path, "speed.%.28s", m->name[k]);
        if (sbs_rows_add(
                e->rows, path, "x", slow,
                slow * sbs_exp(-Z95 * m->classes[k].log_sd),
                slow * sbs_exp(Z95 * m->classes[k].log_sd),
                m->n_own ? (double)m->n_own : NAN,
                m->n_timed ? SBS_KNOWN_WEAKLY : SBS_KNOWN_ASSUMED, err,
                "weight %.3f; median slow-down, the interval is the spread "
                "between its machines%s", weight,
                m->n_timed ? "" : " (between AWS instance types)"))
            return -1;
    }
    return sbs_rows_add(
        e->rows, "speed.log_sd", "", m->machine_log_sd, NAN, NAN, NAN,
        SBS_KNOWN_ASSUMED, err, m->n_own
            ? "machine noise; where at least 3 workers of a class were "
              "timed, the class's own spread holds it already"
            : "machine noise within one processor generation, CPU-bound "
              "test on thousands of Azure machines: a proxy for Fargate");
}

static int processors(struct sbs_estimator *e, struct sbs_error *err)
{
    struct sbs_estimate *s = e->est;
    struct sbs_mixture own;
    int used = 0;

    s->r_factor = e->joint->theta.r_factor;
    s->share_new = e->joint->theta.share_new;
    if (e->own != e->facts)
        used = sbs_mixture_own(e->own, e->facts, s->r_factor, &own, err);
    if (used < 0)
        return -1;
    if (used) {
        s->mixture = own;
        s->r_factor = 1;
        s->share_new = 0;
    }
    if (!e->rows)
        return 0;
    if (!used && !e->posterior && factor_rows(e, err))
        return -1;
    return class_rows(e, err);
}

/* vCPU of the run with work: the sightings for that size count. */
static double work_vcpu(const struct sbs_trace *t)
{
    size_t i;

    for (i = 0; i < t->runs.rows.n; i++)
        if (t->runs.task_ref_s[i] >= SBS_TOTALS_LONG_S &&
            !strncmp(t->runs.launch_type[i], "FARGATE", 7) &&
            t->runs.vcpu[i] > 0)
            return t->runs.vcpu[i];
    return DEFAULT_VCPU;
}

int sbs_estimate_joint(struct sbs_estimator *e, struct sbs_error *err)
{
    if (sbs_mixture_facts(e->facts, work_vcpu(e->facts), &e->est->mixture,
                          err))
        return -1;
    if (!e->joint)
        return 0;
    return client(e, err) || processors(e, err) ? -1 : 0;
}
