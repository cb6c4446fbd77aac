/* SPDX-License-Identifier: Apache-2.0 */
/* What is stated rather than fitted: constants of the client, limits, prices,
 * the local machine. Each figure is a row of traces/facts/, with its source;
 * nothing is written here that the trace does not hold. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calibrate/estimate.h"
#include "calibrate/posterior.h"
#include "traces/query.h"

/* "About 10 s", the author's word for the set-up time, is taken as good to a
 * factor of 2 either way in 95%: log(2) / 1.96. */
#define SETUP_LOG_SD 0.3536
/* Geekbench is not R: "trust to 15%" (facts, processors.csv). */
#define R_LOG_SD 0.15

/* The sample and row of a figure: of own if it has it, else of the facts. */
static const struct sbs_sample *figure(const struct sbs_estimator *e,
                                       const char *name, const char *item,
                                       size_t *row)
{
    if (!isnan(sbs_trace_fact(e->own, name, item, row)))
        return sbs_trace_sample(e->own, name);
    if (!isnan(sbs_trace_fact(e->facts, name, item, row)))
        return sbs_trace_sample(e->facts, name);
    return NULL;
}

static int fact_row(struct sbs_estimator *e, const char *path,
                    const char *unit, double value,
                    const struct sbs_sample *s, size_t row, const char *note,
                    struct sbs_error *err)
{
    if (!e->rows)
        return 0;
    return sbs_rows_add(e->rows, path, unit, value, NAN, NAN,
                        s->col.n[row], SBS_KNOWN_ASSUMED, err,
                        "%s (%s%s%s): %s%s", s->col.item[row],
                        s->col.kind[row], *s->col.date[row] ? ", " : "",
                        s->col.date[row], s->col.source[row], note);
}

/* A figure of the facts into *out, NaN when there is none. */
static int take(struct sbs_estimator *e, const char *name, const char *item,
                const char *path, const char *unit, const char *note,
                double *out, struct sbs_error *err)
{
    size_t row;
    const struct sbs_sample *s = figure(e, name, item, &row);

    *out = NAN;
    if (!s)
        return 0;
    *out = s->col.value[row];
    return fact_row(e, path, unit, *out, s, row, note, err);
}

/* Row of a sample by item, or -1: for figures that are bounds or ranges. */
static long row_of(const struct sbs_sample *s, const char *item)
{
    size_t i;

    for (i = 0; s && i < s->col.rows.n; i++)
        if (!strcmp(s->col.item[i], item))
            return (long)i;
    return -1;
}

/* Upper bounds as told, used as values: no distribution was published. */
static int bounds(struct sbs_estimator *e, struct sbs_error *err)
{
    static const char used[] =
        "; an upper bound, used as the value because nothing better is known";
    struct sbs_estimate *s = e->est;
    const struct sbs_sample *b = sbs_trace_sample(e->facts, "s3_bound_s");
    long head = row_of(b, "task status read or write");
    long claim = row_of(b, "atomic claim");

    const struct sbs_posterior_row *poll =
        e->posterior ? sbs_posterior_find(e->posterior, SBS_BELIEF_POLL)
                     : NULL;

    s->poll_task_s = poll        ? poll->p50
                     : head >= 0 ? b->col.high[head]
                                 : NAN;
    if (head >= 0 && !poll &&
        fact_row(e, "client.poll_task_s", "s", s->poll_task_s, b,
                 (size_t)head, used, err))
        return -1;
    if (claim < 0)
        return 0;
    s->claim = (struct sbs_law){SBS_LAW_CONST, b->col.high[claim], 0, 0, 0};
    return fact_row(e, "unit.claim_s", "s", s->claim.a, b, (size_t)claim,
                    used, err);
}

/* Transfer of small objects: own stamps, else S3's stated range. */
static int transfer(struct sbs_estimator *e, enum sbs_phase phase,
                    const char *path, struct sbs_law *law,
                    struct sbs_error *err)
{
    const struct sbs_sample *r =
        sbs_trace_sample(e->facts, "s3_small_object_s");

