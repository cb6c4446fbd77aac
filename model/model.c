/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a model. Every key is one row of a table: where it stands, what it
 * may be, where it goes. */
#include "config.h"

#include "model/model.h"

#include <cjson/cJSON.h>
#include <sbsim/policy.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "model/path.h"

enum field_kind {
    FIELD_DIST,  /* number or distribution, nothing below lo */
    FIELD_REAL,  /* number in [lo, hi] */
    FIELD_LIMIT, /* number in [lo, hi]; absent = no limit */
    FIELD_KNOWN, /* number in [lo, hi]; absent = not known (NAN) */
    FIELD_BOOL
};

struct field {
    const char *group; /* NULL: top level */
    const char *key;
    enum field_kind kind;
    size_t offset;
    double def, lo, hi;
};

#define AT(member) offsetof(struct sbs_model, member)
#define DIST(g, k, m, def) { g, k, FIELD_DIST, AT(m), def, 0, INFINITY }
#define REAL(g, k, m, def, lo, hi) { g, k, FIELD_REAL, AT(m), def, lo, hi }
#define LIMIT(g, k, m) \
    { g, k, FIELD_LIMIT, AT(m), INFINITY, SBS_JSON_ABOVE_0, INFINITY }

/* A worker's weather is drawn anew in each slot: nothing that lasts less is
 * weather, and 10^9 draws for a task never end. */
#define SLOT_MIN_S 0.1

static const struct field fields[] = {
    DIST("client", "setup_s", client.setup_s, 0),
    DIST("client", "call_s", client.call_s, 0),
    DIST("client", "collect_s", client.collect_s, 0),
    LIMIT("client", "launches_per_call", client.launches_per_call),
    LIMIT("client", "calls_per_s", client.calls_per_s),
    REAL("client", "poll_s", client.poll_s, 0, 0, 1e9),
    REAL("client", "poll_task_s", client.poll_task_s, 0, 0, 1e9),
    { "client", "poll_while_launching", FIELD_BOOL,
      AT(client.poll_while_launching), 0, 0, 0 },
    LIMIT("launcher", "burst", launcher.burst),
    LIMIT("launcher", "refill_per_s", launcher.refill_per_s),
    LIMIT("launcher", "quota_vcpu", launcher.quota_vcpu),
    REAL("launcher", "refuse_p", launcher.refuse_p, 0, 0, 1),
    DIST("startup", "provision_s", startup.provision_s, 0),
    DIST("startup", "pull_s", startup.pull_s, 0),
    DIST("startup", "container_s", startup.container_s, 0),
    DIST("startup", "boot_s", startup.boot_s, 0),
    REAL("startup", "never_p", startup.never_p, 0, 0, 1),
    REAL("speed", "log_sd", speed.log_sd, 0, 0, 10),
    REAL("speed.weather", "slot_s", speed.weather_slot_s, 60,
         SLOT_MIN_S, 1e9),
    REAL("speed.weather", "log_sd", speed.weather_log_sd, 0, 0, 10),
    REAL("speed", "drift_per_h", speed.drift_per_h, 0, -0.99, 1e6),
    REAL("run", "startup_log_sd", run.startup_log_sd, 0, 0, 10),
    REAL("run", "call_log_sd", run.call_log_sd, 0, 0, 10),
    REAL("run", "speed_log_sd", run.speed_log_sd, 0, 0, 10),
    DIST("unit", "claim_s", unit.claim_s, 0),
    DIST("unit", "download_s", unit.download_s, 0),
    DIST("unit", "upload_s", unit.upload_s, 0),
    REAL("loss", "spot_per_h", loss.spot_per_h, 0, 0, 1e6),
    REAL("loss", "notice_s", loss.notice_s, 0, 0, 1e9),
    REAL("loss", "fail_p", loss.fail_p, 0, 0, 1),
    DIST(NULL, "stop_s", stop_s, 0),
    REAL("price", "vcpu_h_usd", price.vcpu_h_usd, SBS_MODEL_VCPU_H_USD, 0,
         1e6),
    REAL("price", "gb_h_usd", price.gb_h_usd, SBS_MODEL_GB_H_USD, 0, 1e6),
    REAL("price", "min_billed_s", price.min_billed_s, 0, 0, 1e9),
    REAL("price", "round_s", price.round_s, 0, 0, 1e9),
    REAL("price", "spot_factor", price.spot_factor, 1, 0, 1),
    REAL("local", "cores", local.cores, 10, 1, 1e6),
    REAL("local", "slowdown", local.slowdown, 1, SBS_JSON_ABOVE_0, 1e6),
    REAL("local", "efficiency", local.efficiency, 1, SBS_JSON_ABOVE_0, 1),
    { "local", "makespan_s", FIELD_KNOWN, AT(local.makespan_s), NAN,
      SBS_JSON_ABOVE_0, 1e12 },
};

