/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sweep/part.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cJSON.h>

#include "base/json.h"
#include "sweep/collect.h"
#include "sweep/spool_dir.h"

/* ---- the head of a part ------------------------------------------------ */

/* The refused points, four to a character; NULL when out of memory. */
static char *refused_text(const struct sbs_sweep *s)
{
    size_t n = (size_t)(s->study->n_points + 7) / 8;
    char *text = calloc(2 * n + 1, 1);
    for (size_t i = 0; text && i < n; i++)
        snprintf(text + 2 * i, 3, "%02x", s->refused[i]);
    return text;
}

static cJSON *works_of(const struct sbs_study_inputs *in)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; list && i < in->n_works; i++) {
        cJSON *work = cJSON_CreateObject();
        if (!cJSON_AddItemToArray(list, work) ||
            !cJSON_AddStringToObject(work, "name", in->works[i].name) ||
            !cJSON_AddNumberToObject(work, "tasks",
                                     (double)in->works[i].tasks)) {
            cJSON_Delete(list);
            return NULL;
        }
    }
    return list;
}

struct cJSON *sbs_part_head(const struct sbs_sweep *s,
                            const struct cJSON *head, struct sbs_error *err)
{
    cJSON *all = cJSON_Duplicate(head, true);
    cJSON *carry = all ? cJSON_AddObjectToObject(all, "carry") : NULL;
    char *refused = refused_text(s);
    bool good = carry && refused &&
                cJSON_AddStringToObject(carry, "study", s->from.study) &&
                cJSON_AddStringToObject(carry, "settings",
                                        s->from.settings) &&
                cJSON_AddStringToObject(carry, "model", s->from.model) &&
                cJSON_AddStringToObject(carry, "refused", refused) &&
                cJSON_AddItemToObject(carry, "works", works_of(s->inputs));
    free(refused);
    if (good)
        return all;
    cJSON_Delete(all);
    sbs_fail(err, SBS_EMEMORY, "out of memory");
    return NULL;
}

/* Which part of how many a head is of; -1: of none. */
static int part_of(const struct cJSON *head, const char *path, int64_t *part,
                   int64_t *parts, struct sbs_error *err)
{
    char where[256];
    snprintf(where, sizeof where, "%.240s:", path);
    *part = *parts = 0;
    if (sbs_json_integer(head, where, "part", 1, SBS_PARTS_MAX, part, err) ||
        sbs_json_integer(head, where, "parts", 2, SBS_PARTS_MAX, parts, err))
        return -1;
    if (*part == 0 || *parts == 0 || *part > *parts)
        return sbs_fail(err, SBS_EINPUT, "%s: is no part of a sweep (made "
                        "with --part)", path);
    return 0;
}

/* Blocks that part `part` (from 1) of `parts` has of n. */
static uint64_t blocks_of(uint64_t n, int64_t part, int64_t parts)
{
    return (n + (uint64_t)(parts - part)) / (uint64_t)parts;
}

static int complete(const char *path, uint64_t count, uint64_t want,
                    struct sbs_error *err)
{
    if (count == want)
        return 0;
    return sbs_fail(err, SBS_EINPUT, "%s: is damaged or not complete (%llu "
                    "of %llu blocks)", path, (unsigned long long)count,
                    (unsigned long long)want);
}

/* One more part file. It has no head when it was cut short in it. */
static int add(struct sbs_spools *spools, const char *path,
               const struct cJSON *head, struct sbs_error *err)
{
    size_t before = sbs_spools_files(spools);
    if (sbs_spools_add(spools, path, head, err) != 0)
        return -1;
    return sbs_spools_files(spools) > before
               ? 0
               : sbs_fail(err, SBS_EINPUT, "%s: is damaged: it is cut short",
                          path);
}

