/* SPDX-License-Identifier: Apache-2.0 */
/* Forking, cloning and restarting against closed forms (SCIENCE.md B.2, B.4).
 * Tasks are of one second on workers whose slow-down has the wanted law, so
 * each copy is independent; nothing else takes time. */
#include "config.h"

#include "tests/simtest.h"
#include "tests/tap.h"

#define SLOWDOWN(d) "'speed':{'classes':[{'slowdown':" d "}]}"
#define SEXP_11 \
    "SExp(1,1)", SLOWDOWN("{'dist':'exponential','mean':1,'shift':1}")
#define SEXP_25 \
    "SExp(2,.5)", SLOWDOWN("{'dist':'exponential','mean':2,'shift':2}")
#define PARETO "Pareto(1,2)", SLOWDOWN("{'dist':'pareto','alpha':2,'xm':1}")

static int run(struct simtest *t, const char *model, const char *work,
               const char *policy, uint32_t reps)
{
    struct simtest_options o = { .reps = reps, .threads = 2 };
    int status = simtest_run(t, model, work, policy, o);
    if (status != 0)
        ok(0, "%s: %s", policy, t->err.text);
    else if (t->out[0].unfinished > 0)
        ok(0, "%s: unfinished runs", policy);
    return status;
}

/* ---- B.2: time, and worker-seconds a task ------------------------------ */

struct fork_row {
    const char *law, *model, *policy;
    uint32_t n;
    double time, cost; /* NAN = infinite variance: printed only */
};

static const struct fork_row fork_rows[] = {
    { SEXP_11, "fork-kill:p=0.1,r=1", 400, 6.43066, 2.2 },
    { SEXP_11, "fork-keep:p=0.1,r=1", 400, 5.93066, 2.06321 },
    { SEXP_11, "fork-kill:p=0.25,r=1", 400, 5.97624, 2.5 },
    { SEXP_11, "fork-keep:p=0.25,r=1", 400, 5.47624, 2.15803 },
    { SEXP_25, "fork-kill:p=0.1,r=2", 400, 11.43514, 4.6 },
    { SEXP_25, "fork-keep:p=0.1,r=2", 400, 10.76847, 4.25285 },
    /* (r + 1) alpha is 4 and 6, so all variances are finite. */
    { PARETO, "fork-kill:p=0.1,r=1", 400, 6.24237, 1.95133 },
    { PARETO, "fork-kill:p=0.2,r=2", 400, 4.57842, 2.27335 },
    { PARETO, "static", 400, NAN, NAN },
    /* multi-fork with one threshold is fork-keep, or fork-kill. */
    { SEXP_11, "multi-fork:p1=0.25,p2=0", 400, 5.47624, 2.15803 },
    { PARETO, "multi-fork:p1=0.2,p2=0,r1=2,kill=true", 400, 4.57842,
      2.27335 },
    /* cloning: D + H_n / (c mu), c D + 1/mu */
    { SEXP_11, "clone:copies=1", 50, 5.499205, 2 },
    { SEXP_11, "clone:copies=2", 50, 3.249603, 3 },
    { SEXP_11, "clone:copies=3", 50, 2.499735, 4 },
};

static void test_fork_row(const struct fork_row *row)
{
    struct simtest t;
    char work[64], name[96];
    uint32_t n = row->n;
    snprintf(work, sizeof work, "'tasks':%u,'ref_s':1", n);
    if (run(&t, row->model, work, row->policy,
            simtest_reps(n == 400 ? 100 : 2000, 3000)) == 0) {
        double time_se, cost_se;
        double time = simtest_mean(&t, 0, SBS_METRIC_makespan_s, &time_se);
        double cost = simtest_mean(&t, 0, SBS_METRIC_billed_s, &cost_se);
        if (isnan(row->time)) {
            printf("# %s %s, infinite variance: %.5g, cost %.5g\n", row->law,
                   row->policy, time, cost / n);
        } else {
            snprintf(name, sizeof name, "%s %s: time", row->law, row->policy);
            is_z(time, time_se, row->time, name);
            snprintf(name, sizeof name, "%s %s: cost", row->law, row->policy);
            is_z(cost / n, cost_se / n, row->cost, name);
        }
    }
    simtest_fini(&t);
}

/* ---- B.4: restart. tau_s counts from the launch request: tau + s ------- */

#define LOGNORMAL SLOWDOWN("{'dist':'lognormal','mu':0,'sigma':1.5}")
#define PARETO_12 SLOWDOWN("{'dist':'pareto','alpha':1.2,'xm':1}")
#define TWO_CPUS                                                            \
    SLOWDOWN("{'dist':'mixture','components':["                             \
             "{'weight':0.7,'dist':'lognormal','mu':0,'sigma':0.08},"       \
             "{'weight':0.3,'dist':'lognormal',"                            \
             "'mu':0.5877866649021191,'sigma':0.08}]}")
#define ONE "'tasks':1,'ref_s':1"
#define BOOT_2 ",'startup':{'boot_s':0.2}"
#define BOOT_1 ",'startup':{'boot_s':0.1}"