enum { N_FIELDS = sizeof fields / sizeof fields[0] };

/* Groups, and their keys that are no field. */
static const struct {
    const char *name;
    const char *more[3];
} groups[] = {
    { "client", { NULL } },
    { "launcher", { NULL } },
    { "startup", { NULL } },
    { "speed", { "classes", "weather", "vcpu_gain" } },
    { "speed.weather", { NULL } },
    { "run", { NULL } },
    { "unit", { NULL } },
    { "loss", { NULL } },
    { "price", { NULL } },
    { "local", { NULL } },
};

static const char *const top_keys[] = {
    "schema", "schema_version", "client", "launcher", "startup", "speed",
    "run", "unit", "loss", "stop_s", "price", "local", "posterior"
};

enum { WHERE_SIZE = 256 };

/* ---- groups ------------------------------------------------------------ */

/* The object of "speed.weather" or "client"; NULL when absent. */
static const cJSON *group_of(const cJSON *top, const char *name)
{
    if (!name)
        return top;
    const char *dot = strchr(name, '.');
    if (!dot)
        return sbs_json_get(top, name);
    char head[32];
    snprintf(head, sizeof head, "%.*s", (int)(dot - name), name);
    return sbs_json_get(sbs_json_get(top, head), dot + 1);
}

static void place_of(char where[WHERE_SIZE], const char *name,
                     const char *group)
{
    snprintf(where, WHERE_SIZE, "%s:%s%s", name, group ? " " : "",
             group ? group : "");
}

static int check_group(const cJSON *top, const char *name, size_t g,
                       struct sbs_error *err)
{
    const char *keys[N_FIELDS + 3];
    size_t n = 0;
    char where[WHERE_SIZE];
    const cJSON *object = group_of(top, groups[g].name);
    if (!object)
        return 0;
    place_of(where, name, groups[g].name);
    if (sbs_json_is_object(object, where, err) != 0)
        return -1;
    for (size_t i = 0; i < N_FIELDS; i++)
        if (fields[i].group && strcmp(fields[i].group, groups[g].name) == 0)
            keys[n++] = fields[i].key;
    for (size_t i = 0; i < 3 && groups[g].more[i]; i++)
        keys[n++] = groups[g].more[i];
    return sbs_json_known(object, where, keys, n, err);
}

/* ---- fields ------------------------------------------------------------ */

static int read_field(struct sbs_model *m, const struct field *f,
                      const cJSON *top, const char *name,
                      struct sbs_error *err)
{
    char where[WHERE_SIZE], place[WHERE_SIZE];
    const cJSON *object = group_of(top, f->group);
    void *target = (char *)m + f->offset;
    place_of(where, name, f->group);
    switch (f->kind) {
    case FIELD_BOOL:
        *(bool *)target = f->def != 0;
        return sbs_json_bool(object, where, f->key, target, err);
    case FIELD_DIST:
        *(struct sbs_dist *)target = sbs_dist_const(f->def);
        return sbs_dist_parse(target, sbs_json_get(object, f->key),
                              sbs_json_where(place, sizeof place, where,
                                             f->key),
                              f->lo, err);
    case FIELD_REAL:
    case FIELD_LIMIT:
    case FIELD_KNOWN:
        *(double *)target = f->def;
        return sbs_json_real(object, where, f->key, f->lo, f->hi, target,
                             err);
    }
    return 0;
}

