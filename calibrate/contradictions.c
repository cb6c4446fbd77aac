/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "calibrate/contradictions.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "base/rng.h"
#include "traces/query.h"

/* A cost agrees with a product when they differ by a cent at most (rounded
 * or cut off) and a cent tells something. */
#define CENT_USD 0.01
#define CENT_SHARE 0.05
/* Times as told agree within this. */
#define TOLD 0.02
/* What the model gives less often than this contradicts it. */
#define RARE 0.001
enum { STARTUP_DRAWS = 20000 };

int sbs_claims_add(struct sbs_claims *claims, const char *text,
                   struct sbs_error *err)
{
#define ROW_(id, what, lo, hi) { #id, offsetof(struct sbs_claims, id), lo, hi },
    static const struct {
        const char *name;
        size_t offset;
        double lo, hi;
    } rows[] = { SBS_CLAIMS(ROW_) };
#undef ROW_
    const char *eq = strchr(text, '=');
    size_t n = eq ? (size_t)(eq - text) : 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && n > 0; i++) {
        if (strlen(rows[i].name) != n || strncmp(text, rows[i].name, n) != 0)
            continue;
        char *end;
        double value = strtod(eq + 1, &end);
        double *at = (double *)((char *)claims + rows[i].offset);
        if (!eq[1] || *end || !(value >= rows[i].lo && value <= rows[i].hi))
            return sbs_fail(err, SBS_EUSAGE,
                            "--claim: %s must be a number in [%g, %g] (got "
                            "\"%.40s\")", rows[i].name, rows[i].lo,
                            rows[i].hi, eq + 1);
        if (!isnan(*at))
            return sbs_fail(err, SBS_EUSAGE, "--claim: %s twice",
                            rows[i].name);
        *at = value;
        return 0;
    }
#define NAME_(id, what, lo, hi) " " #id
    return sbs_fail(err, SBS_EUSAGE,
                    "--claim: must be NAME=VALUE with one of" SBS_CLAIMS(NAME_)
                    " (got \"%.40s\")", text);
#undef NAME_
}

__attribute__((format(printf, 6, 7))) static void
add(struct sbs_contradictions *out, const char *id, const char *run,
    double a, double b, const char *fmt, ...)
{
    /* The same numbers in two rows are one contradiction. */
    for (size_t i = 0; i < out->n; i++)
        if (strcmp(out->item[i].id, id) == 0 && out->item[i].a == a &&
            out->item[i].b == b)
            return;
    if (out->n == SBS_CONTRADICTIONS_MAX)
        return;
    struct sbs_contradiction *c = &out->item[out->n++];
    va_list ap;
    snprintf(c->id, sizeof c->id, "%s", id);
    snprintf(c->run, sizeof c->run, "%s", run);
    c->a = a;
    c->b = b;
    va_start(ap, fmt);
    vsnprintf(c->text, sizeof c->text, fmt, ap);
    va_end(ap);
}

static double wall_of(const struct sbs_trace_runs *r, size_t i)
{
    return isnan(r->wall_s[i]) ? r->end[i] - r->start[i] : r->wall_s[i];
}

static bool is_fargate(const struct sbs_trace_runs *r, size_t i)
{
    return strncmp(r->launch_type[i], "FARGATE", 7) == 0;
}

/* ---- numbers of the trace among themselves ----------------------------- */

static void check_cost(const struct sbs_trace_runs *r, size_t i,
                       const struct sbs_model *m,
                       struct sbs_contradictions *out)
{
    double cost = r->cost_reported[i], wall = wall_of(r, i);
    if (!is_fargate(r, i) || !(cost > 0) || r->billed[i] == 1 ||
        r->n_workers[i] < 2 || CENT_USD > CENT_SHARE * cost)
        return;
    double hour = r->vcpu[i] * m->price.vcpu_h_usd +
                  (double)r->mem_bytes[i] / 0x1p30 * m->price.gb_h_usd;
    double product = (double)r->n_workers[i] * hour * wall / 3600;
    if (!(fabs(product - cost) <= CENT_USD * (1 + 1e-9)))
        return;
    add(out, "cost_is_a_product", r->name[i], cost, product,
        "cost $%.2f = %lld workers x $%.5f an hour (list price) x %.4g s = "
        "$%.3f: it is computed, not a bill, and charges every worker until "
        "the last one ends, though each is billed only until its own end.",
        cost, (long long)r->n_workers[i], hour, wall, product);
}

