/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the trace layer above libhdf5: the stream that a reading child
 * hands over. What is accepted is encoded and decoded again to the same
 * bytes, checked, and asked for its phases. */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "traces/check.h"
#include "traces/export.h"
#include "traces/query.h"
#include "traces/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(struct sbs_trace *trace)
{
    struct sbs_error err;
    sbs_trace_check(trace, NULL, NULL);
    if (sbs_trace_validate(trace, &err))
        return;
    for (int p = 0; p < SBS_PHASE_COUNT; p++)
        for (int s = 0; s < SBS_STARTS_COUNT; s++) {
            struct sbs_phase_row *rows;
            size_t n;
            if (sbs_trace_phase(trace, (enum sbs_phase)p, (enum sbs_starts)s,
                                &rows, &n, NULL, &err) == 0)
                free(rows);
        }
    FILE *null = fopen("/dev/null", "w");
    if (!null)
        return;
    sbs_trace_export(trace, null);
    sbs_trace_export_table(trace, "samples", null, &err);
    fclose(null);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sbs_error err = { 0 };
    struct sbs_stream first = { 0 }, second = { 0 };
    struct sbs_trace *again;
    struct sbs_trace *trace = sbs_stream_decode(data, size, "fuzz", &err);
    if (!trace)
        return 0;
    use(trace);
    if (sbs_stream_encode(trace, SBS_STREAM_ALL, &first, &err))
        abort();
    again = sbs_stream_decode(first.bytes, first.length, "fuzz", &err);
    if (!again || sbs_stream_encode(again, SBS_STREAM_ALL, &second, &err) ||
        first.length != second.length ||
        memcmp(first.bytes, second.bytes, first.length) != 0)
        abort();
    free(first.bytes);
    free(second.bytes);
    sbs_trace_destroy(again);
    sbs_trace_destroy(trace);
    return 0;
}
