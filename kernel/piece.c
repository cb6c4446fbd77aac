/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces as JSON. Doubles are written so that they read back to the same
 * bits (base/jsonw.h). */
#include "config.h"

#include "kernel/piece.h"

#include <math.h>
#include <stdio.h>

#include <cJSON.h>

#include "base/json.h"
#include "base/jsonw.h"

#define PIECE_SCHEMA "sbsim-kernel-piece"
#define PIECE_VERSION 1

static void write_integer(struct sbs_jsonw *w, const char *key, int64_t value)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_integer(w, value);
}

static void write_real(struct sbs_jsonw *w, const char *key, double value)
{
    sbs_jsonw_key(w, key);
    sbs_jsonw_real(w, value);
}

void sbs_barrier_piece_write(const struct sbs_barrier_piece *p,
                             struct sbs_jsonw *w)
{
    sbs_jsonw_object(w);
    sbs_jsonw_key(w, "schema");
    sbs_jsonw_string(w, PIECE_SCHEMA);
    write_integer(w, "schema_version", PIECE_VERSION);
    write_integer(w, "scenario", p->job.scenario);
    write_integer(w, "paths", p->job.paths);
    write_integer(w, "seed", p->job.seed);
    write_real(w, "barrier", p->job.barrier);
    write_integer(w, "first_block", p->first);
    write_integer(w, "end_block", p->end);
    write_integer(w, "stopped", p->stopped);
    write_real(w, "max", p->max);
    /* null: low holds all values of the piece */
    write_real(w, "low_complete_below", p->low.cut);
    sbs_jsonw_key(w, "sums");
    sbs_jsonw_array(w);
    for (int64_t i = 0; i < p->end - p->first; i++) {
        sbs_jsonw_flat_array(w);
        sbs_jsonw_real(w, p->sums[i].value);
        sbs_jsonw_real(w, p->sums[i].square);
        sbs_jsonw_real(w, p->sums[i].payoff);
        sbs_jsonw_close(w);
    }
    sbs_jsonw_close(w);
    sbs_jsonw_key(w, "low");
    sbs_jsonw_flat_array(w);
    for (size_t i = 0; i < p->low.n; i++)
        sbs_jsonw_real(w, p->low.v[i]);
    sbs_jsonw_close(w);
    sbs_jsonw_close(w);
}

/* -1 unless all keys are there and no others; low_complete_below may be null,
 * which is not "there". */
static int check_keys(const struct cJSON *json, const char *where,
                      struct sbs_error *err)
{
    static const char *const keys[] = {
        "schema", "schema_version", "low_complete_below", "scenario", "paths",
        "seed", "barrier", "first_block", "end_block", "stopped", "max",
        "sums", "low"
    };
    const size_t n = sizeof keys / sizeof keys[0];
    if (sbs_json_is_object(json, where, err) ||
        sbs_json_schema(json, where, PIECE_SCHEMA, PIECE_VERSION, err) ||
        sbs_json_known(json, where, keys, n, err))
        return -1;
    for (size_t i = 3; i < n; i++)
        if (sbs_json_need(json, where, keys[i], err))
            return -1;
    return 0;
}

/* The job and the blocks. */
static int read_head(const struct cJSON *json, const char *where,
                     struct sbs_barrier_piece *p, struct sbs_error *err)
{
    struct sbs_barrier_job *j = &p->job;
    if (sbs_json_integer(json, where, "scenario", 1, SBS_BARRIER_SCENARIO_MAX,
                         &j->scenario, err) ||
        sbs_json_integer(json, where, "paths", 1, SBS_BARRIER_PATHS_MAX,
                         &j->paths, err) ||
        sbs_json_integer(json, where, "seed", 0, SBS_JSON_MAX_INTEGER,
                         &j->seed, err) ||
        sbs_json_real(json, where, "barrier", 0, SBS_BARRIER_START,
                      &j->barrier, err))
        return -1;
    int64_t blocks = sbs_barrier_blocks(j);
    if (sbs_json_integer(json, where, "first_block", 0, blocks - 1, &p->first,
                         err))
        return -1;
    return sbs_json_integer(json, where, "end_block", p->first + 1, blocks,
                            &p->end, err);
}

/* "where.key: what". */
static int fail_at(const char *where, const char *key, const char *what,
                   struct sbs_error *err)
{
    char place[256];
    return sbs_fail(err, SBS_EINPUT, "%s: %s",
                    sbs_json_where(place, sizeof place, where, key), what);
}

