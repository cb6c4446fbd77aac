/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's results: closed forms without the barrier, any split, any
 * order, any number of threads and any instruction set bit for bit the same,
 * pieces through JSON, and what is refused. */
#include "config.h"

#include "kernel/barrier.h"

#include <stdlib.h>

#include <cJSON.h>
#include <gsl/gsl_cdf.h>

#include "base/json.h"
#include "base/jsonw.h"
#include "kernel/paths.h"
#include "plain_barrier.h"
#include "tap.h"

static struct sbs_error err;

static struct sbs_barrier_result whole(const struct sbs_barrier_job *job,
                                       const struct sbs_barrier_how *how)
{
    struct sbs_barrier_result r = { 0 };
    struct sbs_barrier_piece *p =
        sbs_barrier_run(job, 0, sbs_barrier_blocks(job), how, &err);
    if (!p || sbs_barrier_result(p, &r, &err))
        ok(0, "run: %s", err.text);
    sbs_barrier_destroy(p);
    return r;
}

/* Equal bits, field by field (a struct may have padding). */
static int same(const struct sbs_barrier_result *a,
                const struct sbs_barrier_result *b)
{
    return a->paths == b->paths && a->mean == b->mean && a->sd == b->sd &&
           a->payoff_call == b->payoff_call &&
           a->stopped_frac == b->stopped_frac && a->q05 == b->q05 &&
           a->tail_mean == b->tail_mean && a->max == b->max;
}

/* Barrier 0: S = 100 exp(m + sigma Z), m = mu - sigma^2/2. */
static void test_closed_forms(void)
{
    static const int scenarios[] = { 1, 25, 50, 400, 1000 };
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
        int s = scenarios[i];
        struct sbs_barrier_job job = { s, 200000, 5, 0 };
        struct sbs_barrier_result r = whole(&job, NULL);
        double n = 200000, mu = .05 + .001 * s, sigma = .2 + .0005 * s;
        double m = mu - sigma * sigma / 2, w = exp(sigma * sigma);
        double mean = 100 * exp(mu), sd = mean * sqrt(w - 1);
        printf("# scenario %d\n", s);
        is_z(r.mean, sd / sqrt(n), mean, "mean is 100 exp(mu)");
        /* kurtosis of a lognormal law */
        double kurtosis = w * w * w * w + 2 * w * w * w + 3 * w * w - 3;
        is_z(r.sd, sd * sqrt((kurtosis - 1) / n) / 2, sd, "sd");
        /* Black and Scholes, not discounted, strike = start */
        double d1 = m / sigma + sigma, p1 = gsl_cdf_ugaussian_P(d1);
        double p2 = gsl_cdf_ugaussian_P(m / sigma);
        double call = mean * p1 - 100 * p2;
        double square = mean * mean * w *
                            gsl_cdf_ugaussian_P(m / sigma + 2 * sigma) -
                        200 * mean * p1 + 1e4 * p2;
        is_z(r.payoff_call, sqrt((square - call * call) / n), call,
             "call payoff");
        double z = gsl_cdf_ugaussian_Pinv(.05), q = 100 * exp(m + sigma * z);
        double density = exp(-z * z / 2) / sqrt(2 * acos(-1)) / (sigma * q);
        is_z(r.q05, sqrt(.05 * .95 / n) / density, q, "5% quantile");
        double below = mean * gsl_cdf_ugaussian_P(z - sigma) / .05;
        double below2 =
            mean * mean * w * gsl_cdf_ugaussian_P(z - 2 * sigma) / .05;
        is_z(r.tail_mean,
             sqrt((below2 - below * below + .95 * pow(q - below, 2)) /
                  (.05 * n)),
             below, "mean below it");
        ok(r.stopped_frac == 0 && r.max > r.q05, "nothing stops");
    }
}

/* The share stopped, continuous formula with the barrier moved by
 * .5826 sigma sqrt(dt) (Broadie, Glasserman, Kou, Math. Finance 7, 1997),
 * which is right to about 1e-4 here. */
