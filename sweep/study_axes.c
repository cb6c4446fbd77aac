/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the axes of a study and its design. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "base/json.h"
#include "base/nearest.h"
#include "stats/design.h"
#include "sweep/study_run.h"

enum { KEY_LENGTH_MAX = 120, PLACE = 320 };

/* Levels of an axis with a fraction are few; this keeps files sane. */
enum { LEVELS_MAX = 1000000 };

/* Names of columns that every file has. */
static const char *const reserved[] = { "point", "policy", "refused" };
static const char *const model_keys[] = { "client", "launcher", "startup",
                                          "speed", "run", "unit", "loss",
                                          "stop_s", "price", "local" };
enum { N_MODEL_KEYS = sizeof model_keys / sizeof model_keys[0],
       N_RESERVED = sizeof reserved / sizeof reserved[0] };

/* ---- keys -------------------------------------------------------------- */

/* Is {name} in the text of a policy? */
static bool in_braces(const struct sbs_study *s, const char *name)
{
    char braced[KEY_LENGTH_MAX + 3];
    snprintf(braced, sizeof braced, "{%s}", name);
    for (uint32_t i = 0; i < s->n_policies; i++)
        if (strstr(s->policy[i], braced))
            return true;
    return false;
}

static bool is_model_path(const char *name)
{
    size_t n = strcspn(name, ".");
    for (int i = 0; i < N_MODEL_KEYS; i++)
        if (strlen(model_keys[i]) == n && strncmp(name, model_keys[i], n) == 0)
            return true;
    return false;
}

static int unknown_key(const char *place, const char *name,
                       struct sbs_error *err)
{
    const char *list[SBS_STUDY_MEMBERS + N_MODEL_KEYS];
    char first[KEY_LENGTH_MAX + 1];
    size_t n = 0;
    for (int m = 0; m < SBS_STUDY_MEMBERS; m++)
        list[n++] = sbs_study_members[m].name;
    for (int i = 0; i < N_MODEL_KEYS; i++)
        list[n++] = model_keys[i];
    snprintf(first, sizeof first, "%.*s", (int)strcspn(name, "."), name);
    const char *near = sbs_nearest(first, list, n);
    return sbs_fail(err, SBS_EINPUT,
                    "%s: unknown key (\"%s\"%s%s%s; no key of a run, no path "
                    "in model or workload, and no policy has {%s})", place,
                    name, near ? ", did you mean \"" : "", near ? near : "",
                    near ? "\"?" : "", name);
}

static int classify(const struct sbs_study *s, struct sbs_study_key *key,
                    const char *place, struct sbs_error *err)
{
    static const char prefix[] = "workload.";
    key->path = key->name;
    key->kind = SBS_STUDY_RUN;
    for (key->member = 0; key->member < SBS_STUDY_MEMBERS; key->member++)
        if (strcmp(key->name, sbs_study_members[key->member].name) == 0)
            return 0;
    if (strcmp(key->name, "seed") == 0)
        return sbs_fail(err, SBS_EINPUT, "%s: the seed cannot be an axis: all "
                        "points have the same, so that they are paired",
                        place);
    if (strcmp(key->name, "workload.tasks") == 0)
        return sbs_fail(err, SBS_EINPUT, "%s: \"workload.tasks\" is called "
                        "\"tasks\" here", place);
    if (strncmp(key->name, prefix, sizeof prefix - 1) == 0) {
        key->kind = SBS_STUDY_WORK;
        key->path = key->name + sizeof prefix - 1;
    } else if (in_braces(s, key->name)) {
        key->kind = SBS_STUDY_NAME;
    } else if (is_model_path(key->name)) {
        key->kind = SBS_STUDY_MODEL;
    } else {
        return unknown_key(place, key->name, err);
    }
    return 0;
}