    if (phase != SBS_PHASE_COUNT &&
        sbs_estimate_phase(e, phase, SBS_PHASES_ALL, path, law, NULL, err))
        return -1;
    if (law->kind != SBS_LAW_ABSENT || !r || r->col.rows.n == 0 ||
        !(r->col.high[0] > r->col.low[0]))
        return 0;
    *law = (struct sbs_law){SBS_LAW_UNIFORM, r->col.low[0], r->col.high[0],
                            0, 0};
    if (!e->rows)
        return 0;
    return sbs_rows_add(e->rows, path, "s", (law->a + law->b) / 2, law->a,
                        law->b, NAN, SBS_KNOWN_ASSUMED, err,
                        "uniform over the range stated for small objects: %s",
                        r->col.source[0]);
}

static int client(struct sbs_estimator *e, struct sbs_error *err)
{
    static const char poll[] = "non-detached client, sleep between passes";
    struct sbs_estimate *s = e->est;

    if (take(e, "client_poll_s", poll, "client.poll_s", "s",
             "; polling starts after the last launch", &s->poll_s, err) ||
        bounds(e, err) ||
        transfer(e, SBS_PHASE_COUNT, "client.collect_s", &s->collect, err) ||
        transfer(e, SBS_PHASE_DOWNLOAD, "unit.download_s", &s->download,
                 err) ||
        transfer(e, SBS_PHASE_UPLOAD, "unit.upload_s", &s->upload, err) ||
        take(e, "client_launches_per_call", "non-detached client",
             "client.launches_per_call", "", "; the service allows 10",
             &s->launches_per_call, err) ||
        take(e, "run_task_calls_per_s", NULL, "client.calls_per_s", "/s", "",
             &s->calls_per_s, err) ||
        take(e, "launch_burst", NULL, "launcher.burst", "", "", &s->burst,
             err))
        return -1;
    return take(e, "launch_refill_per_s", NULL, "launcher.refill_per_s", "/s",
                "", &s->refill_per_s, err);
}

/* Own workers that are all ARM are billed as such. */
static const char *price_item(const struct sbs_estimator *e)
{
    const struct sbs_trace_workers *w = &e->own->workers;
    size_t i, arm = 0;

    for (i = 0; i < w->rows.n; i++)
        arm += !strcmp(w->arch[i], "arm64");
    return arm > 0 && arm == w->rows.n ? "Fargate Linux ARM"
                                       : "Fargate Linux x86";
}

static int prices(struct sbs_estimator *e, struct sbs_error *err)
{
    struct sbs_estimate *s = e->est;
    const char *item = price_item(e);
    double discount;

    if (take(e, "price_vcpu_h_usd", item, "price.vcpu_h_usd", "USD", "",
             &s->vcpu_h_usd, err) ||
        take(e, "price_gb_h_usd", item, "price.gb_h_usd", "USD", "",
             &s->gb_h_usd, err) ||
        take(e, "bill_minimum_s", NULL, "price.min_billed_s", "s", "",
             &s->min_billed_s, err) ||
        take(e, "bill_round_s", NULL, "price.round_s", "s", "", &s->round_s,
             err) ||
        take(e, "spot_discount_frac", NULL, "price.spot_factor (discount)",
             "", "; \"up to\", so spot_factor = 1 - discount is the lowest "
             "price, not the usual one", &discount, err))
        return -1;
    s->spot_factor = 1 - discount;
    return take(e, "spot_notice_s", NULL, "loss.notice_s", "s",
                "; how often Spot is reclaimed is not known: set "
                "loss.spot_per_h yourself", &s->notice_s, err);
}

/* Efficiency of the local machine: ceil(tasks / cores) waves of one task
 * alone, over the time measured. */
