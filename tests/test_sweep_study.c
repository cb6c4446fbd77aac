/* SPDX-License-Identifier: Apache-2.0 */
/* Studies: their points, how they are cut, and a sweep on several threads
 * into the same bytes. */
#include "config.h"

#include <unistd.h>

#include "base/file.h"
#include "stats/design.h"
#include "sweep/sweep.h"
#include "tests/simtest.h"
#include "tests/tap.h"

#define MODEL "'speed':{'log_sd':0.2},'startup':{'boot_s':{'dist':" \
              "'exponential','mean':9}}"
#define WORK "'tasks':12,'ref_s':{'dist':'gamma','shape':9,'scale':10}," \
             "'divisible':true"

static int parse(struct sbs_study *s, const char *body, struct sbs_error *err)
{
    cJSON *json = simtest_json("sbsim-study", body, err);
    return json ? sbs_study_parse(s, json, "s.json", err) : -1;
}

/* ---- designs ----------------------------------------------------------- */

static void test_latin(void)
{
    enum { N = 97, D = 5 };
    struct sbs_error err;
    double *u = sbs_design_latin(N, D, 7, &err);
    double *again = sbs_design_latin(N, D, 7, &err);
    double *other = sbs_design_latin(N, D, 8, &err);
    int good = u != NULL, seen[D][N] = { { 0 } };
    for (int i = 0; good && i < N; i++)
        for (int k = 0; k < D; k++) {
            good &= u[i * D + k] > 0 && u[i * D + k] < 1;
            seen[k][(int)(u[i * D + k] * N)]++;
        }
    for (int k = 0; k < D; k++)
        for (int i = 0; i < N; i++)
            good &= seen[k][i] == 1;
    ok(good, "latin hypercube: each stratum of each axis once");
    ok(memcmp(u, again, N * D * sizeof *u) == 0 &&
           memcmp(u, other, N * D * sizeof *u) != 0,
       "the seed decides");
    /* Axes that fill alike would lie on a diagonal: the correlation of two
     * random orders has mean 0 and variance 1 / (N - 1). */
    double worst = 0;
    for (int a = 0; a < D; a++)
        for (int b = 0; b < a; b++) {
            double sum = 0;
            for (int i = 0; i < N; i++)
                sum += (u[i * D + a] - 0.5) * (u[i * D + b] - 0.5);
            worst = fmax(worst, fabs(12 * sum / N));
        }
    ok(worst < 4 / sqrt(N - 1), "axes are independent (largest correlation "
       "%.2f)", worst);
    free(u);
    free(again);
    free(other);
}

static void test_sobol(void)
{
    /* Points 1 to 4 in two dimensions, as in the literature. */
    static const double want[] = { 0.5, 0.5, 0.75, 0.25, 0.25, 0.75, 0.375,
                                   0.375 };
    struct sbs_error err;
    double *u = sbs_design_sobol(4, 2, &err);
    ok(u && memcmp(u, want, sizeof want) == 0, "the first points of Sobol's "
       "sequence");
    free(u);
}

/* ---- points ------------------------------------------------------------ */

static double number(const struct sbs_study *s, uint32_t key, uint64_t point)
{
    return sbs_study_at(s, key, point).number;
}

static void test_points(void)
{
    struct sbs_study s;
    struct sbs_error err = { 0 };
    int good = parse(&s, "'model':'m','policies':['static','split:units={u}'],"
                     "'axes':[{'key':'workers','from':1,'to':1000,'points':4,"
                     "'scale':'log'},{'key':['u','vcpu'],'values':[[2,1],"
                     "[3,4]]},{'key':'startup.boot_s','from':0,'to':3,"
                     "'points':3}]", &err) == 0;
    ok(good && s.n_points == 48, "4 x 2 x 3 x 2 points%s", err.text);
    char *spec = sbs_study_spec(&s, 47, &err);
    struct sbs_study_run run = sbs_study_run(&s, 47);
    ok(spec && strcmp(spec, "split:units=3") == 0 && run.workers == 1000 &&
           run.vcpu == 4 && number(&s, 3, 47) == 3,
       "the last point has the last value of each");
    free(spec);
    ok(number(&s, 0, 0) == 1 && number(&s, 0, 12) == 10 &&
           number(&s, 0, 24) == 100 && number(&s, 0, 36) == 1000 &&
           number(&s, 3, 2) == 1.5 && number(&s, 1, 6) == 3 &&
           sbs_study_policy(&s, 1) == 1,
       "first axis slowest, policies fastest, ranges as stated");
    sbs_study_fini(&s);
    good = parse(&s, "'model':'m','policies':['static'],'axes':[{'key':"
                 "'workers','from':3,'to':7},{'key':'scenario','values':"
                 "['plain','drift']}],'design':{'sobol':1000}", &err) == 0;
    int count[8] = { 0 }, drift = 0;
    for (uint64_t p = 0; good && p < 1000; p++) {
        struct sbs_study_run r = sbs_study_run(&s, p);
        good = r.workers >= 3 && r.workers <= 7;
        count[good ? r.workers : 0]++;
        drift += r.scenario != NULL;
    }
    for (int w = 3; w <= 7; w++)
        good &= count[w] > 190 && count[w] < 210;
    ok(good && drift > 490 && drift < 510, "a design gives each whole number "
       "and each word its share");
    sbs_study_fini(&s);
}

