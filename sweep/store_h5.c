/* SPDX-License-Identifier: Apache-2.0 */
/* One dataset a column, filled slice by slice. As in traces/: no times, fixed
 * version bounds, links and attributes in their object headers, checksums. */
#include "config.h"

#include "sweep/store.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define H5_USE_110_API /* one spelling for HDF5 1.10 to 1.14 */
#include <hdf5.h>
#include <cJSON.h>

#include "sweep/spool.h"
#include "sweep/study_run.h"

/* Rows of a slice, which is also the chunk of a dataset; of values more. */
enum { SLICE = 4096, VALUES_SLICE = 65536, TEXT_MAX = 65000 };

const enum sbs_metric sbs_store_kept[SBS_STORE_KEPT] = {
    SBS_METRIC_makespan_s, SBS_METRIC_cost_usd
};

/* A column being filled. */
struct column {
    hid_t dataset, type; /* in memory and, but for order of bytes, in file */
    size_t size;         /* of a cell */
    uint32_t slice, filled;
    uint64_t written;
    unsigned char *cells; /* [slice] */
};

struct sbs_store {
    const struct sbs_study *study;
    char *path;
    hid_t file, group_plist;
    uint64_t point;
    /* In this order: fixed ones, one a key that is no key of a run, the
     * summaries, the kept values. */
    struct column *column;
    size_t n_columns, room;
    size_t of_keys, of_summaries, of_values;
    uint64_t first_value;
    bool keeps;
};

static int broken(const struct sbs_store *s, const char *place,
                  struct sbs_error *err)
{
    return sbs_fail(err, SBS_EIO, "%s:%s: HDF5 cannot write it", s->path,
                    place);
}

/* ---- attributes and texts ---------------------------------------------- */

static hid_t text_type(size_t size)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type >= 0 && (H5Tset_size(type, size ? size : 1) < 0 ||
                      H5Tset_strpad(type, H5T_STR_NULLPAD) < 0 ||
                      H5Tset_cset(type, H5T_CSET_UTF8) < 0)) {
        H5Tclose(type);
        return -1;
    }
    return type;
}

static int put_attribute(const struct sbs_store *s, hid_t object,
                         const char *name, hid_t file_type, hid_t type,
                         const void *value, struct sbs_error *err)
{
    hid_t space = H5Screate(H5S_SCALAR), attribute = -1;
    herr_t status = -1;
    if (space >= 0)
        attribute = H5Acreate2(object, name, file_type, space, H5P_DEFAULT,
                               H5P_DEFAULT);
    if (attribute >= 0) {
        status = H5Awrite(attribute, type, value);
        H5Aclose(attribute);
    }
    if (space >= 0)
        H5Sclose(space);
    return status < 0 ? broken(s, name, err) : 0;
}

/* Texts longer than an attribute may be are cut. */
static int put_text(const struct sbs_store *s, hid_t object,
                    const char *name, const char *text, struct sbs_error *err)
{
    size_t n = strlen(text) < TEXT_MAX ? strlen(text) : TEXT_MAX;
    hid_t type = text_type(n);
    int status = type < 0 ? broken(s, name, err)
                          : put_attribute(s, object, name, type, type,
                                          n ? text : "", err);
    if (type >= 0)
        H5Tclose(type);
    return status;
}

static int put_integer(const struct sbs_store *s, hid_t object,
                       const char *name, int64_t value,
                       struct sbs_error *err)
{
    return put_attribute(s, object, name, H5T_STD_I64LE, H5T_NATIVE_INT64,
                         &value, err);
}

/* ---- datasets ---------------------------------------------------------- */

static hid_t dataset_plist(uint64_t chunk)
{
    hsize_t dims = chunk;
    hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
    if (plist >= 0 && (H5Pset_obj_track_times(plist, false) < 0 ||
                       H5Pset_attr_phase_change(plist, 100, 99) < 0 ||
                       H5Pset_chunk(plist, 1, &dims) < 0 ||
                       H5Pset_fletcher32(plist) < 0)) {
        H5Pclose(plist);
        return -1;
    }
    return plist;
}