static void test_stopped(void)
{
    struct sbs_barrier_job job = { 1, 400000, 8, SBS_BARRIER_LEVEL };
    struct sbs_barrier_result r = whole(&job, NULL);
    double sigma = .2005, nu = .051 - sigma * sigma / 2;
    double b = log(.9) - .5826 * sigma / sqrt(252);
    double want = gsl_cdf_ugaussian_P((b - nu) / sigma) +
                  exp(2 * nu * b / (sigma * sigma)) *
                      gsl_cdf_ugaussian_P((b + nu) / sigma);
    double se = sqrt(want * (1 - want) / 400000);
    ok(fabs(r.stopped_frac - want) < 4 * se + 2e-4,
       "share stopped %.5f, want %.5f +- %.5f", r.stopped_frac, want, se);
    ok(r.q05 < 90 && r.tail_mean < r.q05 && r.max > 200,
       "stopped paths end just below the barrier");
}

/* Through text and back. */
static struct sbs_barrier_piece *reread(const struct sbs_barrier_piece *p)
{
    struct sbs_jsonw w;
    struct sbs_barrier_piece *back = NULL;
    sbs_jsonw_init(&w, NULL);
    sbs_barrier_piece_write(p, &w);
    if (sbs_jsonw_end(&w, &err) == 0) {
        cJSON *json = sbs_json_parse(w.text, w.length, "piece", &err);
        back = json ? sbs_barrier_piece_read(json, "piece:", &err) : NULL;
        cJSON_Delete(json);
    }
    sbs_jsonw_fini(&w);
    return back;
}

static void test_split(void)
{
    /* Seven unequal pieces of 30 blocks, the last block short. */
    static const int64_t cuts[8] = { 0, 1, 3, 4, 11, 20, 29, 30 };
    static const int order[3][7] = { { 0, 1, 2, 3, 4, 5, 6 },
                                     { 6, 5, 4, 3, 2, 1, 0 },
                                     { 3, 6, 0, 5, 1, 4, 2 } };
    struct sbs_barrier_job job = { 12, 30 * 4096 - 1234, 3,
                                   SBS_BARRIER_LEVEL };
    struct sbs_barrier_result want = whole(&job, NULL), got;
    struct sbs_barrier_piece *part[7], *again[7];
    int complete = 1;
    for (int i = 0; i < 7; i++) {
        struct sbs_barrier_how how = { .threads = 1 + i % 2 };
        part[i] = sbs_barrier_run(&job, cuts[i], cuts[i + 1], &how, &err);
        again[i] = part[i] ? reread(part[i]) : NULL;
        complete &= part[i] && again[i];
    }
    if (!ok(complete, "seven pieces run, write and read"))
        return;
    for (int o = 0; o < 3; o++) {
        struct sbs_barrier_piece *mixed[7];
        for (int i = 0; i < 7; i++)
            mixed[i] = (o + i) % 2 ? part[order[o][i]] : again[order[o][i]];
        struct sbs_barrier_piece *all = sbs_barrier_merge(mixed, 7, &err);
        ok(all && !sbs_barrier_result(all, &got, &err) && same(&want, &got),
           "seven merged in order %d: the bits of one run", o);
        sbs_barrier_destroy(all);
    }
    struct sbs_barrier_piece *two[2];
    two[0] = sbs_barrier_merge(part + 4, 3, &err);
    two[1] = sbs_barrier_merge(part, 4, &err);
    struct sbs_barrier_piece *all =
        two[0] && two[1] ? sbs_barrier_merge(two, 2, &err) : NULL;
    ok(all && !sbs_barrier_result(all, &got, &err) && same(&want, &got),
       "merged pieces merge");
    ok(all && sbs_barrier_piece_first(all) == 0 &&
           sbs_barrier_piece_end(all) == 30 &&
           sbs_barrier_piece_job(all)->scenario == 12,
       "and know what they are");
    struct sbs_barrier_piece *gap[2] = { part[0], part[2] };
    ok(!sbs_barrier_merge(gap, 2, &err), "a gap is refused");
    is_str(err.text, "merge: blocks 1:3 are missing", "and named");
    struct sbs_barrier_piece *twice[2] = { two[1], part[3] };
    ok(!sbs_barrier_merge(twice, 2, &err), "an overlap is refused");
    is_str(err.text, "merge: blocks 4:11 are in more than one piece",
           "and named");
    ok(sbs_barrier_result(two[1], &got, &err) == -1, "a part has no result");
    is_str(err.text,
           "merge: blocks 0:11 of 0:30 are there, the others are missing",
           "and says what is missing");
    job.seed = 4;
    struct sbs_barrier_piece *other = sbs_barrier_run(&job, 1, 3, NULL, &err);
    struct sbs_barrier_piece *alien[2] = { part[0], other };
    ok(!sbs_barrier_merge(alien, 2, &err), "another job's piece is refused");
    sbs_barrier_destroy(other);
    sbs_barrier_destroy(all);
    sbs_barrier_destroy(two[0]);
    sbs_barrier_destroy(two[1]);
    for (int i = 0; i < 7; i++) {
        sbs_barrier_destroy(part[i]);
        sbs_barrier_destroy(again[i]);
    }
}

