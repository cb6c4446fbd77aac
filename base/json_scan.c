/* SPDX-License-Identifier: Apache-2.0 */
/* A recursive descent over the grammar of RFC 8259 that builds nothing. */
#include "config.h"

#include "base/json_scan.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

struct scan {
    const char *text;
    size_t length, at;
    const char *name;
    char *clean;      /* may be NULL */
    size_t depth, values, keys;
    size_t want_key;  /* stop at this key ... */
    size_t key_at;    /* ... and leave its offset here */
    struct sbs_error *err;
};

static int scan_value(struct scan *s);

int sbs_json_scan_fail(const char *text, size_t length, const char *name,
                       size_t at, const char *what, struct sbs_error *err)
{
    size_t line = 1, start = 0;
    for (size_t i = 0; i < at && i < length; i++) {
        if (text[i] == '\n') {
            line++;
            start = i + 1;
        }
    }
    char value[28];
    size_t n = 0;
    for (size_t i = at; i < length && n < sizeof value - 1; i++) {
        unsigned char c = (unsigned char)text[i];
        if (n > 0 && strchr(",]}\n", c ? (char)c : '?'))
            break;
        value[n++] = isprint(c) ? (char)c : '?';
    }
    value[n] = '\0';
    if (at >= length)
        return sbs_fail(err, SBS_EINPUT, "%s:%zu:%zu: %s (end of text)", name,
                        line, at - start + 1, what);
    return sbs_fail(err, SBS_EINPUT, "%s:%zu:%zu: %s (%s)", name, line,
                    at - start + 1, what, value);
}

static int scan_fail(struct scan *s, size_t at, const char *what)
{
    return sbs_json_scan_fail(s->text, s->length, s->name, at, what, s->err);
}

/* The byte at offset k from here; 0 beyond the end. */
static unsigned char peek(const struct scan *s, size_t k)
{
    size_t at = s->at + k;
    return at < s->length ? (unsigned char)s->text[at] : 0;
}

static void blank(struct scan *s, size_t from, size_t to)
{
    for (size_t i = from; s->clean && i < to; i++) {
        if (s->text[i] != '\n')
            s->clean[i] = ' ';
    }
}

static int skip_comment(struct scan *s)
{
    size_t from = s->at;
    bool line = peek(s, 1) == '/', closed = false;
    for (s->at += 2; s->at < s->length && !closed; s->at++) {
        if (line && peek(s, 0) == '\n')
            break;
        closed = !line && peek(s, 0) == '*' && peek(s, 1) == '/';
    }
    if (!line && !closed)
        return scan_fail(s, from, "comment is not closed");
    if (closed)
        s->at++;
    blank(s, from, s->at);
    return 0;
}

static int skip_space(struct scan *s)
{
    for (;;) {
        unsigned char c = peek(s, 0);
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            s->at++;
        } else if (c == '/' && (peek(s, 1) == '/' || peek(s, 1) == '*')) {
            if (skip_comment(s) < 0)
                return -1;
        } else {
            return 0;
        }
    }
}

/* The code unit of \uXXXX at s->at, or -1. */
static int32_t unicode_escape(const struct scan *s)
{
    int32_t unit = 0;
    if (peek(s, 0) != '\\' || peek(s, 1) != 'u')
        return -1;
    for (size_t k = 2; k < 6; k++) {
        unsigned char c = peek(s, k);
        if (!isxdigit(c))
            return -1;
        int32_t digit = isdigit(c) ? c - '0' : tolower(c) - 'a' + 10;
        unit = unit * 16 + digit;
    }
    return unit;
}

static int scan_escape(struct scan *s)
{
    size_t from = s->at;
    if (peek(s, 1) != 'u') {
        if (!peek(s, 1) || !strchr("\"\\/bfnrt", peek(s, 1)))
            return scan_fail(s, from, "unknown escape in a string");
        s->at += 2;
        return 0;
    }
    int32_t unit = unicode_escape(s);
    if (unit < 0)
        return scan_fail(s, from, "\\u needs four hexadecimal digits");
    if (unit == 0)
        return scan_fail(s, from, "NUL in a string");
    s->at += 6;
    if (unit < 0xd800 || unit > 0xdfff)
        return 0;
    int32_t low = unit < 0xdc00 ? unicode_escape(s) : -1;
    if (low < 0xdc00 || low > 0xdfff)
        return scan_fail(s, from, "half a surrogate pair");
    s->at += 6;
    return 0;
}

static int scan_string(struct scan *s)
{
    size_t from = s->at++;
    while (s->at < s->length && peek(s, 0) != '"') {
        if (peek(s, 0) == '\\') {
            if (scan_escape(s) < 0)
                return -1;
            continue;
        }
        if (peek(s, 0) < 0x20)
            return scan_fail(s, s->at, "control character in a string");
        size_t n = sbs_utf8_length(s->text + s->at, s->length - s->at);
        if (n == 0)
            return scan_fail(s, s->at, "invalid UTF-8");
        s->at += n;
    }
    if (s->at >= s->length)
        return scan_fail(s, from, "string is not closed");
    s->at++;
    return 0;
}

