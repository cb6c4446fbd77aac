/* SPDX-License-Identifier: Apache-2.0 */
/* The trace in a file image. Nothing is read before its class, size and
 * shape have been looked at, and no link is followed but a hard one. */
#include "config.h"

#include "traces/store_h5.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define H5_USE_110_API /* one spelling for HDF5 1.10 to 1.14 */
#include <hdf5.h>

#include "traces/table.h"

enum { READ_NAME = 256, READ_PLACE = 600 };

struct reader {
    struct sbs_trace *trace;
    const char *name;
    struct sbs_error *err;
    haddr_t *seen; /* objects reached so far: a second path is a loop */
    size_t n_seen, room_seen;
    char *scratch; /* cells of one column */
    size_t scratch_size;
};

__attribute__((format(printf, 3, 4)))
static int refuse(struct reader *r, const char *place, const char *fmt, ...)
{
    char text[200];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return sbs_fail(r->err, SBS_EINPUT, "%s:%s: %s", r->name, place, text);
}

static int no_memory(struct reader *r)
{
    return sbs_fail(r->err, SBS_EMEMORY, "%s: out of memory", r->name);
}

static void *scratch(struct reader *r, size_t n, size_t size)
{
    if (size && n > SIZE_MAX / size - 1)
        return NULL;
    size_t want = n * size + 1;
    if (want > r->scratch_size) {
        free(r->scratch);
        r->scratch = malloc(want);
        r->scratch_size = r->scratch ? want : 0;
    }
    return r->scratch;
}

/* Remember an object; a second path to it is refused. */
static int visit(struct reader *r, hid_t object, const char *place)
{
    H5O_info_t info;
    if (H5Oget_info2(object, &info, H5O_INFO_BASIC) < 0)
        return refuse(r, place, "damaged: object without header");
    for (size_t i = 0; i < r->n_seen; i++)
        if (r->seen[i] == info.addr)
            return refuse(r, place, "the same object as another one (a loop "
                          "or a double link)");
    if (r->n_seen == r->room_seen) {
        size_t room = r->room_seen ? 2 * r->room_seen : 64;
        haddr_t *grown = realloc(r->seen, room * sizeof *grown);
        if (!grown)
            return no_memory(r);
        r->seen = grown;
        r->room_seen = room;
    }
    r->seen[r->n_seen++] = info.addr;
    return 0;
}

/* Open a member of a group; only a hard link counts. -1 on failure. */
static hid_t open_member(struct reader *r, hid_t group, const char *name,
                         const char *place, H5I_type_t wanted)
{
    H5L_info_t link;
    if (H5Lget_info(group, name, &link, H5P_DEFAULT) < 0)
        return refuse(r, place, "damaged: unreadable link");
    if (link.type != H5L_TYPE_HARD)
        return refuse(r, place, "a soft or external link (only hard links "
                      "are allowed)");
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    if (object < 0)
        return refuse(r, place, "damaged: cannot be opened");
    if (visit(r, object, place) == 0) {
        if (wanted == H5I_BADID || H5Iget_type(object) == wanted)
            return object;
        refuse(r, place, "must be a %s",
               wanted == H5I_GROUP ? "group" : "dataset");
    }
    H5Oclose(object);
    return -1;
}

/* Length of the text at cell, at most `size` bytes, without the padding. */
static size_t text_length(const char *cell, size_t size, H5T_str_t padding)
{
    size_t n = strnlen(cell, size);
    while (padding == H5T_STR_SPACEPAD && n && cell[n - 1] == ' ')
        n--;
    return n;
}

static int check_text_type(struct reader *r, hid_t type, const char *place,
                           size_t max)
{
    if (H5Tget_class(type) != H5T_STRING)
        return refuse(r, place, "must be text");
    if (H5Tis_variable_str(type) != 0)
        return refuse(r, place, "variable-length text (use a fixed length)");
    size_t size = H5Tget_size(type);
    if (size == 0 || size > max)
        return refuse(r, place, "text of %zu bytes (allowed [1, %zu])", size,
                      max);
    return 0;
}

static int keep_text(struct reader *r, const char *cell, size_t size,
                     hid_t type, const char *place, bool lines,
                     const char **out)
{
    size_t n = text_length(cell, size, H5Tget_strpad(type));
    if (!sbs_trace_text_ok(cell, n, lines))
        return refuse(r, place, "text with control characters or not UTF-8");
    const char *kept = sbs_trace_keep(r->trace, cell, n);
    if (!kept)
        return no_memory(r);
    *out = kept;
    return 0;
}

