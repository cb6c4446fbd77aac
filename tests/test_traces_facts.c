/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of facts: every row says where it is from, computed figures are
 * what a second computation gives, and the document names what there is.
 * Where the raw data lie (SBS_SHARED_TRACES, or ../shared/traces beside the
 * sources) the facts are compared with them. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "tests/tap.h"
#include "traces/cell.h"
#include "traces/csv.h"
#include "traces/stamp.h"
#include "traces/table.h"

static const char *source_folder(void)
{
    const char *folder = getenv("SBS_SRCDIR");
    return folder ? folder : ".";
}

static int open_csv(struct sbs_csv *csv, const char *folder, const char *name)
{
    char path[4096];
    struct sbs_error err;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (sbs_csv_read(csv, path, &err) == 0)
        return 0;
    printf("# %s\n", err.text);
    return -1;
}

static int open_facts(struct sbs_csv *csv, const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "traces/facts/%s", name);
    return open_csv(csv, source_folder(), path);
}

static const char *cell(const struct sbs_csv *csv, size_t row,
                        const char *name)
{
    for (size_t i = 0; i < csv->n_columns; i++)
        if (strcmp(sbs_csv_cell(csv, 0, i), name) == 0)
            return sbs_csv_cell(csv, row, i);
    return "";
}

static double number(const struct sbs_csv *csv, size_t row, const char *name)
{
    double value = NAN;
    return sbs_cell_number(cell(csv, row, name), &value) ? NAN : value;
}

/* Every figure has a value or a range, and says how and where it was
 * obtained. */
static void test_sources(void)
{
    static const char *const names[] = {
        "client.csv", "ec2.csv", "ecs_tasks.csv", "limits.csv",
        "machine_noise.csv", "prices.csv", "processors.csv",
        "processors_seen.csv", "pull.csv", "runs.csv" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct sbs_csv csv;
        size_t bad = 0;
        if (open_facts(&csv, names[i]))
            continue;
        for (size_t row = 1; row < csv.n_rows; row++) {
            bool figure = cell(&csv, row, "figure")[0] != '\0';
            bool value = !figure || cell(&csv, row, "value")[0] ||
                         cell(&csv, row, "low")[0] ||
                         cell(&csv, row, "high")[0];
            if (!value || !cell(&csv, row, "source")[0] ||
                !cell(&csv, row, "kind")[0])
                bad++;
        }
        ok(bad == 0 && csv.n_rows > 5, "%s: %zu rows with value, kind and "
           "source", names[i], csv.n_rows - 1);
        sbs_csv_fini(&csv);
    }
}

enum { GRID = 1500 };

/* Mean number of daily steps of a path until its first close below the
 * barrier, or 252: the density of the logarithm carried from day to day on a
 * grid of mid-points (the rectangle rule, whose error falls with the square
 * of the cell). The path is counted in the step that stops it. */
static double mean_steps(double drift, double volatility, double *stopped)
{
    static double density[GRID], next[GRID], kernel[2 * GRID + 1];
    double dt = 1 / 252.0, sd = volatility * sqrt(dt);
    double mean = (drift - volatility * volatility / 2) * dt;
    double low = log(0.9), cell_width = (6 * volatility - low) / GRID;
    double root = 1 / (sd * sqrt(2 * acos(-1)));
    int reach = (int)(9 * sd / cell_width) + 1;
    for (int k = -reach; k <= reach; k++) {
        double z = (k * cell_width - mean) / sd;
        kernel[k + reach] = root * exp(-z * z / 2) * cell_width;
    }
    for (int i = 0; i < GRID; i++) {
        double z = (low + (i + 0.5) * cell_width - mean) / sd;
        density[i] = root * exp(-z * z / 2);
    }
    double steps = 1, alive = 1;
    for (int day = 1; day <= 252; day++) {
        alive = 0;
        for (int i = 0; i < GRID; i++)
            alive += density[i] * cell_width;
        if (day < 252)
            steps += alive;
        for (int i = 0; i < GRID; i++) {
            int from = i < reach ? 0 : i - reach;
            int to = i + reach < GRID ? i + reach : GRID - 1;
            next[i] = 0;
            for (int j = from; j <= to; j++)
                next[i] += density[j] * kernel[i - j + reach];
        }
        memcpy(density, next, sizeof density);
    }
    *stopped = 1 - alive;
    return steps;
}

