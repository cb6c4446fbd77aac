/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/jsonw.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "base/utf8.h"

void sbs_jsonw_init(struct sbs_jsonw *w, FILE *file)
{
    *w = (struct sbs_jsonw){.file = file, .first = true};
}

void sbs_jsonw_fini(struct sbs_jsonw *w)
{
    if (!w)
        return;
    free(w->text);
    *w = (struct sbs_jsonw){.first = true};
}

static void put(struct sbs_jsonw *w, const char *text, size_t n)
{
    if (w->failed || n == 0)
        return;
    if (w->file) {
        w->failed = fwrite(text, 1, n, w->file) != n;
        return;
    }
    if (w->capacity - w->length <= n) { /* room for a NUL too */
        size_t capacity = w->capacity ? w->capacity : 256;
        while (capacity - w->length <= n)
            capacity *= 2;
        char *grown = realloc(w->text, capacity);
        if (!grown) {
            w->failed = true;
            return;
        }
        w->text = grown;
        w->capacity = capacity;
    }
    memcpy(w->text + w->length, text, n);
    w->length += n;
    w->text[w->length] = '\0';
}

static void put_text(struct sbs_jsonw *w, const char *text)
{
    put(w, text, strlen(text));
}

static void new_line(struct sbs_jsonw *w)
{
    put_text(w, "\n");
    for (int i = 0; i < w->depth; i++)
        put_text(w, "  ");
}

/* What stands before a value or a key. */
static void lead(struct sbs_jsonw *w)
{
    if (w->after_key) {
        w->after_key = false;
        return;
    }
    if (!w->first)
        put_text(w, w->flat ? ", " : ",");
    if (w->depth > 0 && !w->flat)
        new_line(w);
    w->first = false;
}

static void open_level(struct sbs_jsonw *w, const char *brackets, bool flat)
{
    lead(w);
    SBS_ASSERT(w->depth < SBS_JSONW_DEPTH);
    put(w, brackets, 1);
    w->close[w->depth++] = brackets[1];
    w->first = true;
    if (flat && !w->flat)
        w->flat = w->depth;
}

void sbs_jsonw_object(struct sbs_jsonw *w)
{
    open_level(w, "{}", false);
}

void sbs_jsonw_array(struct sbs_jsonw *w)
{
    open_level(w, "[]", false);
}

void sbs_jsonw_flat_object(struct sbs_jsonw *w)
{
    open_level(w, "{}", true);
}

void sbs_jsonw_flat_array(struct sbs_jsonw *w)
{
    open_level(w, "[]", true);
}

void sbs_jsonw_close(struct sbs_jsonw *w)
{
    SBS_ASSERT(w->depth > 0 && !w->after_key);
    w->depth--;
    if (!w->flat && !w->first)
        new_line(w);
    put(w, &w->close[w->depth], 1);
    if (w->flat > w->depth)
        w->flat = 0;
    w->first = false;
}

static void put_escaped(struct sbs_jsonw *w, unsigned char c)
{
    static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
    char text[8];
    const char *p = strchr(from, c);
    if (p)
        snprintf(text, sizeof text, "\\%c", to[p - from]);
    else
        snprintf(text, sizeof text, "\\u%04x", c);
    put_text(w, text);
}

static void put_string(struct sbs_jsonw *w, const char *value)
{
    size_t left = strlen(value);
    put_text(w, "\"");
    while (left > 0) {
        unsigned char c = (unsigned char)*value;
        size_t n = sbs_utf8_length(value, left);
        if (n == 0)
            put_text(w, "\xef\xbf\xbd"); /* U+FFFD */
        else if (c < 0x20 || c == 0x7f || c == '"' || c == '\\')
            put_escaped(w, c);
        else
            put(w, value, n);
        value += n ? n : 1;
        left -= n ? n : 1;
    }
    put_text(w, "\"");
}

void sbs_jsonw_key(struct sbs_jsonw *w, const char *key)
{
    SBS_ASSERT(w->depth > 0 && w->close[w->depth - 1] == '}' &&
               !w->after_key);
    lead(w);
    put_string(w, key);
    put_text(w, ": ");
    w->after_key = true;
}

const char *sbs_jsonw_format(char text[SBS_JSONW_NUMBER], double value)
{
    if (!isfinite(value)) {
        snprintf(text, SBS_JSONW_NUMBER, "null");
        return text;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, SBS_JSONW_NUMBER, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    return text;
}

void sbs_jsonw_real(struct sbs_jsonw *w, double value)
{
    char text[SBS_JSONW_NUMBER];
    lead(w);
    put_text(w, sbs_jsonw_format(text, value));
}

void sbs_jsonw_integer(struct sbs_jsonw *w, int64_t value)
{
    char text[SBS_JSONW_NUMBER];
    lead(w);
    snprintf(text, sizeof text, "%lld", (long long)value);
    put_text(w, text);
}

void sbs_jsonw_count(struct sbs_jsonw *w, uint64_t value)
{
    char text[SBS_JSONW_NUMBER];
    lead(w);
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    put_text(w, text);
}

void sbs_jsonw_string(struct sbs_jsonw *w, const char *value)
{
    lead(w);
    if (value)
        put_string(w, value);
    else
        put_text(w, "null");
}

void sbs_jsonw_bool(struct sbs_jsonw *w, bool value)
{
    lead(w);
    put_text(w, value ? "true" : "false");
}

void sbs_jsonw_null(struct sbs_jsonw *w)
{
    lead(w);
    put_text(w, "null");
}

/* Short enough for one line: no containers inside. */
static bool is_plain(const cJSON *json)
{
    for (const cJSON *item = json->child; item; item = item->next) {
        if (cJSON_IsArray(item) || cJSON_IsObject(item))
            return false;
    }
    return true;
}

void sbs_jsonw_tree(struct sbs_jsonw *w, const struct cJSON *json)
{
    if (!json || cJSON_IsNull(json)) {
        sbs_jsonw_null(w);
    } else if (cJSON_IsBool(json)) {
        sbs_jsonw_bool(w, cJSON_IsTrue(json));
    } else if (cJSON_IsNumber(json)) {
        sbs_jsonw_real(w, json->valuedouble);
    } else if (cJSON_IsString(json)) {
        sbs_jsonw_string(w, json->valuestring);
    } else {
        bool object = cJSON_IsObject(json);
        open_level(w, object ? "{}" : "[]", is_plain(json));
        for (const cJSON *item = json->child; item; item = item->next) {
            if (object)
                sbs_jsonw_key(w, item->string);
            sbs_jsonw_tree(w, item);
        }
        sbs_jsonw_close(w);
    }
}

int sbs_jsonw_end(struct sbs_jsonw *w, struct sbs_error *err)
{
    SBS_ASSERT(w->depth == 0);
    put_text(w, "\n");
    if (w->file && !w->failed)
        w->failed = fflush(w->file) != 0;
    if (!w->failed)
        return 0;
    if (w->file)
        return sbs_fail(err, SBS_EIO, "cannot be written: %s",
                        strerror(errno));
    return sbs_fail(err, SBS_EMEMORY, "out of memory");
}

char *sbs_jsonw_take(struct sbs_jsonw *w)
{
    char *text = w->text;
    w->text = NULL;
    w->length = w->capacity = 0;
    return text;
}
