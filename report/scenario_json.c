/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "base/jsonw.h"
#include "report/result_csv.h"
#include "report/result_json.h"
#include "report/scenario_table.h"

int sbs_scenario_json_write(const struct sbs_scenario_result *list, size_t n,
                            FILE *out, struct sbs_error *err)
{
    struct sbs_jsonw w;
    sbs_jsonw_init(&w, out);
    sbs_jsonw_object(&w);
    sbs_jsonw_key(&w, "schema");
    sbs_jsonw_string(&w, "sbsim-scenarios");
    sbs_jsonw_key(&w, "schema_version");
    sbs_jsonw_count(&w, 1);
    sbs_jsonw_key(&w, "scenarios");
    sbs_jsonw_array(&w);
    for (size_t i = 0; i < n; i++) {
        sbs_jsonw_object(&w);
        sbs_jsonw_key(&w, "scenario");
        sbs_jsonw_string(&w, list[i].name);
        sbs_jsonw_key(&w, "summary");
        sbs_jsonw_string(&w, list[i].summary);
        sbs_jsonw_key(&w, "result");
        sbs_result_json_put(list[i].result, &w);
        sbs_jsonw_close(&w);
    }
    sbs_jsonw_close(&w);
    sbs_jsonw_close(&w);
    int status = sbs_jsonw_end(&w, err);
    sbs_jsonw_fini(&w);
    return status;
}

int sbs_scenario_csv_write(const struct sbs_scenario_result *list, size_t n,
                           FILE *out, struct sbs_error *err)
{
    sbs_result_csv_head(out, 1);
    for (size_t i = 0; i < n; i++)
        sbs_result_csv_lines(list[i].result, list[i].name, out);
    if (fflush(out) != 0 || ferror(out))
        return sbs_fail(err, SBS_EIO, "cannot be written: %s",
                        strerror(errno));
    return 0;
}
