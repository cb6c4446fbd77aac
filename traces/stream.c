/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "traces/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "traces/table.h"

static const char stream_magic[8] = "SBSTRC1";

/* Encoding: failures are remembered in `failed` and told once. */
struct writer {
    struct sbs_stream *stream;
    bool failed;
};

static void put(struct writer *w, const void *bytes, size_t n)
{
    struct sbs_stream *s = w->stream;
    if (w->failed)
        return;
    if (s->room - s->length < n) {
        size_t room = s->room ? s->room : 4096;
        while (room - s->length < n && room < SIZE_MAX / 4)
            room *= 2;
        unsigned char *grown = room - s->length < n
                             ? NULL : realloc(s->bytes, room);
        if (!grown) {
            w->failed = true;
            return;
        }
        s->bytes = grown;
        s->room = room;
    }
    if (n)
        memcpy(s->bytes + s->length, bytes, n);
    s->length += n;
}

static void put_u64(struct writer *w, uint64_t value)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(value >> 8 * i);
    put(w, bytes, sizeof bytes);
}

static void put_real(struct writer *w, double value)
{
    uint64_t bits;
    if (isnan(value))
        bits = UINT64_C(0x7ff8000000000000);
    else
        memcpy(&bits, &value, sizeof bits);
    put_u64(w, bits);
}

static void put_text(struct writer *w, const char *text)
{
    size_t n = strlen(text);
    put_u64(w, n);
    put(w, text, n);
}

static void put_cell(struct writer *w, const struct sbs_table *table,
                     const struct sbs_column *column, size_t row)
{
    if (sbs_column_is_text(column)) {
        put_text(w, sbs_table_text(table, column, row));
        return;
    }
    double value = sbs_table_number(table, column, row);
    /* As the file keeps it, so that the hash survives the file. */
    if (column->kind == SBS_COLUMN_F4)
        value = (double)(float)value;
    put_real(w, value);
}

static void put_table(struct writer *w, const struct sbs_table_def *def,
                      const struct sbs_table *table)
{
    put_text(w, def->name);
    put_u64(w, table->n);
    uint64_t known = 0;
    for (size_t i = 0; i < def->n_columns; i++)
        known += !sbs_table_blank(table, &def->columns[i]);
    /* Rows of which nothing is known are rows: the first column goes. */
    bool none = known == 0 && table->n > 0;
    put_u64(w, none ? 1 : known);
    for (size_t i = 0; i < def->n_columns; i++) {
        const struct sbs_column *column = &def->columns[i];
        if (sbs_table_blank(table, column) && !(none && i == 0))
            continue;
        put_text(w, column->name);
        for (size_t row = 0; row < table->n; row++)
            put_cell(w, table, column, row);
    }
}

