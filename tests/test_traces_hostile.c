/* SPDX-License-Identifier: Apache-2.0 */
/* HDF5 files that are no traces, or traces that cannot be: each is refused
 * with file:object: what. Every case starts from a small good file. */
#include "config.h"

#include "traces/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define H5_USE_110_API /* one spelling for HDF5 1.10 to 1.14 */
#include <hdf5.h>

#include "tests/tap.h"
#include "traces/check.h"

static char folder[] = "/tmp/sbsim-hostile-XXXXXX";

/* ------------------------------------------------- pieces of a file */

static hid_t text_of(size_t size)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, size);
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    return type;
}

static void put_attribute(hid_t at, const char *name, hid_t type, hid_t space,
                          const void *value)
{
    if (H5Aexists(at, name) > 0)
        H5Adelete(at, name);
    hid_t a = H5Acreate2(at, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (value)
        H5Awrite(a, type, value);
    H5Aclose(a);
}

static void put_text(hid_t at, const char *name, const char *value)
{
    hid_t type = text_of(strlen(value) + 1), space = H5Screate(H5S_SCALAR);
    put_attribute(at, name, type, space, value);
    H5Sclose(space);
    H5Tclose(type);
}

static void put_number(hid_t at, const char *name, double value)
{
    hid_t space = H5Screate(H5S_SCALAR);
    put_attribute(at, name, H5T_NATIVE_DOUBLE, space, &value);
    H5Sclose(space);
}

static hid_t chunked(hsize_t n)
{
    hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(plist, 1, &n);
    return plist;
}

/* A column; what stood there before goes. */
static void put(hid_t at, const char *name, hid_t type, int rank,
                const hsize_t *dims, hid_t plist, const void *values)
{
    if (H5Lexists(at, name, H5P_DEFAULT) > 0)
        H5Ldelete(at, name, H5P_DEFAULT);
    hid_t space = rank ? H5Screate_simple(rank, dims, NULL)
                       : H5Screate(H5S_SCALAR);
    hid_t d = H5Dcreate2(at, name, type, space, H5P_DEFAULT, plist,
                         H5P_DEFAULT);
    if (values && d >= 0)
        H5Dwrite(d, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    if (d >= 0)
        H5Dclose(d);
    H5Sclose(space);
}

static void put_reals(hid_t at, const char *name, size_t n,
                      const double *values)
{
    hsize_t dims = n;
    put(at, name, H5T_NATIVE_DOUBLE, 1, &dims, H5P_DEFAULT, values);
}

static void put_ints(hid_t at, const char *name, size_t n, const int *values)
{
    hsize_t dims = n;
    put(at, name, H5T_NATIVE_INT, 1, &dims, H5P_DEFAULT, values);
}

static hid_t group(hid_t file, const char *name)
{
    return H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
}

static const double two[] = { 10, 20 };
static const int links[] = { 0, 1 };

static hid_t good_file(const char *path)
{
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    put_text(file, "format", "sbsim-trace");
    put_number(file, "format_version", 1);
    put_text(file, "epoch_utc", "1970-01-01T00:00:00Z");
    put_text(file, "kind", "measured");
    hid_t workers = group(file, "workers"), tasks = group(file, "tasks");
    put_reals(workers, "created", 2, two);
    put_ints(tasks, "worker_index", 2, links);
    put_reals(tasks, "pull_start", 2, two);
    H5Gclose(workers);
    H5Gclose(tasks);
    return file;
}

/* ------------------------------------------------------- the cases */

static hid_t tasks_of(hid_t file)
{
    return H5Gopen2(file, "tasks", H5P_DEFAULT);
}

static void no_change(hid_t file) { (void)file; }
static void no_format(hid_t f) { H5Adelete(f, "format"); }
static void other_format(hid_t f) { put_text(f, "format", "netcdf"); }
static void version_2(hid_t f) { put_number(f, "format_version", 2); }
static void version_text(hid_t f) { put_text(f, "format_version", "1"); }
static void kind_guess(hid_t f) { put_text(f, "kind", "guessed"); }
static void bad_epoch(hid_t f) { put_text(f, "epoch_utc", "yesterday"); }
static void no_zone(hid_t f)
{
    put_text(f, "epoch_utc", "2026-02-04T10:00:00");
}
static void bad_skew(hid_t f) { put_number(f, "clock_skew_tolerance", -1); }
static void nan_skew(hid_t f) { put_number(f, "clock_skew_tolerance", NAN); }
static void escape(hid_t f) { put_text(f, "created_by", "\033[2J"); }
static void latin1(hid_t f) { put_text(f, "created_by", "caf\xe9"); }

static void vlen_attribute(hid_t f)
{
    const char *value = "sbsim-trace";
    hid_t type = text_of(1), space = H5Screate(H5S_SCALAR);
    H5Tset_size(type, H5T_VARIABLE);
    put_attribute(f, "format", type, space, &value);
    H5Sclose(space);
    H5Tclose(type);
}

static void list_attribute(hid_t f)
{
    hsize_t n = 2;
    char value[2][12] = { "sbsim-trace", "sbsim-trace" };
    hid_t type = text_of(12), space = H5Screate_simple(1, &n, NULL);
    put_attribute(f, "format", type, space, value);
    H5Sclose(space);
    H5Tclose(type);
}

static void null_attribute(hid_t f)
{
    hid_t type = text_of(12), space = H5Screate(H5S_NULL);
    put_attribute(f, "format", type, space, NULL);
    H5Sclose(space);
    H5Tclose(type);
}

static void vlen_column(hid_t f)
{
    hsize_t n = 2;
    const char *values[] = { "a", "b" };
    hid_t type = text_of(1);
    H5Tset_size(type, H5T_VARIABLE);
    put(f, "workers/worker_id", type, 1, &n, H5P_DEFAULT, values);
    H5Tclose(type);
}

static void vlen_sequence(hid_t f)
{
    hsize_t n = 2;
    hid_t type = H5Tvlen_create(H5T_NATIVE_DOUBLE);
    put(f, "tasks/pull_start", type, 1, &n, H5P_DEFAULT, NULL);
    H5Tclose(type);
}

static void text_in_reals(hid_t f)
{
    hsize_t n = 2;
    hid_t type = text_of(3);
    put(f, "tasks/pull_start", type, 1, &n, H5P_DEFAULT, "abcdef");
    H5Tclose(type);
}

static void ints_in_reals(hid_t f) { put_ints(f, "tasks/submit", 2, links); }
static void reals_in_ints(hid_t f)
{
    put_reals(f, "tasks/worker_index", 2, two);
}
static void reals_in_text(hid_t f)
{
    put_reals(f, "workers/worker_id", 2, two);
}

static void compound(hid_t f)
{
    hsize_t n = 2;
    hid_t type = H5Tcreate(H5T_COMPOUND, 16);
    H5Tinsert(type, "a", 0, H5T_NATIVE_DOUBLE);
    H5Tinsert(type, "b", 8, H5T_NATIVE_DOUBLE);
    put(f, "tasks/pull_start", type, 1, &n, H5P_DEFAULT, NULL);
    H5Tclose(type);
}

static void long_doubles(hid_t f)
{
    hsize_t n = 2;
    put(f, "tasks/pull_start", H5T_NATIVE_LDOUBLE, 1, &n, H5P_DEFAULT, NULL);
}

static void rank_2(hid_t f)
{
    hsize_t dims[] = { 2, 1 };
    put(f, "tasks/pull_start", H5T_NATIVE_DOUBLE, 2, dims, H5P_DEFAULT, two);
}

static void rank_0(hid_t f)
{
    put(f, "tasks/pull_start", H5T_NATIVE_DOUBLE, 0, NULL, H5P_DEFAULT, two);
}

static void three_rows(hid_t f)
{
    const double values[] = { 1, 2, 3 };
    put_reals(f, "tasks/submit", 3, values);
}

static void one_row(hid_t f) { put_reals(f, "tasks/submit", 1, two); }

static void huge(hid_t f)
{
    hsize_t n = (hsize_t)1 << 40;
    hid_t plist = chunked(1024);
    put(f, "tasks/submit", H5T_NATIVE_DOUBLE, 1, &n, plist, NULL);
    H5Pclose(plist);
}

static void wide_text(hid_t f)
{
    hsize_t n = 2;
    hid_t type = text_of((size_t)1 << 24), plist = chunked(1);
    put(f, "workers/worker_id", type, 1, &n, plist, NULL);
    H5Pclose(plist);
    H5Tclose(type);
}

static void soft_link(hid_t f)
{
    H5Lcreate_soft("/tasks/pull_start", f, "tasks/submit", H5P_DEFAULT,
                   H5P_DEFAULT);
}
static void soft_group(hid_t f)
{
    H5Lcreate_soft("/tasks", f, "runs", H5P_DEFAULT, H5P_DEFAULT);
}
static void external_link(hid_t f)
{
    H5Lcreate_external("/etc/passwd", "/x", f, "tasks/submit", H5P_DEFAULT,
                       H5P_DEFAULT);
}
static void double_link(hid_t f)
{
    H5Lcreate_hard(f, "tasks/pull_start", f, "tasks/submit", H5P_DEFAULT,
                   H5P_DEFAULT);
}
static void loop(hid_t f)
{
    H5Lcreate_hard(f, "/", f, "tasks/loop", H5P_DEFAULT, H5P_DEFAULT);
}
static void samples_loop(hid_t f)
{
    H5Gclose(group(f, "samples"));
    H5Lcreate_hard(f, "/samples", f, "samples/again", H5P_DEFAULT,
                   H5P_DEFAULT);
}
static void root_as_group(hid_t f)
{
    H5Lcreate_hard(f, "/", f, "runs", H5P_DEFAULT, H5P_DEFAULT);
}

static void group_as_column(hid_t f)
{
    H5Gclose(group(f, "tasks/submit"));
}
static void column_as_group(hid_t f) { put_reals(f, "runs", 2, two); }

static void named_type(hid_t f)
{
    hid_t type = H5Tcopy(H5T_NATIVE_INT);
    H5Tcommit2(f, "runs", type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Tclose(type);
}

static void filter(hid_t f)
{
    hsize_t n = 2;
    hid_t plist = chunked(2);
    H5Pset_scaleoffset(plist, H5Z_SO_FLOAT_DSCALE, 3);
    put(f, "tasks/submit", H5T_NATIVE_DOUBLE, 1, &n, plist, two);
    H5Pclose(plist);
}

static void external_data(hid_t f)
{
    hsize_t n = 2;
    hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(plist, "/etc/passwd", 0, 16);
    put(f, "tasks/submit", H5T_NATIVE_DOUBLE, 1, &n, plist, NULL);
    H5Pclose(plist);
}

static void virtual_data(hid_t f)
{
    hsize_t n = 2;
    hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
    hid_t space = H5Screate_simple(1, &n, NULL);
    H5Pset_virtual(plist, space, ".", "/tasks/pull_start", space);
    put(f, "tasks/submit", H5T_NATIVE_DOUBLE, 1, &n, plist, NULL);
    H5Sclose(space);
    H5Pclose(plist);
}

static void one_bad(hid_t f, const char *name, double value)
{
    double values[] = { 1, value };
    put_reals(f, name, 2, values);
}
static void negative_time(hid_t f) { one_bad(f, "tasks/submit", -5); }
static void infinite_time(hid_t f) { one_bad(f, "tasks/submit", INFINITY); }
static void negative_work(hid_t f) { one_bad(f, "tasks/ref_s", -1); }
static void no_speed(hid_t f) { one_bad(f, "workers/speed", 0); }
static void no_price(hid_t f) { one_bad(f, "workers/price_per_hour", 0); }
static void infinite_vcpu(hid_t f) { one_bad(f, "workers/vcpu", INFINITY); }

static void int_bad(hid_t f, const char *name, int value)
{
    int values[] = { 0, value };
    put_ints(f, name, 2, values);
}
static void bad_link(hid_t f) { int_bad(f, "tasks/worker_index", 2); }
static void bad_run(hid_t f) { int_bad(f, "tasks/run_index", 0); }
static void below_link(hid_t f) { int_bad(f, "tasks/worker_index", -2); }
static void bad_outcome(hid_t f) { int_bad(f, "tasks/outcome", 6); }
static void bad_flag(hid_t f) { int_bad(f, "workers/spot", 2); }

static void big_integer(hid_t f)
{
    hsize_t n = 2;
    const unsigned long long values[] = { 1, 1ULL << 63 };
    put(f, "workers/mem_bytes", H5T_NATIVE_ULLONG, 1, &n, H5P_DEFAULT,
        values);
}

static void bad_sample(hid_t f)
{
    H5Gclose(group(f, "samples"));
    H5Gclose(group(f, "samples/x"));
    put_reals(f, "samples/x/value", 2, two);
    put_reals(f, "samples/x/n", 1, two);
}

static void sample_dataset(hid_t f)
{
    H5Gclose(group(f, "samples"));
    put_reals(f, "samples/x", 2, two);
}

static void model_number(hid_t f)
{
    H5Gclose(group(f, "model"));
    put_reals(f, "model/json", 1, two);
}

static void model_vlen(hid_t f)
{
    hsize_t n = 1;
    const char *value = "{}";
    hid_t type = text_of(1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Gclose(group(f, "model"));
    put(f, "model/json", type, 1, &n, H5P_DEFAULT, &value);
    H5Tclose(type);
}

/* Good ones that look unusual. */
static void big_endian(hid_t f)
{
    hsize_t n = 2;
    H5Ldelete(f, "tasks/pull_start", H5P_DEFAULT);
    hid_t space = H5Screate_simple(1, &n, NULL);
    hid_t d = H5Dcreate2(f, "tasks/pull_start", H5T_IEEE_F32BE, space,
                         H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(d, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, two);
    H5Dclose(d);
    H5Sclose(space);
}

static void unknown(hid_t f)
{
    hid_t tasks = tasks_of(f);
    put_reals(tasks, "phase_of_the_moon", 7, (const double[7]){ 0 });
    H5Gclose(tasks);
    H5Gclose(group(f, "extra"));
}

struct bad_case {
    const char *name;
    void (*change)(hid_t file);
    const char *want; /* part of the message; NULL: it is good */
};

static const struct bad_case cases[] = {
    { "good", no_change, NULL },
    { "big endian, 4 bytes", big_endian, NULL },
    { "unknown column and group", unknown, NULL },
    { "no format", no_format, ":/: not a trace" },
    { "another format", other_format, ":/: not a trace" },
    { "version 2", version_2, ":/: format_version 2" },
    { "version as text", version_text, "format_version: must be a number" },
    { "unknown kind", kind_guess, "attribute kind: \"guessed\"" },
    { "epoch no time", bad_epoch, "epoch_utc: not an ISO 8601 time" },
    { "epoch without zone", no_zone, "epoch_utc: not an ISO 8601 time" },
    { "negative tolerance", bad_skew, "clock_skew_tolerance: out of range" },
    { "NaN tolerance", nan_skew, "clock_skew_tolerance: out of range" },
    { "escape in text", escape, "attribute created_by: text with control" },
    { "text not UTF-8", latin1, "attribute created_by: text with control" },
    { "variable-length attribute", vlen_attribute, "variable-length text" },
    { "attribute of two", list_attribute, "attribute format: damaged or not" },
    { "attribute of none", null_attribute, "attribute format: damaged or not" },
    { "variable-length column", vlen_column,
      ":/workers/worker_id: variable-length text" },
    { "sequences", vlen_sequence,
      ":/tasks/pull_start: must be floating-point numbers" },
    { "text for numbers", text_in_reals,
      ":/tasks/pull_start: must be floating-point numbers" },
    { "integers for times", ints_in_reals,
      ":/tasks/submit: must be floating-point numbers" },
    { "reals for rows", reals_in_ints,
      ":/tasks/worker_index: must be integers" },
    { "numbers for text", reals_in_text,
      ":/workers/worker_id: must be text" },
    { "compound", compound, ":/tasks/pull_start: must be floating-point" },
    { "16 bytes", long_doubles, ":/tasks/pull_start: numbers of 16 bytes" },
    { "two dimensions", rank_2, ":/tasks/pull_start: must have one dimension" },
    { "a scalar", rank_0, ":/tasks/pull_start: must have one dimension" },
    { "a longer column", three_rows, "/tasks/" },
    { "a shorter column", one_row, "/tasks/" },
    { "2^40 rows", huge, ":/tasks/submit: too many rows" },
    { "16 MiB of text a row", wide_text, ":/workers/worker_id: text of" },
    { "soft link", soft_link, ":/tasks/submit: a soft or external link" },
    { "soft link to a group", soft_group, ":/runs: a soft or external link" },
    { "external link", external_link, ":/tasks/submit: a soft or external" },
    { "double link", double_link, ":/tasks/submit: the same object" },
    { "loop", loop, ":/tasks/loop: the same object" },
    { "loop among samples", samples_loop, ":/samples/again: the same object" },
    { "the root as a table", root_as_group, ":/runs: the same object" },
    { "group for a column", group_as_column,
      ":/tasks/submit: must be a dataset" },
    { "column for a group", column_as_group, ":/runs: must be a group" },
    { "type for a group", named_type, ":/runs: must be a group" },
    { "filter", filter, ":/tasks/submit: filter 6" },
    { "data in another file", external_data,
      ":/tasks/submit: data in other files" },
    { "virtual data", virtual_data, ":/tasks/submit: virtual" },
    { "negative time", negative_time,
      ":/tasks/submit: row 1: before the epoch (-5 s" },
    { "infinite time", infinite_time, ":/tasks/submit: row 1: out of range" },
    { "negative work", negative_work, ":/tasks/ref_s: row 1: out of range" },
    { "speed 0", no_speed, ":/workers/speed: row 1: must be above 0" },
    { "price 0", no_price, ":/workers/price_per_hour: row 1: must be above" },
    { "infinite vCPU", infinite_vcpu, ":/workers/vcpu: row 1: out of range" },
    { "row that is not there", bad_link,
      ":/tasks/worker_index: row 1: no such row (2" },
    { "row of an empty table", bad_run,
      ":/tasks/run_index: row 0: no such row (0" },
    { "row -2", below_link, ":/tasks/worker_index: row 1: out of range" },
    { "outcome 6", bad_outcome, ":/tasks/outcome: row 1: out of range" },
    { "flag 2", bad_flag, ":/workers/spot: row 1: out of range" },
    { "beyond 2^53", big_integer, ":/workers/mem_bytes: row 1: beyond 2^53" },
    { "unequal samples", bad_sample, ":/samples/x/value: has 2 rows" },
    { "samples without a group", sample_dataset,
      ":/samples/x: must be a group" },
    { "a number as model", model_number, ":/model/json: must be text" },
    { "variable-length model", model_vlen,
      ":/model/json: variable-length text" },
};

static void run_case(const struct bad_case *c)
{
    char path[sizeof folder + 16];
    struct sbs_trace *t = NULL;
    struct sbs_error err = { 0 };
    snprintf(path, sizeof path, "%s/x.h5", folder);
    hid_t file = good_file(path);
    c->change(file);
    H5Fclose(file);
    int status = sbs_trace_read(path, SBS_TRACE_STRICT, &t, &err);
    if (!c->want)
        ok(status == 0 && t->tasks.pull_start[1] == 20, "%s %s", c->name,
           err.text);
    else if (!ok(status == -1 && strstr(err.text, c->want) &&
                 strncmp(err.text, path, strlen(path)) == 0, "%s", c->name))
        printf("#   got  \"%s\"\n#   want \"%s\"\n", err.text, c->want);
    sbs_trace_destroy(t);
    unlink(path);
}

static void keep_text(void *user, const char *text)
{
    snprintf(user, 300, "%s", text);
}

/* `trace check` reads what others refuse, and says what is wrong with it. */
static void test_lenient(void)
{
    char path[sizeof folder + 16], text[300] = "";
    struct sbs_trace *t = NULL;
    struct sbs_error err = { 0 };
    snprintf(path, sizeof path, "%s/x.h5", folder);
    hid_t file = good_file(path);
    negative_time(file);
    H5Fclose(file);
    ok(sbs_trace_read(path, SBS_TRACE_LENIENT, &t, &err) == 0,
       "negative time, lenient %s", err.text);
    ok(t && sbs_trace_check(t, keep_text, text) == 1, "one violation");
    is_str(text, "/tasks/submit: row 1: before the epoch (-5 s, allowed 0 or "
           "more, or nan)", "named");
    ok(t && sbs_trace_write(t, path, &err) == -1 &&
       strstr(err.text, "before the epoch"), "and never written");
    sbs_trace_destroy(t);
    file = good_file(path);
    unknown(file);
    H5Fclose(file);
    t = NULL;
    ok(sbs_trace_read(path, SBS_TRACE_STRICT, &t, &err) == 0 &&
       t->n_unknown == 2, "two unknown things counted");
    ok(t && sbs_trace_write(t, path, &err) == -1 &&
       strstr(err.text, "would lose"), "and not lost by writing");
    sbs_trace_destroy(t);
    unlink(path);
}

int main(void)
{
    if (!mkdtemp(folder))
        return 1;
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        run_case(&cases[i]);
    test_lenient();
    rmdir(folder);
    return tap_done();
}
