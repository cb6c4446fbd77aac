/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policies/load.h"

#include <dlfcn.h>
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
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

static int check_file(const char *path, struct sbs_error *err)
{
    struct stat st;
    char copy[PATH_LENGTH_MAX];
    if (strlen(path) >= sizeof copy)
        return sbs_fail(err, SBS_EINPUT, "the plugin's path is too long");
    if (stat(path, &st) != 0)
        return sbs_fail(err, SBS_EINPUT, "%s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return sbs_fail(err, SBS_EINPUT, "%s: no regular file", path);
    if (check_writable(path, &st, err) != 0)
        return -1;
    memcpy(copy, path, strlen(path) + 1);
    const char *folder = dirname(copy);
    if (stat(folder, &st) != 0)
        return sbs_fail(err, SBS_EINPUT, "%s: %s", folder, strerror(errno));
    return check_writable(folder, &st, err);
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
    if (sbs_param_check(p->params, p->params_size, err) != 0)
        return sbs_fail_at(err, path);
    return 0;
}

const struct sbs_policy *sbs_load_plugin(const char *path,
                                         struct sbs_error *err)
{
    if (check_file(path, err) != 0)
        return NULL;
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
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