/* One block a piece: the shares that each keeps must still suffice. */
static void test_single_blocks(void)
{
    enum { BLOCKS = 24 };
    struct sbs_barrier_job job = { 3, BLOCKS * 4096, 1, SBS_BARRIER_LEVEL };
    struct sbs_barrier_piece *part[BLOCKS];
    struct sbs_barrier_result want = whole(&job, NULL), got;
    int n = 0;
    while (n < BLOCKS &&
           (part[n] = sbs_barrier_run(&job, n, n + 1, NULL, &err)) != NULL)
        n++;
    struct sbs_barrier_piece *all =
        n == BLOCKS ? sbs_barrier_merge(part, n, &err) : NULL;
    ok(all && !sbs_barrier_result(all, &got, &err) && same(&want, &got),
       "24 pieces of one block merge to the same bits");
    sbs_barrier_destroy(all);
    while (n > 0)
        sbs_barrier_destroy(part[--n]);
}

static void test_how(void)
{
    struct sbs_barrier_job job = { 7, 100001, 9, SBS_BARRIER_LEVEL };
    struct sbs_barrier_how how = { .threads = 1, .isa = SBS_ISA_SCALAR };
    struct sbs_barrier_result want = whole(&job, &how);
    static const enum sbs_isa sets[] = { SBS_ISA_SSE2, SBS_ISA_AVX2,
                                         SBS_ISA_AVX512 };
    for (int i = 0; i < 3; i++) {
        how.isa = sets[i];
        if (!sbs_cpu_has(sets[i])) {
            skip(sbs_cpu_isa_name(sets[i]));
            ok(!sbs_barrier_run(&job, 0, 1, &how, &err) &&
                   err.code == SBS_EINPUT,
               "and is refused");
            continue;
        }
        struct sbs_barrier_result got = whole(&job, &how);
        ok(same(&want, &got), "%s gives the bits of plain C",
           sbs_cpu_isa_name(sets[i]));
    }
    how.isa = SBS_ISA_BEST;
    for (how.threads = 1; how.threads <= 3; how.threads++) {
        struct sbs_barrier_result got = whole(&job, &how);
        ok(same(&want, &got), "%d threads give the same bits", how.threads);
    }
}

/* Type 7 and the tail's mean against all values of a one-block job. */
static void test_small(void)
{
    static const int64_t sizes[] = { 1, 2, 20, 21, 22, 41, 4096, 4097 };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct sbs_barrier_job job = { 2, sizes[i], 4, SBS_BARRIER_LEVEL };
        struct sbs_barrier_result r = whole(&job, NULL);
        ok(r.paths == sizes[i] && r.q05 >= r.tail_mean && r.tail_mean > 0 &&
               r.mean >= r.tail_mean && r.max >= 100 &&
               (sizes[i] > 1 ? r.sd > 0 : isnan(r.sd)),
           "%lld paths", (long long)sizes[i]);
    }
    struct sbs_barrier_job one = { 2, 1, 4, 0 }, two = { 2, 2, 4, 0 };
    struct sbs_barrier_result a = whole(&one, NULL), b = whole(&two, NULL);
    double second = 2 * b.mean - a.mean;
    double low = fmin(a.mean, second), high = fmax(a.mean, second);
    ok(a.q05 == a.mean && a.tail_mean == a.mean, "one path is its quantile");
    is_near(b.q05, low + .05 * (high - low), 1e-14, "two paths: type 7");
    is_near(b.tail_mean, low, 1e-14, "the mean below is the lower");
    is_near(b.sd, (high - low) / sqrt(2), 1e-12, "sd with n - 1");
}