/* Open an attribute of one value; *type and the result are closed by the
 * caller. 0 when there is none, -1 on failure. */
static hid_t open_attribute(struct reader *r, hid_t object, const char *place,
                            const char *name, hid_t *type)
{
    htri_t there = H5Aexists(object, name);
    if (there == 0)
        return 0;
    hid_t attribute = there < 0 ? -1 : H5Aopen(object, name, H5P_DEFAULT);
    hid_t space = attribute < 0 ? -1 : H5Aget_space(attribute);
    bool one = space >= 0 && H5Sget_simple_extent_type(space) != H5S_NULL &&
               H5Sget_simple_extent_npoints(space) == 1;
    if (space >= 0)
        H5Sclose(space);
    *type = one ? H5Aget_type(attribute) : -1;
    if (*type >= 0)
        return attribute;
    if (attribute >= 0)
        H5Aclose(attribute);
    return refuse(r, place, "attribute %s: damaged or not one value", name);
}

/* Text attribute into *out (unchanged when absent). */
static int read_text(struct reader *r, hid_t object, const char *place,
                     const char *name, const char **out)
{
    char at[READ_PLACE];
    snprintf(at, sizeof at, "%s: attribute %s", place, name);
    hid_t type = -1;
    hid_t attribute = open_attribute(r, object, place, name, &type);
    if (attribute <= 0)
        return attribute < 0 ? -1 : 0;
    int status = check_text_type(r, type, at, SBS_H5_MAX_TEXT);
    if (status == 0) {
        size_t size = H5Tget_size(type);
        char *cell = scratch(r, 1, size);
        if (!cell)
            status = no_memory(r);
        else if (H5Aread(attribute, type, cell) < 0)
            status = refuse(r, at, "damaged: cannot be read");
        else
            status = keep_text(r, cell, size, type, at, true, out);
    }
    H5Tclose(type);
    H5Aclose(attribute);
    return status;
}

static int read_number(struct reader *r, hid_t object, const char *place,
                       const char *name, double *out)
{
    hid_t type = -1;
    hid_t attribute = open_attribute(r, object, place, name, &type);
    if (attribute <= 0)
        return attribute < 0 ? -1 : 0;
    H5T_class_t class = H5Tget_class(type);
    int status = 0;
    if ((class != H5T_FLOAT && class != H5T_INTEGER) ||
        H5Tget_size(type) > 8)
        status = refuse(r, place, "attribute %s: must be a number", name);
    else if (H5Aread(attribute, H5T_NATIVE_DOUBLE, out) < 0)
        status = refuse(r, place, "attribute %s: damaged: cannot be read",
                        name);
    H5Tclose(type);
    H5Aclose(attribute);
    return status;
}

/* Storage we are willing to read: in the file, known filters. */
static int check_storage(struct reader *r, hid_t dataset, const char *place)
{
    hid_t plist = H5Dget_create_plist(dataset);
    if (plist < 0)
        return refuse(r, place, "damaged: no storage description");
    int status = 0;
    H5D_layout_t layout = H5Pget_layout(plist);
    if (layout != H5D_CHUNKED && layout != H5D_CONTIGUOUS &&
        layout != H5D_COMPACT)
        status = refuse(r, place, "virtual or unknown storage");
    else if (H5Pget_external_count(plist) != 0)
        status = refuse(r, place, "data in other files");
    int n = H5Pget_nfilters(plist);
    for (int i = 0; i < n && status == 0; i++) {
        unsigned flags, config;
        size_t values = 0;
        H5Z_filter_t filter = H5Pget_filter2(plist, (unsigned)i, &flags,
                                             &values, NULL, 0, NULL, &config);
        if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE &&
            filter != H5Z_FILTER_FLETCHER32)
            status = refuse(r, place, "filter %d (allowed: deflate, shuffle, "
                            "fletcher32)", (int)filter);
    }
    H5Pclose(plist);
    return status;
}

