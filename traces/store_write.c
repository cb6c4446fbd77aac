/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "traces/store.h"

#include <stdlib.h>

#include "base/replace.h"
#include "traces/check.h"
#include "traces/store_h5.h"

int sbs_trace_write(const struct sbs_trace *trace, const char *path,
                    struct sbs_error *err)
{
    void *image = NULL;
    size_t length = 0;
    if (trace->n_unknown)
        return sbs_fail(err, SBS_EINPUT, "%s: has %zu columns or groups that "
                        "this version does not know and would lose",
                        trace->name, trace->n_unknown);
    if (sbs_trace_validate(trace, err) ||
        sbs_h5_build(trace, &image, &length, err))
        return -1;
    int status = sbs_file_replace(path, image, length, err);
    free(image);
    return status;
}