/* The grid here is coarser than the one of the table (and not extrapolated):
 * 2e-5 relative for steps, 1e-4 for the share stopped. */
static void test_work(void)
{
    static const int scenarios[] = { 1, 50, 100 };
    struct sbs_csv csv;
    if (open_facts(&csv, "scenario_work.csv"))
        return;
    double first = number(&csv, 1, "steps_per_path");
    int good = csv.n_rows == 101;
    for (size_t row = 1; row < csv.n_rows; row++)
        good = good && fabs(number(&csv, row, "relative_work") -
                            number(&csv, row, "steps_per_path") / first) <
                       2e-6;
    ok(good, "relative work is steps over those of scenario 1");
    for (size_t i = 0; i < 3; i++) {
        size_t s = (size_t)scenarios[i];
        double stopped, drift = number(&csv, s, "drift");
        double volatility = number(&csv, s, "volatility");
        double steps = mean_steps(drift, volatility, &stopped);
        char name[80];
        is_near(drift, 0.05 + 0.001 * (double)s, 1e-12, "drift");
        is_near(volatility, 0.2 + 0.0005 * (double)s, 1e-12, "volatility");
        snprintf(name, sizeof name, "steps of scenario %zu", s);
        is_near(number(&csv, s, "steps_per_path"), steps, 5e-5, name);
        is_near(number(&csv, s, "stopped_frac"), stopped, 2e-4,
                "share stopped");
    }
    sbs_csv_fini(&csv);
}

/* Each table of the document against the columns, line by line. */
static const char *check_columns(const char *at,
                                 const struct sbs_table_def *def)
{
    static const char *const types[] = { "f8", "f8", "f4", "i1", "i2", "i4",
                                         "i8", "str" };
    for (size_t i = 0; i < def->n_columns; i++) {
        const struct sbs_column *c = &def->columns[i];
        char line[300];
        snprintf(line, sizeof line, "| %s | %s | %s | %s |\n", c->name,
                 types[c->kind], c->units[0] ? c->units : "-", c->long_name);
        if (strncmp(at, line, strlen(line)) != 0) {
            printf("#   want %s#   got  %.80s\n", line, at);
            return NULL;
        }
        at += strlen(line);
    }
    return at[0] == '|' ? NULL : at;
}

static void test_document(void)
{
    static const char head[] = "| column | type | units | meaning |\n"
                               "|---|---|---|---|\n";
    char path[4096];
    struct sbs_error err;
    size_t length;
    snprintf(path, sizeof path, "%s/doc/trace-format.md", source_folder());
    char *text = sbs_file_read(path, 1 << 20, &length, &err);
    const char *at = text;
    for (size_t k = 0; k <= SBS_TABLE_COUNT && at; k++) {
        const struct sbs_table_def *def =
            k < SBS_TABLE_COUNT ? &sbs_table_defs[k] : &sbs_table_sample_def;
        at = strstr(at, head);
        if (at)
            at = check_columns(at + strlen(head), def);
        ok(at != NULL, "the document's table of %s", def->name);
    }
    free(text);
}

/* ------------------------------------------- against the raw data */

static const char *shared_folder(char path[4096])
{
    const char *given = getenv("SBS_SHARED_TRACES");
    struct sbs_csv csv;
    if (given)
        snprintf(path, 4096, "%s", given);
    else
        snprintf(path, 4096, "%s/../shared/traces", source_folder());
    if (open_csv(&csv, path, "prices.csv"))
        return NULL;
    sbs_csv_fini(&csv);
    return path;
}

static double stamp(const struct sbs_csv *csv, size_t row, const char *name)
{
    double s = NAN;
    const char *text = cell(csv, row, name);
    return sbs_stamp_parse(text, strlen(text), &s) ? NAN : s;
}

