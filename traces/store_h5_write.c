/* SPDX-License-Identifier: Apache-2.0 */
/* The file image of a trace. Everything that HDF5 would stamp with a time is
 * off, links and attributes stay in their object headers, and the version
 * bounds are fixed, so that the same trace gives the same bytes. */
#include "config.h"

#include "traces/store_h5.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define H5_USE_110_API /* one spelling for HDF5 1.10 to 1.14 */
#include <hdf5.h>

#include "base/hash.h"
#include "traces/stream.h"
#include "traces/table.h"

/* Above this many rows a column is cut in chunks of this size and deflated. */
enum { WRITE_CHUNK = 1000, WRITE_DEFLATE = 6 };

struct writer {
    const struct sbs_trace *trace;
    hid_t group_plist; /* how groups are made */
    struct sbs_error *err;
};

static int broken(struct writer *w, const char *place)
{
    return sbs_fail(w->err, SBS_EIO, "%s:%s: HDF5 cannot write it",
                    w->trace->name, place);
}

static hid_t text_type(size_t size)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type < 0)
        return type;
    if (H5Tset_size(type, size ? size : 1) < 0 ||
        H5Tset_strpad(type, H5T_STR_NULLPAD) < 0 ||
        H5Tset_cset(type, H5T_CSET_UTF8) < 0) {
        H5Tclose(type);
        return -1;
    }
    return type;
}

static int write_attribute(struct writer *w, hid_t object, const char *name,
                           hid_t file_type, hid_t memory_type,
                           const void *value)
{
    hid_t space = H5Screate(H5S_SCALAR), attribute = -1;
    herr_t status = -1;
    if (space >= 0)
        attribute = H5Acreate2(object, name, file_type, space, H5P_DEFAULT,
                               H5P_DEFAULT);
    if (attribute >= 0)
        status = H5Awrite(attribute, memory_type, value);
    if (attribute >= 0)
        H5Aclose(attribute);
    if (space >= 0)
        H5Sclose(space);
    return status < 0 ? broken(w, name) : 0;
}

static int write_text_attribute(struct writer *w, hid_t object,
                                const char *name, const char *text)
{
    if (strlen(text) > SBS_H5_MAX_TEXT - 1024)
        return sbs_fail(w->err, SBS_EINPUT, "%s: attribute %s: too long "
                        "(%zu bytes, allowed %d)", w->trace->name, name,
                        strlen(text), SBS_H5_MAX_TEXT - 1024);
    hid_t type = text_type(strlen(text));
    int status = type < 0 ? broken(w, name)
               : write_attribute(w, object, name, type, type, text);
    if (type >= 0)
        H5Tclose(type);
    return status;
}

static int write_known_attribute(struct writer *w, hid_t object,
                                 const char *name, const char *text)
{
    return text[0] ? write_text_attribute(w, object, name, text) : 0;
}

static int write_real_attribute(struct writer *w, hid_t object,
                                const char *name, double value)
{
    return write_attribute(w, object, name, H5T_IEEE_F64LE,
                           H5T_NATIVE_DOUBLE, &value);
}

static hid_t dataset_plist(size_t n)
{
    hsize_t chunk = n > WRITE_CHUNK ? WRITE_CHUNK : n;
    hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
    if (plist < 0)
        return plist;
    herr_t status = H5Pset_obj_track_times(plist, false);
    if (status >= 0)
        status = H5Pset_attr_phase_change(plist, 100, 99);
    if (status >= 0)
        status = H5Pset_chunk(plist, 1, &chunk);
    if (status >= 0 && n > WRITE_CHUNK)
        status = H5Pset_shuffle(plist) < 0
               ? -1 : H5Pset_deflate(plist, WRITE_DEFLATE);
    if (status >= 0)
        status = H5Pset_fletcher32(plist);
    if (status < 0) {
        H5Pclose(plist);
        return -1;
    }
    return plist;
}

/* A column of n cells; the caller closes the result. */
static hid_t write_cells(struct writer *w, hid_t group, const char *name,
                         hid_t file_type, hid_t memory_type, const void *cells,
                         size_t n)
{
    hsize_t dims = n;
    hid_t space = H5Screate_simple(1, &dims, NULL);
    hid_t plist = dataset_plist(n), dataset = -1;
    if (space >= 0 && plist >= 0)
        dataset = H5Dcreate2(group, name, file_type, space, H5P_DEFAULT,
                             plist, H5P_DEFAULT);
    if (dataset >= 0 && H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL,
                                 H5P_DEFAULT, cells) < 0) {
        H5Dclose(dataset);
        dataset = -1;
    }
    if (plist >= 0)
        H5Pclose(plist);
    if (space >= 0)
        H5Sclose(space);
    if (dataset < 0)
        broken(w, name);
    return dataset;
}

