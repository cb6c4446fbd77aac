/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a whole file, all or nothing. */
#ifndef SBS_BASE_REPLACE_H
#define SBS_BASE_REPLACE_H

#include <stddef.h>

#include "base/error.h"

/* Make `path` hold bytes[0 .. length): written to a temporary file in the
 * same folder, flushed to the disk, renamed. Whenever it is interrupted, the
 * old content or the new is there, never a mixture; the rights of an old file
 * are kept, and a symbolic link keeps pointing. What is no regular file (a
 * pipe, /dev/full) is written directly. Returns 0, or -1 with "path: what"
 * and the old file as it was. */
int sbs_file_replace(const char *path, const void *bytes, size_t length,
                     struct sbs_error *err);

/* A lock against another program that also reads, changes and replaces the
 * file: waits until it is free. Returns a descriptor to close when done (a
 * file that does not exist yet is locked by its folder), or -1. */
int sbs_file_lock(const char *path, struct sbs_error *err);

#endif
