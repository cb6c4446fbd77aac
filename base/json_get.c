/* SPDX-License-Identifier: Apache-2.0 */
/* base/json.h, second half: typed access to fields. */
#include "config.h"

#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <cJSON.h>

#include "base/jsonw.h"
#include "base/nearest.h"

enum { PLACE = 256 }; /* longest "file: path.to.key" in a message */

const char *sbs_json_where(char *text, size_t size, const char *where,
                           const char *key)
{
    size_t n = strlen(where);
    const char *joint = n == 0 ? "" : where[n - 1] == ':' ? " " : ".";
    snprintf(text, size, "%s%s%s", where, joint, key);
    return text;
}

const char *sbs_json_where_item(char *text, size_t size, const char *where,
                                size_t i)
{
    size_t n = strlen(where);
    snprintf(text, size, "%s%s[%zu]", where,
             n > 0 && where[n - 1] == ':' ? " " : "", i);
    return text;
}

const char *sbs_json_range(char text[SBS_JSON_RANGE], double lo, double hi)
{
    char from[SBS_JSONW_NUMBER], to[SBS_JSONW_NUMBER];
    snprintf(from, sizeof from, "[%.15g", lo);
    snprintf(to, sizeof to, "%.15g]", hi);
    if (lo == SBS_JSON_ABOVE_0)
        snprintf(from, sizeof from, "(0");
    else if (isinf(lo))
        snprintf(from, sizeof from, "(-inf");
    if (hi == SBS_JSON_BELOW_1)
        snprintf(to, sizeof to, "1)");
    else if (isinf(hi))
        snprintf(to, sizeof to, "inf)");
    snprintf(text, SBS_JSON_RANGE, "%s, %s", from, to);
    return text;
}

/* "where.key: must be WHAT (VALUE, RANGE)" with the value found, shortened;
 * range may be NULL. */
static int wrong(const cJSON *item, const char *where, const char *key,
                 const char *what, const char *range, struct sbs_error *err)
{
    char place[PLACE], value[48] = "";
    sbs_json_where(place, sizeof place, where, key);
    if (cJSON_IsNumber(item))
        sbs_jsonw_format(value, item->valuedouble);
    else if (cJSON_IsString(item))
        snprintf(value, sizeof value, "\"%.40s\"", item->valuestring);
    else if (cJSON_IsBool(item))
        snprintf(value, sizeof value, cJSON_IsTrue(item) ? "true" : "false");
    else
        snprintf(value, sizeof value,
                 cJSON_IsArray(item) ? "an array" : "an object");
    return sbs_fail(err, SBS_EINPUT, "%s: must be %s (%s%s%s)", place, what,
                    value, range ? ", allowed " : "", range ? range : "");
}

const struct cJSON *sbs_json_get(const struct cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return item && !cJSON_IsNull(item) ? item : NULL;
}

int sbs_json_is_object(const struct cJSON *json, const char *where,
                       struct sbs_error *err)
{
    if (cJSON_IsObject(json))
        return 0;
    size_t n = strlen(where); /* "file:" reads better as "file" here */
    return sbs_fail(err, SBS_EINPUT, "%.*s: must be an object",
                    (int)(n > 0 && where[n - 1] == ':' ? n - 1 : n), where);
}

int sbs_json_need(const struct cJSON *object, const char *where,
                  const char *key, struct sbs_error *err)
{
    char place[PLACE];
    if (sbs_json_get(object, key))
        return 0;
    return sbs_fail(err, SBS_EINPUT, "%s: is missing",
                    sbs_json_where(place, sizeof place, where, key));
}

int sbs_json_real(const struct cJSON *object, const char *where,
                  const char *key, double lo, double hi, double *value,
                  struct sbs_error *err)
{
    const cJSON *item = sbs_json_get(object, key);
    char range[SBS_JSON_RANGE];
    if (!item)
        return 0;
    if (!cJSON_IsNumber(item) || !isfinite(item->valuedouble) ||
        item->valuedouble < lo || item->valuedouble > hi)
        return wrong(item, where, key, "a number",
                     sbs_json_range(range, lo, hi), err);
    *value = item->valuedouble;
    return 0;
}

