/* SPDX-License-Identifier: Apache-2.0 */
/* Searching and choosing where the best is known from closed forms
 * (SCIENCE.md B.1, B.2, A.4). */
#include "config.h"

#include "sweep/tune.h"

#include "simtest.h"
#include "tap.h"

/* A search on a model and a workload; the caller calls problem_fini. */
struct problem {
    struct sbs_model_set models;
    struct sbs_workload work;
    struct sbs_registry *registry;
    struct sbs_families families;
    struct sbs_aim aim;
    double vcpu;
    struct sbs_tune t;
    struct sbs_error err;
};

static int problem_init(struct problem *p, const char *model,
                        const char *workload, const char *families)
{
    memset(p, 0, sizeof *p);
    p->registry = sbs_registry_create();
    p->vcpu = 2;
    p->aim = (struct sbs_aim){ .goal = SBS_GOAL_MAKESPAN,
                               .deadline_s = INFINITY, .chance = 0.95,
                               .budget_usd = INFINITY };
    if (simtest_model(&p->models, model, &p->err) != 0 ||
        simtest_workload(&p->work, workload, 0, &p->err) != 0 ||
        sbs_space_parse(&p->families, families, &p->err) != 0)
        return -1;
    p->t.pool = (struct sbs_pool){
        .base = { .models = &p->models, .workload = &p->work, .seed = 1 },
        .families = &p->families, .vcpu = &p->vcpu, .sizes = 1,
        .lo = p->work.tasks, .hi = p->work.tasks, .registry = p->registry
    };
    p->t.aim = &p->aim;
    p->t.aims = 1;
    p->t.rule = (struct sbs_rule){ .confidence = 0.95, .indifference = 0.01,
                                   .cap = 100000, .seed = 1 };
    p->t.rule.draws = p->models.n > 1 ? p->models.n : 0;
    p->t.race.threads = 1;
    return 0;
}

static void problem_fini(struct problem *p)
{
    sbs_tune_fini(&p->t);
    sbs_space_fini(&p->families);
    sbs_registry_destroy(p->registry);
    sbs_workload_fini(&p->work);
    sbs_model_fini(&p->models);
}

static double harmonic(int n)
{
    double h = 0;
    for (int i = 1; i <= n; i++)
        h += 1.0 / i;
    return h;
}

/* Judge the families as they stand, with a seed of their own; the pool's
 * candidates are in their order. */
static const struct sbs_choice *judge(struct problem *p, uint64_t seed)
{
    size_t index[16];
    double x[SBS_POOL_DIMS] = { 0 };
    sbs_tune_fini(&p->t);
    p->t.pool.base.seed = seed;
    p->t.rule.race = &p->t.race;
    p->t.race.done = 0;
    p->t.choice = calloc(1, sizeof *p->t.choice);
    for (size_t i = 0; i < p->families.n; i++) {
        struct sbs_candidate *c;
        index[i] = i;
        if (sbs_pool_add(&p->t.pool, i, 0, x, &c, &p->err) != 0 || !c)
            return NULL;
    }
    if (sbs_choose(&p->t.pool, &p->t.rule, &p->aim, index, p->families.n,
                   p->t.choice, &p->err) != 0)
        return NULL;
    return p->t.choice;
}

/* A task takes D + exp(1 / mu) on a worker, D = mu = 1. */
static const char sexp[] =
    "'speed':{'classes':[{'name':'any','weight':1,'slowdown':"
    "{'dist':'exponential','mean':1,'shift':1}}]},"
    "'price':{'vcpu_h_usd':1800,'gb_h_usd':0,'round_s':0,'min_billed_s':0}";

/* fork-kill at the (1-p)n-th completion, r = 1: E T = 2 D + H_n - H_m / 2, m
 * = p n. Best is the largest p, by .0114 of the mean: just above the
 * indifference, so that the promise is put to the test. */
static void test_selection(void)
{
    struct problem p;
    uint32_t reps = simtest_reps(15, 200), right = 0;
    uint64_t used = 0, equal = 0;
    double best = 2 + harmonic(40) - harmonic(20) / 2;
    double second = 2 + harmonic(40) - harmonic(18) / 2;
    if (problem_init(&p, sexp, "'tasks':40,'ref_s':1",
                     "fork-kill:p=0.05,fork-kill:p=0.15,fork-kill:p=0.25,"
                     "fork-kill:p=0.45,fork-kill:p=0.5") != 0) {
        ok(0, "forks: %s", p.err.text);
        return;
    }
    p.t.rule.indifference = 0.011;
    ok((second - best) / best > 0.011 && (second - best) / best < 0.0116,
       "the second is %.4f behind", (second - best) / best);
    for (uint32_t i = 0; i < reps; i++) {
        const struct sbs_choice *c = judge(&p, 100 + i);
        if (!c || !c->decided) {
            ok(0, "forks: %s", c ? "not decided" : p.err.text);
            return;
        }
        right += c->best == 4 ? 1u : 0u;
        used += c->used;
        equal += c->equal;
    }
    ok(right >= 0.95 * reps - 3 * sqrt(0.95 * 0.05 * reps),
       "right in %u of %u (promised 95%%)", right, reps);
    ok(used < equal, "%.0f replications, %.0f by equal allocation",
       (double)used / reps, (double)equal / reps);
    const struct sbs_choice *c = judge(&p, 7);
    is_z(c && c->best == 4 ? c->finalist[0].behind : NAN,
         c ? c->finalist[0].se : 0, (harmonic(20) - harmonic(2)) / 2,
         "how far behind the worst is, from the closed form");
    problem_fini(&p);
}

