/* SPDX-License-Identifier: Apache-2.0 */
/* The store: what is written is what is read; the shipped trace. */
#include "config.h"

#include "traces/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/tap.h"
#include "traces/check.h"
#include "traces/query.h"
#include "traces/table.h"

static char folder[] = "/tmp/sbsim-store-XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[sizeof folder + 64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* Some value of a cell, allowed there, different from row to row. */
static void fill(struct sbs_trace *t, struct sbs_table *table,
                 const struct sbs_column *col, size_t row)
{
    char text[32];
    double high = col->high > 1e6 ? (double)table->n : col->high + 1;
    snprintf(text, sizeof text, "%.15s %zu \xc3\xa9", col->name, row % 7);
    if (sbs_column_is_text(col))
        sbs_table_set_text(table, col, row,
                           sbs_trace_keep(t, text, strlen(text)));
    else if (sbs_column_is_integer(col))
        sbs_table_set_number(table, col, row, (double)(row % (size_t)high));
    else if (row % 5 != 3)
        sbs_table_set_number(table, col, row, 0.1 + (double)row / 3);
}

/* Something in every column. */
static struct sbs_trace *full_trace(size_t rows)
{
    struct sbs_error err;
    struct sbs_trace *t = sbs_trace_create();
    for (size_t k = 0; k < SBS_TABLE_COUNT; k++) {
        const struct sbs_table_def *def = &sbs_table_defs[k];
        struct sbs_table *table = sbs_table_of(t, k);
        sbs_table_grow(def, table, rows, &err);
        for (size_t c = 0; c < def->n_columns; c++)
            for (size_t row = 0; row < rows; row++)
                fill(t, table, &def->columns[c], row);
    }
    for (size_t row = 0; row < rows; row++)
        t->workers.vcpu[row] = t->runs.vcpu[row] = 0.1;
    struct sbs_sample *s = sbs_trace_add_sample(t, "zeta", "s", &err);
    sbs_trace_add_row(t, &s->col.rows, &err);
    s->col.value[0] = 2.5;
    s->origin = "derived";
    s->long_name = "a name";
    s = sbs_trace_add_sample(t, "alpha", "USD", &err);
    sbs_trace_add_row(t, &s->col.rows, &err);
    s->col.item[0] = "an item";
    t->provenance.notes = "first\nsecond";
    t->kind = SBS_TRACE_MIXED;
    t->clock_skew_tolerance_s = 3.25;
    t->work.reference_core = "a core";
    sbs_trace_model_set(t, "key", "{\n  \"a\": 1\n}", &err);
    return t;
}

static int same_number(const struct sbs_column *col, double written,
                       double got)
{
    if (col->kind == SBS_COLUMN_F4)
        written = (double)(float)written;
    return written == got || (isnan(written) && isnan(got));
}

static int same_cell(const struct sbs_table *x, const struct sbs_table *y,
                     const struct sbs_column *col, size_t row)
{
    if (sbs_column_is_text(col))
        return strcmp(sbs_table_text(x, col, row),
                      sbs_table_text(y, col, row)) == 0;
    return same_number(col, sbs_table_number(x, col, row),
                       sbs_table_number(y, col, row));
}

static int same_tables(const struct sbs_trace *a, const struct sbs_trace *b)
{
    for (size_t k = 0; k < SBS_TABLE_COUNT; k++) {
        const struct sbs_table_def *def = &sbs_table_defs[k];
        const struct sbs_table *x = sbs_table_const(a, k);
        const struct sbs_table *y = sbs_table_const(b, k);
        if (x->n != y->n)
            return 0;
        for (size_t c = 0; c < def->n_columns; c++)
            for (size_t row = 0; row < x->n; row++)
                if (!same_cell(x, y, &def->columns[c], row))
                    return 0;
    }
    return 1;
}

static void test_round_trip(size_t rows)
{
    struct sbs_error err = { 0 };
    struct sbs_trace *a = full_trace(rows), *b = NULL;
    char before[65], after[65];
    ok(sbs_trace_write(a, in_folder("a.h5"), &err) == 0,
       "%zu rows written %s", rows, err.text);
    ok(sbs_trace_read(in_folder("a.h5"), SBS_TRACE_STRICT, &b, &err) == 0,
       "and read %s", err.text);
    if (!b)
        return;
    ok(same_tables(a, b), "all columns equal");
    is_str(b->provenance.notes, "first\nsecond", "provenance");
    is_str(b->work.reference_core, "a core", "attributes of the workload");
    is_str(b->model_json, "{\n  \"a\": 1\n}", "model");
    is_str(sbs_trace_model_get(b, "key"), a->model_json, "model by key");
    ok(!sbs_trace_model_get(b, "other"), "no model under another key");
    ok(b->kind == SBS_TRACE_MIXED && b->clock_skew_tolerance_s == 3.25,
       "root attributes");
    ok(b->n_samples == 2 && strcmp(b->samples[0].name, "alpha") == 0,
       "samples in the order of names");
    is_near(sbs_trace_fact(b, "zeta", NULL, NULL), 2.5, 0, "a fact");
    is_str(sbs_trace_sample(b, "zeta")->origin, "derived", "its origin");
    is_str(sbs_trace_sample(b, "zeta")->long_name, "a name", "its name");
    is_str(sbs_trace_sample(b, "alpha")->units, "USD", "its units");
    sbs_trace_data_hash(a, before, &err);
    sbs_trace_data_hash(b, after, &err);
    is_str(after, before, "data hash survives the file");
    b->tasks.submit[0] += 1;
    sbs_trace_data_hash(b, after, &err);
    ok(strcmp(after, before), "and changes with the data");
    ok(sbs_trace_model_key(a, "1.2", after, sizeof after, &err) == -1,
       "a key needs room");
    sbs_trace_destroy(a);
    sbs_trace_destroy(b);
}

