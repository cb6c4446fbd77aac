/* SPDX-License-Identifier: Apache-2.0 */
/* Start-up phases and the order in which all is estimated. */
#include "config.h"

#include "calibrate/estimate.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fmath.h"

double sbs_law_mean_s(const struct sbs_law *law)
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

const char *sbs_estimate_origin(const struct sbs_estimator *e,
                                const struct sbs_trace *trace)
{
    return trace == e->facts ? (e->own == e->facts ? "" : "shipped facts: ")
                             : "your trace: ";
}

static const char *of_name(enum sbs_phases_of of)
{
    static const char *const names[] = {"standalone (RunTask)", "service",
                                        "Fargate"};

    return names[of];
}

/* Median and n of the service tasks, which are kept apart. */
static void service_note(const struct sbs_trace *trace, enum sbs_phase phase,
                         char *text, size_t size)
{
    struct sbs_durations d;
    struct sbs_lognormal_fit fit;

    *text = '\0';
    if (sbs_phases_collect(trace, phase, SBS_PHASES_SERVICE, &d, NULL))
        return;
    if (!sbs_fit_lognormal(d.obs, d.n, false, &fit, NULL))
        snprintf(text, size, "; service tasks kept apart (n %zu, median "
                 "%.3g s, log sd %.2g)", d.n, sbs_exp(fit.mu), fit.sigma);
    sbs_phases_fini(&d);
}

static int phase_row(struct sbs_estimator *e, const struct sbs_trace *trace,
                     enum sbs_phase phase, enum sbs_phases_of pick,
                     const char *path, const struct sbs_durations *d,
                     const struct sbs_lognormal_fit *f,
                     const struct sbs_lognormal_fit *other,
                     struct sbs_error *err)
{
    double lo = sbs_exp(f->mu_lo) + f->shift;
    double hi = sbs_exp(f->mu_hi) + f->shift;
    char apart[128] = "", cut[128] = "", alt[64] = "";

    if (!e->rows)
        return 0;
    if (pick == SBS_PHASES_STANDALONE)
        service_note(trace, phase, apart, sizeof apart);
    if (d->n_quantised)
        snprintf(cut, sizeof cut, ", %zu of them with stamps in whole "
                 "seconds (interval-censored)", d->n_quantised);
    if (isfinite(other->aicc))
        snprintf(alt, sizeof alt, "; AICc %.4g, %s %.4g", f->aicc,
                 f->shifted ? "without shift" : "with a shift", other->aicc);
    return sbs_rows_add(
        e->rows, path, "s", sbs_exp(f->mu) + f->shift, lo, hi, (double)f->n,
        sbs_rows_known(lo, hi), err,
        "median; %s%zu %s containers%s; %slognormal mu %.4g sigma %.4g "
        "(%.3g to %.3g) shift %.3g by maximum likelihood%s%s",
        sbs_estimate_origin(e, trace), f->n, of_name(pick), cut,
        f->shifted ? "shifted " : "", f->mu, f->sigma, f->sigma_lo,
        f->sigma_hi, f->shift, alt, apart);
}

/* Durations of own if it has 3, else of the facts. *from says whose, *few
 * how many own has when they are too few. */
static int pick_durations(const struct sbs_estimator *e, enum sbs_phase phase,
                          enum sbs_phases_of pick, struct sbs_durations *d,
                          const struct sbs_trace **from, size_t *few,
                          struct sbs_error *err)
{
    *from = e->own;
    *few = 0;
    if (sbs_phases_collect(e->own, phase, pick, d, err))
        return -1;
    if (d->n >= 3 || e->own == e->facts)
        return 0;
    *few = d->n;
    sbs_phases_fini(d);
    *from = e->facts;
    return sbs_phases_collect(e->facts, phase, pick, d, err);
}

/* At least 3 exact values, all alike. */
static bool alike(const struct sbs_durations *d)
{
    size_t i;

    for (i = 0; i < d->n; i++)
        if (d->obs[i].lo != d->obs[0].lo || d->obs[i].hi != d->obs[0].lo)
            return false;
    return d->n >= 3;
}

/* The law of these durations: a constant when they do not vary; absent when
 * there are too few. */
