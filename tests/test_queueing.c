/* SPDX-License-Identifier: Apache-2.0 */
/* The engine as a queue with a known answer (SCIENCE.md B.5): launches that
 * wait for a place are M/M/c and M/G/1, a serial client that launches a
 * worker for every result is the repairman of N machines.
 *
 * Every replication is a run of its own and gives one mean, after a warm-up
 * of many relaxation times; the standard error is that of these means. */
#include "config.h"

#include "tests/simtest.h"
#include "tests/tap.h"

enum { REPS_MAX = 4000 };

/* One figure of each replication. */
struct figures {
    double sum[REPS_MAX], n[REPS_MAX];
    uint32_t reps;
    double from_s, to_s;  /* the window of what is counted in time */
    uint32_t from;        /* the first that is counted in order */
};

static struct figures *figures_of(const struct sbs_ctx *c)
{
    return *(struct figures *const *)c->params;
}

/* z of the mean over replications of sum / n. */
static void is_figure(const struct figures *f, double want, const char *name)
{
    double sum = 0, squares = 0, n = f->reps;
    for (uint32_t r = 0; r < f->reps; r++)
        sum += f->sum[r] / f->n[r];
    for (uint32_t r = 0; r < f->reps; r++) {
        double x = f->sum[r] / f->n[r] - sum / n;
        squares += x * x;
    }
    is_z(sum / n, sqrt(squares / (n - 1) / n), want, name);
}

static void next_replication(struct sbs_ctx *c)
{
    struct figures *f = figures_of(c);
    f->sum[f->reps] = f->n[f->reps] = 0;
    f->reps++;
}

/* ---- launches that wait for a place -------------------------------------- */

/* Worker i is a customer. It comes at the end of its call, which is the start
 * of the next one, and is served when it is ready; the order is kept, so the
 * one before is ready already. */
static void count_wait(struct sbs_ctx *c, uint32_t w)
{
    struct figures *f = figures_of(c);
    if (w <= f->from)
        return;
    f->sum[f->reps - 1] += c->host->worker(c, w - 1)->ready_s -
                           c->host->worker(c, w)->requested_s;
    f->n[f->reps - 1]++;
}

static const struct sbs_policy waits = {
    SBS_POLICY_HEAD,
    .name = "waits",
    .start = next_replication,
    .on_ready = count_wait
};

/* Relaxation times, in customers: 1 / (1 - sqrt(rho))^2, 380 at most here. */
enum { CUSTOMERS = 20000, WARM_UP = 6000 };

static void test_wait(const char *name, unsigned servers, double rate,
                      const char *service, double want)
{
    static struct figures f;
    const struct figures *params = &f;
    struct sbs_layer left = { &waits, &params };
    struct simtest_options o = { .reps = simtest_reps(50, 2000),
                                 .left = &left };
    struct simtest t;
    char model[200], work[200];
    f = (struct figures){ .from = WARM_UP };
    snprintf(model, sizeof model,
             "'client':{'call_s':{'dist':'exponential','mean':%.17g},"
             "'launches_per_call':1},'launcher':{'quota_vcpu':%u}",
             1 / rate, 2 * servers);
    snprintf(work, sizeof work, "'tasks':%d,'ref_s':%s", CUSTOMERS, service);
    if (simtest_run(&t, model, work, "static", o) != 0)
        ok(0, "%s: %s", name, t.err.text);
    else if (ok(f.reps == o.reps && f.n[0] == CUSTOMERS - 1 - WARM_UP,
                "%s: all customers are served in order", name))
        is_figure(&f, want, name);
    simtest_fini(&t);
}

#define EXPONENTIAL "{'dist':'exponential','mean':1}"

static void test_waits(void)
{
    test_wait("M/M/1, rho .7: Wq", 1, 0.7, EXPONENTIAL, 7.0 / 3);
    test_wait("M/M/4, rho .8: Wq", 4, 3.2, EXPONENTIAL, 0.7455405898);
    test_wait("M/M/50, rho .9: Wq", 50, 45, EXPONENTIAL, 0.0727728934);
    /* Pollaczek-Khinchine; the mean service is exp(.18). */
    test_wait("M/G/1, lognormal service, rho .7: Wq", 1, 0.7 / exp(0.18),
              "{'dist':'lognormal','mu':0,'sigma':0.6}", 2.0020080059);
}

/* ---- a serial client and N machines ------------------------------------- */

/* Who has done a task leaves; for every result a worker is launched. So N
 * workers are running or in the client's queue, as long as there is work. */
static int repair_plan(struct sbs_ctx *c, struct sbs_plan *plan)
{
    (void)c;
    plan->max_workers = plan->tasks;
    return 0;
}

static enum sbs_taken repair_on_idle(struct sbs_ctx *c, uint32_t w)
{
    return c->host->worker(c, w)->attempts > 0 ? SBS_TAKEN : SBS_PASS;
}

static void repair_on_seen(struct sbs_ctx *c, uint32_t attempt)
{
    struct figures *f = figures_of(c);
    double now = c->host->now_s(c);
    (void)attempt;
    f->sum[f->reps - 1] += now > f->from_s && now <= f->to_s;
    f->n[f->reps - 1] = f->to_s - f->from_s;
    if (c->host->queued_units(c) > 0)
        (void)c->host->launch(c, 1);
    else if (now <= f->to_s)
        f->sum[f->reps - 1] = NAN; /* too little work for this window */
}

static const struct sbs_policy repair = {
    SBS_POLICY_HEAD,
    .name = "repair",
    .plan = repair_plan,
    .start = next_replication,
    .on_idle = repair_on_idle,
    .on_seen = repair_on_seen
};

/* N = 50 machines that run for E s, one repairman who needs h = 0.5 s. */
static void test_repair(const char *name, double run_s, double want)
{
    static struct figures f;
    const struct figures *params = &f;
    struct sbs_layer left = { &repair, &params };
    struct simtest_options o = { .reps = simtest_reps(40, 2000),
                                 .workers = 50,
                                 .left = &left };
    struct simtest t;
    char work[200];
    f = (struct figures){ .from_s = 1000, .to_s = 5000 };
    snprintf(work, sizeof work,
             "'tasks':%.0f,'ref_s':{'dist':'exponential','mean':%g}",
             1.2 * want * f.to_s, run_s);
    if (simtest_run(&t,
                    "'client':{'call_s':{'dist':'exponential','mean':0.5},"
                    "'launches_per_call':1,'poll_while_launching':true}",
                    work, "dynamic", o) != 0)
        ok(0, "%s: %s", name, t.err.text);
    else
        is_figure(&f, want, name);
    simtest_fini(&t);
}

int main(void)
{
    test_waits();
    test_repair("machine repair, E = 60: results a second", 60, 0.8219633227);
    test_repair("machine repair, E = 20: results a second", 20, 1.9626186578);
    return tap_done();
}