static hid_t file_type_of(hid_t type)
{
    if (H5Tequal(type, H5T_NATIVE_DOUBLE) > 0)
        return H5T_IEEE_F64LE;
    if (H5Tequal(type, H5T_NATIVE_INT64) > 0)
        return H5T_STD_I64LE;
    if (H5Tequal(type, H5T_NATIVE_INT8) > 0)
        return H5T_STD_I8LE;
    return type;
}

static hid_t make_dataset(const struct sbs_store *s, hid_t group,
                          const char *name, hid_t type, uint64_t rows,
                          uint64_t chunk, struct sbs_error *err)
{
    hsize_t dims = rows;
    hid_t space = H5Screate_simple(1, &dims, NULL);
    hid_t plist = dataset_plist(chunk < rows ? chunk : rows), dataset = -1;
    if (space >= 0 && plist >= 0)
        dataset = H5Dcreate2(group, name, file_type_of(type), space,
                             H5P_DEFAULT, plist, H5P_DEFAULT);
    if (plist >= 0)
        H5Pclose(plist);
    if (space >= 0)
        H5Sclose(space);
    if (dataset < 0)
        broken(s, name, err);
    return dataset;
}

/* A new column, owned by the store; takes the type over. */
static int add_column(struct sbs_store *s, hid_t group, const char *name,
                      hid_t type, uint64_t rows, const char *unit,
                      const char *about, struct sbs_error *err)
{
    if (s->n_columns == s->room) {
        size_t room = s->room ? 2 * s->room : 64;
        struct column *more = realloc(s->column, room * sizeof *more);
        if (!more) {
            H5Tclose(type);
            return sbs_fail(err, SBS_EMEMORY, "out of memory");
        }
        s->column = more;
        s->room = room;
    }
    uint32_t slice = rows == s->study->n_points ? SLICE : VALUES_SLICE;
    struct column *c = &s->column[s->n_columns++];
    *c = (struct column){ .type = type,
                          .size = H5Tget_size(type),
                          .slice = slice };
    c->cells = calloc(slice, c->size);
    c->dataset = c->cells ? make_dataset(s, group, name, type, rows, slice,
                                         err)
                          : sbs_fail(err, SBS_EMEMORY, "out of memory");
    return c->dataset < 0 ||
                   put_text(s, c->dataset, "unit", unit, err) != 0 ||
                   put_text(s, c->dataset, "description", about, err) != 0
               ? -1
               : 0;
}

static int flush(struct sbs_store *s, struct column *c, struct sbs_error *err)
{
    hsize_t start = c->written, n = c->filled;
    hid_t in_file, in_memory;
    herr_t status = -1;
    if (n == 0)
        return 0;
    in_file = H5Dget_space(c->dataset);
    in_memory = H5Screate_simple(1, &n, NULL);
    if (in_file >= 0 && in_memory >= 0 &&
        H5Sselect_hyperslab(in_file, H5S_SELECT_SET, &start, NULL, &n,
                            NULL) >= 0)
        status = H5Dwrite(c->dataset, c->type, in_memory, in_file,
                          H5P_DEFAULT, c->cells);
    if (in_file >= 0)
        H5Sclose(in_file);
    if (in_memory >= 0)
        H5Sclose(in_memory);
    c->written += n;
    c->filled = 0;
    memset(c->cells, 0, c->slice * c->size);
    return status < 0 ? broken(s, "a column", err) : 0;
}

/* The next cell: of c->size bytes, or a text that fills at most so many. */
static int put(struct sbs_store *s, size_t column, const void *cell,
               size_t bytes, struct sbs_error *err)
{
    struct column *c = &s->column[column];
    memcpy(c->cells + c->filled * c->size, cell,
           bytes < c->size ? bytes : c->size);
    return ++c->filled == c->slice ? flush(s, c, err) : 0;
}

