/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of self-scheduling: the series that papers print, every chunk
 * against tests/plain_chunks.h, and what holds for all. */
#include "config.h"

#include "tests/plain_chunks.h"
#include "tests/plain_dls.h"
#include "tests/recorder.h"
#include "tests/tap.h"

static const struct {
    const char *spec;
    enum plain_rule rule;
} rules[] = {
    { "ss", PLAIN_SS },       { "css:k=7", PLAIN_CSS },
    { "fsc", PLAIN_FSC },     { "mfsc", PLAIN_MFSC },
    { "gss", PLAIN_GSS },     { "gss:min=5", PLAIN_GSS },
    { "tss", PLAIN_TSS },     { "tss:step=whole", PLAIN_TSS },
    { "fac", PLAIN_FAC },     { "tss:first=40,last=6", PLAIN_TSS },
    { "fac2", PLAIN_FAC2 },   { "tap", PLAIN_TAP },
    { "tap:alpha=3", PLAIN_TAP }, { "bold", PLAIN_BOLD },
    { "wf", PLAIN_WF },       { "awf-b", PLAIN_AWF_B },
    { "awf-c", PLAIN_AWF_C }, { "awf-d", PLAIN_AWF_D },
    { "awf-e", PLAIN_AWF_E }, { "af", PLAIN_AF },
};
enum { N_RULES = sizeof rules / sizeof rules[0] };

/* ---- series for 1000 units and 4 workers ------------------------------- */

#define THOUSAND "'tasks':1000,'ref_s':1"

static const struct series {
    const char *spec, *from;
    int chunk[32]; /* up to a 0 */
} series[] = {
    { "gss", "Polychronopoulos and Kuck",
      { 250, 188, 141, 106, 79, 59, 45, 33, 25, 19, 14, 11, 8, 6, 4, 3, 3, 2,
        1, 1, 1, 1 } },
    { "tss:step=whole", "Tzen and Ni, step 8",
      { 125, 117, 109, 101, 93, 85, 77, 69, 61, 53, 45, 37, 28 } },
    /* 125 - floor of multiples of 124/15 */
    { "tss", "by hand, step 124/15",
      { 125, 116, 108, 100, 91, 83, 75, 67, 58, 50, 42, 34, 25, 17, 9 } },
    { "fac2", "Hummel, Schonberg and Flynn",
      { 125, 125, 125, 125, 63, 63, 63, 63, 31, 31, 31, 31, 16, 16, 16, 16, 8,
        8, 8, 8, 4, 4, 4, 4, 2, 2, 2, 2, 1, 1, 1, 1 } },
    { "wf", "fac2 when all are equal",
      { 125, 125, 125, 125, 63, 63, 63, 63, 31, 31, 31, 31, 16, 16, 16, 16, 8,
        8, 8, 8, 4, 4, 4, 4, 2, 2, 2, 2, 1, 1, 1, 1 } },
    /* Equal units, so no margin: a fourth each. */
    { "fac", "by hand, sigma = 0", { 250, 250, 250, 250 } },
    { "css:k=300", "by hand", { 300, 300, 300, 100 } },
    /* 0.55 + 250 ln 2 / ln 250 = 31.93 */
    { "mfsc", "by hand",
      { 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31,
        31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31 } },
};

static void test_series(const struct series *s)
{
    struct recorder r;
    int good = record(&r, "", THOUSAND, s->spec, 4) == 0;
    uint32_t n = 0, all = 0;
    for (; n < 32 && s->chunk[n]; n++)
        good &= n < r.n && r.begun[n].n == (uint32_t)s->chunk[n];
    for (uint32_t i = 0; i < r.n; i++)
        all += r.begun[i].n;
    good &= n == 32 || n == r.n;
    ok(good && all == 1000, "(1000, 4), %s: %s", s->spec, s->from);
    for (uint32_t i = 0; !good && i < r.n; i++)
        printf("# %u\n", r.begun[i].n);
}

