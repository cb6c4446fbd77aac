/* SPDX-License-Identifier: Apache-2.0 */
/* A trace as a flat sequence of bytes, the same for the same trace on every
 * machine: how the child that reads an HDF5 file hands it over, and what the
 * data hash is taken of. Integers are little-endian, numbers IEEE 754 with
 * one NaN; columns in which nothing is known are left out. */
#ifndef SBS_TRACES_STREAM_H
#define SBS_TRACES_STREAM_H

#include <stddef.h>

#include "traces/store.h"

struct sbs_stream {
    unsigned char *bytes; /* heap; the caller frees it */
    size_t length, room;
};

/* ALL: everything. DATA: what the data hash covers. */
enum sbs_stream_part { SBS_STREAM_ALL, SBS_STREAM_DATA };

/* Append `trace` to `stream` (zeroed before the first use). */
int sbs_stream_encode(const struct sbs_trace *trace,
                      enum sbs_stream_part part, struct sbs_stream *stream,
                      struct sbs_error *err);

/* SHA-256 of that, as 64 hex characters and a NUL. */
int sbs_stream_hash(const struct sbs_trace *trace, enum sbs_stream_part part,
                    char hex[65], struct sbs_error *err);

/* The trace in bytes[0 .. length), which may be anything: a damaged sequence
 * is an error. `name` stands in messages. NULL on failure. */
struct sbs_trace *sbs_stream_decode(const unsigned char *bytes, size_t length,
                                    const char *name, struct sbs_error *err);

#endif
