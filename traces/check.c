/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "traces/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "traces/stamp.h"
#include "traces/table.h"

struct checker {
    const struct sbs_trace *trace;
    sbs_violation_f report;
    void *user;
    size_t n;
};

__attribute__((format(printf, 2, 3)))
static void violate(struct checker *c, const char *fmt, ...)
{
    char text[300];
    va_list ap;
    c->n++;
    if (!c->report)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    c->report(c->user, text);
}

static void check_value(struct checker *c, const char *group,
                        const struct sbs_column *column, size_t row,
                        double value)
{
    if (sbs_column_allows(column, value))
        return;
    const char *hole = isnan(column->missing) ? "nan" : "-1";
    if (value < column->low && column->kind == SBS_COLUMN_TIME)
        violate(c, "%s/%s: row %zu: before the epoch (%g s, allowed 0 or "
                "more, or nan)", group, column->name, row, value);
    else if (column->low == SBS_TRACE_ABOVE_0 && value <= 0)
        violate(c, "%s/%s: row %zu: must be above 0 (%g)", group,
                column->name, row, value);
    else if (column->high >= SBS_TRACE_BIG)
        violate(c, "%s/%s: row %zu: out of range (%g, allowed %g or more, or "
                "%s)", group, column->name, row, value, column->low, hole);
    else
        violate(c, "%s/%s: row %zu: out of range (%g, allowed [%g, %g] or "
                "%s)", group, column->name, row, value, column->low,
                column->high, hole);
}

static void check_table(struct checker *c, const char *group,
                        const struct sbs_table_def *def,
                        const struct sbs_table *table)
{
    for (size_t i = 0; i < def->n_columns; i++) {
        const struct sbs_column *column = &def->columns[i];
        if (sbs_column_is_text(column))
            continue;
        for (size_t row = 0; row < table->n; row++)
            check_value(c, group, column, row,
                        sbs_table_number(table, column, row));
    }
}

static void check_index(struct checker *c, const char *place, size_t row,
                        int64_t index, size_t n)
{
    if (index >= 0 && (uint64_t)index >= n)
        violate(c, "%s: row %zu: no such row (%lld, allowed [0, %zu) or -1)",
                place, row, (long long)index, n);
}

static void check_references(struct checker *c)
{
    const struct sbs_trace *t = c->trace;
    for (size_t i = 0; i < t->tasks.rows.n; i++) {
        check_index(c, "/tasks/workload_index", i, t->tasks.workload_index[i],
                    t->workload.rows.n);
        check_index(c, "/tasks/run_index", i, t->tasks.run_index[i],
                    t->runs.rows.n);
        check_index(c, "/tasks/worker_index", i, t->tasks.worker_index[i],
                    t->workers.rows.n);
    }
    for (size_t i = 0; i < t->events.rows.n; i++)
        check_index(c, "/events/worker_index", i, t->events.worker_index[i],
                    t->workers.rows.n);
}

static void check_ranges(struct checker *c)
{
    const struct sbs_trace *t = c->trace;
    for (size_t i = 0; i < SBS_TABLE_COUNT; i++) {
        char group[32];
        snprintf(group, sizeof group, "/%s", sbs_table_defs[i].name);
        check_table(c, group, &sbs_table_defs[i], sbs_table_const(t, i));
    }
    for (size_t i = 0; i < t->n_samples; i++) {
        char group[120];
        snprintf(group, sizeof group, "/samples/%s", t->samples[i].name);
        check_table(c, group, &sbs_table_sample_def,
                    &t->samples[i].col.rows);
    }
    check_references(c);
    double seconds;
    if (sbs_stamp_parse(t->epoch_utc, strlen(t->epoch_utc), &seconds))
        violate(c, "/: attribute epoch_utc: not an ISO 8601 time (\"%.60s\")",
                t->epoch_utc);
    if (!(t->clock_skew_tolerance_s >= 0 && t->clock_skew_tolerance_s <= 3600))
        violate(c, "/: attribute clock_skew_tolerance: out of range (%g, "
                "allowed [0, 3600])", t->clock_skew_tolerance_s);
}

/* Whose clock a stamp is of: between two clocks the tolerance applies. */
enum clock { CLOCK_CLIENT, CLOCK_AWS, CLOCK_WORKER, CLOCK_COUNT };

struct stamp {
    const char *name;
    enum clock clock;
    double s;
};

/* One microsecond: what rounding of stamps to the nearest double of seconds
 * since 1970 may do, and more than it. */
static const double stamp_rounding_s = 1e-6;

/* Each stamp that is there against the one before it on its own clock, and
 * the latest before it on the others. */
static void check_order(struct checker *c, const char *what, size_t row,
                        const struct stamp *stamps, size_t n)
{
    const struct stamp *last[CLOCK_COUNT] = { NULL };
    for (size_t i = 0; i < n; i++) {
        const struct stamp *s = &stamps[i];
        if (isnan(s->s))
            continue;
        for (int k = 0; k < CLOCK_COUNT; k++) {
            double tolerance = stamp_rounding_s;
            if (k != (int)s->clock)
                tolerance += c->trace->clock_skew_tolerance_s;
            if (last[k] && s->s < last[k]->s - tolerance)
                violate(c, "%s row %zu: %s is %.3f s before %s (allowed "
                        "%.3g s)", what, row, s->name, last[k]->s - s->s,
                        last[k]->name,
                        tolerance > 2 * stamp_rounding_s
                        ? c->trace->clock_skew_tolerance_s : 0.0);
        }
        if (!last[s->clock] || s->s > last[s->clock]->s)
            last[s->clock] = s;
    }
}