/* c clones of each task: E T = D + H_n / c, cost n (c D + 1); the bill of a
 * worker-second is 1 USD. */
static void test_budget(void)
{
    struct problem p;
    uint32_t reps = simtest_reps(5, 200), right = 0, cheap = 0;
    if (problem_init(&p, sexp, "'tasks':50,'ref_s':1",
                     "clone:copies=1,clone:copies=2,clone:copies=3,"
                     "clone:copies=4") != 0) {
        ok(0, "clones: %s", p.err.text);
        return;
    }
    for (uint32_t i = 0; i < reps; i++) {
        p.aim.budget_usd = 50 * 4.5; /* between 3 and 4 copies */
        const struct sbs_choice *c = judge(&p, 300 + i);
        right += c && c->decided && c->best == 2 && c->met == 3 ? 1u : 0u;
        p.aim.goal = SBS_GOAL_COST;
        p.aim.budget_usd = INFINITY;
        c = judge(&p, 300 + i);
        cheap += c && c->decided && c->best == 0 ? 1u : 0u;
        p.aim.goal = SBS_GOAL_MAKESPAN;
    }
    ok(right == reps, "under the budget three copies (%u of %u)", right, reps);
    ok(cheap == reps, "the cheapest is one (%u of %u)", cheap, reps);
    problem_fini(&p);
}

/* P(max of n exp(1) + 1 over c copies <= T) = (1 - exp(-c (T - 1)))^n. */
static void test_deadline(void)
{
    struct problem p;
    double t = 1 - log(1 - pow(0.95, 1.0 / 50)) / 3; /* 95% with 3 copies */
    if (problem_init(&p, sexp, "'tasks':50,'ref_s':1",
                     "clone:copies=1,clone:copies=2,clone:copies=3,"
                     "clone:copies=4") != 0) {
        ok(0, "deadline: %s", p.err.text);
        return;
    }
    p.aim.goal = SBS_GOAL_COST;
    p.aim.deadline_s = 1.1 * t;
    const struct sbs_choice *c = judge(&p, 5);
    ok(c && c->best == 2, "the cheapest in time is three copies");
    if (c) {
        const struct sbs_finalist *f = &c->finalist[1];
        double in_time = pow(1 - exp(-2 * (1.1 * t - 1)), 50);
        uint32_t n = p.t.pool.candidate[1]->judge.n;
        is_z(f->in_time_frac, sqrt(in_time * (1 - in_time) / n), in_time,
             "in time with two");
        ok(f->met == SBS_MET_NO && c->finalist[0].met == SBS_MET_NO &&
               c->finalist[3].met == SBS_MET_YES,
           "one and two are not, four is");
    }
    p.aim.deadline_s = t; /* exactly at it: never to be decided */
    p.t.rule.cap = 2000;
    c = judge(&p, 6);
    ok(c && c->finalist[2].met == SBS_MET_OPEN && c->best == 3,
       "at the very limit it stays open, and the next is taken");
    p.aim.deadline_s = 1.01;
    c = judge(&p, 6);
    ok(c && c->best == c->n && c->met == 0, "nothing is in time for 1.01 s");
    problem_fini(&p);
}

/* Divisible work W, one launch every d seconds: T(m) = W / m + (m + 1) d / 2,
 * least at m* = sqrt(2 W / d). */
static const char serial[] =
    "'client':{'call_s':0.5,'launches_per_call':1},"
    "'speed':{'log_sd':0.05,'classes':[{'name':'any',"
    "'weight':1,'slowdown':1}]}";

