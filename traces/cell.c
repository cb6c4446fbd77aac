/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "traces/cell.h"

#include <stdlib.h>
#include <string.h>

#include "traces/stamp.h"

int sbs_cell_number(const char *text, double *value)
{
    /* strtod takes nan, inf, hexadecimal and leading blanks; we do not. */
    if (!text[0] || text[strspn(text, "+-.0123456789eE")])
        return -1;
    char *end;
    double x = strtod(text, &end);
    if (end == text || *end || !isfinite(x))
        return -1;
    *value = x;
    return 0;
}

int sbs_cell_stamp(const struct sbs_trace *trace, const char *text,
                   double *seconds, struct sbs_error *err)
{
    double unix_s, epoch_s;
    if (sbs_stamp_parse(text, strlen(text), &unix_s) &&
        sbs_cell_number(text, &unix_s))
        return sbs_fail(err, SBS_EINPUT, "not a time (\"%.60s\", allowed: ISO "
                        "8601 with Z or offset, or epoch seconds)", text);
    if (sbs_stamp_parse(trace->epoch_utc, strlen(trace->epoch_utc), &epoch_s))
        return sbs_fail(err, SBS_EINPUT, "%s:/: attribute epoch_utc: not an "
                        "ISO 8601 time", trace->name);
    if (unix_s < epoch_s || unix_s - epoch_s > SBS_TRACE_BIG)
        return sbs_fail(err, SBS_EINPUT, "before the epoch (\"%.60s\", "
                        "allowed %s or later)", text, trace->epoch_utc);
    *seconds = unix_s - epoch_s;
    return 0;
}

static int put_number(struct sbs_table *table,
                      const struct sbs_column *column, size_t row,
                      const char *text, struct sbs_error *err)
{
    double value;
    if (sbs_cell_number(text, &value))
        return sbs_fail(err, SBS_EINPUT, "not a number (\"%.60s\")", text);
    if (sbs_column_is_integer(column) && value != floor(value))
        return sbs_fail(err, SBS_EINPUT, "not an integer (%.60s)", text);
    if (value <= 0 && column->low == SBS_TRACE_ABOVE_0)
        return sbs_fail(err, SBS_EINPUT, "must be above 0 (%.60s)", text);
    if (!sbs_column_allows(column, value))
        return sbs_fail(err, SBS_EINPUT, "out of range (%.60s, allowed "
                        "[%g, %g])", text, column->low, column->high);
    sbs_table_set_number(table, column, row, value);
    return 0;
}

int sbs_cell_put(struct sbs_trace *trace, struct sbs_table *table,
                 const struct sbs_column *column, size_t row,
                 const char *text, struct sbs_error *err)
{
    int status;
    double seconds;
    if (column->kind == SBS_COLUMN_STR) {
        size_t length = strlen(text);
        const char *own = NULL;
        if (!sbs_trace_text_ok(text, length, false))
            status = sbs_fail(err, SBS_EINPUT,
                              "control characters or not UTF-8");
        else if (!(own = sbs_trace_keep(trace, text, length)))
            status = sbs_fail(err, SBS_EMEMORY, "out of memory");
        else
            status = 0;
        if (status == 0)
            sbs_table_set_text(table, column, row, own);
    } else if (column->kind == SBS_COLUMN_TIME) {
        status = sbs_cell_stamp(trace, text, &seconds, err);
        if (status == 0)
            sbs_table_set_number(table, column, row, seconds);
    } else {
        status = put_number(table, column, row, text, err);
    }
    return status ? sbs_fail_at(err, column->name) : 0;
}