/* Add a key of the axis that is being read. */
static int add_key(struct sbs_study *s, const cJSON *name, const char *place,
                   uint32_t column, struct sbs_error *err)
{
    const char *text = cJSON_IsString(name) ? name->valuestring : NULL;
    if (!text || !text[0] || strlen(text) > KEY_LENGTH_MAX ||
        strpbrk(text, "/{} \t\n"))
        return sbs_fail(err, SBS_EINPUT, "%s: must be a key of 1 to %d "
                        "characters without blank, slash or brace", place,
                        KEY_LENGTH_MAX);
    if (s->n_keys == SBS_STUDY_KEYS_MAX)
        return sbs_fail(err, SBS_EINPUT, "%s: too many keys (at most %d)",
                        place, SBS_STUDY_KEYS_MAX);
    for (int i = 0; i < N_RESERVED; i++)
        if (strcmp(text, reserved[i]) == 0)
            return sbs_fail(err, SBS_EINPUT, "%s: \"%s\" is the name of a "
                            "column of its own; use another", place, text);
    for (uint32_t k = 0; k < s->n_keys; k++)
        if (strcmp(s->key[k].name, text) == 0)
            return sbs_fail(err, SBS_EINPUT, "%s: \"%s\" is on two axes",
                            place, text);
    struct sbs_study_key *key = &s->key[s->n_keys];
    *key = (struct sbs_study_key){ .name = text,
                                   .axis = s->n_axes,
                                   .column = column };
    if (classify(s, key, place, err) != 0)
        return -1;
    if (sbs_json_get(key->kind == SBS_STUDY_RUN ? s->json : s->set, text))
        return sbs_fail(err, SBS_EINPUT, "%s: \"%s\" is an axis and has a "
                        "value of its own too", place, text);
    s->n_keys++;
    return 0;
}

static int read_keys(struct sbs_study *s, const cJSON *json,
                     const char *where, struct sbs_error *err)
{
    char list[PLACE], place[PLACE];
    const cJSON *key = sbs_json_get(json, "key");
    struct sbs_study_axis *a = &s->axis[s->n_axes];
    if (sbs_json_need(json, where, "key", err) != 0)
        return -1;
    sbs_json_where(list, sizeof list, where, "key");
    if (!cJSON_IsArray(key)) {
        a->n_keys = 1;
        return add_key(s, key, list, 0, err);
    }
    a->rows = true;
    const cJSON *item;
    cJSON_ArrayForEach(item, key) {
        sbs_json_where_item(place, sizeof place, list, a->n_keys);
        if (add_key(s, item, place, a->n_keys, err) != 0)
            return -1;
        a->n_keys++;
    }
    return a->n_keys > 0 ? 0
                         : sbs_fail(err, SBS_EINPUT, "%s: no key", list);
}

/* ---- values ------------------------------------------------------------ */

/* One value of a list, by the name it has in messages. */
static int check_value(const struct sbs_study_key *key, const cJSON *value,
                       const char *where, const char *name,
                       struct sbs_error *err)
{
    char place[PLACE];
    struct sbs_study_run run = { 0 };
    if (cJSON_IsNull(value))
        return sbs_fail(err, SBS_EINPUT, "%s: must not be null",
                        sbs_json_where(place, sizeof place, where, name));
    if (key->kind == SBS_STUDY_NAME &&
        (cJSON_IsArray(value) || cJSON_IsObject(value)))
        return sbs_fail(err, SBS_EINPUT, "%s: must be a number, a word or a "
                        "truth value, it goes into the text of a policy",
                        sbs_json_where(place, sizeof place, where, name));
    if (key->kind != SBS_STUDY_RUN)
        return 0;
    cJSON *box = cJSON_CreateObject();
    int status = -1;
    if (box && cJSON_AddItemReferenceToObject(box, name,
                                              (cJSON *)(uintptr_t)value))
        status = sbs_study_read_member(box, where, name,
                                       (enum sbs_study_member)key->member,
                                       &run, err);
    else
        sbs_fail(err, SBS_EMEMORY, "out of memory");
    cJSON_Delete(box);
    return status;
}