static void check_local(const struct sbs_trace_runs *r, size_t i,
                        struct sbs_contradictions *out)
{
    double wall = r->local_wall_s[i], one = r->task_ref_s[i];
    if (!(wall > 0) || !(one > 0) || r->local_cores[i] <= 0 ||
        r->n_tasks[i] <= 0)
        return;
    double waves = ceil((double)r->n_tasks[i] / (double)r->local_cores[i]);
    if (wall > waves * one * (1 + TOLD))
        add(out, "local_waves", r->name[i], wall, waves * one,
            "%lld tasks on %lld local cores took %.5g s, but one task alone "
            "takes %.4g s and %.0f waves of it %.5g s: the cores hinder each "
            "other (efficiency %.2f), so \"%.4g s a task\" and \"%lld cores' "
            "worth\" cannot both be.", (long long)r->n_tasks[i],
            (long long)r->local_cores[i], wall, one, waves, waves * one,
            waves * one / wall, one, (long long)r->local_cores[i]);
    else if (wall < waves * one * (1 - TOLD))
        add(out, "local_too_fast", r->name[i], wall, waves * one,
            "%lld tasks of %.4g s in %.0f waves on %lld cores need %.5g s, "
            "and %.5g s are reported: task time, number of cores or wall "
            "time is wrong.", (long long)r->n_tasks[i], one, waves,
            (long long)r->local_cores[i], waves * one, wall);
}

static void check_launches(const struct sbs_trace_runs *r, size_t i,
                           struct sbs_contradictions *out)
{
    if (r->n_workers[i] <= 0 || r->n_launches[i] <= r->n_workers[i])
        return;
    add(out, "more_launched", r->name[i], (double)r->n_workers[i],
        (double)r->n_launches[i],
        "%lld workers asked for, %lld launched: each task had a worker of "
        "its own, so start-up and launching were paid %lld times, and a "
        "cost of %lld workers is too small.", (long long)r->n_workers[i],
        (long long)r->n_launches[i], (long long)r->n_launches[i],
        (long long)r->n_workers[i]);
}

/* ---- against processors and model -------------------------------------- */

/* Least slow-down among the processors of the trace, else of the model. */
static double fastest_known(const struct sbs_trace *trace,
                            const struct sbs_model_set *set)
{
    double least = INFINITY;
    const struct sbs_sample *s =
        trace ? sbs_trace_sample(trace, "processor_gb6") : NULL;
    for (size_t i = 0; s && i < s->col.rows.n; i++)
        if (s->col.slowdown[i] > 0 &&
            !strstr(s->col.item[i], "Apple"))
            least = fmin(least, s->col.slowdown[i]);
    return isinf(least) ? sbs_factors_typical(&set->stated) : least;
}

static double draw(const struct sbs_dist *d, double u)
{
    double fixed;
    return sbs_dist_is_const(d, &fixed) ? fixed : sbs_dist_quantile(d, u);
}

/* Share of start-ups in the model that take so long, from the user's call:
 * set-up and one launch call included. */
static double startup_tail(const struct sbs_scenario *s, double startup_s)
{
    uint32_t beyond = 0;
    for (uint32_t r = 0; r < STARTUP_DRAWS; r++) {
        const struct sbs_model *m = &s->models->models[r % s->models->n];
        struct sbs_stream stream = sbs_stream_init(s->seed, r);
        double u[8];
        for (uint32_t k = 0; k < 4; k++)
            sbs_rng_u01x2(&stream, 0, 1, 0, k, u + (size_t)2 * k);
        double time = draw(&m->startup.provision_s, u[0]) +
                      draw(&m->startup.pull_s, u[1]) +
                      draw(&m->startup.container_s, u[2]) +
                      draw(&m->startup.boot_s, u[3]);
        time *= sbs_exp(m->run.startup_log_sd * sbs_norm_quantile(u[4]));
        time += draw(&m->client.setup_s, u[5]) +
                draw(&m->client.call_s, u[6]) *
                    sbs_exp(m->run.call_log_sd * sbs_norm_quantile(u[7]));
        if (time >= startup_s)
            beyond++;
    }
    return (double)beyond / STARTUP_DRAWS;
}

/* A start-up that is claimed, or what subtracting a local task from the
 * first result says. */
