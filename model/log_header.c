/* SPDX-License-Identifier: Apache-2.0 */
/* The first line of a log: whose run it is, to and from JSON. */
#include "config.h"

#include "model/log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "base/json.h"
#include "base/jsonw.h"
#include "base/param.h"
#include "model/log_real.h"

enum { PROCESSORS_MAX = 1 << 16 };

/* ---- structs as tables -------------------------------------------------- */

struct field {
    const char *name;
    char type; /* u, b or r */
    size_t offset;
    double lo, hi;
};

#define TYPE_OF(x) _Generic((x), uint32_t: 'u', bool: 'b', double: 'r')
#define FIELD(T, f, lo, hi) \
    { #f, TYPE_OF(((T *)0)->f), offsetof(T, f), (lo), (hi) }
#define PLAN(f, lo, hi) FIELD(struct sbs_plan, f, lo, hi)
#define CONSTANT(f) FIELD(struct sbs_constants, f, 0, INFINITY)

/* All but `why`, which is empty when a run begins. */
static const struct field plan_fields[] = {
    PLAN(tasks, 1, SBS_LOG_UNITS_MAX),
    PLAN(needed, 1, SBS_LOG_UNITS_MAX),
    PLAN(units_per_task, 1, SBS_LOG_UNITS_MAX),
    PLAN(workers, 1, SBS_LOG_WORKERS_MAX),
    PLAN(extra, 0, SBS_LOG_WORKERS_MAX),
    PLAN(warm, 0, SBS_LOG_WORKERS_MAX),
    PLAN(warm_s, 0, SBS_LOG_FINITE),
    PLAN(max_workers, 0, SBS_LOG_WORKERS_MAX),
    PLAN(pull, 0, 1),
    PLAN(dealt, 0, 1),
    PLAN(chunk_units, 1, UINT32_MAX),
    PLAN(work_scale, 0, SBS_LOG_FINITE),
    PLAN(launches_per_call, 0, UINT32_MAX),
    PLAN(wave, 0, UINT32_MAX),
    PLAN(wave_gap_s, 0, SBS_LOG_FINITE),
    PLAN(local, 0, SBS_LOG_WORKERS_MAX),
    PLAN(on_demand, 0, UINT32_MAX),
    PLAN(spot_share, 0, 1),
    PLAN(vcpu, 0, SBS_LOG_FINITE),
    PLAN(memory_gb, 0, SBS_LOG_FINITE),
    PLAN(divisible, 0, 1),
    PLAN(exchangeable, 0, 1),
    PLAN(places, 0, UINT32_MAX),
    PLAN(min_unit_s, 0, INFINITY),
    PLAN(task_s, 0, INFINITY),
};
enum { N_PLAN = sizeof plan_fields / sizeof *plan_fields };

/* All but the processors. */
static const struct field constant_fields[] = {
    CONSTANT(unit_mean_s),      CONSTANT(unit_sd_s),
    CONSTANT(startup_mean_s),   CONSTANT(startup_sd_s),
    CONSTANT(overhead_s),       CONSTANT(launch_s),
    CONSTANT(collect_s),
    CONSTANT(stop_s),           CONSTANT(usd_per_worker_h),
    CONSTANT(spot_factor),      CONSTANT(spot_per_h),
    CONSTANT(local_cores),      CONSTANT(local_slowdown),
};
enum { N_CONSTANTS = sizeof constant_fields / sizeof *constant_fields };

static void put_fields(struct sbs_jsonw *w, const struct field *fields, int n,
                       const void *from)
{
    for (const struct field *f = fields; f < fields + n; f++) {
        const char *at = (const char *)from + f->offset;
        sbs_jsonw_key(w, f->name);
        if (f->type == 'u')
            sbs_jsonw_count(w, *(const uint32_t *)(const void *)at);
        else if (f->type == 'b')
            sbs_jsonw_bool(w, *(const bool *)(const void *)at);
        else
            sbs_log_put_real(w, *(const double *)(const void *)at);
    }
}

static int get_field(const cJSON *json, const char *where,
                     const struct field *f, void *to, struct sbs_error *err)
{
    int64_t number = 0;
    if (sbs_json_need(json, where, f->name, err) != 0)
        return -1;
    if (f->type == 'b')
        return sbs_json_bool(json, where, f->name, to, err);
    if (f->type == 'r')
        return sbs_log_get_real(json, where, f->name, f->lo, f->hi, to, err);
    if (sbs_json_integer(json, where, f->name, (int64_t)f->lo,
                         (int64_t)f->hi, &number, err) != 0)
        return -1;
    *(uint32_t *)to = (uint32_t)number;
    return 0;
}

static int get_fields(const cJSON *json, const char *where,
                      const struct field *fields, int n, void *to,
                      struct sbs_error *err)
{
    for (const struct field *f = fields; f < fields + n; f++)
        if (get_field(json, where, f, (char *)to + f->offset, err) != 0)
            return -1;
    return 0;
}

/* ---- writing ------------------------------------------------------------ */

static void put_layer(struct sbs_jsonw *w, const struct sbs_layer *layer)
{
    const struct sbs_param *p = layer->policy->params;
    sbs_jsonw_object(w);
    sbs_jsonw_key(w, "policy");
    sbs_jsonw_string(w, layer->policy->name);
    sbs_jsonw_key(w, "params");
    sbs_jsonw_object(w);
    for (; p && p->name && layer->params; p++) {
        char text[64];
        sbs_jsonw_key(w, p->name);
        sbs_param_print(p, layer->params, text, sizeof text);
        if (p->type == SBS_INT || p->type == SBS_REAL)
            sbs_log_put_real(w, sbs_param_value(p, layer->params));
        else
            sbs_jsonw_string(w, text);
    }
    sbs_jsonw_close(w);
    sbs_jsonw_close(w);
}

static void put_layers(struct sbs_jsonw *w, const struct sbs_stack *s,
                       bool pull)
{
    sbs_jsonw_key(w, "layers");
    sbs_jsonw_array(w);
    for (uint32_t i = 0; i < s->n_layers; i++)
        put_layer(w, &s->layer[i]);
    if (!s->has_base)
        put_layer(w, pull ? &s->pull_base : &s->bind_base);
    sbs_jsonw_close(w);
}

static void put_plan(struct sbs_jsonw *w, const char *key,
                     const struct sbs_plan *plan)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_object(w);
    put_fields(w, plan_fields, N_PLAN, plan);
    sbs_jsonw_close(w);
}