static int fit_phase(struct sbs_estimator *e, const struct sbs_trace *from,
                     enum sbs_phase phase, enum sbs_phases_of pick,
                     const char *path, const struct sbs_durations *d,
                     struct sbs_law *law, struct sbs_lognormal_fit *fit,
                     struct sbs_error *err)
{
    struct sbs_lognormal_fit f, other;

    if (alike(d)) {
        *law = (struct sbs_law){SBS_LAW_CONST, d->obs[0].lo, 0, 0,
                                (double)d->n};
        return !e->rows ? 0 : sbs_rows_add(
            e->rows, path, "s", law->a, NAN, NAN, (double)d->n,
            SBS_KNOWN_MEASURED, err, "%s%zu %s containers, all alike",
            sbs_estimate_origin(e, from), d->n, of_name(pick));
    }
    if (sbs_fit_lognormal_choose(d->obs, d->n, &f, &other, NULL))
        return 0;
    *law = (struct sbs_law){SBS_LAW_LOGNORMAL, f.mu, f.sigma, f.shift,
                            (double)f.n};
    if (fit)
        *fit = f;
    return phase_row(e, from, phase, pick, path, d, &f, &other, err);
}

int sbs_estimate_phase(struct sbs_estimator *e, enum sbs_phase phase,
                       enum sbs_phases_of pick, const char *path,
                       struct sbs_law *law, struct sbs_lognormal_fit *fit,
                       struct sbs_error *err)
{
    const struct sbs_trace *from;
    struct sbs_durations d = {0};
    size_t few;
    int status;

    if (fit)
        fit->n = 0;
    if (pick_durations(e, phase, pick, &d, &from, &few, err))
        return -1;
    status = fit_phase(e, from, phase, pick, path, &d, law, fit, err);
    sbs_phases_fini(&d);
    if (!status && few && e->rows && law->kind != SBS_LAW_ABSENT)
        sbs_rows_note(e->rows, "; your trace has only %zu, too few", few);
    return status;
}

/* Pulls of the trace's own image: only when it is another trace than the
 * facts, whose pulls are of many people's images. */
static int own_pull(struct sbs_estimator *e, struct sbs_error *err)
{
    struct sbs_durations d = {0};
    int status;

    if (e->own == e->facts)
        return 0;
    if (sbs_phases_collect(e->own, SBS_PHASE_PULL, SBS_PHASES_ALL, &d, err))
        return -1;
    status = fit_phase(e, e->own, SBS_PHASE_PULL, SBS_PHASES_ALL,
                       "startup.pull_s", &d, &e->est->pull, NULL, err);
    sbs_phases_fini(&d);
    return status;
}

/* What the facts say of pulls: spread within one image, spread over images
 * (the prior of the joint fit), seconds against bytes. */
static int pull_facts(struct sbs_estimator *e, struct sbs_error *err)
{
    struct sbs_durations d = {0};
    struct sbs_lognormal_fit across;
    struct sbs_pooled within;
    int status = -1;

    if (sbs_phases_collect(e->facts, SBS_PHASE_PULL, SBS_PHASES_ALL, &d, err))
        return -1;
    within = sbs_phases_within_image(&d);
    sbs_phases_fini(&d);
    if (sbs_phases_collect(e->facts, SBS_PHASE_PULL, SBS_PHASES_STANDALONE,
                           &d, err))
        return -1;
    if (isnan(within.log_sd) ||
        sbs_fit_lognormal(d.obs, d.n, false, &across, NULL)) {
        sbs_fail(err, SBS_EINPUT, "%s: too few image pulls (at least 3, and "
                 "2 of one image)", e->facts->name);
        goto out;
    }
    e->est->pull_within_log_sd = within.log_sd;
    e->est->pull_within_df = (double)within.df;
    e->est->prior.pull_s = sbs_exp(across.mu);
    e->est->prior.pull_log_sd = across.sigma;
    status = !e->rows ? 0 : sbs_rows_add(
        e->rows, "startup.pull_s (log sd)", "", within.log_sd, within.lo,
        within.hi, (double)within.n, sbs_rows_known(within.lo, within.hi),
        err, "%sspread of pulls of one image, pooled over %zu images; over "
        "all images it is %.3g (n %zu standalone), which is used as the "
        "prior of the pull time only", sbs_estimate_origin(e, e->facts),
        within.groups, across.sigma, across.n);
out:
    sbs_phases_fini(&d);
    return status;
}

