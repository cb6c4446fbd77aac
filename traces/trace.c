/* SPDX-License-Identifier: Apache-2.0 */
/* The trace in memory: its life, its text, its rows. */
#include "config.h"

#include "traces/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "traces/stream.h"
#include "traces/table.h"

/* Text lives in blocks, freed together. */
struct text_block {
    struct text_block *next;
    size_t used, size;
    char bytes[];
};

struct sbs_trace_text {
    struct text_block *first;
};

enum { TEXT_BLOCK = 1 << 14 };

struct sbs_trace *sbs_trace_create(void)
{
    struct sbs_trace *trace = calloc(1, sizeof *trace);
    struct sbs_trace_text *text = calloc(1, sizeof *text);
    if (!trace || !text) {
        free(trace);
        free(text);
        return NULL;
    }
    trace->text = text;
    trace->name = trace->created_by = "";
    trace->epoch_utc = "1970-01-01T00:00:00Z";
    trace->kind = SBS_TRACE_MEASURED;
    trace->clock_skew_tolerance_s = 2;
    trace->model_key = trace->model_json = trace->content_sha256 = "";
#define TRACE_EMPTY(name) trace->provenance.name = "";
    SBS_PROVENANCE(TRACE_EMPTY)
#undef TRACE_EMPTY
#define TRACE_EMPTY(name) trace->work.name = "";
    SBS_WORKLOAD_ATTRIBUTES(TRACE_EMPTY)
#undef TRACE_EMPTY
    return trace;
}

static void text_destroy(struct sbs_trace_text *text)
{
    for (struct text_block *b = text->first, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(text);
}

void sbs_trace_destroy(struct sbs_trace *trace)
{
    if (!trace)
        return;
    for (size_t i = 0; i < SBS_TABLE_COUNT; i++)
        sbs_table_fini(&sbs_table_defs[i], sbs_table_of(trace, i));
    for (size_t i = 0; i < trace->n_samples; i++)
        sbs_table_fini(&sbs_table_sample_def, &trace->samples[i].col.rows);
    free(trace->samples);
    text_destroy(trace->text);
    free(trace);
}

const char *sbs_trace_keep(struct sbs_trace *trace, const char *text,
                           size_t length)
{
    if (length == 0)
        return "";
    struct text_block *block = trace->text->first;
    if (!block || block->size - block->used <= length) {
        size_t size = length < TEXT_BLOCK ? TEXT_BLOCK : length + 1;
        block = malloc(sizeof *block + size);
        if (!block)
            return NULL;
        block->next = trace->text->first;
        block->used = 0;
        block->size = size;
        trace->text->first = block;
    }
    char *copy = block->bytes + block->used;
    memcpy(copy, text, length);
    copy[length] = '\0';
    block->used += length + 1;
    return copy;
}

int sbs_trace_add_row(struct sbs_trace *trace, struct sbs_table *table,
                      struct sbs_error *err)
{
    const struct sbs_table_def *def = &sbs_table_sample_def;
    for (size_t i = 0; i < SBS_TABLE_COUNT; i++)
        if (sbs_table_of(trace, i) == table)
            def = &sbs_table_defs[i];
    return sbs_table_grow(def, table, 1, err);
}

struct sbs_sample *sbs_trace_add_sample(struct sbs_trace *trace,
                                        const char *name, const char *units,
                                        struct sbs_error *err)
{
    for (size_t i = 0; i < trace->n_samples; i++)
        if (strcmp(trace->samples[i].name, name) == 0)
            return &trace->samples[i];
    if (!units)
        return NULL;
    struct sbs_sample *grown = realloc(
        trace->samples, (trace->n_samples + 1) * sizeof *grown);
    if (!grown) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        return NULL;
    }
    trace->samples = grown;
    const char *own_name = sbs_trace_keep(trace, name, strlen(name));
    const char *own_units = sbs_trace_keep(trace, units, strlen(units));
    if (!own_name || !own_units) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        return NULL;
    }
    struct sbs_sample *sample = &trace->samples[trace->n_samples++];
    memset(sample, 0, sizeof *sample);
    sample->name = own_name;
    sample->units = own_units;
    sample->long_name =
        sbs_table_column(&sbs_table_sample_def, "value")->long_name;
    sample->origin = "";
    return sample;
}

const char *sbs_trace_model_get(const struct sbs_trace *trace,
                                const char *key)
{
    if (trace->model_json[0] == '\0' || strcmp(trace->model_key, key) != 0)
        return NULL;
    return trace->model_json;
}

int sbs_trace_model_set(struct sbs_trace *trace, const char *key,
                        const char *json, struct sbs_error *err)
{
    const char *own_key = sbs_trace_keep(trace, key, strlen(key));
    const char *own_json = sbs_trace_keep(trace, json, strlen(json));
    if (!own_key || !own_json)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    trace->model_key = own_key;
    trace->model_json = own_json;
    return 0;
}

int sbs_trace_data_hash(const struct sbs_trace *trace, char hex[65],
                        struct sbs_error *err)
{
    return sbs_stream_hash(trace, SBS_STREAM_DATA, hex, err);
}

int sbs_trace_model_key(const struct sbs_trace *trace, const char *version,
                        char *key, size_t size, struct sbs_error *err)
{
    char hex[SBS_HASH_TEXT];
    if (sbs_trace_data_hash(trace, hex, err))
        return -1;
    int length = snprintf(key, size, "%s:%s", hex, version);
    if (length < 0 || (size_t)length >= size)
        return sbs_fail(err, SBS_EBUG, "model key needs %d bytes", length + 1);
    return 0;
}