static int check_row(const struct sbs_study *s, const cJSON *row,
                     const char *where, uint32_t level,
                     struct sbs_error *err)
{
    const struct sbs_study_axis *a = &s->axis[s->n_axes];
    const struct sbs_study_key *key = &s->key[s->n_keys - a->n_keys];
    char name[64], place[PLACE];
    snprintf(name, sizeof name, "values[%u]", level);
    if (!a->rows)
        return check_value(key, row, where, name, err);
    if (!cJSON_IsArray(row) || cJSON_GetArraySize(row) != (int)a->n_keys)
        return sbs_fail(err, SBS_EINPUT, "%s: must be a list of %u values, "
                        "one for each key of the axis",
                        sbs_json_where(place, sizeof place, where, name),
                        a->n_keys);
    const cJSON *value;
    uint32_t i = 0;
    cJSON_ArrayForEach(value, row) {
        snprintf(name, sizeof name, "values[%u][%u]", level, i);
        if (check_value(&key[i++], value, where, name, err) != 0)
            return -1;
    }
    return 0;
}

static int read_list(struct sbs_study *s, const char *where,
                     struct sbs_error *err)
{
    struct sbs_study_axis *a = &s->axis[s->n_axes];
    int n = cJSON_GetArraySize(a->values);
    if (n < 1 || n > LEVELS_MAX)
        return sbs_fail(err, SBS_EINPUT, "%s.values: %d values (allowed "
                        "[1, %d])", where, n, LEVELS_MAX);
    a->list = calloc((size_t)n, sizeof *a->list);
    if (!a->list)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    const cJSON *row;
    cJSON_ArrayForEach(row, a->values) {
        if (check_row(s, row, where, a->levels, err) != 0)
            return -1;
        a->list[a->levels++] = row;
    }
    return 0;
}

/* The ends of a range must be values that the key may have. */
static int check_ends(const struct sbs_study *s, const cJSON *json,
                      const char *where, struct sbs_error *err)
{
    const struct sbs_study_axis *a = &s->axis[s->n_axes];
    const struct sbs_study_key *key = &s->key[s->n_keys - 1];
    if (a->rows)
        return sbs_fail(err, SBS_EINPUT, "%s: an axis of several keys needs "
                        "\"values\"", where);
    if (key->kind == SBS_STUDY_RUN &&
        sbs_study_members[key->member].type > SBS_STUDY_REAL)
        return sbs_fail(err, SBS_EINPUT, "%s: \"%s\" is no number and needs "
                        "\"values\"", where, key->name);
    if (!(a->to > a->from))
        return sbs_fail(err, SBS_EINPUT, "%s.to: must be above \"from\" "
                        "(%g, from %g)", where, a->to, a->from);
    if (a->log && !(a->from > 0))
        return sbs_fail(err, SBS_EINPUT, "%s.from: must be above 0 on a "
                        "logarithmic scale (%g)", where, a->from);
    if (a->integer && (a->from != floor(a->from) || a->to != floor(a->to) ||
                       fabs(a->from) > 1e15 || fabs(a->to) > 1e15))
        return sbs_fail(err, SBS_EINPUT, "%s: \"from\" and \"to\" must be "
                        "whole numbers (%g, %g)", where, a->from, a->to);
    return check_value(key, sbs_json_get(json, "from"), where, "from", err) ||
                   check_value(key, sbs_json_get(json, "to"), where, "to",
                               err)
               ? -1
               : 0;
}

/* Whole numbers on few levels must not fall together. */
static int check_steps(const struct sbs_study *s, const char *where,
                       struct sbs_error *err)
{
    const struct sbs_study_axis *a = &s->axis[s->n_axes];
    struct sbs_study one = { .n_axes = 1, .n_policies = 1, .n_keys = 1 };
    one.axis[0] = *a;
    double before = -INFINITY;
    for (uint32_t i = 0; a->integer && i < a->levels; i++) {
        double x = sbs_study_at(&one, 0, i).number;
        if (x == before)
            return sbs_fail(err, SBS_EINPUT, "%s.points: %u points between "
                            "%g and %g give %g twice", where, a->levels,
                            a->from, a->to, x);
        before = x;
    }
    return 0;
}

