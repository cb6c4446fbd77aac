/* SPDX-License-Identifier: Apache-2.0 */
/* Writing JSON, to a stream or to a growing buffer, two spaces a level.
 *
 * The calls follow the document: open, key, value, ..., close. Numbers are
 * the shortest text that reads back to the same bits; NaN and infinities
 * become null. Failures (disk full, out of memory) are remembered and told
 * once, by sbs_jsonw_end. */
#ifndef SBS_BASE_JSONW_H
#define SBS_BASE_JSONW_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct cJSON;

enum { SBS_JSONW_NUMBER = 32, SBS_JSONW_DEPTH = 80 };

struct sbs_jsonw {
    FILE *file;   /* or NULL: text is collected below */
    char *text;
    size_t length, capacity;
    int depth, flat;  /* flat: depth at which one-line output began, or 0 */
    bool first;       /* nothing written yet in the open bracket */
    bool after_key;   /* a key waits for its value */
    bool failed;
    char close[SBS_JSONW_DEPTH]; /* closing bracket of each open level */
};

/* Write to `file` (borrowed), or to a buffer when file is NULL. */
void sbs_jsonw_init(struct sbs_jsonw *w, FILE *file);
/* Frees the buffer; accepts NULL and zeroed. */
void sbs_jsonw_fini(struct sbs_jsonw *w);

void sbs_jsonw_object(struct sbs_jsonw *w);
void sbs_jsonw_array(struct sbs_jsonw *w);
/* The same, all on one line, with all they contain. */
void sbs_jsonw_flat_object(struct sbs_jsonw *w);
void sbs_jsonw_flat_array(struct sbs_jsonw *w);
/* Close the innermost object or array. */
void sbs_jsonw_close(struct sbs_jsonw *w);

/* The key of the next value. */
void sbs_jsonw_key(struct sbs_jsonw *w, const char *key);

void sbs_jsonw_real(struct sbs_jsonw *w, double value);
void sbs_jsonw_integer(struct sbs_jsonw *w, int64_t value);
void sbs_jsonw_count(struct sbs_jsonw *w, uint64_t value);
/* NULL is written as null; bytes that are not UTF-8 as U+FFFD. */
void sbs_jsonw_string(struct sbs_jsonw *w, const char *value);
void sbs_jsonw_bool(struct sbs_jsonw *w, bool value);
void sbs_jsonw_null(struct sbs_jsonw *w);
/* A whole tree; NULL is written as null. Arrays of numbers go on one line. */
void sbs_jsonw_tree(struct sbs_jsonw *w, const struct cJSON *json);

/* End of the document: all must be closed. Adds the last newline and flushes
 * a stream. -1 if anything failed on the way. */
int sbs_jsonw_end(struct sbs_jsonw *w, struct sbs_error *err);
/* The buffer (the caller frees it), after sbs_jsonw_end. */
char *sbs_jsonw_take(struct sbs_jsonw *w);

/* The shortest of %.15g, %.16g, %.17g that reads back to `value`; "null" for
 * NaN and infinities. Returns text. */
const char *sbs_jsonw_format(char text[SBS_JSONW_NUMBER], double value);

#endif