int sbs_json_integer(const struct cJSON *object, const char *where,
                     const char *key, int64_t lo, int64_t hi, int64_t *value,
                     struct sbs_error *err)
{
    const cJSON *item = sbs_json_get(object, key);
    char range[SBS_JSON_RANGE];
    if (!item)
        return 0;
    double x = cJSON_IsNumber(item) ? item->valuedouble : NAN;
    if (!(x >= (double)lo && x <= (double)hi) || x != floor(x)) {
        snprintf(range, sizeof range, "[%lld, %lld]", (long long)lo,
                 (long long)hi);
        return wrong(item, where, key, "a whole number", range, err);
    }
    *value = (int64_t)x;
    return 0;
}

int sbs_json_bool(const struct cJSON *object, const char *where,
                  const char *key, bool *value, struct sbs_error *err)
{
    const cJSON *item = sbs_json_get(object, key);
    if (!item)
        return 0;
    if (!cJSON_IsBool(item))
        return wrong(item, where, key, "true or false", NULL, err);
    *value = cJSON_IsTrue(item);
    return 0;
}

int sbs_json_string(const struct cJSON *object, const char *where,
                    const char *key, const char **value,
                    struct sbs_error *err)
{
    const cJSON *item = sbs_json_get(object, key);
    if (!item)
        return 0;
    if (!cJSON_IsString(item))
        return wrong(item, where, key, "a string", NULL, err);
    *value = item->valuestring;
    return 0;
}

int sbs_json_array(const struct cJSON *object, const char *where,
                   const char *key, const struct cJSON **value,
                   struct sbs_error *err)
{
    const cJSON *item = sbs_json_get(object, key);
    if (!item)
        return 0;
    if (!cJSON_IsArray(item))
        return wrong(item, where, key, "an array", NULL, err);
    *value = item;
    return 0;
}

int sbs_json_object(const struct cJSON *object, const char *where,
                    const char *key, const struct cJSON **value,
                    struct sbs_error *err)
{
    const cJSON *item = sbs_json_get(object, key);
    if (!item)
        return 0;
    if (!cJSON_IsObject(item))
        return wrong(item, where, key, "an object", NULL, err);
    *value = item;
    return 0;
}

int sbs_json_known(const struct cJSON *object, const char *where,
                   const char *const *keys, size_t n, struct sbs_error *err)
{
    if (sbs_json_is_object(object, where, err) < 0)
        return -1;
    for (const cJSON *item = object->child; item; item = item->next) {
        size_t k = 0;
        while (k < n && strcmp(item->string, keys[k]) != 0)
            k++;
        if (k < n)
            continue;
        char key[64], place[PLACE];
        snprintf(key, sizeof key, "%s", item->string);
        sbs_json_where(place, sizeof place, where, key);
        const char *nearest = sbs_nearest(item->string, keys, n);
        return sbs_fail(err, SBS_EINPUT, "%s: unknown key%s%s%s", place,
                        nearest ? " (did you mean \"" : "",
                        nearest ? nearest : "", nearest ? "\"?)" : "");
    }
    return 0;
}

int sbs_json_schema(const struct cJSON *object, const char *where,
                    const char *schema, int64_t version, struct sbs_error *err)
{
    const char *name = NULL;
    int64_t found = 0;
    char place[PLACE];
    if (sbs_json_is_object(object, where, err) < 0 ||
        sbs_json_need(object, where, "schema", err) < 0 ||
        sbs_json_string(object, where, "schema", &name, err) < 0)
        return -1;
    if (strcmp(name, schema) != 0)
        return sbs_fail(err, SBS_EINPUT, "%s: must be \"%s\" (\"%.40s\")",
                        sbs_json_where(place, sizeof place, where, "schema"),
                        schema, name);
    if (sbs_json_need(object, where, "schema_version", err) < 0)
        return -1;
    return sbs_json_integer(object, where, "schema_version", version, version,
                            &found, err);
}