/* Every figure from all values of a job, by its definition. */
static void test_definitions(void)
{
    enum { PATHS = 10000 };
    static double v[PATHS];
    struct sbs_barrier_job job = { 30, PATHS, 77, SBS_BARRIER_LEVEL };
    struct sbs_barrier_result r = whole(&job, NULL);
    double mu = .05 + .001 * 30, sigma = .2 + .0005 * 30;
    double day_sd = sigma * sqrt(1.0 / 252);
    struct sbs_paths p = { { 77, 0 },
                           30,
                           (mu - sigma * sigma / 2) / 252 / day_sd,
                           log(.9) / day_sd };
    double top = sbs_paths_scalar(&p, 0, PATHS, v);
    double sum = 0, payoff = 0, square = 0, below = 0;
    int stopped = 0, low = 0;
    for (int i = 0; i < PATHS; i++) {
        v[i] = 100 * exp(day_sd * v[i]);
        stopped += v[i] < 90;
        sum += v[i];
        payoff += fmax(v[i] - 100, 0);
    }
    qsort(v, PATHS, sizeof *v, plain_compare);
    double q = plain_quantile(v, PATHS, .05);
    for (int i = 0; i < PATHS; i++) {
        square += pow(v[i] - sum / PATHS, 2);
        below += v[i] <= q ? v[i] : 0;
        low += v[i] <= q;
    }
    is_near(r.mean, sum / PATHS, 1e-12, "mean of all values");
    is_near(r.sd, sqrt(square / (PATHS - 1)), 1e-12, "their sd");
    is_near(r.payoff_call, payoff / PATHS, 1e-12, "mean call payoff");
    is_near(r.stopped_frac, (double)stopped / PATHS, 0, "share below 90");
    is_near(r.q05, q, 1e-12, "5% quantile, type 7");
    is_near(r.tail_mean, below / low, 1e-12, "mean of those at or below it");
    is_near(r.max, 100 * exp(day_sd * top), 1e-12, "highest close");
}

static void refuse(struct sbs_barrier_job job, int64_t first, int64_t end,
                   const char *text)
{
    err.text[0] = 0;
    struct sbs_barrier_piece *p =
        sbs_barrier_run(&job, first, end, NULL, &err);
    ok(!p && err.code == SBS_EINPUT, "refused: %s", text);
    is_str(err.text, text, "message");
    sbs_barrier_destroy(p);
}

static void test_refused(void)
{
    struct sbs_barrier_job good = { 1, 5000, 1, 90 }, j;
    j = good, j.scenario = 0;
    refuse(j, 0, 2, "kernel: scenario: must be in [1, 1000] (got 0)");
    j = good, j.scenario = 1001;
    refuse(j, 0, 2, "kernel: scenario: must be in [1, 1000] (got 1001)");
    j = good, j.paths = 0;
    refuse(j, 0, 1, "kernel: paths: must be in [1, 1e9] (got 0)");
    j = good, j.seed = -1;
    refuse(j, 0, 2, "kernel: seed: must be in [0, 2^53-1] (got -1)");
    j = good, j.barrier = NAN;
    refuse(j, 0, 2, "kernel: barrier: must be in [0, 100] (got nan)");
    j = good, j.barrier = 100.5;
    refuse(j, 0, 2, "kernel: barrier: must be in [0, 100] (got 100.5)");
    refuse(good, 0, 3, "kernel: blocks: must be A:B with 0 <= A < B <= 2 "
                       "(got 0:3)");
    refuse(good, 1, 1, "kernel: blocks: must be A:B with 0 <= A < B <= 2 "
                       "(got 1:1)");
    sbs_barrier_destroy(NULL);
}

