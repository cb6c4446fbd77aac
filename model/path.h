/* SPDX-License-Identifier: Apache-2.0 */
/* Changing a model as a document, before it is read: a value at a path such
 * as client.call_s or speed.classes.0.weight. Nothing here knows what a key
 * means; parse afterwards. */
#ifndef SBS_MODEL_PATH_H
#define SBS_MODEL_PATH_H

#include "base/error.h"

struct cJSON;

/* Put `value` (taken over, also on failure) at a path; missing objects on
 * the way are made, list elements are not. */
int sbs_model_put(struct cJSON *json, const char *path, struct cJSON *value,
                  struct sbs_error *err);

/* The same with a JSON text, such as 2.5 or {"dist":...}. */
int sbs_model_set_path(struct cJSON *json, const char *path,
                       const char *value, struct sbs_error *err);

/* The same in the model and, as the last word, in each posterior draw. */
int sbs_model_set_all(struct cJSON *json, const char *path,
                      const char *value, struct sbs_error *err);

/* The posterior draws, NULL when there are none. */
struct cJSON *sbs_model_draws(struct cJSON *json);

/* Let `value` (taken over) be what the draw puts at `path` last. -1 when
 * the draw is no object or memory is short. */
int sbs_model_put_in_draw(struct cJSON *draw, const char *path,
                          struct cJSON *value);

/* The model under one draw, a document without draws; the caller deletes
 * it. NULL on failure. */
struct cJSON *sbs_model_drawn(const struct cJSON *json,
                              const struct cJSON *draw, const char *where,
                              struct sbs_error *err);

#endif