/* ---- processor classes ------------------------------------------------- */

static int read_class(struct sbs_class *c, const cJSON *json,
                      const char *where, struct sbs_error *err)
{
    static const char *const keys[] = { "name", "weight", "slowdown" };
    const char *name = "";
    char place[WHERE_SIZE];
    c->weight = 1;
    c->slowdown = sbs_dist_const(1);
    if (sbs_json_is_object(json, where, err) != 0 ||
        sbs_json_known(json, where, keys, 3, err) != 0 ||
        sbs_json_string(json, where, "name", &name, err) != 0 ||
        sbs_json_real(json, where, "weight", 0, 1e9, &c->weight, err) != 0)
        return -1;
    snprintf(c->name, sizeof c->name, "%s", name);
    return sbs_dist_parse(&c->slowdown, sbs_json_get(json, "slowdown"),
                          sbs_json_where(place, sizeof place, where,
                                         "slowdown"),
                          SBS_JSON_ABOVE_0, err);
}

static int normalise_classes(struct sbs_model *m, const char *where,
                             struct sbs_error *err)
{
    double sum = 0, so_far = 0;
    for (size_t i = 0; i < m->speed.n_classes; i++)
        sum += m->speed.classes[i].weight;
    if (!(sum > 0))
        return sbs_fail(err, SBS_EINPUT,
                        "%s: the weights sum to 0 (allowed: above 0)",
                        where);
    for (size_t i = 0; i < m->speed.n_classes; i++) {
        m->speed.classes[i].weight /= sum;
        so_far += m->speed.classes[i].weight;
        m->speed.classes[i].cumulative = so_far;
    }
    m->speed.classes[m->speed.n_classes - 1].cumulative = 1;
    return 0;
}

static int read_classes(struct sbs_model *m, const cJSON *top,
                        const char *name, struct sbs_error *err)
{
    char where[WHERE_SIZE], list_at[WHERE_SIZE], place[WHERE_SIZE];
    const cJSON *list = NULL, *item;
    const cJSON *speed = group_of(top, "speed");
    place_of(where, name, "speed");
    if (sbs_json_array(speed, where, "classes", &list, err) != 0)
        return -1;
    int n = list ? cJSON_GetArraySize(list) : 1;
    sbs_json_where(list_at, sizeof list_at, where, "classes");
    if (n == 0)
        return sbs_fail(err, SBS_EINPUT, "%s: is empty", list_at);
    m->speed.classes = calloc((size_t)n, sizeof *m->speed.classes);
    if (!m->speed.classes)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    m->speed.n_classes = (size_t)n;
    if (!list) {
        m->speed.classes[0] = (struct sbs_class){
            .name = "reference",
            .weight = 1,
            .cumulative = 1,
            .slowdown = sbs_dist_const(1),
        };
        return 0;
    }
    size_t i = 0;
    cJSON_ArrayForEach(item, list) {
        sbs_json_where_item(place, sizeof place, list_at, i);
        if (read_class(&m->speed.classes[i++], item, place, err) != 0)
            return -1;
    }
    return normalise_classes(m, list_at, err);
}

/* ---- vCPU gains -------------------------------------------------------- */

static int read_gain(struct sbs_gain *g, const cJSON *item,
                     const char *where, struct sbs_error *err)
{
    const char *size = item->string;
    g->vcpu = strtod(size, NULL);
    /* Neither blanks nor "0x2", which strtod would take. */
    if (size[strspn(size, "0123456789.")] || strchr(size, '.') !=
        strrchr(size, '.') || !(g->vcpu > 0) || isinf(g->vcpu))
        return sbs_fail(err, SBS_EINPUT,
                        "%s: \"%s\" is no vCPU size (a number above 0)",
                        where, item->string);
    if (!cJSON_IsNumber(item) || !(item->valuedouble > 0) ||
        isinf(item->valuedouble))
        return sbs_fail(err, SBS_EINPUT,
                        "%s.%s: must be a number above 0", where,
                        item->string);
    g->gain = item->valuedouble;
    return 0;
}