static int local(struct sbs_estimator *e, struct sbs_error *err)
{
    const struct sbs_trace_runs *r = &e->facts->runs;
    struct sbs_estimate *s = e->est;
    double waves, used;
    size_t i;

    s->local_cores = s->local_efficiency = NAN;
    for (i = 0; i < r->rows.n; i++) {
        if (strcmp(r->launch_type[i], "LOCAL") || r->local_cores[i] <= 0 ||
            !(r->local_wall_s[i] > 0) || !(r->task_ref_s[i] > 0))
            continue;
        waves = ceil((double)r->n_tasks[i] / (double)r->local_cores[i]);
        used = waves * r->task_ref_s[i] / r->local_wall_s[i];
        if (!(used > 0 && used <= 1))
            continue;
        s->local_cores = (double)r->local_cores[i];
        s->local_efficiency = used;
        if (!e->rows)
            return 0;
        return sbs_rows_add(
            e->rows, "local.efficiency", "", used, NAN, NAN, 1,
            SBS_KNOWN_ASSUMED, err,
            "one measured run: %lld tasks of %.4g s on %lld cores took %.5g "
            "s, %.0f waves; from n = 1 there is no interval (%s)",
            (long long)r->n_tasks[i], r->task_ref_s[i],
            (long long)r->local_cores[i], r->local_wall_s[i], waves,
            r->source[i]);
    }
    return 0;
}

/* What a model could hold and the data do not: said, not guessed. */
static int absent(struct sbs_estimator *e, struct sbs_error *err)
{
    static const struct {
        const char *path, *why;
    } none[] = {
        {"launcher.quota_vcpu", "the default Fargate vCPU quota was not "
         "found: give yours with --set launcher.quota_vcpu=N"},
        {"startup.never_p", "no container in the trace is known to have "
         "never started, but only finished ones are recorded"},
        {"speed.weather", "left out: within one machine CPU time varies by "
         "0.07 to 1.3% (Azure), which averages out over a long task"},
        {"run.startup_log_sd", "too few runs to tell day-to-day variation "
         "of start-up from that between workers"},
        {"run.speed_log_sd", "one run with work: no variation between runs "
         "can be seen"},
        {"loss.spot_per_h", "no reclaim rate of Fargate Spot is public"},
    };
    size_t i;

    for (i = 0; e->rows && i < sizeof none / sizeof *none; i++)
        if (!(e->posterior && !strncmp(none[i].path, "run.", 4)) &&
            sbs_rows_add(e->rows, none[i].path, "", NAN, NAN, NAN, 0,
                         SBS_KNOWN_UNIDENTIFIED, err, "%s", none[i].why))
            return -1;
    return 0;
}

/* A vCPU is a hyper-thread: whether a 1-vCPU task shares its core is not
 * known. Larger sizes give one thread a core of its own. */
static int gain(struct sbs_estimator *e, struct sbs_error *err)
{
    const struct sbs_sample *s;
    size_t row;

    e->est->gain_1 = NAN;
    s = figure(e, "prior_ratio", "speed.vcpu_gain.1", &row);
    if (!s)
        return 0;
    e->est->gain_1 = s->col.value[row];
    if (!e->rows)
        return 0;
    return sbs_rows_add(
        e->rows, "speed.vcpu_gain.1", "", e->est->gain_1, s->col.low[row],
        s->col.high[row], NAN, SBS_KNOWN_UNIDENTIFIED, err,
        "range, no measurement: whether a 1-vCPU task shares its core is not "
        "known (%s). Draws of the model spread over the range; 2 vCPU and "
        "more are 1: the work has one thread", s->col.source[row]);
}

/* Believed before any total is seen. */
int sbs_estimate_priors(struct sbs_estimator *e, struct sbs_error *err)
{
    double setup = sbs_trace_fact(e->facts, "client_setup_s", NULL, NULL);

    if (!(setup > 0))
        return sbs_fail(err, SBS_EINPUT, "%s: no set-up time of a client "
                        "(sample client_setup_s)", e->facts->name);
    e->est->prior.setup_s = setup;
    e->est->prior.setup_log_sd = SETUP_LOG_SD;
    e->est->prior.r_log_sd = R_LOG_SD;
    return 0;
}

int sbs_estimate_facts(struct sbs_estimator *e, struct sbs_error *err)
{
    return client(e, err) || prices(e, err) || local(e, err) ||
                   gain(e, err) || absent(e, err)
               ? -1
               : 0;
}
