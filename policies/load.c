/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policies/load.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/param.h"

enum { PATH_LENGTH_MAX = 4096 };

/* Whoever can write here can run code as us. A sticky folder (/tmp) is fine:
 * others cannot replace our file in it. */
static int check_writable(const char *path, const struct stat *st,
                          struct sbs_error *err)
{
    bool sticky_dir = S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX);
    if ((st->st_mode & (S_IWGRP | S_IWOTH)) && !sticky_dir)
        return sbs_fail(err, SBS_EINPUT,
                        "%s: others may write it (mode %03o, allowed: no "
                        "write for group and others)",
                        path, (unsigned)(st->st_mode & 0777));
    if (st->st_uid != geteuid() && st->st_uid != 0)
        return sbs_fail(err, SBS_EINPUT,
                        "%s: belongs to user %u (allowed: you or root)",
                        path, (unsigned)st->st_uid);
    return 0;
}

static int check_folder(const char *path, struct sbs_error *err)
{
    struct stat st;
    char copy[PATH_LENGTH_MAX];
    if (strlen(path) >= sizeof copy)
        return sbs_fail(err, SBS_EINPUT, "the plugin's path is too long");
    memcpy(copy, path, strlen(path) + 1);
    const char *folder = dirname(copy);
    if (stat(folder, &st) != 0)
        return sbs_fail(err, SBS_EINPUT, "%s: %s", folder, strerror(errno));
    return check_writable(folder, &st, err);
}

/* `real` is where the links of `path` lead; either folder could be used to
 * put another file in its place. */
static int check_file(const char *path, const char *real,
                      struct sbs_error *err)
{
    struct stat st;
    if (stat(real, &st) != 0)
        return sbs_fail(err, SBS_EINPUT, "%s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return sbs_fail(err, SBS_EINPUT, "%s: no regular file", path);
    if (check_writable(path, &st, err) != 0 || check_folder(path, err) != 0)
        return -1;
    return check_folder(real, err);
}

/* A file cut short makes dlopen touch pages that are not there, which ends
 * the process (tried: SIGBUS). So every loaded segment must be inside it. */
static int check_segments(const char *path, struct sbs_error *err)
{
    ElfW(Ehdr) head;
    ElfW(Phdr) part;
    struct stat st;
    int rc = -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        sbs_fail(err, SBS_EINPUT, "%s: %s", path, strerror(errno));
        goto out;
    }
    if (pread(fd, &head, sizeof head, 0) != (ssize_t)sizeof head ||
        memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 ||
        head.e_phentsize != sizeof part) {
        sbs_fail(err, SBS_EINPUT, "%s: no shared object", path);
        goto out;
    }
    for (unsigned i = 0; i < head.e_phnum; i++) {
        uint64_t at = head.e_phoff + (uint64_t)i * sizeof part;
        if (pread(fd, &part, sizeof part, (off_t)at) != (ssize_t)sizeof part ||
            part.p_filesz > (uint64_t)st.st_size ||
            part.p_offset > (uint64_t)st.st_size - part.p_filesz) {
            sbs_fail(err, SBS_EINPUT, "%s: the file is cut short", path);
            goto out;
        }
    }
    rc = 0;
out:
    if (fd >= 0)
        close(fd);
    return rc;
}

static int check_name(const char *path, const char *name,
                      struct sbs_error *err)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    if (!name || !(name[0] >= 'a' && name[0] <= 'z') ||
        strspn(name, allowed) != strlen(name))
        return sbs_fail(err, SBS_EINPUT,
                        "%s: the policy's name is \"%s\" (allowed: a-z, "
                        "digits and -, a letter first)",
                        path, name ? name : "");
    return 0;
}

static int check_policy(const char *path, const struct sbs_policy *p,
                        struct sbs_error *err)
{
    if (p->abi != SBS_POLICY_ABI)
        return sbs_fail(err, SBS_EINPUT,
                        "%s: built for policy ABI %u (this sbsim: %u)", path,
                        p->abi, SBS_POLICY_ABI);
    if (p->size != sizeof *p)
        return sbs_fail(err, SBS_EINPUT,
                        "%s: its policy has %u bytes (this sbsim: %zu)",
                        path, p->size, sizeof *p);
    if (check_name(path, p->name, err) != 0)
        return -1;
    if (!p->summary)
        return sbs_fail(err, SBS_EINPUT, "%s: its policy has no summary",
                        path);
    if (sbs_param_check(p->params, p->params_size, err) != 0)
        return sbs_fail_at(err, path);
    return 0;
}

static const struct sbs_policy *load(const char *path, const char *real,
                                     struct sbs_error *err)
{
    if (check_file(path, real, err) != 0 || check_segments(real, err) != 0)
        return NULL;
    void *object = dlopen(real, RTLD_NOW | RTLD_LOCAL);
    if (!object) {
        sbs_fail(err, SBS_EINPUT, "%s: cannot be loaded: %s", path,
                 dlerror());
        return NULL;
    }
    const struct sbs_policy *p = dlsym(object, "sbs_policy_plugin");
    if (!p) {
        sbs_fail(err, SBS_EINPUT,
                 "%s: no policy in it (no symbol sbs_policy_plugin)", path);
        return NULL;
    }
    return check_policy(path, p, err) == 0 ? p : NULL;
}

const struct sbs_policy *sbs_load_plugin(const char *path,
                                         struct sbs_error *err)
{
    char *real = realpath(path, NULL);
    if (!real) {
        sbs_fail(err, SBS_EINPUT, "%s: %s", path, strerror(errno));
        return NULL;
    }
    const struct sbs_policy *p = load(path, real, err);
    free(real);
    return p;
}