/* Exponential units, overhead 1/2: Kruskal and Weiss's k is
 * (sqrt(2) 500 / (4 sqrt(ln 4)))^(2/3) = 28.2, rounded up. */
static void test_fsc(void)
{
    struct recorder r;
    double k = pow(sqrt(2) * 1000 * 0.5 / (4 * sqrt(log(4))), 2.0 / 3);
    int good = record(&r, "'unit':{'claim_s':0.5}",
                      "'tasks':1000,'ref_s':{'dist':'exponential',"
                      "'mean':1}", "fsc", 4) == 0;
    uint32_t chunks = (uint32_t)ceil(1000 / ceil(k));
    for (uint32_t i = 0; i + 1 < r.n; i++)
        good &= r.begun[i].n == ceil(k);
    ok(good && r.n == chunks, "(1000, 4), fsc: %u chunks of %g", chunks,
       ceil(k));
}

/* Lucco's T + v^2/2 - v sqrt(2T + v^2/4), v = 1.3 for exponential units. */
static void test_tap(void)
{
    struct recorder r;
    int good = record(&r, "", "'tasks':1000,'ref_s':{'dist':'exponential',"
                      "'mean':3}", "tap", 4) == 0;
    double left = 1000;
    for (uint32_t i = 0; i < r.n; i++) {
        double t = left / 4;
        double x = t + 0.845 - 1.3 * sqrt(2 * t + 0.4225);
        good &= r.begun[i].n == fmin(fmax(ceil(x), 1), left);
        left -= r.begun[i].n;
    }
    ok(good && left == 0, "(1000, 4), tap: Lucco's formula");
}

/* ---- each chunk against the plain implementation ----------------------- */

struct lockstep {
    struct plain plain;
    double weights[64];
    double speed[2]; /* of both kinds of processors over their mean */
    uint32_t chunks, wrong, units;
};

static struct lockstep *lockstep_of(const struct sbs_ctx *c)
{
    return *(struct lockstep *const *)c->params;
}

static enum sbs_taken lockstep_on_idle(struct sbs_ctx *c, uint32_t w)
{
    struct lockstep *l = lockstep_of(c);
    const struct sbs_worker *x = c->host->worker(c, w);
    l->weights[w] = l->speed[x->processor];
    const struct sbs_attempt *a = c->host->attempt(c, x->attempt);
    if (a)
        plain_did(&l->plain, (int)w, a->compute_s, a->stored_s - a->begun_s);
    return SBS_PASS;
}

/* A value within rounding of a whole number may go either way. */
static void lockstep_on_begun(struct sbs_ctx *c, uint32_t attempt)
{
    struct lockstep *l = lockstep_of(c);
    const struct sbs_attempt *a = c->host->attempt(c, attempt);
    int left = (int)(c->host->queued_units(c) + a->n_units);
    int got = (int)a->n_units, w = (int)a->worker;
    double x = plain_size(&l->plain, w, left, c->host->now_s(c));
    if (got != plain_rounded(&l->plain, x, left) &&
        got != plain_rounded(&l->plain, x * (1 - 1e-9), left) &&
        got != plain_rounded(&l->plain, x * (1 + 1e-9), left)) {
        if (l->wrong++ == 0)
            printf("# chunk %u of worker %d: %d, want %.12g of %d\n",
                   l->chunks, w, got, x, left);
    }
    l->chunks++;
    l->units += a->n_units;
    plain_took(&l->plain, w, got, c->host->now_s(c));
}

static const struct sbs_policy lockstep_policy = {
    SBS_POLICY_HEAD, .name = "lockstep", .on_idle = lockstep_on_idle,
    .on_begun = lockstep_on_begun
};

static double uniform(uint64_t *random)
{
    return exp(-plain_exponential(random));
}

struct scene {
    int n, p;
    double mean, cv, h, share, slow; /* cv of a unit on one core */
};

