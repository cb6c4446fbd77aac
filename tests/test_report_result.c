/* SPDX-License-Identifier: Apache-2.0 */
/* The three writers against golden files, and the verdict's cases. With
 * SBS_UPDATE_GOLDEN set the golden files are written instead. */
#include "config.h"

#include "report/result.h"

#include <stdlib.h>

#include <cJSON.h>

#include "base/json.h"
#include "report/result_csv.h"
#include "report/result_json.h"
#include "report/result_table.h"
#include "report/verdict.h"
#include "tests/tap.h"

enum { REPS = 200, POLICIES = 4 };

/* Figures of a made-up run: values[policy][metric][replication]. */
static double values[POLICIES][SBS_N_METRICS][REPS];
static struct sbs_result_policy policies[POLICIES];
static const struct sbs_result_param split_params[] = {
    {"units", NULL, 20}, {"mode", "workers", 0}};

static void make_policy(int k, const char *spec, double mean_s, double sd_s,
                        double bill_usd)
{
    for (int i = 0; i < REPS; i++) {
        /* A spread that repeats from policy to policy, and one that does
         * not. */
        double common = (i * 37 % REPS) / (REPS - 1.0) - 0.5;
        double own = ((i + k) * 73 % REPS) / (REPS - 1.0) - 0.5;
        double t = mean_s + sd_s * (3 * common + own);
        for (int m = 0; m < SBS_N_METRICS; m++)
            values[k][m][i] = m + common;
        values[k][SBS_METRIC_makespan_s][i] = t;
        values[k][SBS_METRIC_first_s][i] = t / 2;
        values[k][SBS_METRIC_cost_usd][i] = bill_usd + 0.05 * common;
        values[k][SBS_METRIC_speedup][i] = 4050 / t;
        values[k][SBS_METRIC_regret][i] = t / (mean_s / 1.7);
    }
    policies[k] = (struct sbs_result_policy){.spec = spec, .reps = REPS};
    for (int m = 0; m < SBS_N_METRICS; m++)
        policies[k].values[m] = values[k][m];
}

static struct sbs_result make_result(void)
{
    static const struct sbs_result_file files[] = {{"fargate.h5",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}};
    static const char *const warnings[] = {
        "quick fit: the trace holds no fitted model"};
    make_policy(0, "static", 2700, 300, 4.52);
    make_policy(1, "speculative", 2690, 310, 4.53);
    make_policy(2, "warm-pool:size=50,keep_s=600+split:units=20+endgame", 1500,
                90, 4.99);
    make_policy(3, "split:units=20,mode=workers", 1800, 120, 4.7);
    policies[3].params = split_params;
    policies[3].n_params = 2;
    /* One metric that is never defined, three replications that fail. */
    for (int i = 0; i < REPS; i++)
        values[0][SBS_METRIC_regret_cap][i] = NAN;
    for (int i = 0; i < 3; i++)
        values[3][SBS_METRIC_makespan_s][i * 50] = NAN;
    return (struct sbs_result){
        .title = "ultra: 50 tasks on 50 workers of 2 vCPU, 200 replications",
        .seed = 1, .reps = REPS, .policies = policies,
        .n_policies = POLICIES, .files = files, .n_files = 1,
        .basis = "12 runs, 9 workers, measured 2025-01 to 2026-02.",
        .weakest = "the mixture of processors is stated, not measured.",
        .warnings = warnings, .n_warnings = 1, .wall_s = NAN};
}

static char *slurp(FILE *file)
{
    static char text[1 << 16];
    rewind(file);
    size_t n = fread(text, 1, sizeof text - 1, file);
    text[n] = '\0';
    fclose(file);
    return text;
}

typedef int (*writer_f)(const struct sbs_result *, FILE *, struct sbs_error *);

static void golden(const struct sbs_result *r, writer_f write,
                   const char *name)
{
    char path[1024];
    static char want[1 << 16];
    struct sbs_error err = {0};
    FILE *out = tmpfile();
    ok(write(r, out, &err) == 0, "%s is written %s", name, err.text);
    const char *got = slurp(out), *dir = getenv("SBS_SRCDIR");
    snprintf(path, sizeof path, "%s/tests/golden/%s", dir ? dir : ".", name);
    FILE *file = fopen(path, getenv("SBS_UPDATE_GOLDEN") ? "w" : "r");
    if (!file) {
        ok(0, "%s cannot be opened", path);
        return;
    }
    if (getenv("SBS_UPDATE_GOLDEN"))
        fputs(got, file);
    else
        want[fread(want, 1, sizeof want - 1, file)] = '\0';
    fclose(file);
    if (!getenv("SBS_UPDATE_GOLDEN"))
        is_str(got, want, "  as its golden file");
}