static void test_same_bytes(void)
{
    struct sbs_error err;
    size_t n[2];
    char *bytes[2], name[8] = "x0.h5";
    for (int i = 0; i < 2; i++) {
        struct sbs_trace *t = full_trace(1500);
        name[1] = (char)('0' + i);
        sbs_trace_write(t, in_folder(name), &err);
        bytes[i] = sbs_file_read(in_folder(name), 1 << 28, &n[i], &err);
        sbs_trace_destroy(t);
        if (i == 0)
            sleep(1); /* so that a stamp of the second would differ */
    }
    ok(bytes[0] && bytes[1] && n[0] == n[1] &&
       memcmp(bytes[0], bytes[1], n[0]) == 0, "same trace, same bytes");
    free(bytes[0]);
    free(bytes[1]);
}

static void test_empty(void)
{
    struct sbs_error err = { 0 };
    struct sbs_trace *t = sbs_trace_create(), *u = NULL;
    ok(sbs_trace_write(t, in_folder("empty.h5"), &err) == 0, "empty trace");
    ok(sbs_trace_read(in_folder("empty.h5"), 0, &u, &err) == 0 &&
       u->tasks.rows.n == 0, "read again %s", err.text);
    sbs_trace_destroy(t);
    sbs_trace_destroy(u);
    sbs_trace_destroy(NULL);
}

static void is_phase(const struct sbs_trace *t, enum sbs_phase phase,
                     enum sbs_starts starts, size_t want_n, double want_max)
{
    struct sbs_error err;
    struct sbs_phase_row *rows;
    size_t n;
    double max = 0;
    if (sbs_trace_phase(t, phase, starts, &rows, &n, NULL, &err))
        return;
    for (size_t i = 0; i < n; i++)
        max = rows[i].seconds > max ? rows[i].seconds : max;
    free(rows);
    ok(n == want_n, "%s %s: %zu, want %zu", sbs_starts_name(starts),
       sbs_phase_name(phase), n, want_n);
    is_near(max, want_max, 1e-9, "  and its maximum");
}

static void first_violation(void *user, const char *text)
{
    (void)user;
    printf("# %s\n", text);
}

/* Numbers of EVIDENCE: n and maxima of the public ECS tasks. */
static void test_shipped(void)
{
    struct sbs_error err = { 0 };
    struct sbs_trace *t = NULL;
    char path[4096];
    snprintf(path, sizeof path, "%s/traces/fargate.h5",
             getenv("SBS_BUILDDIR") ? getenv("SBS_BUILDDIR") : ".");
    ok(sbs_trace_read(path, 0, &t, &err) == 0, "fargate.h5 %s", err.text);
    if (!t)
        return;
    ok(sbs_trace_check(t, first_violation, NULL) == 0, "no violation");
    is_phase(t, SBS_PHASE_PROVISION, SBS_STARTS_FARGATE, 29, 24.385);
    is_phase(t, SBS_PHASE_PULL, SBS_STARTS_FARGATE, 29, 80);
    is_phase(t, SBS_PHASE_CONTAINER, SBS_STARTS_FARGATE, 28, 51.75);
    is_phase(t, SBS_PHASE_START, SBS_STARTS_FARGATE, 28, 115.044);
    is_phase(t, SBS_PHASE_NETWORK, SBS_STARTS_FARGATE, 14, 13.754);
    is_phase(t, SBS_PHASE_START, SBS_STARTS_STANDALONE, 10, 107.682);
    is_phase(t, SBS_PHASE_START, SBS_STARTS_SERVICE, 18, 115.044);
    is_phase(t, SBS_PHASE_DEPROVISION, SBS_STARTS_STANDALONE, 7, 33.344);
    is_phase(t, SBS_PHASE_START, SBS_STARTS_EC2, 4, 30.107);
    int64_t ultra = sbs_trace_run(t, "fargate_ultra");
    ok(ultra >= 0 && t->runs.wall_s[ultra] == 2790 &&
       t->runs.first_s[ultra] == 1296 && t->runs.n_launches[ultra] == 50,
       "the Ultra run");
    ok(sbs_trace_run(t, "no such") == -1, "no other run");
    is_near(sbs_trace_fact(t, "launch_burst", NULL, NULL), 100, 0, "burst");
    size_t row = 99;
    is_near(sbs_trace_fact(t, "price_vcpu_h_usd", "Fargate Linux ARM", &row),
            0.03238, 0, "price of an ARM vCPU");
    ok(row == 1 && isnan(sbs_trace_fact(t, "nothing", NULL, NULL)), "rows");
    ok(t->workload.rows.n == 100 && t->workload.ref_seconds[0] == 695,
       "100 scenarios, the first 695 s");
    sbs_trace_destroy(t);
}

int main(void)
{
    if (!mkdtemp(folder))
        return 1;
    test_round_trip(1);
    test_round_trip(2500);
    test_same_bytes();
    test_empty();
    test_shipped();
    static const char *const made[] = { "a.h5", "x0.h5", "x1.h5",
                                        "empty.h5" };
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++)
        unlink(in_folder(made[i]));
    rmdir(folder);
    return tap_done();
}