static struct scene any_scene(uint64_t *random)
{
    static const double cvs[] = { 0, 0.1, 0.3, 1, 2.5, INFINITY };
    static const double hs[] = { 0, 0.01, 0.5, 20 };
    struct scene s = { .n = (int)pow(1500, uniform(random)),
                       .p = (int)(1 + 40 * uniform(random)),
                       .mean = 0.1 + 3 * uniform(random),
                       .cv = cvs[(int)(6 * uniform(random))],
                       .h = hs[(int)(4 * uniform(random))],
                       .share = 0.1 + 0.8 * uniform(random),
                       .slow = 1 };
    if (uniform(random) < 0.2)
        s.p = 1;
    if (uniform(random) < 0.7)
        s.slow = 1 + 3 * uniform(random);
    return s;
}

static void write_work(char *text, size_t size, struct scene s)
{
    int at = snprintf(text, size, "'tasks':%d,'ref_s':", s.n);
    if (s.cv == 0)
        snprintf(text + at, size - (size_t)at, "%.17g", s.mean);
    else if (isinf(s.cv))
        snprintf(text + at, size - (size_t)at,
                 "{'dist':'pareto','alpha':1.5,'xm':%.17g}", s.mean / 3);
    else
        snprintf(text + at, size - (size_t)at,
                 "{'dist':'gamma','shape':%.17g,'scale':%.17g}",
                 1 / (s.cv * s.cv), s.mean * s.cv * s.cv);
}

/* What the policy should take for mean and sd of a unit on any worker. */
static struct plain plain_of(struct scene s, int rule, struct lockstep *l)
{
    double slow = s.share + (1 - s.share) * s.slow;
    double slow2 = s.share + (1 - s.share) * s.slow * s.slow;
    double cv2 = isinf(s.cv)
                     ? INFINITY
                     : (1 + s.cv * s.cv) * slow2 / (slow * slow) - 1;
    double speed = s.share + (1 - s.share) / s.slow;
    l->speed[0] = 1 / speed;
    l->speed[1] = 1 / s.slow / speed;
    struct plain x = { .rule = rules[rule].rule, .n = s.n, .p = s.p,
                       .mu = s.mean * slow, .h = s.h, .min = 1, .alpha = 1.3,
                       .weight = l->weights };
    /* Rounding must not make equal units vary. */
    x.sigma = cv2 < 1e-12 ? 0 : x.mu * sqrt(cv2);
    if (strcmp(rules[rule].spec, "css:k=7") == 0)
        x.k = 7;
    if (strcmp(rules[rule].spec, "gss:min=5") == 0)
        x.min = 5;
    if (strcmp(rules[rule].spec, "tap:alpha=3") == 0)
        x.alpha = 3;
    x.whole_step = strcmp(rules[rule].spec, "tss:step=whole") == 0;
    if (strcmp(rules[rule].spec, "tss:first=40,last=6") == 0) {
        x.first = 40;
        x.last = 6;
    }
    return x;
}

static int run_lockstep(struct lockstep *l, struct scene s, int rule)
{
    char model[512], work[256];
    snprintf(model, sizeof model,
             "'startup':{'provision_s':{'dist':'uniform','lo':0,'hi':20}},"
             "'unit':{'claim_s':%.17g,'upload_s':%.17g},"
             "'speed':{'classes':[{'weight':%.17g,'slowdown':1},"
             "{'weight':%.17g,'slowdown':%.17g}]}",
             s.h / 2, s.h / 2, s.share, 1 - s.share, s.slow);
    write_work(work, sizeof work, s);
    struct simtest t;
    struct sbs_layer left = { &lockstep_policy, &l };
    struct simtest_options o = { .workers = (uint32_t)s.p, .left = &left };
    l->plain = plain_of(s, rule, l);
    l->chunks = l->wrong = l->units = 0;
    plain_begin(&l->plain);
    int status = simtest_run(&t, model, work, rules[rule].spec, o);
    if (status != 0)
        printf("# %s\n", t.err.text);
    simtest_fini(&t);
    plain_end(&l->plain);
    return status == 0 && l->wrong == 0 && l->units == (uint32_t)s.n;
}

