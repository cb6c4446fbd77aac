/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int sbs_file_open(const char *path, struct sbs_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return sbs_fail(err, SBS_EIO, "%s: cannot be opened: %s", path,
                        strerror(errno));
    struct stat st;
    if (fstat(fd, &st) < 0) {
        sbs_fail(err, SBS_EIO, "%s: %s", path, strerror(errno));
        close(fd);
        return -1;
    }
    if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode)) {
        sbs_fail(err, SBS_EIO, "%s: is not a file (%s)", path,
                 S_ISDIR(st.st_mode) ? "a folder" : "a device or socket");
        close(fd);
        return -1;
    }
    return fd;
}

/* Read to the end of fd into *buffer (grown as needed; kept by the caller
 * whatever happens). 0 or -1. */
static int read_all(int fd, const char *path, size_t max_bytes, char **buffer,
                    size_t *length, struct sbs_error *err)
{
    size_t capacity = 0;
    *length = 0;
    for (;;) {
        if (capacity - *length < 2) {
            capacity = capacity ? capacity * 2 : 1 << 14;
            char *grown = realloc(*buffer, capacity);
            if (!grown)
                return sbs_fail(err, SBS_EMEMORY, "%s: out of memory", path);
            *buffer = grown;
        }
        ssize_t got = read(fd, *buffer + *length, capacity - *length - 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return sbs_fail(err, SBS_EIO, "%s: cannot be read: %s", path,
                            strerror(errno));
        if (got == 0)
            break;
        *length += (size_t)got;
        if (*length > max_bytes)
            return sbs_fail(err, SBS_EINPUT,
                            "%s: is too large (more than %zu bytes)", path,
                            max_bytes);
    }
    (*buffer)[*length] = '\0';
    return 0;
}

char *sbs_file_read(const char *path, size_t max_bytes, size_t *length,
                    struct sbs_error *err)
{
    int fd = sbs_file_open(path, err);
    if (fd < 0)
        return NULL;
    char *buffer = NULL;
    if (read_all(fd, path, max_bytes, &buffer, length, err) < 0) {
        free(buffer);
        buffer = NULL;
    }
    close(fd);
    return buffer;
}
