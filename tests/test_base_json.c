/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/json.h"

#include <stdlib.h>
#include <unistd.h>

#include <cJSON.h>

#include "base/json_scan.h"
#include "tests/tap.h"

static cJSON *parse(const char *text, struct sbs_error *err)
{
    return sbs_json_parse(text, strlen(text), "t", err);
}

/* The text is refused, with this message. */
static void refused(const char *text, const char *message)
{
    struct sbs_error err = {0};
    cJSON *json = parse(text, &err);
    ok(!json, "refused");
    is_str(err.text, message, message);
    cJSON_Delete(json);
}

static void accepted(const char *text)
{
    struct sbs_error err = {0};
    cJSON *json = parse(text, &err);
    ok(json != NULL, "accepted%s%s", err.text[0] ? ": " : "", err.text);
    cJSON_Delete(json);
}

static void texts(void)
{
    accepted("1");
    accepted(" [1, -0, 0.5, 1e5, 1E-5, -1.5e+300, 1e-400] ");
    accepted("{\"a\": {\"a\": 1}, \"b\": [{\"a\": 1}, {\"a\": 2}]}");
    accepted("// head\n{ \"a\" /* key */ : 1 // one\n }\n// tail");
    accepted("/**/[]/***/");
    accepted("\"/* not a comment */ // nor this\"");
    accepted("\"\\ud83d\\ude00 \\u00e9 \xc3\xa9 \xf0\x9f\x98\x80\"");
    accepted("\xef\xbb\xbf{}");
    refused("", "t:1:1: a JSON value is expected (end of text)");
    refused("  \n ", "t:2:2: a JSON value is expected (end of text)");
    refused("1e400", "t:1:1: number is too large (1e400)");
    refused("{\"a\": -1e999}", "t:1:7: number is too large (-1e999)");
    refused("{\"a\": 1,\n \"a\": 2}",
            "t:2:2: key appears twice in one object (\"a\": 2)");
    refused("{\"a\": 1, \"b\": {\"c\": 1, \"\\u0063\": 2}}",
            "t:1:24: key appears twice in one object (\"\\u0063\": 2)");
    refused("{} x", "t:1:4: text after the end of the document (x)");
    refused("{}{}", "t:1:3: text after the end of the document ({)");
    refused("[1] /* open", "t:1:5: comment is not closed (/* open)");
    refused("/*/", "t:1:1: comment is not closed (/*/)");
    refused("{\"a\": 01}", "t:1:7: number begins with 0 (01)");
    refused("[-01]", "t:1:2: number begins with 0 (-01)");
    refused("[1.]", "t:1:2: number is incomplete (1.)");
    refused("[.5]", "t:1:2: a JSON value is expected (.5)");
    refused("[+1]", "t:1:2: a JSON value is expected (+1)");
    refused("[1e]", "t:1:2: number is incomplete (1e)");
    refused("[-]", "t:1:2: number is incomplete (-)");
    refused("[0x10]", "t:1:3: ',' or ']' is expected (x10)");
    refused("[NaN]", "t:1:2: a JSON value is expected (NaN)");
    refused("[Infinity]", "t:1:2: a JSON value is expected (Infinity)");
    refused("[1,]", "t:1:4: a JSON value is expected (])");
    refused("{\"a\": 1,}", "t:1:9: a key in double quotes is expected (})");
    refused("{a: 1}", "t:1:2: a key in double quotes is expected (a: 1)");
    refused("{\"a\" 1}", "t:1:6: ':' is expected after the key (1)");
    refused("[1 2]", "t:1:4: ',' or ']' is expected (2)");
    refused("{\"a\": 1 \"b\": 2}", "t:1:9: ',' or '}' is expected (\"b\": 2)");
    refused("[1", "t:1:1: bracket is not closed ([1)");
    refused("\"ab", "t:1:1: string is not closed (\"ab)");
    refused("\"a\nb\"", "t:1:3: control character in a string (?b\")");
    refused("\"\\x\"", "t:1:2: unknown escape in a string (\\x\")");
    refused("\"\\u00g0\"",
            "t:1:2: \\u needs four hexadecimal digits (\\u00g0\")");
    refused("\"\\u0000\"", "t:1:2: NUL in a string (\\u0000\")");
    refused("\"\\ud800\"", "t:1:2: half a surrogate pair (\\ud800\")");
    refused("\"\\ude00\"", "t:1:2: half a surrogate pair (\\ude00\")");
    refused("\"\xff\"", "t:1:2: invalid UTF-8 (?\")");
    refused("\"\xc0\xaf\"", "t:1:2: invalid UTF-8 (??\")");
    refused("\"\xed\xa0\x80\"", "t:1:2: invalid UTF-8 (???\")");
    refused("\"\xf4\x90\x80\x80\"", "t:1:2: invalid UTF-8 (????\")");
    refused("truth", "t:1:1: a JSON value is expected (truth)");
    refused("nullx", "t:1:5: text after the end of the document (x)");
}

static void limits(void)
{
    struct sbs_error err = {0};
    char text[200];
    memset(text, '[', 64);
    memset(text + 64, ']', 64);
    text[128] = '\0';
    accepted(text);
    memset(text, '[', 65);
    memset(text + 65, ']', 65);
    text[130] = '\0';
    ok(!parse(text, &err) && strstr(err.text, "t:1:65: nested too deeply"),
       "65 levels: %s", err.text);
    memset(text, '1', 61);
    text[61] = '\0';
    ok(!parse(text, &err) && strstr(err.text, "number is too long"),
       "61 digits: %s", err.text);
    text[60] = '\0';
    accepted(text);
    ok(!sbs_json_parse("[1]\0 ", 5, "t", &err) &&
           strstr(err.text, "t:1:4: NUL byte"),
       "NUL byte: %s", err.text);
    ok(!sbs_json_parse("[1, 2]", 5, "t", &err), "only `length` bytes count");
    ok(!parse("[1", NULL), "err may be NULL");
}