static int put_real(struct sbs_store *s, size_t column, double x,
                    struct sbs_error *err)
{
    return put(s, column, &x, sizeof x, err);
}

static int put_count(struct sbs_store *s, size_t column, int64_t x,
                     struct sbs_error *err)
{
    return put(s, column, &x, sizeof x, err);
}

static int put_flag(struct sbs_store *s, size_t column, bool x,
                    struct sbs_error *err)
{
    int8_t flag = x;
    return put(s, column, &flag, sizeof flag, err);
}

/* ---- the columns of a study -------------------------------------------- */

static hid_t new_type(hid_t native)
{
    return H5Tcopy(native);
}

static hid_t make_group(const struct sbs_store *s, hid_t parent,
                        const char *name, struct sbs_error *err)
{
    hid_t group = H5Gcreate2(parent, name, H5P_DEFAULT, s->group_plist,
                             H5P_DEFAULT);
    if (group < 0)
        broken(s, name, err);
    return group;
}

/* The unit that the end of a name tells. */
static const char *unit_of(const char *name)
{
    static const struct {
        const char *end, *unit;
    } units[] = { { "_per_s", "1/s" },   { "_per_h", "1/h" },
                  { "_h_usd", "USD/h" }, { "_usd", "USD" },
                  { "_s", "s" },         { "_bytes", "B" },
                  { "_gb", "GB" },       { "_vcpu", "vCPU" } };
    size_t n = strlen(name);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t end = strlen(units[i].end);
        if (n > end && strcmp(name + n - end, units[i].end) == 0)
            return units[i].unit;
    }
    return "1";
}

static size_t longest_spec(const struct sbs_study *study)
{
    size_t longest = 1;
    struct sbs_error err;
    for (uint64_t p = 0; p < study->n_points; p++) {
        char *spec = sbs_study_spec(study, p, &err);
        size_t n = spec ? strlen(spec) : 0;
        longest = n > longest ? n : longest;
        free(spec);
    }
    return longest;
}

/* Are all values of the key numbers (1), true or false (2), or none of
 * these (0, and *longest is that of their texts)? */
static int key_form(const struct sbs_study *study, uint32_t key,
                    size_t *longest)
{
    const struct sbs_study_key *k = &study->key[key];
    const struct sbs_study_axis *a = &study->axis[k->axis];
    bool numbers = true, flags = true;
    *longest = 1;
    for (uint32_t i = 0; a->values && i < a->levels; i++) {
        const cJSON *v = a->list[i];
        if (a->rows)
            v = cJSON_GetArrayItem(v, (int)k->column);
        numbers = numbers && cJSON_IsNumber(v);
        flags = flags && cJSON_IsBool(v);
        char *text = sbs_study_value_text(
            (struct sbs_study_value){ v, v->valuedouble }, true);
        size_t n = text ? strlen(text) : 0;
        *longest = n > *longest ? n : *longest;
        free(text);
    }
    return !a->values || numbers ? 1 : flags ? 2 : 0;
}

/* Longest text that a workload or scenario has at any point. */
static size_t longest_member(const struct sbs_study *study, int member)
{
    const char *fixed = member == SBS_STUDY_MEMBER_workload
                            ? study->run.workload
                        : study->run.scenario ? study->run.scenario
                                              : "plain";
    size_t longest = strlen(fixed), n;
    for (uint32_t k = 0; k < study->n_keys; k++)
        if (study->key[k].kind == SBS_STUDY_RUN &&
            study->key[k].member == member) {
            key_form(study, k, &n);
            longest = n > longest ? n : longest;
        }
    return longest;
}

/* The fixed columns of /points, in the order in which add_fixed fills them:
 * point, policy, refused, first_value, then the keys of a run. */
enum { AT_POINT, AT_POLICY, AT_REFUSED, AT_FIRST_VALUE, AT_RUN };