static void check_startup(const struct sbs_trace *trace, long measured,
                          double claimed, const struct sbs_scenario *s,
                          struct sbs_contradictions *out)
{
    double first = NAN, one = NAN;
    const char *run = "";
    if (measured >= 0) {
        const struct sbs_trace_runs *r = &trace->runs;
        first = r->first_s[measured];
        one = r->task_ref_s[measured];
        run = r->name[measured];
    }
    double startup = isnan(claimed) ? first - one : claimed;
    if (!(startup > 0))
        return;
    double p = startup_tail(s, startup);
    if (p >= RARE)
        return;
    char rare[64], why[256] = "";
    snprintf(rare, sizeof rare, p > 0 ? "probability %.2g" :
             "probability 0 (below %.2g)", p > 0 ? p : 3.0 / STARTUP_DRAWS);
    double slow = (first - startup) / one;
    double known = fastest_known(trace, s->models);
    if (slow < known * (1 - TOLD))
        snprintf(why, sizeof why,
                 " The fastest core would have run (%.5g - %.4g)/%.4g = "
                 "%.2f times as long as the reference core, and the fastest "
                 "processor known here takes %.2f times as long.", first,
                 startup, one, slow, known);
    if (isnan(claimed))
        add(out, "startup_by_subtraction", run, first, one,
            "first result %.5g s less one task on the local machine, %.4g "
            "s, is %.4g s, but not of start-up: that subtracts times of "
            "different machines; a start-up so long has %s in the model.%s",
            first, one, startup, rare, why);
    else
        add(out, "claimed_startup", run, startup, slow,
            "a start-up of %.4g s has %s in the model.%s", startup, rare,
            why);
}

/* Promise of equal cores against cores of the model and of the run. */
static void check_equal(const struct sbs_trace *trace, long measured,
                        const struct sbs_explanation *e,
                        struct sbs_contradictions *out)
{
    char spread[160] = "";
    const char *run = "";
    if (!(e->typical_slowdown > 1 + TOLD))
        return;
    if (measured >= 0) {
        const struct sbs_trace_runs *r = &trace->runs;
        double wall = wall_of(r, (size_t)measured);
        run = r->name[measured];
        if (wall > r->first_s[measured])
            snprintf(spread, sizeof spread,
                     " Nor are the workers alike: first result %.5g s, last "
                     "%.5g s.", r->first_s[measured], wall);
    }
    add(out, "equal_cores", run, e->expected, e->typical_slowdown,
        "%u workers / %g cores = %.3gx holds when a worker's core is as fast "
        "as a local one; in the model it takes %.2f times as long.%s",
        e->plan.workers, e->local_cores, e->expected, e->typical_slowdown,
        spread);
}

static void check_claims(const struct sbs_claims *c,
                         const struct sbs_explanation *e,
                         struct sbs_contradictions *out)
{
    if (!isnan(c->speedup)) {
        double p = sbs_explain_rank(e, e->local_s / c->speedup);
        if (p < 1.5 / (1.0 + e->reps - e->unfinished))
            add(out, "claimed_speedup", "", c->speedup, e->speedup,
                "a speed-up of %.3gx takes a run of %.5g s; in %u "
                "replications of the model, mean %.5g s, none was so short.",
                c->speedup, e->local_s / c->speedup, e->reps, e->makespan_s);
    }
    if (!isnan(c->bill_usd) &&
        (c->bill_usd < e->cost_lo_usd || c->bill_usd > e->cost_hi_usd))
        add(out, "claimed_bill", "", c->bill_usd, e->cost_usd,
            "a bill of $%.2f; in %u replications of the model bills went "
            "from $%.2f to $%.2f.", c->bill_usd, e->reps, e->cost_lo_usd,
            e->cost_hi_usd);
}

double sbs_contradictions_wall_s(const struct sbs_trace *trace, long run)
{
    return run < 0 ? NAN : wall_of(&trace->runs, (size_t)run);
}

long sbs_contradictions_measured(const struct sbs_trace *trace,
                                 const struct sbs_scenario *s,
                                 const struct sbs_explanation *e)
{
    double task, sd;
    if (!trace)
        return -1;
    const struct sbs_trace_runs *r = &trace->runs;
    sbs_workload_task_s(s->workload, &task, &sd);
    for (size_t i = 0; i < r->rows.n; i++) {
        int64_t launched = r->n_launches[i] > 0 ? r->n_launches[i]
                                                : r->n_workers[i];
        bool same_size = isnan(r->vcpu[i]) || r->vcpu[i] == e->plan.vcpu;
        if (is_fargate(r, i) && wall_of(r, i) > 0 && same_size &&
            r->n_tasks[i] == s->workload->tasks &&
            launched == e->plan.workers &&
            fabs(r->task_ref_s[i] - task) <= TOLD * task)
            return (long)i;
    }
    return -1;
}

void sbs_contradictions_find(const struct sbs_trace *trace, long measured,
                            const struct sbs_claims *claims,
                            const struct sbs_scenario *scenario,
                            const struct sbs_explanation *e,
                            struct sbs_contradictions *out)
{
    out->n = 0;
    check_equal(trace, measured, e, out);
    check_startup(trace, measured, claims->startup_s, scenario, out);
    check_claims(claims, e, out);
    for (size_t i = 0; trace && i < trace->runs.rows.n; i++) {
        check_cost(&trace->runs, i, &scenario->models->stated, out);
        check_local(&trace->runs, i, out);
        check_launches(&trace->runs, i, out);
    }
}