/* Rows of a dataset, checked to be of rank 1 and of a bearable size. */
static int check_shape(struct reader *r, hid_t dataset, const char *place,
                       size_t *rows)
{
    hid_t space = H5Dget_space(dataset);
    int rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
    bool simple = rank >= 0 &&
                  H5Sget_simple_extent_type(space) == H5S_SIMPLE;
    hsize_t n = 0;
    if (simple && rank == 1)
        H5Sget_simple_extent_dims(space, &n, NULL);
    if (space >= 0)
        H5Sclose(space);
    if (!simple || rank != 1)
        return refuse(r, place, "must have one dimension (has %d)", rank);
    if (n > SBS_H5_MAX_ROWS)
        return refuse(r, place, "too many rows (%llu, allowed [0, %d])",
                      (unsigned long long)n, SBS_H5_MAX_ROWS);
    *rows = (size_t)n;
    return check_storage(r, dataset, place);
}

static int read_texts(struct reader *r, hid_t dataset, hid_t type,
                      const char *place, const struct sbs_column *column,
                      struct sbs_table *table)
{
    if (check_text_type(r, type, place, SBS_H5_MAX_TEXT))
        return -1;
    size_t size = H5Tget_size(type);
    char *cells = scratch(r, table->n, size);
    if (!cells)
        return no_memory(r);
    if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, cells) < 0)
        return refuse(r, place, "damaged: cannot be read");
    for (size_t row = 0; row < table->n; row++) {
        const char *text = "";
        if (keep_text(r, cells + row * size, size, type, place, false, &text))
            return -1;
        sbs_table_set_text(table, column, row, text);
    }
    return 0;
}

static int read_numbers(struct reader *r, hid_t dataset, hid_t type,
                        const char *place, const struct sbs_column *column,
                        struct sbs_table *table)
{
    bool integer = sbs_column_is_integer(column);
    if (H5Tget_class(type) != (integer ? H5T_INTEGER : H5T_FLOAT))
        return refuse(r, place, "must be %s",
                      integer ? "integers" : "floating-point numbers");
    if (H5Tget_size(type) > 8)
        return refuse(r, place, "numbers of %zu bytes (allowed [1, 8])",
                      H5Tget_size(type));
    double *cells = scratch(r, table->n, sizeof *cells);
    if (!cells)
        return no_memory(r);
    if (H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                cells) < 0)
        return refuse(r, place, "damaged: cannot be read");
    for (size_t row = 0; row < table->n; row++) {
        if (integer && fabs(cells[row]) > SBS_TRACE_BIG)
            return refuse(r, place, "row %zu: beyond 2^53 (%g)", row,
                          cells[row]);
        sbs_table_set_number(table, column, row, cells[row]);
    }
    return 0;
}

static int read_column(struct reader *r, hid_t dataset, const char *place,
                       const struct sbs_table_def *def,
                       const struct sbs_column *column,
                       struct sbs_table *table, bool first)
{
    size_t rows;
    if (check_shape(r, dataset, place, &rows))
        return -1;
    if (first && rows && sbs_table_grow(def, table, rows, NULL))
        return no_memory(r);
    if (rows != table->n)
        return refuse(r, place, "has %zu rows where another column has %zu",
                      rows, table->n);
    if (rows == 0)
        return 0;
    hid_t type = H5Dget_type(dataset);
    if (type < 0)
        return refuse(r, place, "damaged: no type");
    int status = sbs_column_is_text(column)
               ? read_texts(r, dataset, type, place, column, table)
               : read_numbers(r, dataset, type, place, column, table);
    H5Tclose(type);
    return status;
}

/* Names of the members of a group, in the order of names. */
typedef int (*member_f)(struct reader *r, hid_t group, const char *name,
                        const char *place, void *user);

static int each_member(struct reader *r, hid_t group, const char *place,
                       member_f visit_member, void *user)
{
    H5G_info_t info;
    if (H5Gget_info(group, &info) < 0)
        return refuse(r, place, "damaged: unreadable group");
    if (info.nlinks > SBS_H5_MAX_SAMPLES)
        return refuse(r, place, "too many members (%llu, allowed [0, %d])",
                      (unsigned long long)info.nlinks, SBS_H5_MAX_SAMPLES);
    for (hsize_t i = 0; i < info.nlinks; i++) {
        char name[READ_NAME], at[READ_PLACE];
        ssize_t n = H5Lget_name_by_idx(group, ".", H5_INDEX_NAME,
                                       H5_ITER_INC, i, name, sizeof name,
                                       H5P_DEFAULT);
        if (n <= 0)
            return refuse(r, place, "damaged: unreadable name");
        if ((size_t)n >= sizeof name ||
            !sbs_trace_text_ok(name, (size_t)n, false))
            return refuse(r, place, "a name that is too long or not UTF-8");
        snprintf(at, sizeof at, "%s/%s", strcmp(place, "/") ? place : "",
                 name);
        if (visit_member(r, group, name, at, user))
            return -1;
    }
    return 0;
}