static void test_mean(const char *model, const char *work,
                      const char *policy, double want, const char *name)
{
    struct simtest t;
    double se;
    if (run(&t, model, work, policy, simtest_reps(4000, 60000)) == 0) {
        double mean = simtest_mean(&t, 0, SBS_METRIC_makespan_s, &se);
        if (isnan(want))
            printf("# %s, infinite variance: %.5g\n", name, mean);
        else
            is_z(mean, se, want, name);
    }
    simtest_fini(&t);
}

static double below_lognormal(double x, double mu, double sigma)
{
    return x > 0 ? 0.5 * erfc(-(log(x) - mu) / sigma / sqrt(2)) : 0;
}

static double below_two_cpus(double x)
{
    return 0.7 * below_lognormal(x, 0, 0.08) +
           0.3 * below_lognormal(x, log(1.8), 0.08);
}

static double below_wide(double x)
{
    return below_lognormal(x, 0, 1.5);
}

static double below_pareto(double x)
{
    return x > 1 ? 1 - pow(x, -1.2) : 0;
}

/* E(tau) = [s + int_0^tau (1 - F)] / F(tau), by Simpson's rule; tau is a
 * multiple of a step at which F may have its corner. */
static double expected(double (*below)(double), double s, double tau)
{
    int n = 200000;
    double sum = 0, h = tau / n;
    for (int i = 0; i <= n; i++) {
        int weight = i == 0 || i == n ? 1 : i % 2 ? 4 : 2;
        sum += weight * (1 - below(i * h));
    }
    return (s + sum * h / 3) / below(tau);
}

static void test_restart(void)
{
    is_near(expected(below_wide, 0.2, 0.915), 1.81006, 3e-6,
            "E(tau) of the lognormal by quadrature");
    is_near(expected(below_pareto, 0.2, 3.546), 2.96812, 3e-6,
            "E(tau) of the Pareto by quadrature");
    test_mean(LOGNORMAL BOOT_2, ONE, "restart:tau_s=1.115,most=50", 1.81006,
              "lognormal(0,1.5), restarted at tau = .915");
    test_mean(LOGNORMAL BOOT_2, ONE, "static", 0.2 + exp(1.125),
              "lognormal(0,1.5), not restarted");
    test_mean(PARETO_12 BOOT_2, ONE, "restart:tau_s=3.746,most=50", 2.96812,
              "Pareto(1,1.2), restarted at tau = 3.546");
    test_mean(PARETO_12 BOOT_2, ONE, "static", NAN,
              "Pareto(1,1.2), not restarted");
}

/* A core 1.8 times slower is not worth leaving once it has worked. */
static void test_two_cpus(void)
{
    static const double tau[] = { 1, 1.1, 1.25, 1.6, 1.8, 2 };
    double never = 0.1 + (0.7 + 0.3 * 1.8) * exp(0.0032);
    is_near(never, 1.344, 1e-4, "two CPUs, tau = infinity: 1.3440");
    for (size_t i = 0; i < sizeof tau / sizeof tau[0]; i++) {
        char policy[64], name[64];
        double want = expected(below_two_cpus, 0.1, tau[i]);
        snprintf(policy, sizeof policy, "restart:tau_s=%.17g,most=50",
                 tau[i] + 0.1);
        snprintf(name, sizeof name, "two CPUs, restarted at tau = %g",
                 tau[i]);
        ok(want > never, "%s: %.5g is worse than never", name, want);
        test_mean(TWO_CPUS BOOT_1, ONE, policy, want, name);
    }
    test_mean(TWO_CPUS BOOT_1, ONE, "static", never, "two CPUs, never");
}

/* ---- Luby --------------------------------------------------------------- */

/* Independent of the policy's own: generated by doubling. */
static uint32_t luby_sequence(double *out, uint32_t n)
{
    uint32_t len = 1;
    double power = 1;
    out[0] = 1;
    while (2 * len + 1 <= n) {
        memcpy(out + len, out, len * sizeof *out);
        power *= 2;
        out[2 * len] = power;
        len = 2 * len + 1;
    }
    return len;
}

#define ONE_STEP                                                            \
    SLOWDOWN("{'dist':'mixture','components':["                             \
             "{'weight':0.1,'dist':'uniform','lo':1,'hi':1.000000001},"     \
             "{'weight':0.9,'dist':'uniform','lo':1000000,'hi':1000001}]}")

/* One step succeeds with chance .1, else it never ends. The k-th attempt is
 * reached with chance .9^(k-1), so E = 1 + sum_j l_j .9^j. */
static void test_luby(void)
{
    double l[1023], expected_s = 1;
    uint32_t n = luby_sequence(l, 1023);
    for (uint32_t j = 0; j < n; j++)
        expected_s += l[j] * pow(0.9, j + 1);
    printf("# Luby, P(1 step) = .1 else never: E = %.6g\n", expected_s);
    ok(fabs(expected_s - 17.5) < 0.2, "about 17.5, as SCIENCE.md measured");
    test_mean(ONE_STEP, ONE, "luby:unit_s=1.000000001,most=400", expected_s,
              "Luby, P(1 step) = .1 else never");
    test_mean(ONE_STEP, ONE, "restart:tau_s=1.000000001,most=400", 10,
              "the best fixed age");
}

int main(void)
{
    for (size_t i = 0; i < sizeof fork_rows / sizeof fork_rows[0]; i++)
        test_fork_row(&fork_rows[i]);
    test_restart();
    test_two_cpus();
    test_luby();
    return tap_done();
}
