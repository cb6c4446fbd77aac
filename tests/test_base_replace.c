/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files replaced, files found. */
#include "config.h"

#include "base/replace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "tests/tap.h"

static int holds(const char *path, const char *want)
{
    struct sbs_error err;
    size_t n;
    char *text = sbs_file_read(path, 100, &n, &err);
    int same = text && strcmp(text, want) == 0;
    free(text);
    return same;
}

static void test_replace(void)
{
    struct sbs_error err = { 0 };
    struct stat st;
    ok(sbs_file_replace("a", "one", 3, &err) == 0 && holds("a", "one"),
       "a new file");
    chmod("a", 0600);
    ok(sbs_file_replace("a", "two", 3, &err) == 0 && holds("a", "two"),
       "replaced");
    ok(stat("a", &st) == 0 && (st.st_mode & 0777) == 0600, "rights kept");
    if (symlink("a", "link") == 0) {
        ok(sbs_file_replace("link", "three", 5, &err) == 0 &&
           holds("a", "three") && lstat("link", &st) == 0 &&
           S_ISLNK(st.st_mode), "through a link");
        unlink("link");
    }
    ok(sbs_file_replace("a", NULL, 0, &err) == 0 && holds("a", ""),
       "nothing");
    ok(sbs_file_replace("/dev/full", "x", 1, &err) == -1 &&
       strncmp(err.text, "/dev/full: ", 11) == 0, "a full device");
    ok(sbs_file_replace(".", "x", 1, &err) == -1, "a folder");
    ok(sbs_file_replace("no/a", "x", 1, &err) == -1 &&
       strncmp(err.text, "no/a: ", 6) == 0, "no such folder");
    char name[5000];
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    ok(sbs_file_replace(name, "x", 1, &err) == -1, "a name too long");
    int lock = sbs_file_lock("a", &err), other = sbs_file_lock("b", &err);
    ok(lock >= 0 && other >= 0, "locks of two files, one not there yet");
    close(lock);
    close(other);
    ok(sbs_file_lock("no/a", &err) == -1, "no lock in no folder");
}

static void is_found(const char *name, const char *want, const char *what)
{
    struct sbs_error err;
    char *path = sbs_path_find(name, &err);
    is_str(path, want, what);
    free(path);
}

static void test_find(void)
{
    struct sbs_error err;
    is_found("a", "a", "a file that is there");
    is_found("none", "none", "one that is nowhere");
    is_found("/none", "/none", "an absolute name");
    is_found("", "", "no name");
    mkdir("traces", 0700);
    sbs_file_replace("traces/t", "x", 1, &err);
    is_found("t", "traces/t", "in traces/");
    sbs_file_replace("t", "y", 1, &err);
    is_found("t", "t", "the nearer one first");
    unlink("traces/t");
    unlink("t");
    rmdir("traces");
}

int main(void)
{
    char folder[] = "/tmp/sbsim-replace-XXXXXX";
    if (!mkdtemp(folder) || chdir(folder))
        return 1;
    test_replace();
    test_find();
    unlink("a");
    ok(rmdir(folder) == 0, "nothing left behind");
    return tap_done();
}
