/* SPDX-License-Identifier: Apache-2.0 */
/* Where the files that come with the program are. */
#ifndef SBS_BASE_PATH_H
#define SBS_BASE_PATH_H

#include "base/error.h"

/* `name` if there is such a file; else, when it is relative, the first of
 * traces/ below the current folder, traces/ beside the program, the data
 * folder beside the program's bin/ and the installed data folder that has
 * it; else `name` again, so that opening it gives the usual message. The
 * caller frees the result; NULL when out of memory. */
char *sbs_path_find(const char *name, struct sbs_error *err);

#endif