static int read_gains(struct sbs_model *m, const cJSON *top,
                      const char *name, struct sbs_error *err)
{
    char where[WHERE_SIZE], place[WHERE_SIZE];
    const cJSON *object = NULL, *item;
    place_of(where, name, "speed");
    if (sbs_json_object(group_of(top, "speed"), where, "vcpu_gain", &object,
                        err) != 0)
        return -1;
    int n = object ? cJSON_GetArraySize(object) : 0;
    if (n == 0)
        return 0;
    m->speed.gains = calloc((size_t)n, sizeof *m->speed.gains);
    if (!m->speed.gains)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    sbs_json_where(place, sizeof place, where, "vcpu_gain");
    cJSON_ArrayForEach(item, object) {
        struct sbs_gain *g = &m->speed.gains[m->speed.n_gains];
        if (read_gain(g, item, place, err) != 0)
            return -1;
        for (size_t i = 0; i < m->speed.n_gains; i++)
            if (m->speed.gains[i].vcpu == g->vcpu)
                return sbs_fail(err, SBS_EINPUT, "%s: %g vCPU twice", place,
                                g->vcpu);
        m->speed.n_gains++;
    }
    return 0;
}

int sbs_model_gain(const struct sbs_model *m, double vcpu, double *gain,
                   struct sbs_error *err)
{
    char known[128] = "";
    *gain = 1;
    if (m->speed.n_gains == 0)
        return 0;
    for (size_t i = 0; i < m->speed.n_gains; i++) {
        if (m->speed.gains[i].vcpu == vcpu) {
            *gain = m->speed.gains[i].gain;
            return 0;
        }
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%g", i ? ", " : "",
                 m->speed.gains[i].vcpu);
    }
    return sbs_fail(err, SBS_EUSAGE,
                    "the model knows no gain for %g vCPU (known: %s)", vcpu,
                    known);
}

/* ---- one model --------------------------------------------------------- */

static void model_fini(struct sbs_model *m)
{
    for (size_t i = 0; i < N_FIELDS; i++)
        if (fields[i].kind == FIELD_DIST)
            sbs_dist_fini(
                (struct sbs_dist *)((char *)m + fields[i].offset));
    for (size_t i = 0; i < m->speed.n_classes; i++)
        sbs_dist_fini(&m->speed.classes[i].slowdown);
    free(m->speed.classes);
    free(m->speed.gains);
    memset(m, 0, sizeof *m);
}

static int model_read(struct sbs_model *m, const cJSON *json,
                      const char *name, struct sbs_error *err)
{
    char where[WHERE_SIZE];
    memset(m, 0, sizeof *m);
    place_of(where, name, NULL);
    if (sbs_json_is_object(json, where, err) != 0 ||
        sbs_json_schema(json, where, "sbsim-model", 1, err) != 0 ||
        sbs_json_known(json, where, top_keys,
                       sizeof top_keys / sizeof top_keys[0], err) != 0)
        goto fail;
    for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++)
        if (check_group(json, name, g, err) != 0)
            goto fail;
    for (size_t i = 0; i < N_FIELDS; i++)
        if (read_field(m, &fields[i], json, name, err) != 0)
            goto fail;
    if (read_classes(m, json, name, err) == 0 &&
        read_gains(m, json, name, err) == 0)
        return 0;
fail:
    model_fini(m);
    return -1;
}

/* ---- posterior draws --------------------------------------------------- */

static int read_draw(struct sbs_model *m, const cJSON *json,
                     const cJSON *draw, const char *where,
                     struct sbs_error *err)
{
    if (sbs_json_is_object(draw, where, err) != 0)
        return -1;
    cJSON *doc = sbs_model_drawn(json, draw, where, err);
    int status = doc ? model_read(m, doc, where, err) : -1;
    cJSON_Delete(doc);
    return status;
}

