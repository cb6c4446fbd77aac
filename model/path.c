/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/path.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

enum { WHERE_SIZE = 256 };

int sbs_model_put(cJSON *json, const char *path, cJSON *value,
                  struct sbs_error *err)
{
    char key[64];
    for (cJSON *at = json;;) {
        size_t n = strcspn(path, ".");
        if (n == 0 || n >= sizeof key)
            break;
        snprintf(key, sizeof key, "%.*s", (int)n, path);
        bool last = path[n] == '\0';
        cJSON *child = NULL;
        if (cJSON_IsArray(at)) {
            char *end;
            long i = strtol(key, &end, 10);
            if (*end || i < 0 || i >= cJSON_GetArraySize(at))
                break;
            if (last)
                return cJSON_ReplaceItemInArray(at, (int)i, value) ? 0 : -1;
            child = cJSON_GetArrayItem(at, (int)i);
        } else if (cJSON_IsObject(at)) {
            child = cJSON_GetObjectItemCaseSensitive(at, key);
            if (last) {
                if (child)
                    return cJSON_ReplaceItemInObjectCaseSensitive(
                               at, key, value)
                               ? 0
                               : -1;
                return cJSON_AddItemToObject(at, key, value) ? 0 : -1;
            }
            if (!child || cJSON_IsNull(child)) {
                cJSON_DeleteItemFromObjectCaseSensitive(at, key);
                child = cJSON_AddObjectToObject(at, key);
            }
        } else {
            break;
        }
        at = child;
        path += n + 1;
    }
    cJSON_Delete(value);
    return sbs_fail(err, SBS_EINPUT, "there is no place \"%s\"", path);
}

int sbs_model_set_path(struct cJSON *json, const char *path,
                       const char *value, struct sbs_error *err)
{
    char place[WHERE_SIZE];
    snprintf(place, sizeof place, "--set %s", path);
    cJSON *v = sbs_json_parse(value, strlen(value), place, err);
    if (!v)
        return -1;
    if (sbs_model_put(json, path, v, err) != 0)
        return sbs_fail_at(err, place);
    return 0;
}

cJSON *sbs_model_drawn(const cJSON *json, const cJSON *draw,
                       const char *where, struct sbs_error *err)
{
    static const char own[] = "posterior";
    cJSON *doc = cJSON_CreateObject();
    const cJSON *item;
    cJSON_ArrayForEach(item, json) {
        if (strcmp(item->string, own) == 0)
            continue;
        cJSON *copy = cJSON_Duplicate(item, true);
        if (!cJSON_AddItemToObject(doc, item->string, copy)) {
            cJSON_Delete(copy);
            sbs_fail(err, SBS_EMEMORY, "out of memory");
            goto fail;
        }
    }
    cJSON_ArrayForEach(item, draw) {
        if (strncmp(item->string, own, sizeof own - 1) == 0) {
            sbs_fail(err, SBS_EINPUT, "%s: %s: a draw cannot hold draws",
                     where, item->string);
            goto fail;
        }
        cJSON *value = cJSON_Duplicate(item, true);
        if (!value || sbs_model_put(doc, item->string, value, err) != 0) {
            sbs_fail_at(err, where);
            goto fail;
        }
    }
    return doc;
fail:
    cJSON_Delete(doc);
    return NULL;
}

cJSON *sbs_model_draws(cJSON *json)
{
    cJSON *posterior = cJSON_GetObjectItemCaseSensitive(json, "posterior");
    return cJSON_GetObjectItemCaseSensitive(posterior, "draws");
}

int sbs_model_put_in_draw(cJSON *draw, const char *path, cJSON *value)
{
    cJSON_DeleteItemFromObjectCaseSensitive(draw, path);
    if (value && cJSON_IsObject(draw) &&
        cJSON_AddItemToObject(draw, path, value))
        return 0;
    cJSON_Delete(value);
    return -1;
}

int sbs_model_set_all(cJSON *json, const char *path, const char *value,
                      struct sbs_error *err)
{
    cJSON *draw;
    if (sbs_model_set_path(json, path, value, err) != 0)
        return -1;
    if (strncmp(path, "posterior", 9) == 0)
        return 0;
    cJSON_ArrayForEach(draw, sbs_model_draws(json)) {
        cJSON *v = sbs_json_parse(value, strlen(value), "--set", err);
        if (!v)
            return -1;
        /* A draw that is no object is refused where it is read. */
        (void)sbs_model_put_in_draw(draw, path, v);
    }
    return 0;
}