int sbs_part_check(const struct sbs_sweep *s, struct sbs_error *err)
{
    int64_t part = 0, parts = 0;
    struct sbs_spools *one = sbs_spools_create(s->blocks.n, err);
    int status = one ? add(one, s->out, s->from.head, err) : -1;
    if (status == 0)
        status = part_of(sbs_spools_head(one, 0), s->out, &part, &parts, err);
    if (status == 0 &&
        (part != (int64_t)s->part + 1 || parts != (int64_t)s->parts))
        status = sbs_fail(err, SBS_EINPUT, "%s: is there already and is part "
                          "%lld of %lld", s->out, (long long)part,
                          (long long)parts);
    if (status == 0)
        status = complete(s->out, sbs_spools_count(one),
                          blocks_of(s->blocks.n, part, parts), err);
    sbs_spools_destroy(one);
    return status;
}

/* ---- merging ----------------------------------------------------------- */

static int read_works(struct sbs_merge *m, const cJSON *carry,
                      const char *where, struct sbs_error *err)
{
    const cJSON *list = NULL, *item;
    if (sbs_json_need(carry, where, "works", err) != 0 ||
        sbs_json_array(carry, where, "works", &list, err) != 0)
        return -1;
    m->works = calloc((size_t)cJSON_GetArraySize(list) + 1,
                      sizeof *m->works);
    if (!m->works)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    cJSON_ArrayForEach(item, list) {
        struct sbs_study_work *w = &m->works[m->inputs.n_works++];
        if (sbs_json_need(item, where, "name", err) != 0 ||
            sbs_json_string(item, where, "name", &w->name, err) != 0 ||
            sbs_json_integer(item, where, "tasks", 0, SBS_JSON_MAX_INTEGER,
                             &w->tasks, err) != 0)
            return -1;
    }
    m->inputs.works = m->works;
    return 0;
}

static int read_refused(struct sbs_merge *m, const char *text,
                        const char *path, struct sbs_error *err)
{
    size_t n = (size_t)(m->study.n_points + 7) / 8;
    m->sweep.refused = calloc(n, 1);
    if (!m->sweep.refused)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    if (strlen(text) != 2 * n || strspn(text, "0123456789abcdef") != 2 * n)
        return sbs_fail(err, SBS_EINPUT, "%s: the list of refused points is "
                        "damaged", path);
    for (size_t i = 0; i < n; i++) {
        unsigned byte = 0;
        sscanf(text + 2 * i, "%2x", &byte);
        m->sweep.refused[i] = (unsigned char)byte;
    }
    for (uint64_t p = 0; p < m->study.n_points; p++)
        m->sweep.n_refused += sbs_bit(m->sweep.refused, p);
    return 0;
}

/* The study and all that goes with it, from the head of the first file. */
static int read_carry(struct sbs_merge *m, const cJSON *head,
                      const char *path, struct sbs_error *err)
{
    const cJSON *carry = NULL;
    const char *refused = NULL;
    char where[256];
    struct sbs_provenance *from = &m->sweep.from;
    snprintf(where, sizeof where, "%.240s:", path);
    if (sbs_json_need(head, where, "carry", err) != 0 ||
        sbs_json_object(head, where, "carry", &carry, err) != 0 ||
        sbs_json_string(carry, where, "study", &from->study, err) != 0 ||
        sbs_json_string(carry, where, "settings", &from->settings, err) ||
        sbs_json_string(carry, where, "model", &from->model, err) != 0 ||
        sbs_json_string(carry, where, "refused", &refused, err) != 0)
        return -1;
    if (!from->study || !from->settings || !from->model || !refused)
        return sbs_fail(err, SBS_EINPUT, "%s: the head is damaged", path);
    cJSON *json = sbs_json_parse(from->settings, strlen(from->settings),
                                 path, err);
    if (!json || sbs_study_parse(&m->study, json, path, err) != 0 ||
        read_works(m, carry, where, err) != 0 ||
        read_refused(m, refused, path, err) != 0)
        return -1;
    m->sweep.study = &m->study;
    m->sweep.inputs = &m->inputs;
    m->sweep.from.head = head;
    m->sweep.parts = 1;
    return sbs_blocks_make(&m->sweep.blocks, &m->study, &m->inputs,
                           m->sweep.refused, err);
}

