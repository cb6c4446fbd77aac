/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the importers. The first byte chooses: ECS JSON, worker log, CSV;
 * what they accept must make a trace that can be validated and encoded. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "traces/check.h"
#include "traces/import.h"
#include "traces/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sbs_import im = { 0 };
    struct sbs_stream stream = { 0 };
    struct sbs_error err = { 0 };
    struct sbs_trace *trace = sbs_trace_create();
    if (size < 1 || !trace || sbs_import_init(&im, trace, &err)) {
        sbs_trace_destroy(trace);
        return 0;
    }
    const char *text = (const char *)data + 1;
    int status;
    switch (data[0] % 3) {
    case 0:
        status = sbs_import_ecs_text(&im, text, size - 1, "fuzz", &err);
        break;
    case 1:
        status = sbs_import_worker_log_text(&im, text, size - 1, "fuzz",
                                            &err);
        break;
    default:
        status = sbs_import_csv_text(&im, text, size - 1, "fuzz", &err);
    }
    /* What was taken is in range, or an importer forgot to look. */
    if (status == 0 && (sbs_trace_validate(trace, &err) ||
                        sbs_stream_encode(trace, SBS_STREAM_ALL, &stream,
                                          &err)))
        abort();
    if (status && !err.text[0])
        abort();
    free(stream.bytes);
    sbs_import_fini(&im);
    sbs_trace_destroy(trace);
    return 0;
}