static int sample_order(const void *a, const void *b)
{
    const struct sbs_sample *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

/* Samples in the order of their names, as a file keeps them. */
static void put_samples(struct writer *w, const struct sbs_trace *trace)
{
    const struct sbs_sample **order =
        malloc((trace->n_samples + 1) * sizeof *order);
    if (!order) {
        w->failed = true;
        return;
    }
    for (size_t i = 0; i < trace->n_samples; i++)
        order[i] = &trace->samples[i];
    qsort(order, trace->n_samples, sizeof *order, sample_order);
    put_u64(w, trace->n_samples);
    for (size_t i = 0; i < trace->n_samples; i++) {
        put_text(w, order[i]->name);
        put_text(w, order[i]->units);
        put_text(w, order[i]->long_name);
        put_text(w, order[i]->origin);
        put_table(w, &sbs_table_sample_def, &order[i]->col.rows);
    }
    free(order);
}

static void put_frame(struct writer *w, const struct sbs_trace *trace)
{
    put_text(w, trace->created_by);
    put_text(w, trace->model_key);
    put_text(w, trace->model_json);
    put_u64(w, trace->n_unknown);
#define STREAM_PUT(name) put_text(w, trace->provenance.name);
    SBS_PROVENANCE(STREAM_PUT)
#undef STREAM_PUT
}

int sbs_stream_encode(const struct sbs_trace *trace,
                      enum sbs_stream_part part, struct sbs_stream *stream,
                      struct sbs_error *err)
{
    struct writer w = { stream, false };
    put(&w, stream_magic, sizeof stream_magic);
    put_text(&w, trace->epoch_utc);
    put_u64(&w, trace->kind);
    put_real(&w, trace->clock_skew_tolerance_s);
#define STREAM_PUT(name) put_text(&w, trace->work.name);
    SBS_WORKLOAD_ATTRIBUTES(STREAM_PUT)
#undef STREAM_PUT
    for (size_t i = 0; i < SBS_TABLE_COUNT; i++)
        put_table(&w, &sbs_table_defs[i], sbs_table_const(trace, i));
    put_samples(&w, trace);
    if (part == SBS_STREAM_ALL)
        put_frame(&w, trace);
    return w.failed ? sbs_fail(err, SBS_EMEMORY, "out of memory") : 0;
}

int sbs_stream_hash(const struct sbs_trace *trace, enum sbs_stream_part part,
                    char hex[65], struct sbs_error *err)
{
    struct sbs_stream stream = { 0 };
    int status = sbs_stream_encode(trace, part, &stream, err);
    if (status == 0)
        sbs_hash_buffer(stream.bytes, stream.length, hex);
    free(stream.bytes);
    return status;
}

/* Decoding: a shortage or nonsense sets `bad`; every read is safe after it. */
struct reader {
    const unsigned char *at;
    size_t left;
    struct sbs_trace *trace;
    bool bad;
};

static uint64_t get_u64(struct reader *r)
{
    if (r->bad || r->left < 8) {
        r->bad = true;
        return 0;
    }
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value |= (uint64_t)r->at[i] << 8 * i;
    r->at += 8;
    r->left -= 8;
    return value;
}

static double get_real(struct reader *r)
{
    uint64_t bits = get_u64(r);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Text owned by the trace; "" when bad. */
static const char *get_text(struct reader *r, bool lines)
{
    uint64_t n = get_u64(r);
    if (r->bad || n > r->left ||
        !sbs_trace_text_ok((const char *)r->at, (size_t)n, lines)) {
        r->bad = true;
        return "";
    }
    const char *text =
        sbs_trace_keep(r->trace, (const char *)r->at, (size_t)n);
    r->at += n;
    r->left -= (size_t)n;
    r->bad |= !text;
    return text ? text : "";
}

static void get_cell(struct reader *r, struct sbs_table *table,
                     const struct sbs_column *column, size_t row)
{
    if (sbs_column_is_text(column)) {
        sbs_table_set_text(table, column, row, get_text(r, false));
        return;
    }
    double value = get_real(r);
    if (sbs_column_is_integer(column) &&
        !(value >= -SBS_TRACE_BIG && value <= SBS_TRACE_BIG &&
          value == (double)(int64_t)value)) {
        r->bad = true;
        return;
    }
    sbs_table_set_number(table, column, row, value);
}

static void get_table(struct reader *r, const struct sbs_table_def *def,
                      struct sbs_table *table)
{
    const char *name = get_text(r, false);
    uint64_t n = get_u64(r), known = get_u64(r);
    if (r->bad || strcmp(name, def->name) != 0 || known > def->n_columns ||
        n > r->left / 8 || (n > 0 && known == 0) ||
        sbs_table_grow(def, table, (size_t)n, NULL)) {
        r->bad = true;
        return;
    }
    for (uint64_t i = 0; i < known && !r->bad; i++) {
        const struct sbs_column *column =
            sbs_table_column(def, get_text(r, false));
        r->bad |= !column;
        for (size_t row = 0; row < table->n && !r->bad; row++)
            get_cell(r, table, column, row);
    }
}

static void get_samples(struct reader *r)
{
    uint64_t n = get_u64(r);
    for (uint64_t i = 0; i < n && !r->bad; i++) {
        const char *name = get_text(r, false), *units = get_text(r, false);
        struct sbs_sample *sample =
            r->bad || sbs_trace_add_sample(r->trace, name, NULL, NULL)
            ? NULL : sbs_trace_add_sample(r->trace, name, units, NULL);
        if (!sample) {
            r->bad = true;
            return;
        }
        sample->long_name = get_text(r, false);
        sample->origin = get_text(r, false);
        get_table(r, &sbs_table_sample_def, &sample->col.rows);
    }
}

static void get_frame(struct reader *r)
{
    struct sbs_trace *trace = r->trace;
    trace->created_by = get_text(r, false);
    trace->model_key = get_text(r, false);
    trace->model_json = get_text(r, true);
    trace->n_unknown = (size_t)get_u64(r);
#define STREAM_GET(name) trace->provenance.name = get_text(r, true);
    SBS_PROVENANCE(STREAM_GET)
#undef STREAM_GET
}

struct sbs_trace *sbs_stream_decode(const unsigned char *bytes, size_t length,
                                    const char *name, struct sbs_error *err)
{
    struct reader r = { bytes, length, sbs_trace_create(), false };
    if (!r.trace) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        return NULL;
    }
    r.trace->name = sbs_trace_keep(r.trace, name, strlen(name));
    r.bad = !r.trace->name || length < sizeof stream_magic ||
            memcmp(bytes, stream_magic, sizeof stream_magic) != 0;
    if (!r.bad) {
        r.at += sizeof stream_magic;
        r.left -= sizeof stream_magic;
    }
    r.trace->epoch_utc = get_text(&r, false);
    uint64_t kind = get_u64(&r);
    r.bad |= kind > SBS_TRACE_MIXED;
    r.trace->kind = r.bad ? SBS_TRACE_MEASURED : (enum sbs_trace_kind)kind;
    r.trace->clock_skew_tolerance_s = get_real(&r);
#define STREAM_GET(name) r.trace->work.name = get_text(&r, false);
    SBS_WORKLOAD_ATTRIBUTES(STREAM_GET)
#undef STREAM_GET
    for (size_t i = 0; i < SBS_TABLE_COUNT; i++)
        get_table(&r, &sbs_table_defs[i], sbs_table_of(r.trace, i));
    get_samples(&r);
    get_frame(&r);
    if (r.bad || r.left) {
        sbs_fail(err, SBS_EINPUT, "%s: damaged: what was read of it is "
                 "broken off or makes no sense", name);
        sbs_trace_destroy(r.trace);
        return NULL;
    }
    return r.trace;
}