/* The two arrays, of fitting lengths; *cut is INFINITY where null. */
static int read_arrays(const struct cJSON *json, const char *where,
                       const struct sbs_barrier_piece *head,
                       const struct cJSON **sums, const struct cJSON **low,
                       double *cut, struct sbs_error *err)
{
    char what[100];
    *cut = INFINITY;
    if (sbs_json_array(json, where, "sums", sums, err) ||
        sbs_json_array(json, where, "low", low, err) ||
        sbs_json_real(json, where, "low_complete_below", SBS_JSON_ABOVE_0,
                      INFINITY, cut, err))
        return -1;
    int64_t n = cJSON_GetArraySize(*sums), blocks = head->end - head->first;
    if (n != blocks) {
        snprintf(what, sizeof what,
                 "must have one entry a block (got %lld, blocks %lld)",
                 (long long)n, (long long)blocks);
        return fail_at(where, "sums", what, err);
    }
    n = cJSON_GetArraySize(*low);
    int64_t paths = sbs_piece_paths(&head->job, head->first, head->end);
    if (n < 1 || n > paths || (isinf(*cut) && n != paths)) {
        snprintf(what, sizeof what,
                 "length does not fit (got %lld, paths in the piece %lld)",
                 (long long)n, (long long)paths);
        return fail_at(where, "low", what, err);
    }
    return 0;
}

/* One block's three sums; all are sums of numbers that are not negative. */
static int read_block(const struct cJSON *item, struct sbs_barrier_sums *sums)
{
    double d[3];
    int n = 0;
    const struct cJSON *number;
    cJSON_ArrayForEach(number, item) {
        if (n == 3 || !cJSON_IsNumber(number) || !(number->valuedouble >= 0))
            return -1;
        d[n++] = number->valuedouble;
    }
    if (!cJSON_IsArray(item) || n != 3)
        return -1;
    *sums = (struct sbs_barrier_sums){ d[0], d[1], d[2] };
    return 0;
}

static int read_sums(const struct cJSON *sums, const char *where,
                     struct sbs_barrier_piece *p, struct sbs_error *err)
{
    struct sbs_barrier_sums *next = p->sums;
    const struct cJSON *item;
    cJSON_ArrayForEach(item, sums) {
        if (read_block(item, next++))
            return fail_at(where, "sums",
                           "must hold three numbers in [0, inf) a block", err);
    }
    return 0;
}

/* The smallest values: ascending, in (0, cut]. */
static int read_low(const struct cJSON *low, const char *where, double cut,
                    struct sbs_barrier_piece *p, struct sbs_error *err)
{
    const struct cJSON *item;
    double last = 0;
    cJSON_ArrayForEach(item, low) {
        double v = cJSON_IsNumber(item) ? item->valuedouble : 0;
        if (!(v > 0 && v >= last && v <= cut))
            return fail_at(where, "low",
                           "must be ascending numbers in (0, "
                           "low_complete_below]", err);
        sbs_tail_add(&p->low, &v, 1);
        last = v;
    }
    p->low.cut = cut;
    return 0;
}

struct sbs_barrier_piece *sbs_barrier_piece_read(const struct cJSON *json,
                                                 const char *where,
                                                 struct sbs_error *err)
{
    struct sbs_barrier_piece head = { .max = SBS_BARRIER_START };
    const struct cJSON *sums = NULL, *low = NULL;
    double cut;
    if (check_keys(json, where, err) || read_head(json, where, &head, err) ||
        read_arrays(json, where, &head, &sums, &low, &cut, err))
        return NULL;
    int64_t paths = sbs_piece_paths(&head.job, head.first, head.end);
    if (sbs_json_integer(json, where, "stopped", 0, paths, &head.stopped,
                         err) ||
        sbs_json_real(json, where, "max", SBS_BARRIER_START, INFINITY,
                      &head.max, err))
        return NULL;
    struct sbs_barrier_piece *p =
        sbs_piece_create(&head.job, head.first, head.end,
                         (size_t)cJSON_GetArraySize(low), err);
    if (!p)
        return NULL;
    p->stopped = head.stopped;
    p->max = head.max;
    if (read_sums(sums, where, p, err) || read_low(low, where, cut, p, err)) {
        sbs_barrier_destroy(p);
        return NULL;
    }
    return p;
}
