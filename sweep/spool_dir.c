/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sweep/spool_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int failed(const char *path, struct sbs_error *err)
{
    return sbs_fail(err, SBS_EIO, "%s: %s", path, strerror(errno));
}

static int no_memory(struct sbs_error *err)
{
    return sbs_fail(err, SBS_EMEMORY, "out of memory");
}

/* "000003-000012" */
static bool is_spool(const char *name, uint32_t *generation)
{
    unsigned g, rank;
    int n = 0;
    if (sscanf(name, "%6u-%6u%n", &g, &rank, &n) != 2 || n != 13 || name[n])
        return false;
    *generation = g;
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add(struct sbs_spool_dir *d, const char *name,
               struct sbs_error *err)
{
    char **more = realloc(d->spools, (d->n + 1) * sizeof *more);
    if (!more)
        return no_memory(err);
    d->spools = more;
    size_t size = strlen(d->path) + strlen(name) + 2;
    char *path = malloc(size);
    if (!path)
        return no_memory(err);
    snprintf(path, size, "%s/%s", d->path, name);
    d->spools[d->n++] = path;
    return 0;
}

static int list(struct sbs_spool_dir *d, struct sbs_error *err)
{
    DIR *dir = opendir(d->path);
    int status = dir ? 0 : failed(d->path, err);
    for (struct dirent *e; status == 0 && (e = readdir(dir)) != NULL;) {
        uint32_t generation;
        if (!is_spool(e->d_name, &generation))
            continue;
        if (generation >= d->generation)
            d->generation = generation + 1;
        status = add(d, e->d_name, err);
    }
    if (dir)
        closedir(dir);
    if (status == 0 && d->n > 0)
        qsort(d->spools, d->n, sizeof *d->spools, by_name);
    return status;
}

static int lock(struct sbs_spool_dir *d, struct sbs_error *err)
{
    d->lock = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (d->lock < 0)
        return failed(d->path, err);
    if (flock(d->lock, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return 0; /* some file systems have no locks */
    return sbs_fail(err, SBS_EIO, "%s: another sweep is writing there",
                    d->path);
}

int sbs_spool_dir_open(struct sbs_spool_dir *d, const char *out,
                       struct sbs_error *err)
{
    *d = (struct sbs_spool_dir){ .lock = -1 };
    size_t size = strlen(out) + sizeof ".parts";
    d->path = malloc(size);
    if (!d->path)
        return no_memory(err);
    snprintf(d->path, size, "%s.parts", out);
    if (mkdir(d->path, 0777) != 0 && errno != EEXIST)
        return failed(d->path, err);
    return lock(d, err) != 0 || list(d, err) != 0 ? -1 : 0;
}

void sbs_spool_dir_fini(struct sbs_spool_dir *d)
{
    for (size_t i = 0; i < d->n; i++)
        free(d->spools[i]);
    free(d->spools);
    if (d->lock >= 0) {
        rmdir(d->path); /* if it is empty */
        close(d->lock);
    }
    free(d->path);
    *d = (struct sbs_spool_dir){ .lock = -1 };
}

void sbs_spool_dir_clear(struct sbs_spool_dir *d)
{
    /* The last one first: the first has the host and command of all. */
    for (size_t i = d->n; i > 0; i--) {
        unlink(d->spools[i - 1]);
        free(d->spools[i - 1]);
    }
    d->n = 0;
}

char *sbs_spool_dir_name(const char *out, uint32_t generation, int rank,
                         struct sbs_error *err)
{
    size_t size = strlen(out) + 64;
    char *path = malloc(size);
    if (path)
        snprintf(path, size, "%s.parts/%06u-%06d", out, generation, rank);
    else
        no_memory(err);
    return path;
}