/* Texts side by side, each padded with NUL to the longest. */
static hid_t write_texts(struct writer *w, hid_t group,
                         const struct sbs_column *column,
                         const struct sbs_table *table)
{
    size_t size = 1;
    for (size_t i = 0; i < table->n; i++) {
        size_t length = strlen(sbs_table_text(table, column, i));
        size = length > size ? length : size;
    }
    if (size > SBS_H5_MAX_TEXT) {
        sbs_fail(w->err, SBS_EINPUT, "%s: column %s: a text of %zu bytes "
                 "(allowed %d)", w->trace->name, column->name, size,
                 SBS_H5_MAX_TEXT);
        return -1;
    }
    char *cells = calloc(table->n, size);
    hid_t type = text_type(size), dataset = -1;
    if (!cells || type < 0) {
        sbs_fail(w->err, SBS_EMEMORY, "out of memory");
    } else {
        for (size_t i = 0; i < table->n; i++) {
            const char *text = sbs_table_text(table, column, i);
            memcpy(cells + i * size, text, strlen(text));
        }
        dataset = write_cells(w, group, column->name, type, type, cells,
                              table->n);
    }
    if (type >= 0)
        H5Tclose(type);
    free(cells);
    return dataset;
}

static hid_t file_type_of(enum sbs_column_kind kind)
{
    switch (kind) {
    case SBS_COLUMN_F4: return H5T_IEEE_F32LE;
    case SBS_COLUMN_I1: return H5T_STD_I8LE;
    case SBS_COLUMN_I2: return H5T_STD_I16LE;
    case SBS_COLUMN_I4: return H5T_STD_I32LE;
    case SBS_COLUMN_I8: return H5T_STD_I64LE;
    default: return H5T_IEEE_F64LE;
    }
}

static hid_t write_numbers(struct writer *w, hid_t group,
                           const struct sbs_column *column,
                           const struct sbs_table *table)
{
    double *cells = malloc(table->n * sizeof *cells);
    if (!cells) {
        sbs_fail(w->err, SBS_EMEMORY, "out of memory");
        return -1;
    }
    for (size_t i = 0; i < table->n; i++)
        cells[i] = sbs_table_number(table, column, i);
    hid_t dataset = write_cells(w, group, column->name,
                                file_type_of(column->kind), H5T_NATIVE_DOUBLE,
                                cells, table->n);
    free(cells);
    return dataset;
}

static int write_column(struct writer *w, hid_t group,
                        const struct sbs_column *column,
                        const struct sbs_table *table,
                        const struct sbs_sample *sample)
{
    hid_t dataset = sbs_column_is_text(column)
                  ? write_texts(w, group, column, table)
                  : write_numbers(w, group, column, table);
    if (dataset < 0)
        return -1;
    const char *units = column->units, *long_name = column->long_name;
    bool is_value = sample && strcmp(column->name, "value") == 0;
    if (sample && (is_value || strcmp(column->name, "low") == 0 ||
                   strcmp(column->name, "high") == 0))
        units = sample->units;
    if (is_value)
        long_name = sample->long_name;
    int status = write_text_attribute(w, dataset, "units", units);
    if (status == 0)
        status = write_text_attribute(w, dataset, "long_name", long_name);
    if (status == 0 && is_value)
        status = write_known_attribute(w, dataset, "origin", sample->origin);
    H5Dclose(dataset);
    return status;
}

/* The first column is always there, so that the number of rows is. */
static int write_columns(struct writer *w, hid_t group,
                         const struct sbs_table_def *def,
                         const struct sbs_table *table,
                         const struct sbs_sample *sample)
{
    for (size_t i = 0; i < def->n_columns; i++) {
        const struct sbs_column *column = &def->columns[i];
        if (i > 0 && sbs_table_blank(table, column))
            continue;
        if (write_column(w, group, column, table, sample))
            return -1;
    }
    return 0;
}

static hid_t make_group(struct writer *w, hid_t parent, const char *name)
{
    hid_t group = H5Gcreate2(parent, name, H5P_DEFAULT, w->group_plist,
                             H5P_DEFAULT);
    if (group < 0)
        broken(w, name);
    return group;
}

