/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_failed(const char *path, int number, struct sbs_error *err)
{
    return sbs_fail(err, SBS_EIO, "%s: cannot write (%s)", path,
                    strerror(number));
}

/* 0 or an errno. */
static int write_all(int fd, const void *bytes, size_t length)
{
    const char *at = bytes;
    while (length) {
        ssize_t done = write(fd, at, length);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return errno;
        at += done;
        length -= (size_t)done;
    }
    return 0;
}

static void sync_folder(const char *path)
{
    char copy[PATH_MAX];
    if (strlen(path) >= sizeof copy)
        return;
    memcpy(copy, path, strlen(path) + 1);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    /* Some file systems cannot; the rename has happened all the same. */
    (void)!fsync(fd);
    close(fd);
}

static int write_direct(const char *path, const void *bytes, size_t length,
                        struct sbs_error *err)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return write_failed(path, errno, err);
    int number = write_all(fd, bytes, length);
    if (close(fd) && !number)
        number = errno;
    return number ? write_failed(path, number, err) : 0;
}

/* Write and flush the temporary file and move it into place: 0 or an errno.
 * Closes fd. `old` gives the rights, or NULL. */
static int fill_and_rename(int fd, const char *temp, const char *path,
                           const struct stat *old, const void *bytes,
                           size_t length)
{
    mode_t mask = umask(0);
    umask(mask);
    /* Not all file systems know rights; the file is as good without. */
    (void)!fchmod(fd, old ? old->st_mode & 0777 : 0666 & ~mask);
    int number = write_all(fd, bytes, length);
    if (!number && fsync(fd))
        number = errno;
    if (close(fd) && !number)
        number = errno;
    if (!number && rename(temp, path))
        number = errno;
    if (number)
        unlink(temp);
    return number;
}

/* Write beside `path` and rename. `name` is what the user called it. */
static int write_beside(const char *path, const char *name,
                        const struct stat *old, const void *bytes,
                        size_t length, struct sbs_error *err)
{
    char temp[PATH_MAX];
    int n = snprintf(temp, sizeof temp, "%s.XXXXXX", path);
    if (n < 0 || (size_t)n >= sizeof temp)
        return write_failed(name, ENAMETOOLONG, err);
    /* Who presses Ctrl-C waits for the end of this: no temporary file is
     * left lying. */
    sigset_t held, before;
    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    sigaddset(&held, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &held, &before);
    int fd = mkstemp(temp);
    int number = fd < 0 ? errno
               : fill_and_rename(fd, temp, path, old, bytes, length);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (number)
        return write_failed(name, number, err);
    sync_folder(path);
    return 0;
}

int sbs_file_replace(const char *path, const void *bytes, size_t length,
                     struct sbs_error *err)
{
    struct stat st;
    bool exists = stat(path, &st) == 0;
    if (!exists && errno != ENOENT)
        return write_failed(path, errno, err);
    if (!exists)
        return write_beside(path, path, NULL, bytes, length, err);
    if (S_ISDIR(st.st_mode))
        return write_failed(path, EISDIR, err);
    if (!S_ISREG(st.st_mode))
        return write_direct(path, bytes, length, err);
    if (access(path, W_OK))
        return write_failed(path, errno, err);
    char *real = realpath(path, NULL);
    if (!real)
        return write_failed(path, errno, err);
    int status = write_beside(real, path, &st, bytes, length, err);
    free(real);
    return status;
}

/* Open what stands for `path`: the file, or its folder before it exists. */
static int open_for_lock(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0 || errno != ENOENT)
        return fd;
    char copy[PATH_MAX];
    if (strlen(path) >= sizeof copy) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(copy, path, strlen(path) + 1);
    return open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int sbs_file_lock(const char *path, struct sbs_error *err)
{
    for (;;) {
        int fd = open_for_lock(path);
        if (fd < 0)
            return sbs_fail(err, SBS_EIO, "%s: cannot be opened: %s", path,
                            strerror(errno));
        while (flock(fd, LOCK_EX) && errno == EINTR)
            ;
        /* The other program may have replaced it while we waited. */
        struct stat held, now;
        int again = open_for_lock(path);
        bool same = again >= 0 && fstat(fd, &held) == 0 &&
                    fstat(again, &now) == 0 && held.st_ino == now.st_ino &&
                    held.st_dev == now.st_dev;
        if (again >= 0)
            close(again);
        if (same)
            return fd;
        close(fd);
    }
}