static int make_fixed(struct sbs_store *s, hid_t group, struct sbs_error *err)
{
    const struct sbs_study *study = s->study;
    uint64_t n = study->n_points;
    if (add_column(s, group, "point", new_type(H5T_NATIVE_INT64), n, "1",
                   "number of the point, from 0", err) != 0 ||
        add_column(s, group, "policy", text_type(longest_spec(study)), n, "",
                   "the policy, as for --policy", err) != 0 ||
        add_column(s, group, "refused", new_type(H5T_NATIVE_INT8), n, "1",
                   "1: the policy refuses to plan for it", err) != 0 ||
        add_column(s, group, "first_value", new_type(H5T_NATIVE_INT64), n,
                   "1", "where its values begin in /values; -1: not there",
                   err) != 0)
        return -1;
    for (int m = 0; m < SBS_STUDY_MEMBERS; m++) {
        const struct sbs_study_member_def *d = &sbs_study_members[m];
        hid_t type = d->type == SBS_STUDY_INTEGER ? new_type(H5T_NATIVE_INT64)
                     : d->type == SBS_STUDY_REAL ? new_type(H5T_NATIVE_DOUBLE)
                     : d->type == SBS_STUDY_BOOL
                         ? new_type(H5T_NATIVE_INT8)
                         : text_type(longest_member(study, m));
        if (add_column(s, group, d->name, type, n, d->unit, d->about, err))
            return -1;
    }
    return 0;
}

static int make_keys(struct sbs_store *s, hid_t group, struct sbs_error *err)
{
    static const char *const about[] = { "", "model", "workload",
                                         "parameter of the policies" };
    s->of_keys = s->n_columns;
    for (uint32_t k = 0; k < s->study->n_keys; k++) {
        const struct sbs_study_key *key = &s->study->key[k];
        size_t longest;
        if (key->kind == SBS_STUDY_RUN)
            continue;
        int form = key_form(s->study, k, &longest);
        hid_t type = form == 1   ? new_type(H5T_NATIVE_DOUBLE)
                     : form == 2 ? new_type(H5T_NATIVE_INT8)
                                 : text_type(longest);
        if (add_column(s, group, key->name, type, s->study->n_points,
                       form == 1 ? unit_of(key->name) : "", about[key->kind],
                       err) != 0)
            return -1;
    }
    return 0;
}

static int make_metric(struct sbs_store *s, hid_t parent,
                       enum sbs_metric metric, struct sbs_error *err)
{
    static const struct {
        const char *name, *about;
    } columns[] = {
#define COLUMN(name, about) { #name, about },
        SBS_FIGURES_COLUMNS(COLUMN)
#undef COLUMN
    };
    const char *name = sbs_figures_metric(metric);
    hid_t group = make_group(s, parent, name, err);
    int status = group < 0 ? -1 : 0;
    for (int c = 0; c < SBS_FIGURES_N_COLUMNS && status == 0; c++)
        status = add_column(s, group, columns[c].name,
                            new_type(H5T_NATIVE_DOUBLE), s->study->n_points,
                            c == SBS_FIGURES_n ? "1" : unit_of(name),
                            columns[c].about, err);
    if (group >= 0)
        H5Gclose(group);
    return status;
}

static int make_summaries(struct sbs_store *s, hid_t group,
                          struct sbs_error *err)
{
    static const char *const why[SBS_N_UNFINISHED] = { "finished", "stuck",
                                                       "lost", "timers" };
    s->of_summaries = s->n_columns;
    hid_t counts = make_group(s, group, "replications", err);
    int status = counts < 0 ? -1 : 0;
    for (int i = 0; i < SBS_N_UNFINISHED && status == 0; i++) {
        char about[200];
        snprintf(about, sizeof about, "replications that %s%s",
                 i ? "did not finish: " : "finished",
                 i ? sbs_unfinished_text((enum sbs_unfinished)i) : "");
        status = add_column(s, counts, why[i], new_type(H5T_NATIVE_DOUBLE),
                            s->study->n_points, "1", about, err);
    }
    if (counts >= 0)
        H5Gclose(counts);
    for (int m = 0; m < SBS_N_METRICS && status == 0; m++)
        status = make_metric(s, group, (enum sbs_metric)m, err);
    return status;
}