/* A piece's text with one thing changed. */
static void refuse_text(const char *text, const char *want)
{
    err.text[0] = 0;
    cJSON *json = sbs_json_parse(text, strlen(text), "p", &err);
    struct sbs_barrier_piece *p =
        json ? sbs_barrier_piece_read(json, "p:", &err) : NULL;
    ok(!p, "refused: %s", want);
    is_str(err.text, want, "message");
    sbs_barrier_destroy(p);
    cJSON_Delete(json);
}

#define HEAD(first, end)                                                     \
    "{\"schema\": \"sbsim-kernel-piece\", \"schema_version\": 1, "           \
    "\"scenario\": 1, \"paths\": 5000, \"seed\": 1, \"barrier\": 90, "       \
    "\"first_block\": " first ", \"end_block\": " end ", \"stopped\": 1, "   \
    "\"max\": 120, "

static void test_refused_text(void)
{
    refuse_text("[]", "p: must be an object");
    refuse_text(HEAD("0", "1") "\"sums\": [[1, 2, 3]]}",
                "p: low: is missing");
    refuse_text(HEAD("1", "1") "\"sums\": [], \"low\": []}",
                "p: end_block: must be a whole number (1, allowed [2, 2])");
    refuse_text(HEAD("0", "3") "\"sums\": [], \"low\": []}",
                "p: end_block: must be a whole number (3, allowed [1, 2])");
    refuse_text(HEAD("0", "2") "\"sums\": [[1, 2, 3]], \"low\": [1]}",
                "p: sums: must have one entry a block (got 1, blocks 2)");
    refuse_text(HEAD("0", "1") "\"sums\": [[1, -2, 3]], \"low\": [1], "
                               "\"low_complete_below\": 90}",
                "p: sums: must hold three numbers in [0, inf) a block");
    refuse_text(HEAD("0", "1") "\"sums\": [[1, 2]], \"low\": [1], "
                               "\"low_complete_below\": 90}",
                "p: sums: must hold three numbers in [0, inf) a block");
    refuse_text(HEAD("0", "1") "\"sums\": [[1, 2, 3]], \"low\": [1]}",
                "p: low: length does not fit (got 1, paths in the piece "
                "4096)");
    refuse_text(HEAD("0", "1") "\"sums\": [[1, 2, 3]], \"low\": [2, 1], "
                               "\"low_complete_below\": 90}",
                "p: low: must be ascending numbers in (0, "
                "low_complete_below]");
    refuse_text(HEAD("0", "1") "\"sums\": [[1, 2, 3]], \"low\": [1, 91], "
                               "\"low_complete_below\": 90}",
                "p: low: must be ascending numbers in (0, "
                "low_complete_below]");
    refuse_text(HEAD("0", "1") "\"sums\": [[1, 2, 3]], \"low\": [1], "
                               "\"extra\": 1}",
                "p: extra: unknown key");
}

/* Merging notices when what was kept is not enough. */
static void test_too_few(void)
{
    const char *text = HEAD("0", "2")
        "\"sums\": [[1, 2, 3], [1, 2, 3]], \"low\": [80, 81], "
        "\"low_complete_below\": 81}";
    cJSON *json = sbs_json_parse(text, strlen(text), "p", &err);
    struct sbs_barrier_piece *p =
        json ? sbs_barrier_piece_read(json, "p:", &err) : NULL;
    struct sbs_barrier_result r;
    ok(p && sbs_barrier_result(p, &r, &err) == -1,
       "too few small values: no result");
    is_str(err.text, "merge: the pieces kept 2 of the 251 smallest values; "
                     "run them as fewer, larger pieces", "and why");
    sbs_barrier_destroy(p);
    cJSON_Delete(json);
}

int main(void)
{
    test_closed_forms();
    test_stopped();
    test_split();
    test_single_blocks();
    test_how();
    test_small();
    test_definitions();
    test_refused();
    test_refused_text();
    test_too_few();
    return tap_done();
}
