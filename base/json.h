/* SPDX-License-Identifier: Apache-2.0 */
/* Reading JSON: cJSON's tree behind a strict check of the text, and typed
 * access to fields with messages that name the place.
 *
 * `where` says where an object stands: "model.json:" for the top of a file
 * (note the colon), "model.json: speed.weather" further down. A message about
 * key "slot_s" then reads "model.json: speed.weather.slot_s: must be ...". */
#ifndef SBS_BASE_JSON_H
#define SBS_BASE_JSON_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cJSON;

#define SBS_JSON_MAX_BYTES ((size_t)256 << 20)
#define SBS_JSON_MAX_INTEGER (((int64_t)1 << 53) - 1) /* exact in a double */
#define SBS_JSON_ABOVE_0 0x1p-1074 /* as `lo`: any value > 0 */
#define SBS_JSON_BELOW_1 0x1.fffffffffffffp-1 /* as `hi`: any value < 1 */
#define SBS_JSON_RANGE 72  /* size of a range as text */

/* The tree of text[0..length), which need not end in NUL; `name` stands in
 * messages ("name:line:column: what (value)"). Comments (// and slash-star)
 * are allowed. Refused: all that RFC 8259 refuses, and duplicate keys, NUL,
 * numbers that overflow, more than 64 levels (base/json_scan.h).
 * The caller frees the tree with cJSON_Delete. NULL on failure. */
struct cJSON *sbs_json_parse(const char *text, size_t length,
                             const char *name, struct sbs_error *err);

/* The tree of a file or pipe of at most SBS_JSON_MAX_BYTES. */
struct cJSON *sbs_json_read(const char *path, struct sbs_error *err);

/* The place of a key or of element i below `where`, in `text`. Returns text,
 * cut to size. */
const char *sbs_json_where(char *text, size_t size, const char *where,
                           const char *key);
const char *sbs_json_where_item(char *text, size_t size, const char *where,
                                size_t i);

/* The member `key` of an object, NULL if absent, null, or not an object. */
const struct cJSON *sbs_json_get(const struct cJSON *object, const char *key);

/* 0 if `json` is an object, else -1 with "where: must be an object". */
int sbs_json_is_object(const struct cJSON *json, const char *where,
                       struct sbs_error *err);

/* -1 unless the key is present (and not null). */
int sbs_json_need(const struct cJSON *object, const char *where,
                  const char *key, struct sbs_error *err);

/* The readers below leave *value as it is when the key is absent or null, so
 * that it may hold the default; -1 when the type or range is wrong. */

/* A number in [lo, hi]; infinite ends are open. */
int sbs_json_real(const struct cJSON *object, const char *where,
                  const char *key, double lo, double hi, double *value,
                  struct sbs_error *err);
/* A number without fraction in [lo, hi], both within +-(2^53 - 1). */
int sbs_json_integer(const struct cJSON *object, const char *where,
                     const char *key, int64_t lo, int64_t hi, int64_t *value,
                     struct sbs_error *err);
int sbs_json_bool(const struct cJSON *object, const char *where,
                  const char *key, bool *value, struct sbs_error *err);
/* Borrowed from the tree. */
int sbs_json_string(const struct cJSON *object, const char *where,
                    const char *key, const char **value,
                    struct sbs_error *err);
int sbs_json_array(const struct cJSON *object, const char *where,
                   const char *key, const struct cJSON **value,
                   struct sbs_error *err);
int sbs_json_object(const struct cJSON *object, const char *where,
                    const char *key, const struct cJSON **value,
                    struct sbs_error *err);

/* -1 with the nearest known key if the object has a key not in keys[0..n). */
int sbs_json_known(const struct cJSON *object, const char *where,
                   const char *const *keys, size_t n, struct sbs_error *err);

/* -1 unless "schema" is `schema` and "schema_version" is `version`. */
int sbs_json_schema(const struct cJSON *object, const char *where,
                    const char *schema, int64_t version,
                    struct sbs_error *err);

/* "[0, 1)", "(0, inf)": a range as the messages write it; returns text. */
const char *sbs_json_range(char text[SBS_JSON_RANGE], double lo, double hi);

#endif
