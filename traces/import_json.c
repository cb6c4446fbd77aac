/* SPDX-License-Identifier: Apache-2.0 */
/* JSON of importers: values one after another, and stamps. */
#include "config.h"

#include "traces/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "base/json.h"
#include "traces/cell.h"
#include "traces/stamp.h"

/* Bytes of the value that begins at text[0]: to its closing bracket. All of
 * `length` when it begins with no bracket or does not close (then it is no
 * value, and the parser says what is wrong). */
static size_t value_length(const char *text, size_t length)
{
    size_t depth = 0;
    bool in_text = false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (in_text) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_text = false;
            continue;
        }
        if (c == '"')
            in_text = true;
        else if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && depth > 0)
            depth--;
        if (depth == 0)
            return c == '}' || c == ']' ? i + 1 : length;
    }
    return length;
}

/* The tree of one value. A message must have the line in the whole file:
 * on failure it is made again with the lines before as blank ones. */
static struct cJSON *parse_value(const char *text, size_t length, size_t line,
                                 const char *name, struct sbs_error *err)
{
    struct cJSON *tree = sbs_json_parse(text, length, name, err);
    if (tree || line == 1)
        return tree;
    char *padded = malloc(line - 1 + length);
    if (!padded)
        return NULL;
    memset(padded, '\n', line - 1);
    memcpy(padded + line - 1, text, length);
    tree = sbs_json_parse(padded, line - 1 + length, name, err);
    free(padded);
    return tree;
}

int sbs_import_values(struct sbs_import *im, const char *text, size_t length,
                      const char *name, sbs_import_value_f take,
                      struct sbs_error *err)
{
    size_t at = 0, line = 1, n = 0;
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        at = 3; /* a byte order mark */
    for (;; n++) {
        for (; at < length && strchr(" \t\r\n", text[at]) && text[at]; at++)
            line += text[at] == '\n';
        if (at == length)
            break;
        size_t size = value_length(text + at, length - at);
        struct cJSON *tree = parse_value(text + at, size, line, name, err);
        if (!tree)
            return -1;
        char where[512];
        snprintf(where, sizeof where, "%.480s:%zu:", name, line);
        int status = take(im, tree, where, err);
        cJSON_Delete(tree);
        if (status)
            return -1;
        for (size_t i = 0; i < size; i++)
            line += text[at + i] == '\n';
        at += size;
    }
    if (n == 0)
        return sbs_fail(err, SBS_EINPUT, "%s: is empty", name);
    return 0;
}

/* Above this a number is no epoch second of this age but milliseconds. */
static const double most_epoch_s = 1e11;

int sbs_import_json_stamp(const struct sbs_import *im,
                          const struct cJSON *object, const char *where,
                          const char *key, double *seconds,
                          struct sbs_error *err)
{
    const struct cJSON *json = sbs_json_get(object, key);
    struct sbs_error why = { 0 };
    char place[600];
    if (!json)
        return 0;
    sbs_json_where(place, sizeof place, where, key);
    double epoch_s;
    const char *epoch = im->trace->epoch_utc;
    if (sbs_stamp_parse(epoch, strlen(epoch), &epoch_s))
        return sbs_fail(err, SBS_EINPUT, "%s:/: attribute epoch_utc: not an "
                        "ISO 8601 time", im->trace->name);
    if (cJSON_IsNumber(json)) {
        double value = json->valuedouble;
        if (!(value >= epoch_s && value < most_epoch_s))
            return sbs_fail(err, SBS_EINPUT, "%s: not epoch seconds (%.15g, "
                            "allowed [%.15g, %g))", place, value, epoch_s,
                            most_epoch_s);
        *seconds = value - epoch_s;
        return 0;
    }
    if (!cJSON_IsString(json))
        return sbs_fail(err, SBS_EINPUT, "%s: must be a time (ISO 8601 with "
                        "Z or offset, or epoch seconds)", place);
    if (sbs_cell_stamp(im->trace, json->valuestring, seconds, &why))
        return sbs_fail(err, SBS_EINPUT, "%s: %s", place, why.text);
    return 0;
}
