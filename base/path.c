/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/path.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Folder of the running program, without the last slash; "" when unknown. */
static void program_folder(char folder[PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", folder, PATH_MAX - 1);
    folder[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(folder, '/');
    if (slash)
        *slash = '\0';
    else
        folder[0] = '\0';
}

/* Is `name` in `folder`? Then `place` is its path. */
static bool is_in(const char *folder, const char *name, char *place,
                  size_t size)
{
    int n = snprintf(place, size, "%s/%s", folder, name);
    return n > 0 && (size_t)n < size && access(place, F_OK) == 0;
}

char *sbs_path_find(const char *name, struct sbs_error *err)
{
    char program[PATH_MAX], folder[PATH_MAX + 32], place[2 * PATH_MAX];
    const char *found = name;
    if (name[0] != '/' && name[0] != '\0' && access(name, F_OK) != 0) {
        program_folder(program);
        bool there = is_in("traces", name, place, sizeof place);
        snprintf(folder, sizeof folder, "%s/traces", program);
        there = there || is_in(folder, name, place, sizeof place);
        snprintf(folder, sizeof folder, "%s/../share/%s", program, PACKAGE);
        there = there || is_in(folder, name, place, sizeof place);
        there = there || is_in(SBS_DATADIR, name, place, sizeof place);
        found = there ? place : name;
    }
    char *copy = strdup(found);
    if (!copy)
        sbs_fail(err, SBS_EMEMORY, "out of memory");
    return copy;
}