static void put_constants(struct sbs_jsonw *w, const struct sbs_constants *c)
{
    sbs_jsonw_key(w, "constants");
    sbs_jsonw_object(w);
    put_fields(w, constant_fields, N_CONSTANTS, c);
    sbs_jsonw_key(w, "processors");
    sbs_jsonw_array(w);
    for (uint32_t i = 0; i < c->processors; i++) {
        sbs_jsonw_object(w);
        sbs_jsonw_key(w, "name");
        sbs_jsonw_string(w, c->processor[i].name);
        sbs_jsonw_key(w, "share");
        sbs_log_put_real(w, c->processor[i].share);
        sbs_jsonw_key(w, "slowdown");
        sbs_log_put_real(w, c->processor[i].slowdown);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
    sbs_jsonw_close(w);
}

static void put_header(struct sbs_jsonw *w, const struct sbs_log_about *a)
{
    sbs_jsonw_flat_object(w);
    sbs_jsonw_key(w, "schema");
    sbs_jsonw_string(w, SBS_LOG_SCHEMA);
    sbs_jsonw_key(w, "schema_version");
    sbs_jsonw_integer(w, SBS_LOG_VERSION);
    sbs_jsonw_key(w, "program");
    sbs_jsonw_string(w, PACKAGE_STRING);
    sbs_jsonw_key(w, "world");
    sbs_jsonw_string(w, a->world);
    sbs_jsonw_key(w, "spec");
    sbs_jsonw_string(w, a->spec);
    sbs_jsonw_key(w, "seed");
    sbs_jsonw_count(w, a->seed);
    sbs_jsonw_key(w, "replication");
    sbs_jsonw_count(w, a->replication);
    sbs_jsonw_key(w, "model_sha256");
    sbs_jsonw_string(w, a->model_sha256);
    sbs_jsonw_key(w, "workload_sha256");
    sbs_jsonw_string(w, a->workload_sha256);
    put_layers(w, a->stack, a->plan->pull);
    put_plan(w, "asked", a->asked);
    put_plan(w, "plan", a->plan);
    put_constants(w, a->constants);
    sbs_jsonw_close(w);
}

int sbs_log_write_header(const struct sbs_log_about *about, FILE *file,
                         struct sbs_error *err)
{
    struct sbs_jsonw w;
    sbs_jsonw_init(&w, file);
    put_header(&w, about);
    return sbs_jsonw_end(&w, err);
}

struct cJSON *sbs_log_header_tree(const struct sbs_log_about *about,
                                  struct sbs_error *err)
{
    struct sbs_jsonw w;
    cJSON *json = NULL;
    sbs_jsonw_init(&w, NULL);
    put_header(&w, about);
    if (sbs_jsonw_end(&w, err) == 0)
        json = sbs_json_parse(w.text, w.length, "header", err);
    sbs_jsonw_fini(&w);
    return json;
}

/* ---- reading ------------------------------------------------------------ */

static int get_plan(const cJSON *json, const char *where, const char *key,
                    struct sbs_plan *plan, struct sbs_error *err)
{
    char place[200];
    const cJSON *object = NULL;
    if (sbs_json_need(json, where, key, err) != 0 ||
        sbs_json_object(json, where, key, &object, err) != 0)
        return -1;
    sbs_json_where(place, sizeof place, where, key);
    if (get_fields(object, place, plan_fields, N_PLAN, plan, err) != 0)
        return -1;
    if (plan->needed > plan->tasks ||
        (uint64_t)plan->tasks * plan->units_per_task > SBS_LOG_UNITS_MAX)
        return sbs_fail(err, SBS_EINPUT,
                        "%s: %u of %u tasks in %u units each (at most %d "
                        "units)", place, plan->needed, plan->tasks,
                        plan->units_per_task, SBS_LOG_UNITS_MAX);
    return 0;
}

static int get_processor(const cJSON *json, const char *where,
                         struct sbs_processor *p, struct sbs_error *err)
{
    if (sbs_json_is_object(json, where, err) != 0 ||
        sbs_json_need(json, where, "name", err) != 0)
        return -1;
    return sbs_json_string(json, where, "name", &p->name, err) != 0 ||
                   sbs_log_get_real(json, where, "share", 0, 1, &p->share,
                                    err) != 0 ||
                   sbs_log_get_real(json, where, "slowdown", 0, INFINITY,
                                    &p->slowdown, err) != 0
               ? -1
               : 0;
}

static int get_processors(struct sbs_log_header *h, const cJSON *json,
                          const char *where, struct sbs_error *err)
{
    char list_at[200], place[200];
    const cJSON *list = NULL, *item;
    if (sbs_json_need(json, where, "processors", err) != 0 ||
        sbs_json_array(json, where, "processors", &list, err) != 0)
        return -1;
    sbs_json_where(list_at, sizeof list_at, where, "processors");
    int n = cJSON_GetArraySize(list), i = 0;
    if (n > PROCESSORS_MAX)
        return sbs_fail(err, SBS_EINPUT, "%s: %d of them (at most %d)",
                        list_at, n, PROCESSORS_MAX);
    h->processors = calloc((size_t)n + 1, sizeof *h->processors);
    if (!h->processors)
        return sbs_fail(err, SBS_EMEMORY, "%s: out of memory", list_at);
    cJSON_ArrayForEach(item, list) {
        sbs_json_where_item(place, sizeof place, list_at, (size_t)i);
        if (get_processor(item, place, &h->processors[i++], err) != 0)
            return -1;
    }
    h->constants.processors = (uint32_t)n;
    h->constants.processor = h->processors;
    return 0;
}

static int get_constants(struct sbs_log_header *h, const char *where,
                         struct sbs_error *err)
{
    char place[200];
    const cJSON *object = NULL;
    if (sbs_json_need(h->json, where, "constants", err) != 0 ||
        sbs_json_object(h->json, where, "constants", &object, err) != 0)
        return -1;
    sbs_json_where(place, sizeof place, where, "constants");
    if (get_fields(object, place, constant_fields, N_CONSTANTS,
                   &h->constants, err) != 0)
        return -1;
    return get_processors(h, object, place, err);
}

static int get_layers(struct sbs_log_header *h, const char *where,
                      struct sbs_error *err)
{
    const cJSON *list = NULL;
    if (sbs_json_need(h->json, where, "layers", err) != 0 ||
        sbs_json_array(h->json, where, "layers", &list, err) != 0)
        return -1;
    int n = cJSON_GetArraySize(list);
    if (n < 1 || n > SBS_LAYERS_MAX + 1)
        return sbs_fail(err, SBS_EINPUT,
                        "%s layers: %d of them (allowed: 1 to %d)", where, n,
                        SBS_LAYERS_MAX + 1);
    h->n_layers = (uint32_t)n;
    return 0;
}

int sbs_log_parse_header(struct sbs_log_header *h, struct cJSON *take_json,
                         const char *where, struct sbs_error *err)
{
    *h = (struct sbs_log_header){ .json = take_json };
    if (sbs_json_is_object(h->json, where, err) != 0 ||
        sbs_json_schema(h->json, where, SBS_LOG_SCHEMA, SBS_LOG_VERSION,
                        err) != 0 ||
        sbs_json_need(h->json, where, "spec", err) != 0 ||
        sbs_json_string(h->json, where, "spec", &h->spec, err) != 0 ||
        get_layers(h, where, err) != 0 ||
        get_plan(h->json, where, "asked", &h->asked, err) != 0 ||
        get_plan(h->json, where, "plan", &h->plan, err) != 0 ||
        get_constants(h, where, err) != 0) {
        sbs_log_fini_header(h);
        return -1;
    }
    return 0;
}

void sbs_log_fini_header(struct sbs_log_header *h)
{
    cJSON_Delete(h->json);
    free(h->processors);
    *h = (struct sbs_log_header){ 0 };
}

/* ---- comparing ---------------------------------------------------------- */

struct comparison {
    FILE *out;
    int n;
};

/* A value in a few words; what is long is compared member by member. */
static void print_value(const cJSON *json, FILE *out)
{
    char number[SBS_JSONW_NUMBER];
    if (!json)
        fputs("nothing", out);
    else if (cJSON_IsNumber(json))
        fputs(sbs_jsonw_format(number, json->valuedouble), out);
    else if (cJSON_IsString(json))
        fprintf(out, "%.100s", json->valuestring);
    else if (cJSON_IsBool(json))
        fputs(cJSON_IsTrue(json) ? "true" : "false", out);
    else
        fputs(cJSON_IsNull(json) ? "null" : "a list or object", out);
}

static void note_difference(struct comparison *c, const cJSON *a,
                            const cJSON *b, const char *where)
{
    if (c->n++ >= SBS_LOG_DIFFERENCES)
        return;
    fprintf(c->out, "  %s: ", where);
    print_value(a, c->out);
    fputs(" / ", c->out);
    print_value(b, c->out);
    putc('\n', c->out);
}

static bool same_scalar(const cJSON *a, const cJSON *b)
{
    return cJSON_IsNumber(a) ? a->valuedouble == b->valuedouble
                             : cJSON_Compare(a, b, true);
}

/* `path` is that of the parent; the place of a member is made from it. */
static void compare(struct comparison *c, const cJSON *a, const cJSON *b,
                    const char *path)
{
    char place[200];
    bool whole = a && b && (cJSON_IsObject(a) || cJSON_IsArray(a)) &&
                 (a->type & 0xff) == (b->type & 0xff);
    if (!whole) {
        if (!a || !b || (a->type & 0xff) != (b->type & 0xff) ||
            !same_scalar(a, b))
            note_difference(c, a, b, path);
        return;
    }
    bool list = cJSON_IsArray(a);
    const cJSON *x = a->child, *y = b->child;
    for (size_t i = 0; list && (x || y); i++) {
        sbs_json_where_item(place, sizeof place, path, i);
        compare(c, x, y, place);
        x = x ? x->next : NULL;
        y = y ? y->next : NULL;
    }
    for (; !list && x; x = x->next) {
        if (strcmp(x->string, "program") == 0)
            continue;
        sbs_json_where(place, sizeof place, path, x->string);
        compare(c, x, cJSON_GetObjectItemCaseSensitive(b, x->string), place);
    }
    for (; !list && y; y = y->next) {
        sbs_json_where(place, sizeof place, path, y->string);
        if (!cJSON_GetObjectItemCaseSensitive(a, y->string))
            note_difference(c, NULL, y, place);
    }
}

int sbs_log_compare(const struct cJSON *a, const struct cJSON *b,
                    const char *where, FILE *out)
{
    struct comparison c = { .out = out };
    compare(&c, a, b, where);
    if (c.n > SBS_LOG_DIFFERENCES)
        fprintf(out, "  and %d more\n", c.n - SBS_LOG_DIFFERENCES);
    return c.n;
}
