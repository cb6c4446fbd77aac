/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/calibrate_laws.h"

#include <stdlib.h>

#include "base/jsonw.h"
#include "base/path.h"
#include "calibrate/laws.h"
#include "cli/output.h"
#include "cli/progress.h"

static void watch(void *arg, size_t done, size_t total)
{
    sbs_progress_update(arg, done, total);
}

static int write_json(const struct sbs_laws *laws, const char *trace,
                      FILE *out, struct sbs_error *err)
{
    struct sbs_jsonw w;
    int status;

    sbs_jsonw_init(&w, out);
    sbs_jsonw_object(&w);
    sbs_jsonw_key(&w, "schema");
    sbs_jsonw_string(&w, "sbsim-laws");
    sbs_jsonw_key(&w, "schema_version");
    sbs_jsonw_integer(&w, 1);
    sbs_jsonw_key(&w, "program");
    sbs_jsonw_string(&w, PACKAGE_STRING);
    sbs_jsonw_key(&w, "trace");
    sbs_jsonw_string(&w, trace);
    sbs_jsonw_key(&w, "laws");
    sbs_laws_json(laws, &w);
    sbs_jsonw_close(&w);
    status = sbs_jsonw_end(&w, err);
    sbs_jsonw_fini(&w);
    return status;
}

int sbs_calibrate_laws(const char *name, const char *json_path, bool quiet,
                       struct sbs_error *err)
{
    struct sbs_laws *laws = calloc(1, sizeof *laws);
    struct sbs_output json = {0};
    struct sbs_trace *trace = NULL;
    struct sbs_progress progress;
    char *path = sbs_path_find(name, err);
    int status = -1;

    sbs_progress_init(&progress, "phases", quiet);
    if (!laws) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        goto out;
    }
    if (!path || sbs_trace_read(path, SBS_TRACE_STRICT, &trace, err) ||
        sbs_output_open(&json, json_path, err) ||
        sbs_laws_make_watched(trace, watch, &progress, laws, err))
        goto out;
    sbs_progress_fini(&progress);
    if (!quiet && !sbs_output_is_stdout(json_path)) {
        printf("Laws of the phases of %s\n\n", name);
        sbs_laws_print(laws, stdout);
    }
    if (json.file && write_json(laws, name, json.file, err))
        goto out;
    status = sbs_output_commit(&json, err);
out:
    sbs_progress_fini(&progress);
    sbs_output_fini(&json);
    sbs_laws_fini(laws);
    free(laws);
    sbs_trace_destroy(trace);
    free(path);
    return status;
}