static void fields(void)
{
    struct sbs_error err = {0};
    cJSON *json = parse("{\"n\": 7, \"big\": 9007199254740992, \"half\": 0.5,"
                        "\"yes\": true, \"text\": \"x\", \"none\": null,"
                        "\"list\": [1], \"in\": {\"n\": -1}}", &err);
    double real = 3;
    int64_t whole = 4;
    bool flag = false;
    const char *text = "default";
    const cJSON *list = NULL;
    ok(sbs_json_real(json, "t:", "n", 0, 10, &real, &err) == 0 && real == 7,
       "number");
    ok(sbs_json_real(json, "t:", "absent", 0, 1, &real, &err) == 0 &&
           sbs_json_real(json, "t:", "none", 0, 1, &real, &err) == 0 &&
           real == 7, "absent and null leave the default");
    ok(sbs_json_real(json, "t: a.b", "n", 0, SBS_JSON_BELOW_1, &real, &err) ==
           -1, "out of range");
    is_str(err.text, "t: a.b.n: must be a number (7, allowed [0, 1))", "  msg");
    sbs_json_real(json, "t:", "text", SBS_JSON_ABOVE_0, INFINITY, &real, &err);
    is_str(err.text, "t: text: must be a number (\"x\", allowed (0, inf))",
           "a string is not a number");
    ok(sbs_json_integer(json, "t:", "n", 0, 10, &whole, &err) == 0 &&
           whole == 7, "integer");
    ok(sbs_json_integer(json, "t:", "half", 0, 10, &whole, &err) == -1,
       "fraction: %s", err.text);
    sbs_json_integer(json, "t:", "big", 0, SBS_JSON_MAX_INTEGER, &whole, &err);
    is_str(err.text, "t: big: must be a whole number (9007199254740992, "
           "allowed [0, 9007199254740991])", "2^53 is refused");
    ok(whole == 7, "a refused value is not stored");
    ok(sbs_json_bool(json, "t:", "yes", &flag, &err) == 0 && flag, "bool");
    ok(sbs_json_bool(json, "t:", "n", &flag, &err) == -1, "%s", err.text);
    ok(sbs_json_string(json, "t:", "text", &text, &err) == 0 &&
           strcmp(text, "x") == 0, "string");
    ok(sbs_json_string(json, "t:", "list", &text, &err) == -1, "%s", err.text);
    ok(sbs_json_array(json, "t:", "list", &list, &err) == 0 && list, "array");
    ok(sbs_json_array(json, "t:", "in", &list, &err) == -1, "%s", err.text);
    ok(sbs_json_object(json, "t:", "in", &list, &err) == 0 &&
           cJSON_IsObject(list), "object");
    ok(sbs_json_object(json, "t:", "yes", &list, &err) == -1, "%s", err.text);
    ok(sbs_json_need(json, "t:", "n", &err) == 0, "needed and there");
    ok(sbs_json_need(json, "t:", "none", &err) == -1, "%s", err.text);
    cJSON_Delete(json);
}

static void keys(void)
{
    static const char *const known[] = {"setup_s", "call_s"};
    struct sbs_error err = {0};
    char place[64];
    cJSON *json = parse("{\"setup_s\": 1, \"cal_s\": 2}", &err);
    ok(sbs_json_known(json, "m.json: client", known, 2, &err) == -1, "unknown");
    is_str(err.text, "m.json: client.cal_s: unknown key (did you mean "
           "\"call_s\"?)", "  nearest key");
    cJSON_DeleteItemFromObject(json, "cal_s");
    ok(sbs_json_known(json, "m.json:", known, 2, &err) == 0, "all known");
    ok(sbs_json_known(json->child, "m.json:", known, 2, &err) == -1, "%s",
       err.text);
    cJSON_Delete(json);
    json = parse("{\"schema\": \"sbsim-model\", \"schema_version\": 2}", &err);
    ok(sbs_json_schema(json, "m:", "sbsim-model", 2, &err) == 0, "schema");
    ok(sbs_json_schema(json, "m:", "sbsim-model", 1, &err) == -1, "%s",
       err.text);
    ok(sbs_json_schema(json, "m:", "sbsim-workload", 2, &err) == -1, "%s",
       err.text);
    cJSON_Delete(json);
    is_str(sbs_json_where_item(place, sizeof place, "m: a.list", 3),
           "m: a.list[3]", "place of an element");
    is_str(sbs_json_where_item(place, sizeof place, "m:", 0), "m: [0]",
           "place of an element of the top");
}

static void files(void)
{
    struct sbs_error err = {0};
    char path[] = "/tmp/sbs-json-XXXXXX";
    int fd = mkstemp(path);
    ok(fd >= 0 && write(fd, "[1, 2]\n", 7) == 7, "a file to read");
    close(fd);
    cJSON *json = sbs_json_read(path, &err);
    ok(cJSON_GetArraySize(json) == 2, "read");
    cJSON_Delete(json);
    unlink(path);
    ok(!sbs_json_read(path, &err) && err.code == SBS_EIO, "%s", err.text);
    ok(!sbs_json_read("/", &err), "%s", err.text);
    ok(!sbs_json_read("/dev/zero", &err), "%s", err.text);
}

int main(void)
{
    texts();
    limits();
    fields();
    keys();
    files();
    return tap_done();
}