static int make_values(struct sbs_store *s, hid_t group, uint64_t n,
                       struct sbs_error *err)
{
    s->of_values = s->n_columns;
    for (int i = 0; i < SBS_STORE_KEPT; i++) {
        const char *name = sbs_figures_metric(sbs_store_kept[i]);
        if (add_column(s, group, name, new_type(H5T_NATIVE_DOUBLE), n,
                       unit_of(name), "of each replication, point after "
                       "point; NaN: it did not finish", err) != 0)
            return -1;
    }
    return 0;
}

/* ---- the file ---------------------------------------------------------- */

static int make_text(const struct sbs_store *s, hid_t group,
                     const char *name, const char *text, const char *about,
                     struct sbs_error *err)
{
    hid_t type = text_type(strlen(text));
    hid_t dataset = type < 0 ? broken(s, name, err)
                             : make_dataset(s, group, name, type, 1, 1, err);
    int status = dataset < 0 ? -1 : 0;
    if (dataset >= 0) {
        if (H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                     text[0] ? text : "") < 0)
            status = broken(s, name, err);
        if (status == 0)
            status = put_text(s, dataset, "unit", "", err);
        if (status == 0)
            status = put_text(s, dataset, "description", about, err);
        H5Dclose(dataset);
    }
    if (type >= 0)
        H5Tclose(type);
    return status;
}

static int make_root(struct sbs_store *s, const struct sbs_provenance *from,
                     struct sbs_error *err)
{
    if (put_text(s, s->file, "format", "sbsim-sweep", err) != 0 ||
        put_integer(s, s->file, "format_version", 1, err) != 0 ||
        put_text(s, s->file, "name", s->study->name ? s->study->name : "",
                 err) != 0 ||
        put_integer(s, s->file, "seed", (int64_t)s->study->seed, err) != 0)
        return -1;
    const cJSON *item;
    cJSON_ArrayForEach(item, from->head)
        if (cJSON_IsString(item) &&
            put_text(s, s->file, item->string, item->valuestring, err) != 0)
            return -1;
    hid_t group = make_group(s, s->file, "provenance", err);
    if (group < 0)
        return -1;
    int status =
        make_text(s, group, "study", from->study, "the study as written",
                  err) != 0 ||
                make_text(s, group, "settings", from->settings,
                          "the study as used, flags and all", err) != 0 ||
                make_text(s, group, "model", from->model,
                          "the model before scenario, set and axes", err) != 0
            ? -1
            : 0;
    H5Gclose(group);
    return status;
}

/* Run `make` in a new group of the file. */
static int in_group(struct sbs_store *s, const char *name,
                    int (*make)(struct sbs_store *, hid_t,
                                struct sbs_error *),
                    struct sbs_error *err)
{
    hid_t group = make_group(s, s->file, name, err);
    int status = group < 0 ? -1 : make(s, group, err);
    if (group >= 0)
        H5Gclose(group);
    return status;
}

static int make_points(struct sbs_store *s, hid_t group,
                       struct sbs_error *err)
{
    return make_fixed(s, group, err) != 0 || make_keys(s, group, err) != 0
               ? -1
               : 0;
}

static int make_all(struct sbs_store *s, const struct sbs_provenance *from,
                    uint64_t n_values, struct sbs_error *err)
{
    if (make_root(s, from, err) != 0 ||
        in_group(s, "points", make_points, err) != 0 ||
        in_group(s, "summary", make_summaries, err) != 0)
        return -1;
    s->keeps = n_values > 0;
    if (!s->keeps)
        return 0;
    hid_t group = make_group(s, s->file, "values", err);
    int status = group < 0 ? -1 : make_values(s, group, n_values, err);
    if (group >= 0)
        H5Gclose(group);
    return status;
}