static void check_tasks(struct checker *c)
{
    const struct sbs_trace_tasks *t = &c->trace->tasks;
    for (size_t i = 0; i < t->rows.n; i++) {
#define AT(clock, name) { #name, CLOCK_##clock, t->name[i] }
        const struct stamp order[] = {
            AT(CLIENT, submit), AT(CLIENT, api_accepted),
            AT(AWS, provision_start), AT(AWS, network_ready),
            AT(AWS, pull_start), AT(AWS, pull_end), AT(AWS, container_start),
            AT(WORKER, worker_boot_start), AT(WORKER, worker_boot_end),
            AT(WORKER, download_start), AT(WORKER, download_end),
            AT(WORKER, compute_start), AT(WORKER, compute_end),
            AT(WORKER, upload_end), AT(AWS, container_exit),
            AT(AWS, stopped) };
        const struct stamp seen[] = { AT(WORKER, compute_end),
            AT(WORKER, upload_end), AT(CLIENT, detected) };
        const struct stamp stop[] = { AT(AWS, provision_start),
            AT(AWS, stopping), AT(AWS, stopped) };
#undef AT
        check_order(c, "/tasks", i, order, sizeof order / sizeof order[0]);
        check_order(c, "/tasks", i, seen, sizeof seen / sizeof seen[0]);
        check_order(c, "/tasks", i, stop, sizeof stop / sizeof stop[0]);
        if (t->outcome[i] == 0 && isnan(t->compute_end[i]))
            violate(c, "/tasks row %zu: outcome 0 (ok) without compute_end",
                    i);
    }
}

static void check_workers(struct checker *c)
{
    const struct sbs_trace_workers *w = &c->trace->workers;
    for (size_t i = 0; i < w->rows.n; i++) {
#define AT(clock, name) { #name, CLOCK_##clock, w->name[i] }
        const struct stamp order[] = {
            AT(AWS, created), AT(AWS, network_ready), AT(AWS, pull_start),
            AT(AWS, pull_end), AT(AWS, container_start),
            AT(WORKER, boot_start), AT(WORKER, ready),
            AT(AWS, container_exit), AT(AWS, stopped) };
        const struct stamp stop[] = { AT(AWS, created), AT(AWS, stopping),
            AT(AWS, stopped) };
#undef AT
        check_order(c, "/workers", i, order, sizeof order / sizeof order[0]);
        check_order(c, "/workers", i, stop, sizeof stop / sizeof stop[0]);
    }
}

/* A container of several attempts keeps its life cycle in /workers. */
static void check_homes(struct checker *c)
{
    const struct sbs_trace_tasks *t = &c->trace->tasks;
    const struct sbs_trace_workers *w = &c->trace->workers;
    for (size_t i = 0; i < t->rows.n; i++) {
        int64_t k = t->worker_index[i];
        if (k < 0 || (uint64_t)k >= w->rows.n)
            continue;
        if (!isnan(w->pull_start[k]) && !isnan(t->pull_start[i]))
            violate(c, "/tasks row %zu: pull_start stands here and in "
                    "/workers row %lld", i, (long long)k);
    }
}

static void check_runs(struct checker *c)
{
    const struct sbs_trace_runs *r = &c->trace->runs;
    for (size_t i = 0; i < r->rows.n; i++) {
        if (r->end[i] < r->start[i])
            violate(c, "/runs row %zu (%.60s): end is %.3f s before start", i,
                    r->name[i], r->start[i] - r->end[i]);
        if (r->first_s[i] > r->wall_s[i])
            violate(c, "/runs row %zu (%.60s): first_s is above wall_s "
                    "(%g, %g)", i, r->name[i], r->first_s[i], r->wall_s[i]);
        if (r->half_s[i] < r->first_s[i] || r->half_s[i] > r->wall_s[i])
            violate(c, "/runs row %zu (%.60s): half_s is not between first_s "
                    "and wall_s (%g)", i, r->name[i], r->half_s[i]);
    }
}

size_t sbs_trace_check(const struct sbs_trace *trace, sbs_violation_f report,
                       void *user)
{
    struct checker c = { trace, report, user, 0 };
    check_ranges(&c);
    check_runs(&c);
    check_workers(&c);
    check_tasks(&c);
    check_homes(&c);
    return c.n;
}

struct first {
    char text[300];
};

static void keep_first(void *user, const char *text)
{
    struct first *first = user;
    if (!first->text[0])
        snprintf(first->text, sizeof first->text, "%s", text);
}

int sbs_trace_validate(const struct sbs_trace *trace, struct sbs_error *err)
{
    struct first first = { "" };
    struct checker c = { trace, keep_first, &first, 0 };
    check_ranges(&c);
    if (c.n == 0)
        return 0;
    return sbs_fail(err, SBS_EINPUT, "%s:%s", trace->name, first.text);
}