/* Every stamp of the ECS tasks to the millisecond, row by row. */
static void compare_tasks(const char *folder)
{
    static const char *const pairs[][2] = {
        { "created_utc", "created_s" },
        { "connectivity_utc", "network_ready_s" },
        { "pull_started_utc", "pull_start_s" },
        { "pull_stopped_utc", "pull_end_s" },
        { "started_utc", "container_start_s" },
        { "stopping_utc", "stopping_s" },
        { "execution_stopped_utc", "container_exit_s" },
        { "stopped_utc", "stopped_s" } };
    struct sbs_csv raw, facts;
    if (open_csv(&raw, folder, "ecs_task_phase_samples.csv"))
        return;
    if (open_facts(&facts, "ecs_tasks.csv") == 0) {
        size_t bad = raw.n_rows != facts.n_rows;
        for (size_t row = 1; row < raw.n_rows && !bad; row++)
            for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
                double want = stamp(&raw, row, pairs[i][0]);
                double got = stamp(&facts, row, "zero_utc") +
                             number(&facts, row, pairs[i][1]);
                bad += isnan(want) != isnan(got) || fabs(want - got) > 6e-4;
            }
        ok(bad == 0, "stamps of %zu ECS tasks as found", raw.n_rows - 1);
        sbs_csv_fini(&facts);
    }
    sbs_csv_fini(&raw);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median and count of Geekbench scores of one processor. */
static void compare_processor(const struct sbs_csv *raw, const char *cpu,
                              const struct sbs_csv *facts, const char *item)
{
    double scores[2000];
    size_t n = 0, row = 1;
    for (size_t i = 1; i < raw->n_rows && n < 2000; i++) {
        double score = number(raw, i, "gb6_single");
        if (strcmp(cell(raw, i, "cpu"), cpu) == 0 && !isnan(score))
            scores[n++] = score;
    }
    qsort(scores, n, sizeof scores[0], by_value);
    while (row < facts->n_rows && strcmp(cell(facts, row, "item"), item) != 0)
        row++;
    if (!ok(n > 0 && row < facts->n_rows, "%s", item))
        return;
    is_near(number(facts, row, "n"), (double)n, 0, "  types");
    is_near(number(facts, row, "value"),
            (scores[(n - 1) / 2] + scores[n / 2]) / 2, 1e-12, "  median");
    is_near(number(facts, row, "slowdown"),
            3550 / number(facts, row, "value"), 1e-4, "  slowdown");
}

static void compare_processors(const char *folder)
{
    static const char *const pairs[][2] = {
        { "Intel Xeon Platinum 8375C", "Xeon 8375C" },
        { "Intel Xeon Platinum 8275CL", "Xeon 8275CL" },
        { "Intel Xeon CPU E5-2686 v4 @ 2.30GHz", "Xeon E5-2686 v4" },
        { "AMD EPYC 7R13 Processor", "EPYC 7R13" },
        { "AWS Graviton2", "Graviton2" } };
    struct sbs_csv raw, facts;
    if (open_csv(&raw, folder, "sparecores_aws_cpu_benchmarks.csv"))
        return;
    if (open_facts(&facts, "processors.csv") == 0) {
        for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
            compare_processor(&raw, pairs[i][0], &facts, pairs[i][1]);
        sbs_csv_fini(&facts);
    }
    sbs_csv_fini(&raw);
}

/* The published steps were simulated: standard error about 0.15. */
static void compare_work(const char *folder)
{
    struct sbs_csv raw, facts;
    double sum = 0, squares = 0, worst = 0;
    if (open_csv(&raw, folder, "starburst_montecarlo_reference_work.csv"))
        return;
    if (open_facts(&facts, "scenario_work.csv") == 0) {
        for (size_t row = 1; row < raw.n_rows; row++) {
            double d = number(&raw, row, "mean_inner_steps_per_path") -
                       number(&facts, row, "steps_per_path");
            sum += d;
            squares += d * d;
            worst = fabs(d) > worst ? fabs(d) : worst;
        }
        double mean = sum / 100, sd = sqrt(squares / 100 - mean * mean);
        is_z(mean, sd / 10, 0, "steps as simulated by others, on average");
        ok(worst < 4 * sd, "and one by one (largest difference %.2f, sd "
           "%.2f)", worst, sd);
        sbs_csv_fini(&facts);
    }
    sbs_csv_fini(&raw);
}

int main(void)
{
    char path[4096];
    test_sources();
    test_work();
    test_document();
    const char *folder = shared_folder(path);
    if (folder) {
        compare_tasks(folder);
        compare_processors(folder);
        compare_work(folder);
    } else {
        skip("the raw data are not here (SBS_SHARED_TRACES)");
    }
    return tap_done();
}
