/* SPDX-License-Identifier: Apache-2.0 */
/* Random models, workloads and stacks. Each run must end, obey the books,
 * and come out the same again: same seed, more threads, other company on the
 * command line. The engine itself refuses a regret below 1 and, in a debug
 * build, worker time that does not add up; a witness in the stack watches
 * the driver. */
#include "config.h"

#include "tests/randmodel.h"
#include "tests/simtest.h"
#include "tests/tap.h"
#include "tests/witness.h"

enum { REPS = 6 };

struct tally {
    uint32_t runs, refused, unfinished, finished, lost, copied;
};

/* Bits of all metrics, NAN equal to NAN. */
static int same_values(const struct simtest *a, uint32_t i,
                       const struct simtest *b, uint32_t j)
{
    return memcmp(a->out[i].values, b->out[j].values,
                  SBS_N_METRICS * REPS * sizeof(double)) == 0;
}

static int metrics_are_sane(const struct simtest *t, uint32_t r)
{
    double m[SBS_N_METRICS];
    uint32_t missing = 0;
    const struct sbs_plan *p = &t->out[0].plan;
    for (int i = 0; i < SBS_N_METRICS; i++) {
        m[i] = simtest_value(t, 0, (enum sbs_metric)i, r);
        missing += isnan(m[i]) ? 1 : 0;
    }
    if (missing > 0)
        return missing == SBS_N_METRICS;
    return m[SBS_METRIC_first_s] <= m[SBS_METRIC_half_s] &&
           m[SBS_METRIC_half_s] <= m[SBS_METRIC_makespan_s] &&
           m[SBS_METRIC_regret] >= 1 - 1e-9 &&
           m[SBS_METRIC_regret_cap] >= m[SBS_METRIC_regret] - 1e-9 &&
           m[SBS_METRIC_launched] + p->local >= 1 &&
           m[SBS_METRIC_attempts] >= 1 &&
           m[SBS_METRIC_attempts] <=
               1e6 + (double)p->tasks * p->units_per_task &&
           m[SBS_METRIC_cost_usd] >= 0 && m[SBS_METRIC_wasted_s] >= 0 &&
           m[SBS_METRIC_overhead_s] >= 0 && m[SBS_METRIC_idle_s] >= -1e-9;
}

/* 1 = as it should be. */
static int is_repeated(const struct randmodel *m, const struct simtest *t,
                       struct simtest_options o)
{
    struct simtest again;
    char policies[6000];
    int good;
    o.left = NULL;
    o.threads = 2;
    good = simtest_run(&again, m->model, m->work, m->policy, o) == 0 &&
           same_values(t, 0, &again, 0);
    simtest_fini(&again);
    snprintf(policies, sizeof policies, "dynamic,%s,static", m->policy);
    good = good &&
           simtest_run(&again, m->model, m->work, policies, o) == 0 &&
           same_values(t, 0, &again, 1);
    simtest_fini(&again);
    return good;
}

/* What is wrong with the plain run, or "". */
static const char *look_at(const struct randmodel *m, struct simtest *t,
                           struct tally *sum)
{
    struct simtest_options o = { .reps = REPS, .workers = m->workers,
                                 .spot = m->spot };
    uint32_t done = 0;
    if (simtest_run(t, m->model, m->work, m->policy, o) != 0) {
        sum->refused += t->err.code == SBS_EUSAGE;
        return t->err.code == SBS_EUSAGE ? "" : t->err.text;
    }
    for (uint32_t r = 0; r < REPS; r++) {
        if (!metrics_are_sane(t, r))
            return "metrics";
        done += isnan(simtest_value(t, 0, SBS_METRIC_makespan_s, r)) ? 0 : 1;
    }
    sum->finished += done;
    sum->unfinished += REPS - done;
    if (t->out[0].unfinished != REPS - done)
        return "unfinished is miscounted";
    if (!m->can_lose && done < REPS)
        return "nothing is lost, and yet it never ends";
    return is_repeated(m, t, o) ? "" : "not repeated";
}

/* The same with a witness. (Its place in the stack changes the streams of
 * the other layers, so the numbers differ when they draw.) */
static const char *watch(const struct randmodel *m, struct simtest *t,
                         struct tally *sum)
{
    struct witness witness = { 0 }, *params = &witness;
    struct sbs_layer left = { &witness_policy, &params };
    struct simtest_options o = { .reps = REPS, .workers = m->workers,
                                 .spot = m->spot, .left = &left };
    if (simtest_run(t, m->model, m->work, m->policy, o) != 0)
        return t->err.text;
    sum->lost += witness.lost;
    sum->copied += witness.copies;
    return witness.wrong ? witness.wrong : "";
}

static int check_one(const struct randmodel *m, struct tally *sum)
{
    struct simtest plain, watched = { 0 };
    sum->runs++;
    const char *what = look_at(m, &plain, sum);
    if (!*what && plain.err.code == SBS_EOK)
        what = watch(m, &watched, sum);
    int good = !*what;
    if (!good)
        printf("# %s\n#  %s\n#  %s\n#  %s\n#  workers %u spot %d\n", what,
               m->policy, m->model, m->work, m->workers, m->spot);
    simtest_fini(&plain);
    simtest_fini(&watched);
    return good;
}

int main(void)
{
    char plugin[4096];
    const char *build = getenv("SBS_BUILDDIR");
    snprintf(plugin, sizeof plugin,
             "%s/examples/plugin/.libs/second_chance.so",
             build ? build : ".");
    uint32_t n = simtest_reps(500, 20000), wrong = 0;
    struct tally sum = { 0 };
    for (uint32_t i = 0; i < n && wrong < 5; i++) {
        struct randmodel m;
        randmodel_make(&m, 4711, i, plugin);
        wrong += !check_one(&m, &sum);
    }
    ok(wrong == 0, "%u random runs are sound and repeatable", sum.runs);
    ok(sum.runs - sum.refused > n / 2,
       "%u of them were refused as contradictory", sum.refused);
    ok(sum.finished > 2 * n && sum.unfinished > 0,
       "%u replications finished, %u could not", sum.finished,
       sum.unfinished);
    ok(sum.lost > 100 && sum.copied > 100,
       "%u times units were lost, %u copies began", sum.lost, sum.copied);
    return tap_done();
}