static int pull_rate(struct sbs_estimator *e, struct sbs_error *err)
{
    struct sbs_pull_model m = sbs_phases_pull_model(e->facts);
    const struct sbs_trace_runs *r = &e->own->runs;
    double bytes = NAN;
    size_t i;

    if (m.n == 0)
        return 0;
    for (i = 0; i < r->rows.n && isnan(bytes); i++)
        if (r->image_compressed_bytes[i] > 0)
            bytes = (double)r->image_compressed_bytes[i];
    if (e->own != e->facts && bytes > 0 &&
        e->est->pull.kind == SBS_LAW_ABSENT) {
        e->est->pull = (struct sbs_law){
            SBS_LAW_LOGNORMAL, sbs_log(bytes / m.rate_bytes_per_s),
            e->est->pull_within_log_sd, 0, (double)m.n};
        if (e->rows &&
            sbs_rows_add(e->rows, "startup.pull_s", "s",
                         bytes / m.rate_bytes_per_s, bytes / m.rate_hi,
                         bytes / m.rate_lo, NAN, SBS_KNOWN_ASSUMED, err,
                         "your image of %.4g MB at the rate below",
                         bytes / 1e6))
            return -1;
    }
    if (!e->rows)
        return 0;
    return sbs_rows_add(
        e->rows, "(pull rate)", "MB/s", m.rate_bytes_per_s / 1e6,
        m.rate_lo / 1e6, m.rate_hi / 1e6, (double)m.n,
        sbs_rows_known(m.rate_lo, m.rate_hi), err,
        "%sstart = %.3g s + compressed bytes / rate, weighted least squares "
        "over published means; not in the model, for what-ifs on image size",
        sbs_estimate_origin(e, e->facts), m.base_s);
}

/* Boot has a place in the model only beside a pull time that is without it:
 * what the totals give as pull_s has the boot of that client's image in it. */
static int boot(struct sbs_estimator *e, struct sbs_error *err)
{
    struct sbs_law law = {SBS_LAW_ABSENT, 0, 0, 0, 0};
    bool apart = e->est->pull.kind != SBS_LAW_ABSENT;

    if (sbs_estimate_phase(e, SBS_PHASE_BOOT, SBS_PHASES_ALL,
                           apart ? "startup.boot_s" : "(boot)", &law, NULL,
                           err))
        return -1;
    if (law.kind != SBS_LAW_ABSENT) {
        if (apart)
            e->est->boot = law;
        else if (e->rows)
            sbs_rows_note(e->rows, "; not in the model, because pull_s is "
                          "from run totals and holds a boot already: import "
                          "ECS stamps too");
        return 0;
    }
    if (!e->rows)
        return 0;
    return sbs_rows_add(
        e->rows, "startup.boot_s", "s", NAN, NAN, NAN, 0,
        SBS_KNOWN_UNIDENTIFIED, err,
        "no start of R and its packages was timed often enough; what there "
        "is of it is inside pull_s, because totals see only the sum. Worker "
        "logs with boot stamps would tell");
}

int sbs_estimate_run(struct sbs_estimator *e, struct sbs_error *err)
{
    struct sbs_estimate *s = e->est;

    if (sbs_estimate_priors(e, err) ||
        sbs_estimate_phase(e, SBS_PHASE_PROVISION, SBS_PHASES_STANDALONE,
                           "startup.provision_s", &s->provision,
                           &s->provision_fit, err) ||
        pull_facts(e, err) || own_pull(e, err) || pull_rate(e, err) ||
        sbs_estimate_phase(e, SBS_PHASE_CONTAINER, SBS_PHASES_STANDALONE,
                           "startup.container_s", &s->container,
                           &s->container_fit, err) ||
        boot(e, err) ||
        sbs_estimate_phase(e, SBS_PHASE_DEPROVISION, SBS_PHASES_ALL,
                           "stop_s", &s->stop, NULL, err))
        return -1;
    if (s->provision_fit.n == 0 || s->container_fit.n == 0)
        return sbs_fail(err, SBS_EINPUT, "%s: too few start-up stamps (at "
                        "least 3 standalone tasks)", e->facts->name);
    if (sbs_estimate_joint(e, err))
        return -1;
    return sbs_estimate_facts(e, err);
}