static int write_table(struct writer *w, hid_t file, size_t table)
{
    const struct sbs_table_def *def = &sbs_table_defs[table];
    const struct sbs_table *rows = sbs_table_const(w->trace, table);
    if (rows->n == 0)
        return 0;
    hid_t group = make_group(w, file, def->name);
    if (group < 0)
        return -1;
    int status = write_columns(w, group, def, rows, NULL);
#define WRITE_WORK(name) \
    if (status == 0 && table == SBS_TABLE_workload) \
        status = write_known_attribute(w, group, #name, w->trace->work.name);
    SBS_WORKLOAD_ATTRIBUTES(WRITE_WORK)
#undef WRITE_WORK
    H5Gclose(group);
    return status;
}

/* What all rows say alike stands as an attribute of the values too. */
static int write_sample_summary(struct writer *w, hid_t group,
                                const struct sbs_sample *sample)
{
    static const char *const names[] = { "source", "date", "caveat" };
    const struct sbs_table *table = &sample->col.rows;
    hid_t value = H5Dopen2(group, "value", H5P_DEFAULT);
    if (value < 0)
        return broken(w, sample->name);
    int status = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct sbs_column *column =
            sbs_table_column(&sbs_table_sample_def, names[i]);
        const char *first = sbs_table_text(table, column, 0);
        bool alike = true;
        for (size_t row = 1; row < table->n && alike; row++)
            alike = strcmp(first, sbs_table_text(table, column, row)) == 0;
        if (alike && status == 0)
            status = write_known_attribute(w, value, names[i], first);
    }
    bool alike = !isnan(sample->col.n[0]);
    for (size_t row = 1; row < table->n; row++)
        alike = alike && sample->col.n[row] == sample->col.n[0];
    if (alike && status == 0)
        status = write_real_attribute(w, value, "n", sample->col.n[0]);
    H5Dclose(value);
    return status;
}

static int write_sample(struct writer *w, hid_t parent,
                        const struct sbs_sample *sample)
{
    if (sample->col.rows.n == 0)
        return 0;
    hid_t group = make_group(w, parent, sample->name);
    if (group < 0)
        return -1;
    int status = write_columns(w, group, &sbs_table_sample_def,
                               &sample->col.rows, sample);
    if (status == 0)
        status = write_sample_summary(w, group, sample);
    H5Gclose(group);
    return status;
}

static int write_samples(struct writer *w, hid_t file)
{
    if (w->trace->n_samples == 0)
        return 0;
    hid_t group = make_group(w, file, "samples");
    if (group < 0)
        return -1;
    int status = 0;
    for (size_t i = 0; i < w->trace->n_samples && status == 0; i++)
        status = write_sample(w, group, &w->trace->samples[i]);
    H5Gclose(group);
    return status;
}

static int write_model(struct writer *w, hid_t file)
{
    const char *json = w->trace->model_json;
    if (!json[0])
        return 0;
    hid_t group = make_group(w, file, "model"), dataset = -1;
    hid_t type = text_type(strlen(json));
    int status = -1;
    if (group >= 0 && type >= 0)
        dataset = write_cells(w, group, "json", type, type, json, 1);
    if (dataset >= 0) {
        status = write_text_attribute(w, dataset, "units", "");
        if (status == 0)
            status = write_text_attribute(w, dataset, "long_name",
                                          "fitted model (sbsim-model)");
        if (status == 0)
            status = write_text_attribute(w, dataset, "key",
                                          w->trace->model_key);
        H5Dclose(dataset);
    }
    if (type >= 0)
        H5Tclose(type);
    if (group >= 0)
        H5Gclose(group);
    return status;
}