static int scan_digits(struct scan *s, size_t from)
{
    if (!isdigit(peek(s, 0)))
        return scan_fail(s, from, "number is incomplete");
    while (isdigit(peek(s, 0)))
        s->at++;
    return 0;
}

static int scan_number(struct scan *s)
{
    size_t from = s->at;
    if (peek(s, 0) == '-')
        s->at++;
    if (peek(s, 0) == '0' && isdigit(peek(s, 1)))
        return scan_fail(s, from, "number begins with 0");
    if (scan_digits(s, from) < 0)
        return -1;
    if (peek(s, 0) == '.') {
        s->at++;
        if (scan_digits(s, from) < 0)
            return -1;
    }
    if (peek(s, 0) == 'e' || peek(s, 0) == 'E') {
        s->at++;
        if (peek(s, 0) == '+' || peek(s, 0) == '-')
            s->at++;
        if (scan_digits(s, from) < 0)
            return -1;
    }
    char digits[SBS_JSON_NUMBER_LENGTH + 1];
    size_t n = s->at - from;
    if (n >= sizeof digits)
        return scan_fail(s, from, "number is too long");
    memcpy(digits, s->text + from, n);
    digits[n] = '\0';
    if (!isfinite(strtod(digits, NULL)))
        return scan_fail(s, from, "number is too large");
    return 0;
}

static int scan_word(struct scan *s)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
        size_t n = strlen(words[k]);
        if (s->length - s->at >= n &&
            memcmp(s->text + s->at, words[k], n) == 0) {
            s->at += n;
            return 0;
        }
    }
    return scan_fail(s, s->at, "a JSON value is expected");
}

static int scan_key(struct scan *s)
{
    if (peek(s, 0) != '"')
        return scan_fail(s, s->at, "a key in double quotes is expected");
    if (s->keys++ == s->want_key) {
        s->key_at = s->at;
        return -1;
    }
    if (scan_string(s) < 0 || skip_space(s) < 0)
        return -1;
    if (peek(s, 0) != ':')
        return scan_fail(s, s->at, "':' is expected after the key");
    s->at++;
    return skip_space(s);
}

/* An array or an object: s->at is at its opening bracket. */
static int scan_members(struct scan *s, char close)
{
    size_t from = s->at;
    if (++s->depth > SBS_JSON_DEPTH)
        return scan_fail(s, from, "nested too deeply");
    s->at++;
    if (skip_space(s) < 0)
        return -1;
    bool more = peek(s, 0) != close;
    while (more) {
        if ((close == '}' && scan_key(s) < 0) || scan_value(s) < 0 ||
            skip_space(s) < 0)
            return -1;
        more = peek(s, 0) == ',';
        if (more) {
            s->at++;
            if (skip_space(s) < 0)
                return -1;
        } else if (s->at >= s->length) {
            return scan_fail(s, from, "bracket is not closed");
        } else if (peek(s, 0) != close) {
            return scan_fail(s, s->at, close == '}' ? "',' or '}' is expected"
                                                    : "',' or ']' is expected");
        }
    }
    s->at++;
    s->depth--;
    return 0;
}

static int scan_value(struct scan *s)
{
    if (++s->values > SBS_JSON_VALUES)
        return scan_fail(s, s->at, "too many values");
    unsigned char c = peek(s, 0);
    if (c == '{')
        return scan_members(s, '}');
    if (c == '[')
        return scan_members(s, ']');
    if (c == '"')
        return scan_string(s);
    if (c == '-' || isdigit(c))
        return scan_number(s);
    return scan_word(s);
}

static int scan_document(struct scan *s)
{
    if (s->length >= 3 && memcmp(s->text, "\xef\xbb\xbf", 3) == 0) {
        s->at = 3;
        blank(s, 0, 3);
    }
    if (skip_space(s) < 0 || scan_value(s) < 0 || skip_space(s) < 0)
        return -1;
    if (s->at < s->length)
        return scan_fail(s, s->at, "text after the end of the document");
    return 0;
}

int sbs_json_scan(const char *text, size_t length, const char *name,
                  char *clean, struct sbs_error *err)
{
    struct scan s = {.text = text, .length = length, .name = name,
                     .clean = clean, .want_key = SIZE_MAX, .err = err};
    const char *nul = length > 0 ? memchr(text, '\0', length) : NULL;
    if (nul)
        return scan_fail(&s, (size_t)(nul - text), "NUL byte in the text");
    if (clean && length > 0)
        memcpy(clean, text, length);
    return scan_document(&s);
}

size_t sbs_json_scan_key(const char *text, size_t length, size_t n)
{
    struct scan s = {.text = text, .length = length, .name = "",
                     .want_key = n, .key_at = length};
    scan_document(&s);
    return s.key_at;
}
