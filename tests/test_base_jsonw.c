/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/jsonw.h"

#include <stdlib.h>

#include <cJSON.h>

#include "base/json.h"
#include "tests/tap.h"

static void format_is(double value, const char *want)
{
    char text[SBS_JSONW_NUMBER];
    is_str(sbs_jsonw_format(text, value), want, want);
}

static void numbers(void)
{
    format_is(0.1, "0.1");
    format_is(1.0 / 3, "0.3333333333333333");
    format_is(4.35, "4.35");
    format_is(1e22, "1e+22");
    format_is(9007199254740991, "9007199254740991");
    format_is(5e-324, "4.94065645841247e-324");
    format_is(-0.0, "-0");
    format_is(NAN, "null");
    format_is(-INFINITY, "null");
    /* Every bit pattern reads back: a walk over exponents and mantissas. */
    unsigned bad = 0;
    uint64_t bits = 1;
    for (int i = 0; i < 20000; i++) {
        bits = bits * 6364136223846793005u + 1442695040888963407u;
        double value, back;
        memcpy(&value, &bits, sizeof value);
        char text[SBS_JSONW_NUMBER];
        back = isfinite(value) ? strtod(sbs_jsonw_format(text, value), NULL)
                               : value;
        bad += memcmp(&back, &value, sizeof value) != 0;
    }
    ok(bad == 0, "20000 bit patterns read back");
}

static void write_document(struct sbs_jsonw *w)
{
    sbs_jsonw_object(w);
    sbs_jsonw_key(w, "name");
    sbs_jsonw_string(w, "q\"\\\n\x01 \xc3\xa9 \xff");
    sbs_jsonw_key(w, "n");
    sbs_jsonw_count(w, UINT64_MAX);
    sbs_jsonw_key(w, "flat");
    sbs_jsonw_flat_object(w);
    sbs_jsonw_key(w, "a");
    sbs_jsonw_real(w, NAN);
    sbs_jsonw_key(w, "b");
    sbs_jsonw_array(w);
    sbs_jsonw_integer(w, -1);
    sbs_jsonw_bool(w, true);
    sbs_jsonw_close(w);
    sbs_jsonw_close(w);
    sbs_jsonw_key(w, "list");
    sbs_jsonw_array(w);
    sbs_jsonw_null(w);
    sbs_jsonw_string(w, NULL);
    sbs_jsonw_close(w);
    sbs_jsonw_key(w, "empty");
    sbs_jsonw_object(w);
    sbs_jsonw_close(w);
    sbs_jsonw_close(w);
}

static void documents(void)
{
    static const char want[] =
        "{\n"
        "  \"name\": \"q\\\"\\\\\\n\\u0001 \xc3\xa9 \xef\xbf\xbd\",\n"
        "  \"n\": 18446744073709551615,\n"
        "  \"flat\": {\"a\": null, \"b\": [-1, true]},\n"
        "  \"list\": [\n    null,\n    null\n  ],\n"
        "  \"empty\": {}\n}\n";
    struct sbs_jsonw w;
    struct sbs_error err = {0};
    sbs_jsonw_init(&w, NULL);
    write_document(&w);
    ok(sbs_jsonw_end(&w, &err) == 0, "to a buffer");
    char *text = sbs_jsonw_take(&w);
    is_str(text, want, "  its text");
    cJSON *json = sbs_json_parse(text, strlen(text), "t", &err);
    ok(json != NULL, "  reads back %s", err.text);
    free(text);
    sbs_jsonw_init(&w, NULL);
    sbs_jsonw_tree(&w, json);
    ok(sbs_jsonw_end(&w, &err) == 0, "a tree");
    cJSON *again = sbs_json_parse(w.text, w.length, "t", &err);
    ok(cJSON_Compare(json, again, 1), "  the same tree");
    cJSON_Delete(again);
    cJSON_Delete(json);
    sbs_jsonw_fini(&w);
    sbs_jsonw_fini(NULL);
}

static void full_disk(void)
{
    struct sbs_jsonw w;
    struct sbs_error err = {0};
    FILE *file = fopen("/dev/full", "w");
    if (!file) {
        skip("no /dev/full here");
        return;
    }
    sbs_jsonw_init(&w, file);
    write_document(&w);
    ok(sbs_jsonw_end(&w, &err) == -1 && err.code == SBS_EIO, "full disk: %s",
       err.text);
    fclose(file);
}

int main(void)
{
    numbers();
    documents();
    full_disk();
    return tap_done();
}