static hid_t group_plist(hid_t class)
{
    hid_t plist = H5Pcreate(class);
    if (plist >= 0 && (H5Pset_obj_track_times(plist, false) < 0 ||
                       H5Pset_link_phase_change(plist, 1000, 999) < 0 ||
                       H5Pset_attr_phase_change(plist, 100, 99) < 0)) {
        H5Pclose(plist);
        return -1;
    }
    return plist;
}

static hid_t create_file(const char *path)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), file = -1;
    hid_t create = group_plist(H5P_FILE_CREATE);
    if (access >= 0 && create >= 0 &&
        H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18) >= 0 &&
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0)
        file = H5Fcreate(path, H5F_ACC_EXCL, create, access);
    if (access >= 0)
        H5Pclose(access);
    if (create >= 0)
        H5Pclose(create);
    return file;
}

struct sbs_store *sbs_store_create(const char *path,
                                   const struct sbs_study *study,
                                   const struct sbs_provenance *from,
                                   uint64_t n_values, struct sbs_error *err)
{
    struct sbs_store *s = calloc(1, sizeof *s);
    struct sbs_error later;
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    if (!s || !(s->path = strdup(path))) {
        free(s);
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        return NULL;
    }
    s->study = study;
    s->group_plist = group_plist(H5P_GROUP_CREATE);
    s->file = create_file(path);
    if (s->group_plist < 0 || s->file < 0)
        broken(s, "/", err);
    else if (make_all(s, from, n_values, err) == 0)
        return s;
    sbs_store_close(s, &later);
    return NULL;
}

/* ---- filling it -------------------------------------------------------- */

static int add_fixed(struct sbs_store *s, const struct sbs_figures *f,
                     const struct sbs_study_run *run, struct sbs_error *err)
{
    char *spec = sbs_study_spec(s->study, s->point, err);
    const char *scenario = run->scenario ? run->scenario : "plain";
    if (!spec)
        return -1;
    int64_t first = s->keeps && f ? (int64_t)s->first_value : -1;
    int64_t tasks = f ? (int64_t)f->tasks : run->tasks > 0 ? run->tasks : -1;
    int64_t workers = f ? (int64_t)f->workers
                        : run->workers > 0 ? run->workers : -1;
    size_t at = AT_RUN;
    int bad = put_count(s, AT_POINT, (int64_t)s->point, err) ||
              put(s, AT_POLICY, spec, strlen(spec), err) ||
              put_flag(s, AT_REFUSED, !f, err) ||
              put_count(s, AT_FIRST_VALUE, first, err) ||
              put_count(s, at + SBS_STUDY_MEMBER_tasks, tasks, err) ||
              put_count(s, at + SBS_STUDY_MEMBER_workers, workers, err) ||
              put_count(s, at + SBS_STUDY_MEMBER_reps, run->reps, err) ||
              put_real(s, at + SBS_STUDY_MEMBER_vcpu, run->vcpu, err) ||
              put_real(s, at + SBS_STUDY_MEMBER_memory_gb, run->memory_gb,
                       err) ||
              put_flag(s, at + SBS_STUDY_MEMBER_spot, run->spot, err) ||
              put(s, at + SBS_STUDY_MEMBER_workload, run->workload,
                  strlen(run->workload), err) ||
              put(s, at + SBS_STUDY_MEMBER_scenario, scenario,
                  strlen(scenario), err);
    free(spec);
    return bad ? -1 : 0;
}

static int add_keys(struct sbs_store *s, struct sbs_error *err)
{
    size_t at = s->of_keys;
    for (uint32_t k = 0; k < s->study->n_keys; k++) {
        if (s->study->key[k].kind == SBS_STUDY_RUN)
            continue;
        struct sbs_study_value v = sbs_study_at(s->study, k, s->point);
        hid_t type = s->column[at].type;
        int status = -1;
        if (H5Tequal(type, H5T_NATIVE_DOUBLE) > 0) {
            status = put_real(s, at, v.number, err);
        } else if (H5Tequal(type, H5T_NATIVE_INT8) > 0) {
            status = put_flag(s, at, cJSON_IsTrue(v.json), err);
        } else {
            char *text = sbs_study_value_text(v, true);
            status = text ? put(s, at, text, strlen(text), err)
                          : sbs_fail(err, SBS_EMEMORY, "out of memory");
            free(text);
        }
        if (status != 0)
            return -1;
        at++;
    }
    return 0;
}