static void test_search(void)
{
    struct problem p;
    double w = 40 * 100, best = sqrt(2 * w / 0.5); /* 126.5 */
    if (problem_init(&p, serial,
                     "'tasks':40,'ref_s':100,'divisible':true",
                     "static,split:units=2..500") != 0) {
        ok(0, "search: %s", p.err.text);
        return;
    }
    p.t.pool.lo = 10;
    p.t.pool.hi = 1000;
    p.t.race.threads = 2;
    if (ok(sbs_tune_run(&p.t, &p.err) == 0, "a search: %s", p.err.text)) {
        const struct sbs_choice *c = p.t.choice;
        const struct sbs_candidate *x =
            p.t.pool.candidate[c->finalist[c->best].candidate];
        double m = x->search.scenario.workers;
        const double *v = x->judge.row[SBS_RACE_TIME];
        double mean = 0, t = w / best + (best + 1) * 0.25;
        for (uint32_t i = 0; i < x->judge.n; i++)
            mean += v[i] / x->judge.n;
        ok(m > 0.7 * best && m < 1.4 * best,
           "finds %g workers where %.0f are best", m, best);
        ok(mean < 1.05 * t && mean > 0.99 * t,
           "makespan %.2f s, least possible %.2f s", mean, t);
        ok(p.t.pool.n < 60, "with %zu candidates", p.t.pool.n);
    }
    problem_fini(&p);
}

/* ---- parameter draws, the front, threads -------------------------------- */

/* Two draws of how fast workers are; placement by 'first' decides nothing. */
static const char drawn[] =
    "'client':{'call_s':0.5,'launches_per_call':1},"
    "'speed':{'log_sd':0.1,'classes':[{'name':'any',"
    "'weight':1,'slowdown':1}]},'posterior':{'draws':["
    "{'client.call_s':0.2},{'client.call_s':1.5},{'client.call_s':0.5}]}";

static void test_draws(void)
{
    struct problem p, q;
    const char *work = "'tasks':40,'ref_s':100,'divisible':true";
    const char *families = "static,split:units=2..200,batched";
    int status = problem_init(&p, drawn, work, families);
    status |= problem_init(&q, drawn, work, families);
    struct problem *both[] = { &p, &q };
    for (int i = 0; i < 2 && status == 0; i++) {
        both[i]->t.pool.lo = 5;
        both[i]->t.pool.hi = 400;
        both[i]->t.race.threads = i ? 3 : 1;
        status = sbs_tune_run(&both[i]->t, &both[i]->err);
    }
    if (!ok(status == 0, "with draws: %s%s", p.err.text, q.err.text))
        return;
    const struct sbs_choice *c = p.t.choice, *d = q.t.choice;
    int same = p.t.pool.n == q.t.pool.n && c->best == d->best &&
               c->chance == d->chance && c->chance_draws == d->chance_draws &&
               p.t.judged == q.t.judged && p.t.n_front == q.t.n_front;
    for (size_t i = 0; same && i < p.t.n_front; i++)
        same = p.t.front[i].candidate == q.t.front[i].candidate &&
               p.t.front[i].p == q.t.front[i].p &&
               p.t.front[i].p_draws == q.t.front[i].p_draws;
    ok(same, "one thread and three: the same");
    /* The best number of workers differs from draw to draw. */
    ok(c->chance_draws >= 0 && c->chance_draws < 0.9 && c->chance >= 0.95,
       "sure by the simulation (%.3f), not over the draws (%.3f)", c->chance,
       c->chance_draws);
    ok(p.t.rule.first % 3 == 0 && p.t.rule.first >= p.t.search_reps,
       "judged behind the search, from the first draw on");
    int sound = 1;
    for (size_t i = 0; i < p.t.n_front; i++)
        sound &= p.t.front[i].p >= 0 && p.t.front[i].p <= 1 + 1e-9;
    ok(sound && p.t.n_front > 1, "a front of %zu", p.t.n_front);
    problem_fini(&p);
    problem_fini(&q);
}

static void test_bad(void)
{
    static const char *const bad[] = { "split:units=2..", "split:units=5..5",
                                       "split:units=9..2", "split:units=a..b",
                                       "split:units=1..2..3", "a,,b", "" };
    struct sbs_families f;
    struct sbs_error err = { 0 };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ok(sbs_space_parse(&f, bad[i], &err) != 0 && f.n == 0,
           "\"%s\" is refused: %s", bad[i], err.text);
    double u[3] = { 0.5, 0, 1 };
    ok(sbs_space_parse(&f, "split:units=4..100+late:cap=0.1..0.4,./a..b.so",
                       &err) == 0 && f.n == 2 && f.family[0].holes == 2,
       "two ranges, and a path with dots");
    char *text = f.n ? sbs_space_text(&f.family[0], u) : NULL;
    is_str(text, "split:units=20+late:cap=0.1", "half way on a log scale");
    free(text);
    sbs_space_fini(&f);
}

int main(void)
{
    test_bad();
    test_selection();
    test_budget();
    test_deadline();
    test_search();
    test_draws();
    return tap_done();
}