/* Which file is which part; *of has one entry a part, the caller frees it. */
static int sort_parts(const char *const *files, size_t n, const char ***of,
                      int64_t *all, struct sbs_error *err)
{
    int status = 0;
    int64_t part, parts;
    for (size_t i = 0; i < n && status == 0; i++) {
        struct sbs_spools *one = sbs_spools_create(0, err);
        status = one ? add(one, files[i], NULL, err) : -1;
        if (status == 0)
            status = part_of(sbs_spools_head(one, 0), files[i], &part, &parts,
                             err);
        sbs_spools_destroy(one);
        if (status == 0 && i == 0) {
            *all = parts;
            *of = calloc((size_t)parts, sizeof **of);
            if (!*of)
                status = sbs_fail(err, SBS_EMEMORY, "out of memory");
        }
        if (status == 0 && parts != *all)
            status = sbs_fail(err, SBS_EINPUT, "%s: is one of %lld parts, %s "
                              "one of %lld", files[i], (long long)parts,
                              files[0], (long long)*all);
        if (status == 0 && (*of)[part - 1])
            status = sbs_fail(err, SBS_EINPUT, "%s and %s: both are part "
                              "%lld", (*of)[part - 1], files[i],
                              (long long)part);
        if (status == 0)
            (*of)[part - 1] = files[i];
    }
    return status;
}

static int all_there(const char *const *of, int64_t parts,
                     struct sbs_error *err)
{
    char missing[200] = "";
    size_t n = 0;
    for (int64_t i = 0; i < parts; i++)
        if (!of[i] && n < sizeof missing)
            n += (size_t)snprintf(missing + n, sizeof missing - n, "%s%lld",
                                  n ? ", " : "", (long long)i + 1);
    return n == 0 ? 0
                  : sbs_fail(err, SBS_EINPUT, "--merge: missing of %lld "
                             "parts: %s", (long long)parts, missing);
}

int sbs_merge_open(struct sbs_merge *m, const char *const *files, size_t n,
                   struct sbs_error *err)
{
    const char **of = NULL;
    int64_t parts = 0;
    *m = (struct sbs_merge){ 0 };
    int status = sort_parts(files, n, &of, &parts, err);
    if (status == 0)
        status = all_there(of, parts, err);
    /* The first file says what the study is; then all are read. */
    struct sbs_spools *first = status == 0 ? sbs_spools_create(0, err) : NULL;
    status = first ? add(first, of[0], NULL, err) : -1;
    m->first = first;
    if (status == 0)
        status = read_carry(m, sbs_spools_head(first, 0), of[0], err);
    m->spools = status == 0 ? sbs_spools_create(m->sweep.blocks.n, err)
                            : NULL;
    for (int64_t i = 0; m->spools && i < parts && status == 0; i++) {
        uint64_t before = sbs_spools_count(m->spools);
        status = add(m->spools, of[i], m->sweep.from.head, err);
        if (status == 0)
            status = complete(of[i], sbs_spools_count(m->spools) - before,
                              blocks_of(m->sweep.blocks.n, i + 1, parts),
                              err);
    }
    free(of);
    return m->spools ? status : -1;
}

int sbs_merge_write(struct sbs_merge *m, struct sbs_error *err)
{
    struct sbs_spool_dir dir;
    const char *out = m->sweep.out;
    if (access(out, F_OK) == 0 && !m->sweep.force)
        return sbs_fail(err, SBS_EUSAGE, "%s: is there already (--force "
                        "makes it anew)", out);
    int status = sbs_spool_dir_open(&dir, out, err);
    if (status == 0)
        status = sbs_collect_file(&m->sweep, m->spools, err);
    sbs_spool_dir_fini(&dir);
    return status;
}

void sbs_merge_fini(struct sbs_merge *m)
{
    sbs_spools_destroy(m->spools);
    sbs_spools_destroy(m->first);
    sbs_sweep_fini(&m->sweep);
    sbs_study_fini(&m->study);
    free(m->works);
    *m = (struct sbs_merge){ 0 };
}