static int read_draws(struct sbs_model_set *set, const cJSON *json,
                      const char *name, struct sbs_error *err)
{
    static const char *const keys[] = { "draws" };
    const cJSON *posterior = NULL, *draws = NULL, *draw;
    char where[WHERE_SIZE], list_at[WHERE_SIZE], place[WHERE_SIZE];
    place_of(where, name, NULL);
    if (sbs_json_object(json, where, "posterior", &posterior, err) != 0)
        return -1;
    place_of(where, name, "posterior");
    if (posterior &&
        (sbs_json_known(posterior, where, keys, 1, err) != 0 ||
         sbs_json_array(posterior, where, "draws", &draws, err) != 0))
        return -1;
    int n = draws ? cJSON_GetArraySize(draws) : 0;
    set->models = calloc((size_t)n + 1, sizeof *set->models);
    if (!set->models)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    sbs_json_where(list_at, sizeof list_at, where, "draws");
    cJSON_ArrayForEach(draw, draws) {
        sbs_json_where_item(place, sizeof place, list_at, set->n);
        if (read_draw(&set->models[set->n], json, draw, place, err) != 0)
            return -1;
        set->n++;
    }
    if (set->n == 0) {
        if (model_read(&set->models[0], json, name, err) != 0)
            return -1;
        set->n = 1;
    }
    return 0;
}

/* The classes as policies see them. */
static int list_processors(struct sbs_model_set *set)
{
    const struct sbs_model *m = &set->stated;
    set->processors = calloc(m->speed.n_classes, sizeof *set->processors);
    for (size_t i = 0; set->processors && i < m->speed.n_classes; i++) {
        const struct sbs_class *c = &m->speed.classes[i];
        set->processors[i] =
            (struct sbs_processor){ c->name, c->weight,
                                    sbs_dist_mean(&c->slowdown) };
    }
    return set->processors ? 0 : -1;
}

int sbs_model_parse(struct sbs_model_set *set, const struct cJSON *json,
                    const char *name, struct sbs_error *err)
{
    *set = (struct sbs_model_set){ 0 };
    if (model_read(&set->stated, json, name, err) != 0)
        return -1;
    if (read_draws(set, json, name, err) != 0) {
        sbs_model_fini(set);
        return -1;
    }
    set->json = cJSON_Duplicate(json, true);
    if (!set->json || list_processors(set) != 0) {
        sbs_model_fini(set);
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    }
    return 0;
}

void sbs_model_fini(struct sbs_model_set *set)
{
    for (size_t i = 0; i < set->n; i++)
        model_fini(&set->models[i]);
    free(set->models);
    free(set->processors);
    model_fini(&set->stated);
    cJSON_Delete(set->json);
    *set = (struct sbs_model_set){ 0 };
}

/* ---- moments ----------------------------------------------------------- */

void sbs_model_slowdown(const struct sbs_model *m, double *mean, double *sd)
{
    double first = 0, second = 0;
    for (size_t i = 0; i < m->speed.n_classes; i++) {
        const struct sbs_class *c = &m->speed.classes[i];
        double mu = sbs_dist_mean(&c->slowdown);
        first += c->weight * mu;
        second += c->weight * (sbs_dist_var(&c->slowdown) + mu * mu);
    }
    /* Independent lognormal(0, s) noise: mean e^(s^2/2), square e^(2 s^2) */
    double s2 = m->speed.log_sd * m->speed.log_sd;
    *mean = first * exp(s2 / 2);
    *sd = sqrt(fmax(second * exp(2 * s2) - *mean * *mean, 0));
}

void sbs_model_startup(const struct sbs_model *m, double *mean_s,
                       double *sd_s)
{
    const struct sbs_dist *parts[] = {
        &m->client.call_s, &m->startup.provision_s, &m->startup.pull_s,
        &m->startup.container_s, &m->startup.boot_s
    };
    double mean = 0, var = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        mean += sbs_dist_mean(parts[i]);
        var += sbs_dist_var(parts[i]);
    }
    *mean_s = mean;
    *sd_s = sqrt(var);
}
