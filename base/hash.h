/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 (FIPS 180-4, by libmd) as 64 lower-case hexadecimal characters. */
#ifndef SBS_BASE_HASH_H
#define SBS_BASE_HASH_H

#include "base/error.h"

#include <stddef.h>

#define SBS_HASH_TEXT 65 /* 64 characters and the NUL */

/* The hash of length bytes at data (NULL allowed when length is 0). */
void sbs_hash_buffer(const void *data, size_t length,
                     char text[SBS_HASH_TEXT]);

/* The hash of a file's content; -1 with "path: what" when unreadable, and for
 * a pipe: whoever reads it as well would find it empty. */
int sbs_hash_file(const char *path, char text[SBS_HASH_TEXT],
                  struct sbs_error *err);

/* In pieces: create, add any number of times, then finish, which also frees.
 * Create returns NULL when out of memory; finish accepts NULL (and then
 * writes an empty text). */
struct sbs_hash;
struct sbs_hash *sbs_hash_create(void);
void sbs_hash_add(struct sbs_hash *hash, const void *data, size_t length);
void sbs_hash_finish(struct sbs_hash *take_hash, char text[SBS_HASH_TEXT]);

#endif
