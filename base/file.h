/* SPDX-License-Identifier: Apache-2.0 */
/* Reading whole files, with limits and plain messages. */
#ifndef SBS_BASE_FILE_H
#define SBS_BASE_FILE_H

#include "base/error.h"

#include <stddef.h>

/* Open `path` for reading: a regular file or a pipe, nothing else (a folder
 * or /dev/zero has no end). Returns the descriptor (the caller closes it) or
 * -1 with "path: what". */
int sbs_file_open(const char *path, struct sbs_error *err);

/* The whole of `path`, at most `max_bytes`, as a heap buffer (the caller
 * frees it) with a NUL behind the last byte; `*length` is without the NUL.
 * NULL with "path: what" on failure. */
char *sbs_file_read(const char *path, size_t max_bytes, size_t *length,
                    struct sbs_error *err);

#endif