/* An object that this version does not know: counted, not read. */
static int pass_over(struct reader *r, hid_t group, const char *name,
                     const char *place)
{
    hid_t object = open_member(r, group, name, place, H5I_BADID);
    if (object < 0)
        return -1;
    H5Oclose(object);
    r->trace->n_unknown++;
    return 0;
}

struct table_reader {
    const struct sbs_table_def *def;
    struct sbs_table *table;
    struct sbs_sample *sample; /* or NULL */
    bool begun;
};

static int read_member(struct reader *r, hid_t group, const char *name,
                       const char *place, void *user)
{
    struct table_reader *t = user;
    const struct sbs_column *column = sbs_table_column(t->def, name);
    if (!column)
        return pass_over(r, group, name, place);
    hid_t dataset = open_member(r, group, name, place, H5I_DATASET);
    if (dataset < 0)
        return -1;
    int status = read_column(r, dataset, place, t->def, column, t->table,
                             !t->begun);
    t->begun = true;
    if (t->sample && strcmp(name, "value") == 0) {
        if (status == 0)
            status = read_text(r, dataset, place, "units",
                               &t->sample->units);
        if (status == 0)
            status = read_text(r, dataset, place, "long_name",
                               &t->sample->long_name);
        if (status == 0)
            status = read_text(r, dataset, place, "origin",
                               &t->sample->origin);
    }
    H5Dclose(dataset);
    return status;
}

static int read_sample(struct reader *r, hid_t group, const char *name,
                       const char *place, void *user)
{
    (void)user;
    hid_t own = open_member(r, group, name, place, H5I_GROUP);
    if (own < 0)
        return -1;
    struct sbs_sample *sample =
        sbs_trace_add_sample(r->trace, name, "", NULL);
    struct table_reader t = { &sbs_table_sample_def,
                              sample ? &sample->col.rows : NULL, sample,
                              false };
    int status = sample ? each_member(r, own, place, read_member, &t)
                        : no_memory(r);
    H5Gclose(own);
    return status;
}

static int read_model(struct reader *r, hid_t group, const char *name,
                      const char *place, void *user)
{
    (void)user;
    if (strcmp(name, "json") != 0)
        return pass_over(r, group, name, place);
    hid_t dataset = open_member(r, group, name, place, H5I_DATASET);
    if (dataset < 0)
        return -1;
    size_t rows = 0;
    int status = check_shape(r, dataset, place, &rows);
    hid_t type = status ? -1 : H5Dget_type(dataset);
    if (status == 0 && (type < 0 || rows != 1))
        status = refuse(r, place, "must be one text");
    if (status == 0)
        status = check_text_type(r, type, place, SBS_H5_MAX_MODEL);
    size_t size = status ? 0 : H5Tget_size(type);
    char *cell = status ? NULL : scratch(r, 1, size);
    if (status == 0 && !cell)
        status = no_memory(r);
    if (status == 0 &&
        H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, cell) < 0)
        status = refuse(r, place, "damaged: cannot be read");
    if (status == 0)
        status = keep_text(r, cell, size, type, place, true,
                           &r->trace->model_json);
    if (status == 0)
        status = read_text(r, dataset, place, "key", &r->trace->model_key);
    if (type >= 0)
        H5Tclose(type);
    H5Dclose(dataset);
    return status;
}

static int read_group(struct reader *r, hid_t group, const char *name,
                      const char *place)
{
    struct sbs_trace *trace = r->trace;
    int status = 0;
    if (strcmp(name, "samples") == 0)
        return each_member(r, group, place, read_sample, NULL);
    if (strcmp(name, "model") == 0)
        return each_member(r, group, place, read_model, NULL);
    if (strcmp(name, "provenance") == 0) {
#define READ_PROVENANCE(name) \
        if (status == 0) \
            status = read_text(r, group, place, #name, \
                               &trace->provenance.name);
        SBS_PROVENANCE(READ_PROVENANCE)
#undef READ_PROVENANCE
        return status;
    }
    for (size_t i = 0; i < SBS_TABLE_COUNT; i++) {
        struct table_reader t = { &sbs_table_defs[i], sbs_table_of(trace, i),
                                  NULL, false };
        if (strcmp(name, t.def->name) == 0)
            status = each_member(r, group, place, read_member, &t);
    }
#define READ_WORK(attribute) \
    if (status == 0 && strcmp(name, "workload") == 0) \
        status = read_text(r, group, place, #attribute, \
                           &trace->work.attribute);
    SBS_WORKLOAD_ATTRIBUTES(READ_WORK)
#undef READ_WORK
    return status;
}

