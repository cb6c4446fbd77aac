/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a study, all but its axes. */
#include "config.h"

#include "sweep/study.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "base/json.h"
#include "base/nearest.h"
#include "base/rng.h"
#include "model/stress.h"
#include "sweep/study_run.h"

enum { POLICIES_MAX = 10000, POLICY_LENGTH_MAX = 1000 };

const struct sbs_study_member_def sbs_study_members[SBS_STUDY_MEMBERS] = {
#define ROW(name, type, lo, hi, unit, about) \
    { #name, SBS_STUDY_##type, lo, hi, unit, about },
    SBS_STUDY_RUN_KEYS(ROW)
#undef ROW
};

/* "plain" or one of the scenarios. */
static int read_scenario(const cJSON *object, const char *where,
                         const char *key, const char **scenario,
                         struct sbs_error *err)
{
#define NAME(id, spot, text) #id,
    static const char *const names[] = { SBS_STRESSES(NAME) "plain" };
#undef NAME
    const char *text = NULL;
    if (sbs_json_string(object, where, key, &text, err) != 0)
        return -1;
    if (!text)
        return 0;
    if (strcmp(text, "plain") == 0) {
        *scenario = NULL;
        return 0;
    }
    const struct sbs_stress *stress = sbs_stress_find(text);
    if (!stress) {
        char place[256];
        const char *near =
            sbs_nearest(text, names, sizeof names / sizeof names[0]);
#define NAME(id, spot, text) #id ", "
        return sbs_fail(err, SBS_EINPUT,
                        "%s: unknown scenario (\"%.40s\", %s%s%s)",
                        sbs_json_where(place, sizeof place, where, key), text,
                        near ? "did you mean \"" : "allowed ",
                        near ? near : SBS_STRESSES(NAME) "plain",
                        near ? "\"?" : "");
#undef NAME
    }
    *scenario = stress->name;
    return 0;
}

static int read_text(const cJSON *object, const char *where, const char *key,
                     const char **text, struct sbs_error *err)
{
    char place[256];
    if (sbs_json_string(object, where, key, text, err) != 0)
        return -1;
    if (sbs_json_get(object, key) && !(*text)[0])
        return sbs_fail(err, SBS_EINPUT, "%s: must not be empty",
                        sbs_json_where(place, sizeof place, where, key));
    return 0;
}

int sbs_study_read_member(const cJSON *object, const char *where,
                          const char *key, enum sbs_study_member member,
                          struct sbs_study_run *run, struct sbs_error *err)
{
    const struct sbs_study_member_def *d = &sbs_study_members[member];
    double x = NAN;
    int64_t n = -1;
    if (member == SBS_STUDY_MEMBER_spot)
        return sbs_json_bool(object, where, key, &run->spot, err);
    if (member == SBS_STUDY_MEMBER_workload)
        return read_text(object, where, key, &run->workload, err);
    if (member == SBS_STUDY_MEMBER_scenario)
        return read_scenario(object, where, key, &run->scenario, err);
    if (d->type == SBS_STUDY_REAL) {
        if (sbs_json_real(object, where, key, d->lo, d->hi, &x, err) != 0)
            return -1;
    } else {
        if (sbs_json_integer(object, where, key, (int64_t)d->lo,
                             (int64_t)d->hi, &n, err) != 0)
            return -1;
        x = (double)n;
    }
    if (sbs_json_get(object, key))
        sbs_study_put_number(run, member, x);
    return 0;
}

void sbs_study_put_number(struct sbs_study_run *run,
                          enum sbs_study_member member, double x)
{
    switch (member) {
    case SBS_STUDY_MEMBER_tasks: run->tasks = (int64_t)x; break;
    case SBS_STUDY_MEMBER_workers: run->workers = (int64_t)x; break;
    case SBS_STUDY_MEMBER_reps: run->reps = (int64_t)x; break;
    case SBS_STUDY_MEMBER_vcpu: run->vcpu = x; break;
    case SBS_STUDY_MEMBER_memory_gb: run->memory_gb = x; break;
    default: break; /* the others are no numbers */
    }
}

/* ---- the document ------------------------------------------------------ */

static int read_keep(struct sbs_study *s, const char *where,
                     struct sbs_error *err)
{
    const char *keep = "summaries";
    char place[256];
    if (sbs_json_string(s->json, where, "keep", &keep, err) != 0)
        return -1;
    s->keep_bills = strcmp(keep, "bills") == 0;
    if (!s->keep_bills && strcmp(keep, "summaries") != 0)
        return sbs_fail(err, SBS_EINPUT, "%s: must be \"summaries\" or "
                        "\"bills\" (\"%.40s\")",
                        sbs_json_where(place, sizeof place, where, "keep"),
                        keep);
    return 0;
}

static int read_policies(struct sbs_study *s, const char *where,
                         struct sbs_error *err)
{
    char list[256], place[300];
    if (sbs_json_need(s->json, where, "policies", err) != 0 ||
        sbs_json_array(s->json, where, "policies", &s->policies, err) != 0)
        return -1;
    sbs_json_where(list, sizeof list, where, "policies");
    int n = cJSON_GetArraySize(s->policies);
    if (n < 1 || n > POLICIES_MAX)
        return sbs_fail(err, SBS_EINPUT, "%s: %d policies (allowed [1, %d])",
                        list, n, POLICIES_MAX);
    s->policy = calloc((size_t)n, sizeof *s->policy);
    if (!s->policy)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    const cJSON *item;
    cJSON_ArrayForEach(item, s->policies) {
        sbs_json_where_item(place, sizeof place, list, s->n_policies);
        if (!cJSON_IsString(item) || !item->valuestring[0] ||
            strlen(item->valuestring) > POLICY_LENGTH_MAX)
            return sbs_fail(err, SBS_EINPUT, "%s: must be the text of a "
                            "policy, of 1 to %d characters", place,
                            POLICY_LENGTH_MAX);
        s->policy[s->n_policies++] = item->valuestring;
    }
    return 0;
}

static int read_inputs(struct sbs_study *s, const char *where,
                       struct sbs_error *err)
{
    char place[256];
    if (read_text(s->json, where, "name", &s->name, err) != 0 ||
        read_text(s->json, where, "trace", &s->trace, err) != 0 ||
        read_text(s->json, where, "model", &s->model, err) != 0 ||
        sbs_json_object(s->json, where, "set", &s->set, err) != 0)
        return -1;
    if (!s->trace == !s->model)
        return sbs_fail(err, SBS_EINPUT, "%s: %s",
                        sbs_json_where(place, sizeof place, where, "trace"),
                        s->trace ? "trace and model: only one of them can be "
                                   "given"
                                 : "trace or model: one of them is needed");
    return 0;
}

static int read_all(struct sbs_study *s, const char *where,
                    struct sbs_error *err)
{
#define KEY(name, ...) #name,
    static const char *const keys[] = {
        "schema", "schema_version", "name", "trace", "model", "seed", "keep",
        "skip_refused", "block_reps", "policies", "set", "axes", "design",
        SBS_STUDY_RUN_KEYS(KEY)
    };
#undef KEY
    int64_t seed = 1;
    if (sbs_json_schema(s->json, where, "sbsim-study", 1, err) != 0 ||
        sbs_json_known(s->json, where, keys, sizeof keys / sizeof keys[0],
                       err) != 0 ||
        read_inputs(s, where, err) != 0 || read_keep(s, where, err) != 0 ||
        sbs_json_integer(s->json, where, "seed", 0, (int64_t)SBS_SEED_MAX,
                         &seed, err) != 0 ||
        sbs_json_bool(s->json, where, "skip_refused", &s->skip_refused,
                      err) != 0 ||
        sbs_json_integer(s->json, where, "block_reps", 1, SBS_STUDY_REPS_MAX,
                         &s->block_reps, err) != 0)
        return -1;
    s->seed = (uint64_t)seed;
    for (int m = 0; m < SBS_STUDY_MEMBERS; m++)
        if (sbs_study_read_member(s->json, where, sbs_study_members[m].name,
                                  (enum sbs_study_member)m, &s->run, err) != 0)
            return -1;
    return read_policies(s, where, err) != 0 ||
                   sbs_study_read_axes(s, where, err) != 0
               ? -1
               : 0;
}

int sbs_study_parse(struct sbs_study *s, cJSON *json, const char *file,
                    struct sbs_error *err)
{
    *s = (struct sbs_study){ .json = json,
                             .run = { .reps = 2000,
                                      .vcpu = 2,
                                      .memory_gb = 4,
                                      .workload = "ultra" } };
    char where[256];
    snprintf(s->file, sizeof s->file, "%.240s", file);
    snprintf(where, sizeof where, "%.240s:", file);
    if (read_all(s, where, err) == 0)
        return 0;
    sbs_study_fini(s);
    return -1;
}

void sbs_study_fini(struct sbs_study *s)
{
    for (uint32_t i = 0; i < SBS_STUDY_AXES_MAX; i++)
        free(s->axis[i].list);
    cJSON_Delete(s->json);
    free(s->policy);
    free(s->unit);
    *s = (struct sbs_study){ 0 };
}