static void narrow(const struct sbs_result *r)
{
    FILE *out = tmpfile();
    sbs_result_table_write(r, out, NULL);
    size_t widest = 0;
    char line[1024];
    rewind(out);
    while (fgets(line, sizeof line, out)) {
        size_t width = 0;
        for (const char *p = line; *p && *p != '\n'; p++)
            width += ((unsigned char)*p & 0xc0) != 0x80;
        widest = width > widest ? width : widest;
    }
    fclose(out);
    ok(widest <= 100, "the table is %zu columns wide", widest);
}

static void verdict_has(const struct sbs_result *r, const char *part)
{
    char text[2048];
    sbs_verdict(r, text, sizeof text);
    if (!ok(strstr(text, part) != NULL, "verdict: ... %s ...", part))
        printf("#   %s\n", text);
}

static void verdicts(void)
{
    struct sbs_result r = make_result();
    r.n_policies = 2;
    sbs_result_make(&r, NULL);
    verdict_has(&r, "speculative has the lowest mean, ");
    verdict_has(&r, "but cannot be told apart from static");
    r = make_result();
    make_policy(1, "worse", 2800, 300, 4.53);
    r.n_policies = 2;
    sbs_result_make(&r, NULL);
    verdict_has(&r, "no policy beats static, which takes 45.");
    make_policy(1, "twin", 2700, 300, 4.52);
    sbs_result_make(&r, NULL);
    verdict_has(&r, "; twin cannot be told apart from it.");
    /* The faster one fails now and then: it is not the best. */
    make_policy(1, "reckless", 1000, 10, 4.52);
    values[1][SBS_METRIC_makespan_s][7] = NAN;
    sbs_result_make(&r, NULL);
    verdict_has(&r, "no policy beats static");
    ok(policies[1].unfinished == 1 && r.best == 0, "  one did not finish");
    r.n_policies = 1;
    r.policies = &policies[1];
    sbs_result_make(&r, NULL);
    verdict_has(&r, "; but 1 of its 200 replications did not finish.");
    for (int i = 0; i < REPS; i++)
        values[1][SBS_METRIC_makespan_s][i] = NAN;
    sbs_result_make(&r, NULL);
    verdict_has(&r, "no replication finished");
    make_policy(0, "a", 10, 1, 0.5);
    make_policy(1, "b", 9, 1, 0.5);
    policies[0].reps = policies[1].reps = 1;
    r.policies = policies;
    r.n_policies = 2;
    sbs_result_make(&r, NULL);
    verdict_has(&r, "cannot be told apart from a: the difference is -0.6 s");
    verdict_has(&r, "(no interval)");
}

static void json_reads_back(const struct sbs_result *r)
{
    FILE *out = tmpfile();
    sbs_result_json_write(r, out, NULL);
    const char *text = slurp(out);
    struct sbs_error err = {0};
    cJSON *json = sbs_json_parse(text, strlen(text), "result", &err);
    ok(sbs_json_schema(json, "result:", "sbsim-result", 1, &err) == 0,
       "JSON reads back %s", err.text);
    const cJSON *list = sbs_json_get(json, "policies");
    ok(cJSON_GetArraySize(list) == POLICIES, "  with every policy");
    const cJSON *first = cJSON_GetArrayItem(list, 0);
    ok(cJSON_GetArraySize(first) == 4 + SBS_N_METRICS, "  and every metric");
    ok(cJSON_GetArraySize(sbs_json_get(json, "paired")) == 2 * (POLICIES - 1),
       "  and every pair");
    is_near(sbs_json_get(sbs_json_get(first, "makespan_s"), "mean")
                ->valuedouble,
            r->policies[0].summary[SBS_METRIC_makespan_s].mean, 0,
            "  to the last bit");
    cJSON_Delete(json);
}

static void full_disk(const struct sbs_result *r)
{
    static const writer_f writers[] = {
        sbs_result_table_write, sbs_result_json_write, sbs_result_csv_write};
    for (size_t i = 0; i < 3; i++) {
        struct sbs_error err = {0};
        FILE *full = fopen("/dev/full", "w");
        if (!full) {
            skip("no /dev/full here");
            continue;
        }
        ok(writers[i](r, full, &err) == -1 && err.code == SBS_EIO,
           "full disk: %s", err.text);
        fclose(full);
    }
}

int main(void)
{
    struct sbs_result r = make_result();
    ok(sbs_result_make(&r, NULL) == 0, "made");
    ok(r.best == 2 && policies[3].unfinished == 3, "best and unfinished");
    ok(policies[3].summary[SBS_METRIC_cost_usd].n == REPS - 3,
       "an unfinished replication counts in no metric");
    golden(&r, sbs_result_table_write, "result.txt");
    golden(&r, sbs_result_json_write, "result.json");
    golden(&r, sbs_result_csv_write, "result.csv");
    narrow(&r);
    json_reads_back(&r);
    full_disk(&r);
    struct sbs_result single = r;
    single.n_policies = 1;
    single.n_warnings = 0;
    sbs_result_make(&single, NULL);
    golden(&single, sbs_result_table_write, "single.txt");
    verdicts();
    return tap_done();
}
