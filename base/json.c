/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "base/file.h"
#include "base/json_scan.h"

/* A key and its number in the order written. */
struct member {
    const char *key;
    size_t number;
};

static int compare_members(const void *a, const void *b)
{
    const struct member *p = a, *q = b;
    int order = strcmp(p->key, q->key);
    return order ? order : (p->number > q->number) - (p->number < q->number);
}

/* Number the keys below `json` in the order written (*keys counts) and leave
 * in *twice the number of one that its object already has. Keys are compared
 * as decoded: "a" and "\u0061" are the same. -1 when out of memory. */
static int find_duplicate(const cJSON *json, size_t *keys, size_t *twice)
{
    size_t n = 0, i = 0;
    const cJSON *child;
    struct member *members = NULL;
    if (cJSON_IsObject(json)) {
        for (child = json->child; child; child = child->next)
            n++;
        members = malloc((n + 1) * sizeof *members);
        if (!members)
            return -1;
    }
    int status = 0;
    for (child = json->child; child && status == 0; child = child->next) {
        if (members)
            members[i++] = (struct member){child->string, (*keys)++};
        if (child->child)
            status = find_duplicate(child, keys, twice);
    }
    if (members && n > 1) {
        qsort(members, n, sizeof *members, compare_members);
        for (i = 1; i < n && status == 0; i++) {
            if (strcmp(members[i - 1].key, members[i].key) == 0)
                *twice = members[i].number;
        }
    }
    free(members);
    return status;
}

static int check_duplicates(const cJSON *json, const char *text, size_t length,
                            const char *name, struct sbs_error *err)
{
    size_t keys = 0, twice = SIZE_MAX;
    if (find_duplicate(json, &keys, &twice) < 0)
        return sbs_fail(err, SBS_EMEMORY, "%s: out of memory", name);
    if (twice == SIZE_MAX)
        return 0;
    return sbs_json_scan_fail(text, length, name,
                              sbs_json_scan_key(text, length, twice),
                              "key appears twice in one object", err);
}

struct cJSON *sbs_json_parse(const char *text, size_t length,
                             const char *name, struct sbs_error *err)
{
    cJSON *json = NULL;
    char *clean = malloc(length + 1);
    if (!clean) {
        sbs_fail(err, SBS_EMEMORY, "%s: out of memory", name);
        return NULL;
    }
    clean[length] = '\0';
    if (sbs_json_scan(text, length, name, clean, err) < 0)
        goto out;
    json = cJSON_ParseWithLength(clean, length + 1);
    if (!json) { /* the scan accepted it, so only memory can be short */
        sbs_fail(err, SBS_EMEMORY, "%s: out of memory", name);
        goto out;
    }
    if (check_duplicates(json, clean, length, name, err) < 0) {
        cJSON_Delete(json);
        json = NULL;
    }
out:
    free(clean);
    return json;
}

struct cJSON *sbs_json_read(const char *path, struct sbs_error *err)
{
    size_t length;
    char *text = sbs_file_read(path, SBS_JSON_MAX_BYTES, &length, err);
    if (!text)
        return NULL;
    struct cJSON *json = sbs_json_parse(text, length, path, err);
    free(text);
    return json;
}