static int add_summaries(struct sbs_store *s, const struct sbs_figures *f,
                         struct sbs_error *err)
{
    size_t at = s->of_summaries;
    for (int i = 0; i < SBS_N_UNFINISHED; i++)
        if (put_real(s, at++, f ? f->unfinished_by[i] : 0, err) != 0)
            return -1;
    for (int m = 0; m < SBS_N_METRICS; m++)
        for (int c = 0; c < SBS_FIGURES_N_COLUMNS; c++)
            if (put_real(s, at++,
                         f ? f->value[m][c] : c == SBS_FIGURES_n ? 0 : NAN,
                         err) != 0)
                return -1;
    return 0;
}

int sbs_store_add(struct sbs_store *s, const struct sbs_figures *figures,
                  const double *const kept[SBS_STORE_KEPT],
                  struct sbs_error *err)
{
    struct sbs_study_run run = sbs_study_run(s->study, s->point);
    if (add_fixed(s, figures, &run, err) != 0 || add_keys(s, err) != 0 ||
        add_summaries(s, figures, err) != 0)
        return -1;
    if (s->keeps && figures) {
        for (int i = 0; i < SBS_STORE_KEPT; i++)
            for (int64_t r = 0; r < run.reps; r++)
                if (put_real(s, s->of_values + (size_t)i, kept[i][r], err))
                    return -1;
        s->first_value += (uint64_t)run.reps;
    }
    s->point++;
    return 0;
}

int sbs_store_close(struct sbs_store *s, struct sbs_error *err)
{
    int status = 0;
    for (size_t i = 0; i < s->n_columns; i++) {
        struct column *c = &s->column[i];
        if (c->dataset >= 0) {
            if (status == 0)
                status = flush(s, c, err);
            H5Dclose(c->dataset);
        }
        if (c->type >= 0)
            H5Tclose(c->type);
        free(c->cells);
    }
    if (s->group_plist >= 0)
        H5Pclose(s->group_plist);
    if (s->file >= 0 && H5Fclose(s->file) < 0 && status == 0)
        status = broken(s, "/", err);
    free(s->column);
    free(s->path);
    free(s);
    return status;
}

/* ---- looking at one ---------------------------------------------------- */

static bool has_text(hid_t file, const char *name, const char *want)
{
    size_t n = strlen(want) ? strlen(want) : 1;
    char *text = calloc(n + 1, 1);
    hid_t attribute = H5Aexists(file, name) > 0
                          ? H5Aopen(file, name, H5P_DEFAULT)
                          : -1;
    hid_t type = attribute >= 0 ? H5Aget_type(attribute) : -1;
    bool same = text && type >= 0 && H5Tget_class(type) == H5T_STRING &&
                H5Tis_variable_str(type) == 0 && H5Tget_size(type) == n &&
                H5Aread(attribute, type, text) >= 0 &&
                strcmp(text, want) == 0;
    if (type >= 0)
        H5Tclose(type);
    if (attribute >= 0)
        H5Aclose(attribute);
    free(text);
    return same;
}

int sbs_store_check(const char *path, const struct cJSON *head,
                    struct sbs_error *err)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file < 0)
        return sbs_fail(err, SBS_EINPUT, "%s: is there already and no file "
                        "of a sweep", path);
    int status = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, head)
        if (status == 0 && cJSON_IsString(item) &&
            !sbs_spool_may_differ(item->string) &&
            !has_text(file, item->string, item->valuestring))
            status = sbs_fail(err, SBS_EINPUT, "%s: is there already and of "
                              "another sweep: %s differs (--force makes it "
                              "anew)", path, item->string);
    H5Fclose(file);
    return status;
}
