/* SPDX-License-Identifier: Apache-2.0 */
/* The strict half of base/json: is this text JSON (RFC 8259)? */
#ifndef SBS_BASE_JSON_SCAN_H
#define SBS_BASE_JSON_SCAN_H

#include "base/error.h"

#include <stddef.h>

enum {
    SBS_JSON_DEPTH = 64,          /* nested arrays and objects */
    SBS_JSON_VALUES = 1 << 24,    /* values in one document (1 GB of nodes) */
    SBS_JSON_NUMBER_LENGTH = 60,  /* characters; cJSON cuts at 63 */
};

/* Check text[0..length). Beyond RFC 8259: comments and a leading byte order
 * mark are allowed; NUL (also written \u0000), numbers beyond a double's
 * range or longer than SBS_JSON_NUMBER_LENGTH, more than SBS_JSON_DEPTH
 * levels or SBS_JSON_VALUES values are not. Duplicate keys are not seen here.
 * `clean` (NULL or length bytes) receives the text with comments and byte
 * order mark blanked. 0 or -1 with "name:line:column: what (value)". */
int sbs_json_scan(const char *text, size_t length, const char *name,
                  char *clean, struct sbs_error *err);

/* Fill err with "name:line:column: what (the value there)"; returns -1.
 * Lines and columns (in bytes) count from 1. */
int sbs_json_scan_fail(const char *text, size_t length, const char *name,
                       size_t at, const char *what, struct sbs_error *err);

/* The offset of the n-th key (from 0, in the order written) of a text that
 * sbs_json_scan accepted; length when there are fewer. */
size_t sbs_json_scan_key(const char *text, size_t length, size_t n);

#endif