static int read_range(struct sbs_study *s, const cJSON *json,
                      const char *where, struct sbs_error *err)
{
    struct sbs_study_axis *a = &s->axis[s->n_axes];
    const struct sbs_study_key *key = &s->key[s->n_keys - 1];
    const char *scale = "linear";
    int64_t points = 0;
    if (sbs_json_need(json, where, "from", err) != 0 ||
        sbs_json_need(json, where, "to", err) != 0 ||
        sbs_json_real(json, where, "from", -INFINITY, INFINITY, &a->from,
                      err) != 0 ||
        sbs_json_real(json, where, "to", -INFINITY, INFINITY, &a->to, err) !=
            0 ||
        sbs_json_string(json, where, "scale", &scale, err) != 0 ||
        sbs_json_bool(json, where, "integer", &a->integer, err) != 0 ||
        sbs_json_integer(json, where, "points", 2, LEVELS_MAX, &points, err))
        return -1;
    a->log = strcmp(scale, "log") == 0;
    if (!a->log && strcmp(scale, "linear") != 0)
        return sbs_fail(err, SBS_EINPUT, "%s.scale: must be \"linear\" or "
                        "\"log\" (\"%.40s\")", where, scale);
    if (key->kind == SBS_STUDY_RUN &&
        sbs_study_members[key->member].type == SBS_STUDY_INTEGER)
        a->integer = true;
    if (check_ends(s, json, where, err) != 0)
        return -1;
    if (s->design != SBS_STUDY_GRID)
        return points == 0 ? 0
                           : sbs_fail(err, SBS_EINPUT, "%s.points: has no "
                                      "meaning in this design", where);
    if (sbs_json_need(json, where, "points", err) != 0)
        return -1;
    a->levels = (uint32_t)points;
    return check_steps(s, where, err);
}

static int read_axis(struct sbs_study *s, const cJSON *json,
                     const char *where, struct sbs_error *err)
{
    static const char *const of_list[] = { "key", "values" };
    static const char *const of_range[] = { "key", "from", "to", "points",
                                            "scale", "integer" };
    struct sbs_study_axis *a = &s->axis[s->n_axes];
    *a = (struct sbs_study_axis){ 0 };
    if (sbs_json_is_object(json, where, err) != 0)
        return -1;
    bool list = sbs_json_get(json, "values") != NULL;
    if (sbs_json_known(json, where, list ? of_list : of_range,
                       list ? sizeof of_list / sizeof *of_list
                            : sizeof of_range / sizeof *of_range,
                       err) != 0 ||
        sbs_json_array(json, where, "values", &a->values, err) != 0 ||
        read_keys(s, json, where, err) != 0)
        return -1;
    if ((list ? read_list(s, where, err) : read_range(s, json, where, err)))
        return -1;
    s->n_axes++;
    return 0;
}

/* ---- the design -------------------------------------------------------- */

static int read_design(struct sbs_study *s, const char *where,
                       struct sbs_error *err)
{
    static const char *const kinds[] = { "latin_hypercube", "sobol" };
    const cJSON *json = sbs_json_get(s->json, "design");
    char place[PLACE];
    int64_t n = 0;
    if (!json || (cJSON_IsString(json) &&
                  strcmp(json->valuestring, "grid") == 0))
        return 0;
    sbs_json_where(place, sizeof place, where, "design");
    if (!cJSON_IsObject(json) || cJSON_GetArraySize(json) != 1)
        return sbs_fail(err, SBS_EINPUT, "%s: must be \"grid\", "
                        "{\"latin_hypercube\": N} or {\"sobol\": N}", place);
    if (sbs_json_known(json, place, kinds, 2, err) != 0)
        return -1;
    const char *kind = json->child->string;
    if (sbs_json_need(json, place, kind, err) != 0 ||
        sbs_json_integer(json, place, kind, 1, SBS_STUDY_POINTS_MAX, &n,
                         err) != 0)
        return -1;
    s->design = strcmp(kind, "sobol") == 0 ? SBS_STUDY_SOBOL
                                           : SBS_STUDY_LATIN;
    s->samples = (uint32_t)n;
    return 0;
}

