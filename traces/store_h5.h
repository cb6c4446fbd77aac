/* SPDX-License-Identifier: Apache-2.0 */
/* The HDF5 side of the store, on bytes in memory; only these files know
 * HDF5. Call sbs_h5_parse in a child process: see traces/store_read.c. */
#ifndef SBS_TRACES_STORE_H5_H
#define SBS_TRACES_STORE_H5_H

#include <stddef.h>

#include "traces/store.h"

/* Rows of a table, and bytes of a text, at the most. */
enum { SBS_H5_MAX_ROWS = 2000000, SBS_H5_MAX_TEXT = 1 << 16,
       SBS_H5_MAX_MODEL = 1 << 26, SBS_H5_MAX_SAMPLES = 10000 };

/* The trace in a file image, or NULL with "name:object: what". The image is
 * borrowed and not changed. Ranges are not checked. */
struct sbs_trace *sbs_h5_parse(void *image, size_t length, const char *name,
                               struct sbs_error *err);

/* The file image of a trace: *image (the caller frees it), *length. */
int sbs_h5_build(const struct sbs_trace *trace, void **image, size_t *length,
                 struct sbs_error *err);

#endif