/* ---- blocks ------------------------------------------------------------ */

static void test_blocks(void)
{
    struct sbs_study s;
    struct sbs_error err = { 0 };
    struct sbs_study_work work = { .name = "w", .tasks = 100 };
    struct sbs_study_inputs in = { .works = &work, .n_works = 1 };
    struct sbs_blocks b = { 0 };
    const unsigned char refused[] = { 2 };
    int good = parse(&s, "'model':'m','workload':'w','policies':['static'],"
                     "'axes':[{'key':'reps','values':[10,20,700,1001,5000]}]",
                     &err) == 0 &&
               sbs_blocks_make(&b, &s, &in, refused, &err) == 0;
    uint64_t point = UINT64_MAX;
    uint32_t next = 0;
    for (uint64_t i = 0; good && i < b.n; i++) {
        struct sbs_block k = sbs_blocks_at(&b, i);
        if (k.point != point) {
            good &= point == UINT64_MAX ||
                    next == (uint32_t)sbs_study_run(&s, point).reps;
            next = 0;
        }
        good &= k.lo == next && k.hi > k.lo && k.point != 1 &&
                (k.hi - k.lo) * 100.0 <= SBS_BLOCKS_WORK_MIN;
        point = k.point;
        next = k.hi;
    }
    ok(good && point == 4 && next == 5000 && b.n == 1 + 2 + 2 + 8,
       "blocks follow one another and none is too large (%llu)",
       (unsigned long long)b.n);
    sbs_blocks_fini(&b);
    sbs_study_fini(&s);
}

/* ---- a sweep ----------------------------------------------------------- */

struct place {
    char dir[64], file[80];
};

static int sweep(const struct sbs_study *s, const struct sbs_study_inputs *in,
                 const char *file, int threads, struct sbs_error *err)
{
    cJSON *head = cJSON_CreateObject();
    cJSON_AddStringToObject(head, "program", "test");
    struct sbs_sweep x = { .study = s,
                           .inputs = in,
                           .from = { head, "{}", "{}", "{}" },
                           .out = file,
                           .parts = 1,
                           .threads = threads };
    int status = sbs_sweep_check(&x, err);
    if (status == 0)
        status = sbs_sweep_run(&x, err);
    sbs_sweep_fini(&x);
    cJSON_Delete(head);
    return status;
}

static void test_threads(void)
{
    struct sbs_study s;
    struct sbs_error err = { 0 };
    struct place at;
    cJSON *model = simtest_json("sbsim-model", MODEL, &err);
    cJSON *json = simtest_json("sbsim-workload", WORK, &err);
    struct sbs_study_work work = { "w", json, 12 };
    struct sbs_study_inputs in = { model, "m", &work, 1 };
    snprintf(at.dir, sizeof at.dir, "/tmp/sbsim-sweep.XXXXXX");
    int good = mkdtemp(at.dir) &&
               parse(&s, "'model':'m','workload':'w','reps':60,'keep':'bills',"
                     "'block_reps':40,'policies':['static','split:units=4'],"
                     "'axes':[{'key':'workers','values':[3,12]},{'key':"
                     "'reps','values':[30,90]}]", &err) != 0;
    ok(good && strstr(err.text, "is an axis and has a value"),
       "an axis and a value: %s", err.text);
    err = (struct sbs_error){ 0 };
    good = parse(&s, "'model':'m','workload':'w','keep':'bills',"
                 "'block_reps':40,'policies':['static','split:units=4'],"
                 "'axes':[{'key':'workers','values':[3,12]},{'key':"
                 "'reps','values':[30,90]}]", &err) == 0;
    char *first = NULL;
    size_t length = 0, n;
    for (int threads = 1; good && threads <= 4; threads++) {
        snprintf(at.file, sizeof at.file, "%s/%d", at.dir, threads);
        good = sweep(&s, &in, at.file, threads, &err) == 0;
        char *bytes = good ? sbs_file_read(at.file, 1 << 24, &n, &err) : NULL;
        if (!first) {
            first = bytes;
            length = n;
            continue;
        }
        good = bytes && n == length && memcmp(bytes, first, n) == 0;
        free(bytes);
    }
    ok(good && first, "1 to 4 threads give the same file%s", err.text);
    free(first);
    for (int threads = 1; threads <= 4; threads++) {
        snprintf(at.file, sizeof at.file, "%s/%d", at.dir, threads);
        unlink(at.file);
    }
    rmdir(at.dir);
    sbs_study_fini(&s);
    cJSON_Delete(model);
    cJSON_Delete(json);
}

int main(void)
{
    test_latin();
    test_sobol();
    test_points();
    test_blocks();
    test_threads();
    return tap_done();
}