static int write_root(struct writer *w, hid_t file)
{
    static const char *const kinds[] = { "measured", "simulated", "mixed" };
    const struct sbs_trace *t = w->trace;
    const int version = 1;
    char hash[SBS_HASH_TEXT];
    if (sbs_stream_hash(t, SBS_STREAM_ALL, hash, w->err) ||
        write_text_attribute(w, file, "content_sha256", hash) ||
        write_text_attribute(w, file, "format", "sbsim-trace") ||
        write_attribute(w, file, "format_version", H5T_STD_I32LE,
                        H5T_NATIVE_INT, &version) ||
        write_text_attribute(w, file, "epoch_utc", t->epoch_utc) ||
        write_text_attribute(w, file, "time_units", "s") ||
        write_text_attribute(w, file, "created_by", t->created_by) ||
        write_text_attribute(w, file, "kind", kinds[t->kind]) ||
        write_real_attribute(w, file, "clock_skew_tolerance",
                             t->clock_skew_tolerance_s))
        return -1;
    hid_t group = make_group(w, file, "provenance");
    if (group < 0)
        return -1;
    int status = 0;
#define WRITE_PROVENANCE(name) \
    if (status == 0) \
        status = write_known_attribute(w, group, #name, t->provenance.name);
    SBS_PROVENANCE(WRITE_PROVENANCE)
#undef WRITE_PROVENANCE
    H5Gclose(group);
    return status;
}

static int write_all(struct writer *w, hid_t file)
{
    if (write_root(w, file))
        return -1;
    for (size_t i = 0; i < SBS_TABLE_COUNT; i++)
        if (write_table(w, file, i))
            return -1;
    return write_samples(w, file) || write_model(w, file) ? -1 : 0;
}

/* Groups keep no times, and their links and attributes in the header. */
static hid_t group_plist(hid_t class)
{
    hid_t plist = H5Pcreate(class);
    if (plist < 0)
        return plist;
    if (H5Pset_obj_track_times(plist, false) < 0 ||
        H5Pset_link_phase_change(plist, 1000, 999) < 0 ||
        H5Pset_attr_phase_change(plist, 100, 99) < 0) {
        H5Pclose(plist);
        return -1;
    }
    return plist;
}

/* The file lives in memory (core driver) and is caught when HDF5 frees it
 * after closing. H5Fget_file_image would be simpler, but in HDF5 1.10 the
 * checksum of the superblock it returns is wrong. */
struct catcher {
    unsigned char *bytes; /* of the closed file; owned */
    size_t size;
};

static void *catch_malloc(size_t size, H5FD_file_image_op_t op, void *user)
{
    (void)op;
    ((struct catcher *)user)->size = size;
    return malloc(size);
}

static void *catch_memcpy(void *to, const void *from, size_t size,
                          H5FD_file_image_op_t op, void *user)
{
    (void)op;
    (void)user;
    return memcpy(to, from, size);
}

/* What HDF5 leaves between objects must not be old heap. */
static void *catch_realloc(void *bytes, size_t size, H5FD_file_image_op_t op,
                           void *user)
{
    struct catcher *c = user;
    (void)op;
    unsigned char *grown = realloc(bytes, size);
    if (!grown)
        return NULL;
    size_t before = bytes ? c->size : 0;
    if (size > before)
        memset(grown + before, 0, size - before);
    c->size = size;
    return grown;
}

static herr_t catch_free(void *bytes, H5FD_file_image_op_t op, void *user)
{
    struct catcher *c = user;
    if (op == H5FD_FILE_IMAGE_OP_FILE_CLOSE && !c->bytes)
        c->bytes = bytes;
    else
        free(bytes);
    return 0;
}

static void *catch_copy(void *user)
{
    return user;
}

static herr_t catch_release(void *user)
{
    (void)user;
    return 0;
}

static hid_t create_file(struct catcher *catcher)
{
    H5FD_file_image_callbacks_t callbacks = {
        catch_malloc, catch_memcpy, catch_realloc, catch_free, catch_copy,
        catch_release, catcher };
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), file = -1;
    hid_t create = group_plist(H5P_FILE_CREATE);
    /* Smaller index nodes (H5Pset_istore_k) would halve the file, but need a
     * superblock extension, and that keeps times. */
    if (access >= 0 && create >= 0 &&
        H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18) >= 0 &&
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0 &&
        H5Pset_fapl_core(access, 1 << 16, false) >= 0 &&
        H5Pset_file_image_callbacks(access, &callbacks) >= 0)
        file = H5Fcreate("sbsim-trace", H5F_ACC_TRUNC, create, access);
    if (access >= 0)
        H5Pclose(access);
    if (create >= 0)
        H5Pclose(create);
    return file;
}

/* The end of the file as its superblock (version 2, offsets of 8 bytes) has
 * it: HDF5 File Format Specification 3.0, II.A. 0 when it makes no sense. */
static size_t file_end(const struct catcher *c)
{
    uint64_t end = 0;
    if (!c->bytes || c->size < 48 || c->bytes[8] < 2 || c->bytes[9] != 8)
        return 0;
    for (int i = 0; i < 8; i++)
        end |= (uint64_t)c->bytes[28 + i] << 8 * i;
    return end <= c->size ? (size_t)end : 0;
}

int sbs_h5_build(const struct sbs_trace *trace, void **image, size_t *length,
                 struct sbs_error *err)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    struct catcher catcher = { NULL, 0 };
    struct writer w = { trace, group_plist(H5P_GROUP_CREATE), err };
    hid_t file = create_file(&catcher);
    int status = -1;
    if (w.group_plist < 0 || file < 0)
        broken(&w, "/");
    else
        status = write_all(&w, file);
    if (file >= 0 && H5Fclose(file) < 0 && status == 0)
        status = broken(&w, "/");
    if (w.group_plist >= 0)
        H5Pclose(w.group_plist);
    *length = file_end(&catcher);
    if (status == 0 && *length == 0)
        status = broken(&w, "/");
    if (status) {
        free(catcher.bytes);
        return -1;
    }
    *image = catcher.bytes;
    return 0;
}
