/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/output.h"
#include "cli/progress.h"
#include "tests/tap.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/sbsim-test-XXXXXX";

static const char *at(const char *name)
{
    static char path[2][200];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
    return path[turn];
}

static const char *content(const char *path)
{
    static char text[100];
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
    text[n] = '\0';
    if (f)
        fclose(f);
    return f ? text : NULL;
}

static int files_in_dir(void)
{
    int n = 0;
    DIR *d = opendir(dir);
    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n - 2;
}

static void check_files(void)
{
    struct sbs_output o;
    struct sbs_error err;
    ok(sbs_output_open(&o, NULL, &err) == 0 && !o.file &&
       sbs_output_commit(&o, &err) == 0, "no path, no output");
    sbs_output_fini(&o);

    ok(sbs_output_open(&o, at("a"), &err) == 0, "open a new file");
    fputs("one", o.file);
    ok(!content(at("a")), "nothing there before commit");
    ok(sbs_output_commit(&o, &err) == 0, "commit");
    sbs_output_fini(&o);
    is_str(content(at("a")), "one", "written");

    ok(sbs_output_open(&o, at("a"), &err) == 0, "open it again");
    fputs("two", o.file);
    sbs_output_fini(&o);
    is_str(content(at("a")), "one", "given up: the old content stays");
    ok(files_in_dir() == 1, "no temporary file stays");

    ok(symlink("a", at("link")) == 0 && chmod(at("a"), 0640) == 0 &&
       sbs_output_open(&o, at("link"), &err) == 0, "open through a link");
    fputs("three", o.file);
    ok(sbs_output_commit(&o, &err) == 0, "commit");
    sbs_output_fini(&o);
    struct stat st;
    is_str(content(at("a")), "three", "the file behind the link is written");
    ok(lstat(at("link"), &st) == 0 && S_ISLNK(st.st_mode), "a link still");
    ok(stat(at("a"), &st) == 0 && (st.st_mode & 0777) == 0640,
       "rights are kept");
    unlink(at("link"));
}

static void check_failures(void)
{
    struct sbs_output o;
    struct sbs_error err;
    ok(sbs_output_open(&o, dir, &err) == -1 && strstr(err.text, "directory"),
       "a directory is refused: %s", err.text);
    ok(sbs_output_open(&o, at("none/x"), &err) == -1 && err.code == SBS_EIO,
       "so is a missing folder: %s", err.text);
    ok(sbs_output_open(&o, "/dev/full", &err) == 0, "open /dev/full");
    fputs("text", o.file);
    ok(sbs_output_commit(&o, &err) == -1 && err.code == SBS_EIO,
       "commit fails: %s", err.text);
    sbs_output_fini(&o);
    ok(sbs_output_clash("--json", "-", "--csv", "-", &err) == -1 &&
       err.code == SBS_EUSAGE, "both on standard output: %s", err.text);
    ok(sbs_output_clash("--json", "a", "--csv", "a", &err) == -1,
       "both in one file: %s", err.text);
    ok(sbs_output_clash("--json", "a", "--csv", NULL, &err) == 0 &&
       sbs_output_clash("--json", "-", "--csv", "b", &err) == 0, "or not");
}

/* What the progress line looks like; the clock is set back, not waited for. */
static void check_progress(void)
{
    struct sbs_progress p;
    char buf[32];
    if (!freopen(at("err"), "w+", stderr))
        return;
    sbs_progress_init_on(&p, "runs", true);
    sbs_progress_update(&p, 1, 100);
    ok(ftell(stderr) == 0, "silent in the first second");
    p.start_s -= 10;
    p.last_s -= 10;
    sbs_progress_update(&p, 50, 100);
    sbs_progress_update(&p, 51, 100);
    sbs_progress_fini(&p);
    is_str(content(at("err")), "\r\033[K50 of 100 runs, 10 s left\r\033[K",
           "a line, not two at once, and wiped");
    sbs_progress_init_on(&p, "runs", false);
    p.last_s -= 10;
    sbs_progress_update(&p, 50, 100);
    sbs_progress_fini(&p);
    is_str(content(at("err")), "\r\033[K50 of 100 runs, 10 s left\r\033[K",
           "off is off");
    unlink(at("err"));
    is_str(sbs_progress_time(41.2, buf), "41 s", "seconds");
    is_str(sbs_progress_time(200, buf), "3 min 20 s", "minutes");
    is_str(sbs_progress_time(7500, buf), "2 h 05 min", "hours");
}

int main(void)
{
    if (!mkdtemp(dir))
        return 1;
    check_files();
    check_failures();
    check_progress();
    unlink(at("a"));
    ok(rmdir(dir) == 0, "the folder is empty at the end");
    return tap_done();
}