static void test_lockstep(int rule)
{
    uint32_t scenes = simtest_reps(60, 3000), bad = 0, chunks = 0;
    uint64_t random = 7 + (uint64_t)rule;
    for (uint32_t i = 0; i < scenes; i++) {
        struct lockstep l;
        struct scene s = any_scene(&random);
        if (!run_lockstep(&l, s, rule) && bad++ < 3)
            printf("# n %d p %d mean %g cv %g h %g share %g slow %g\n", s.n,
                   s.p, s.mean, s.cv, s.h, s.share, s.slow);
        chunks += l.chunks;
    }
    ok(bad == 0, "%s: %u chunks of %u random cases as the plain formulas",
       rules[rule].spec, chunks, scenes);
}

/* ---- what holds for all ------------------------------------------------ */

static void test_never_grows(const char *spec)
{
    static const uint32_t workers[] = { 1, 3, 16, 100 };
    int good = 1;
    for (size_t k = 0; k < 4; k++) {
        struct recorder r;
        good &= record(&r, "", "'tasks':997,'ref_s':{'dist':'exponential',"
                       "'mean':1}", spec, workers[k]) == 0;
        for (uint32_t i = 1; i < r.n; i++)
            good &= r.begun[i].n <= r.begun[i - 1].n;
    }
    ok(good, "%s: chunks never grow", spec);
}

static void test_rnd(void)
{
    struct recorder r;
    double sum = 0;
    int good = record(&r, "", "'tasks':9000,'ref_s':1",
                      "rnd:min=3,max=9", 8) == 0;
    for (uint32_t i = 0; i + 1 < r.n; i++) {
        good &= r.begun[i].n >= 3 && r.begun[i].n <= 9;
        sum += r.begun[i].n;
    }
    ok(good, "rnd: within its bounds");
    /* 7 sizes: variance (49 - 1) / 12 */
    is_z(sum / (r.n - 1), sqrt(4.0 / (r.n - 1)), 6, "rnd: mean size");
}

/* Workers that fail take their chunks back to the queue; more workers than
 * units; two units. All must finish. */
static void test_hard(void)
{
    static const char *const works[] = { "'tasks':300,'ref_s':5",
                                         "'tasks':2,'ref_s':5" };
    int good = 1;
    for (int i = 0; i < N_RULES; i++)
        for (int k = 0; k < 2; k++) {
            struct simtest t;
            struct simtest_options o = { .workers = 20, .reps = 20 };
            int status = simtest_run(
                &t, "'unit':{'claim_s':0.1},'loss':{'fail_p':0.3}", works[k],
                rules[i].spec, o);
            for (uint32_t r = 0; status == 0 && r < 20; r++)
                if (!(simtest_value(&t, 0, SBS_METRIC_makespan_s, r) >= 5))
                    status = 1;
            if (status != 0)
                printf("# %s, %s\n", rules[i].spec, works[k]);
            good &= status == 0;
            simtest_fini(&t);
        }
    ok(good, "all finish when three of ten attempts fail");
}

static void test_contradictions(void)
{
    struct simtest t;
    struct simtest_options o = { .workers = 4 };
    ok(simtest_run(&t, "", THOUSAND, "gss+tss", o) != 0 &&
           strstr(t.err.text, "gss and tss both"),
       "two rules contradict each other");
    simtest_fini(&t);
}

int main(void)
{
    for (size_t i = 0; i < sizeof series / sizeof series[0]; i++)
        test_series(&series[i]);
    test_fsc();
    test_tap();
    for (int i = 0; i < N_RULES; i++)
        test_lockstep(i);
    test_never_grows("gss");
    test_never_grows("tss");
    test_never_grows("fac2");
    test_rnd();
    test_hard();
    test_contradictions();
    return tap_done();
}