static int make_design(struct sbs_study *s, const char *where,
                       struct sbs_error *err)
{
    if (s->n_axes == 0)
        return sbs_fail(err, SBS_EINPUT, "%s design: needs at least one axis",
                        where);
    if (s->design == SBS_STUDY_SOBOL && s->n_axes > SBS_DESIGN_SOBOL_MAX)
        return sbs_fail(err, SBS_EINPUT, "%s design: sobol takes at most %d "
                        "axes (%u)", where, SBS_DESIGN_SOBOL_MAX, s->n_axes);
    s->unit = s->design == SBS_STUDY_SOBOL
                  ? sbs_design_sobol(s->samples, s->n_axes, err)
                  : sbs_design_latin(s->samples, s->n_axes, s->seed, err);
    return s->unit ? 0 : -1;
}

static int count_points(struct sbs_study *s, const char *where,
                        struct sbs_error *err)
{
    double n = s->n_policies;
    if (s->design != SBS_STUDY_GRID)
        n *= s->samples;
    for (uint32_t i = 0; s->design == SBS_STUDY_GRID && i < s->n_axes; i++)
        n *= s->axis[i].levels;
    if (n > SBS_STUDY_POINTS_MAX)
        return sbs_fail(err, SBS_EINPUT, "%s axes: %g points (at most %d)",
                        where, n, SBS_STUDY_POINTS_MAX);
    s->n_points = (uint64_t)n;
    return 0;
}

/* Every {name} in a policy must be a key of some axis. */
static int check_braces(const struct sbs_study *s, const char *where,
                        struct sbs_error *err)
{
    const char *names[SBS_STUDY_KEYS_MAX];
    for (uint32_t k = 0; k < s->n_keys; k++)
        names[k] = s->key[k].name;
    for (uint32_t i = 0; i < s->n_policies; i++)
        for (const char *at = strchr(s->policy[i], '{'); at;
             at = strchr(at + 1, '{')) {
            char name[KEY_LENGTH_MAX + 1];
            snprintf(name, sizeof name, "%.*s", (int)strcspn(at + 1, "}"),
                     at + 1);
            uint32_t k = 0;
            while (k < s->n_keys && strcmp(names[k], name) != 0)
                k++;
            if (k < s->n_keys)
                continue;
            const char *near = sbs_nearest(name, names, s->n_keys);
            return sbs_fail(err, SBS_EINPUT, "%s policies[%u]: {%s} is on no "
                            "axis%s%s%s", where, i, name,
                            near ? " (did you mean \"" : "", near ? near : "",
                            near ? "\"?)" : "");
        }
    return 0;
}

int sbs_study_read_axes(struct sbs_study *s, const char *where,
                        struct sbs_error *err)
{
    const cJSON *axes = NULL, *json;
    char list[PLACE], place[PLACE];
    if (sbs_json_array(s->json, where, "axes", &axes, err) != 0 ||
        read_design(s, where, err) != 0)
        return -1;
    sbs_json_where(list, sizeof list, where, "axes");
    if (axes && cJSON_GetArraySize(axes) > SBS_STUDY_AXES_MAX)
        return sbs_fail(err, SBS_EINPUT, "%s: %d axes (at most %d)", list,
                        cJSON_GetArraySize(axes), SBS_STUDY_AXES_MAX);
    cJSON_ArrayForEach(json, axes) {
        sbs_json_where_item(place, sizeof place, list, s->n_axes);
        if (read_axis(s, json, place, err) != 0)
            return -1;
    }
    if (check_braces(s, where, err) != 0 || count_points(s, where, err) != 0)
        return -1;
    return s->design == SBS_STUDY_GRID ? 0 : make_design(s, where, err);
}
