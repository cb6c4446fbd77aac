/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the grammar of --policy (without plugins, which are programs) and
 * --set: a message, or stacks whose texts are parts of what was typed. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "model/model.h"
#include "model/path.h"
#include "policies/stack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse_policies(const char *text, struct sbs_registry *registry)
{
    struct sbs_spec_list list = { 0 };
    struct sbs_error err = { 0 };
    if (sbs_stack_parse(&list, text, registry, &err) != 0) {
        SBS_ASSERT(err.code != SBS_EOK && err.text[0]);
    } else {
        SBS_ASSERT(list.n > 0);
        for (size_t i = 0; i < list.n; i++)
            SBS_ASSERT(list.spec[i].stack.n_layers > 0 &&
                       strstr(text, list.spec[i].text));
    }
    sbs_stack_fini(&list);
}

static void set_path(char *text)
{
    struct sbs_error err = { 0 };
    char *eq = strchr(text, '=');
    cJSON *json = cJSON_Parse("{\"a\":{\"b\":[1,{\"c\":2}]},\"d\":0}");
    if (json && eq) {
        *eq = '\0';
        if (sbs_model_set_path(json, text, eq + 1, &err) != 0)
            SBS_ASSERT(err.code != SBS_EOK && err.text[0]);
        char *written = cJSON_PrintUnformatted(json);
        SBS_ASSERT(written);
        free(written);
    }
    cJSON_Delete(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size);
    struct sbs_registry *registry = sbs_registry_create();
    if (text && registry) {
        if (!strchr(text, '/'))
            parse_policies(text, registry);
        set_path(text);
    }
    sbs_registry_destroy(registry);
    free(text);
    return 0;
}