static int read_top(struct reader *r, hid_t file, const char *name,
                    const char *place, void *user)
{
    (void)user;
    bool known = strcmp(name, "samples") == 0 || strcmp(name, "model") == 0 ||
                 strcmp(name, "provenance") == 0;
    for (size_t i = 0; i < SBS_TABLE_COUNT; i++)
        known = known || strcmp(name, sbs_table_defs[i].name) == 0;
    if (!known)
        return pass_over(r, file, name, place);
    hid_t group = open_member(r, file, name, place, H5I_GROUP);
    if (group < 0)
        return -1;
    int status = read_group(r, group, name, place);
    H5Gclose(group);
    return status;
}

static int read_root(struct reader *r, hid_t root)
{
    static const char *const kinds[] = { "measured", "simulated", "mixed" };
    const char *format = "", *kind = "measured";
    double version = 0;
    if (visit(r, root, "/") ||
        read_text(r, root, "/", "format", &format) ||
        read_number(r, root, "/", "format_version", &version))
        return -1;
    if (strcmp(format, "sbsim-trace") != 0)
        return refuse(r, "/", "not a trace (attribute format is \"%.40s\", "
                      "must be \"sbsim-trace\")", format);
    if (version != 1)
        return refuse(r, "/", "format_version %g (this program reads 1)",
                      version);
    if (read_text(r, root, "/", "epoch_utc", &r->trace->epoch_utc) ||
        read_text(r, root, "/", "created_by", &r->trace->created_by) ||
        read_text(r, root, "/", "kind", &kind) ||
        read_text(r, root, "/", "content_sha256",
                  &r->trace->content_sha256) ||
        read_number(r, root, "/", "clock_skew_tolerance",
                    &r->trace->clock_skew_tolerance_s))
        return -1;
    size_t i = 0;
    while (i < 3 && strcmp(kind, kinds[i]) != 0)
        i++;
    if (i == 3)
        return refuse(r, "/", "attribute kind: \"%.40s\" (allowed measured, "
                      "simulated, mixed)", kind);
    r->trace->kind = (enum sbs_trace_kind)i;
    return each_member(r, root, "/", read_top, NULL);
}

/* The file on a copy of the image; the core driver never touches a disk. */
static hid_t open_image(void *image, size_t length)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), file = -1;
    if (access >= 0 && H5Pset_fapl_core(access, 1 << 16, false) >= 0 &&
        H5Pset_file_image(access, image, length) >= 0)
        file = H5Fopen("sbsim-trace", H5F_ACC_RDONLY, access);
    if (access >= 0)
        H5Pclose(access);
    return file;
}

struct sbs_trace *sbs_h5_parse(void *image, size_t length, const char *name,
                               struct sbs_error *err)
{
    static const unsigned char signature[8] = "\x89HDF\r\n\x1a\n";
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    struct reader r = { .trace = sbs_trace_create(), .name = name,
                        .err = err };
    hid_t file = -1, root = -1;
    int status = -1;
    if (!r.trace) {
        no_memory(&r);
        goto out;
    }
    if (length < sizeof signature ||
        memcmp(image, signature, sizeof signature) != 0) {
        sbs_fail(err, SBS_EINPUT, "%s: not an HDF5 file", name);
        goto out;
    }
    file = open_image(image, length);
    root = file < 0 ? -1 : H5Gopen2(file, "/", H5P_DEFAULT);
    if (root < 0) {
        sbs_fail(err, SBS_EINPUT, "%s: damaged or cut off: HDF5 cannot open "
                 "it", name);
        goto out;
    }
    status = read_root(&r, root);
out:
    if (root >= 0)
        H5Gclose(root);
    if (file >= 0)
        H5Fclose(file);
    free(r.seen);
    free(r.scratch);
    if (status) {
        sbs_trace_destroy(r.trace);
        return NULL;
    }
    return r.trace;
}
