/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Temporary files to remove on a signal. A slot's text is complete before
 * its flag is raised, so that the handler never sees half a name. */
enum { OUTPUT_SLOTS = 8 };
static char output_temp[OUTPUT_SLOTS][PATH_MAX];
static volatile sig_atomic_t output_used[OUTPUT_SLOTS];

static int output_remember(const char *temp)
{
    for (int i = 0; i < OUTPUT_SLOTS; i++) {
        if (output_used[i] || strlen(temp) >= sizeof output_temp[i])
            continue;
        memcpy(output_temp[i], temp, strlen(temp) + 1);
        output_used[i] = 1;
        return i;
    }
    return -1;
}

static void output_forget(int slot)
{
    if (slot >= 0)
        output_used[slot] = 0;
}

static void output_signalled(int number)
{
    for (int i = 0; i < OUTPUT_SLOTS; i++)
        if (output_used[i])
            unlink(output_temp[i]);
    signal(number, SIG_DFL);
    raise(number);
}

void sbs_output_on_signals(void)
{
    static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sigaction old, act = { .sa_handler = output_signalled };
        sigemptyset(&act.sa_mask);
        /* nohup and shells ignore some on purpose: leave these. */
        if (sigaction(numbers[i], NULL, &old) == 0 &&
            old.sa_handler != SIG_IGN)
            sigaction(numbers[i], &act, NULL);
    }
}

const char *sbs_output_name(const struct sbs_output *o)
{
    return o->path ? o->path : "standard output";
}

bool sbs_output_is_stdout(const char *path)
{
    return path && strcmp(path, "-") == 0;
}

int sbs_output_clash(const char *flag_a, const char *path_a,
                     const char *flag_b, const char *path_b,
                     struct sbs_error *err)
{
    if (!path_a || !path_b || strcmp(path_a, path_b) != 0)
        return 0;
    return sbs_fail(err, SBS_EUSAGE,
                    "%s and %s: both write to %s", flag_a, flag_b,
                    sbs_output_is_stdout(path_a) ? "standard output" : path_a);
}

static int output_fail(const char *path, int number, struct sbs_error *err)
{
    return sbs_fail(err, SBS_EIO, "%s: cannot write (%s)", path,
                    strerror(number));
}

/* Open the temporary file beside o->path, with the rights of the file that
 * it will replace or those of a new file. */
static int output_open_temp(struct sbs_output *o, const struct stat *old,
                            struct sbs_error *err)
{
    size_t size = strlen(o->path) + sizeof ".XXXXXX";
    o->temp = malloc(size);
    if (!o->temp)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    snprintf(o->temp, size, "%s.XXXXXX", o->path);
    int fd = mkstemp(o->temp);
    if (fd < 0) {
        int number = errno;
        free(o->temp);
        o->temp = NULL;
        return output_fail(o->path, number, err);
    }
    o->slot = output_remember(o->temp);
    mode_t mask = umask(0);
    umask(mask);
    /* Not all file systems know rights; the file is as good without. */
    (void)!fchmod(fd, old ? old->st_mode & 0777 : 0666 & ~mask);
    o->file = fdopen(fd, "w");
    if (!o->file) {
        int number = errno;
        close(fd);
        return output_fail(o->path, number, err);
    }
    return 0;
}

static int output_open_file(struct sbs_output *o, const char *path,
                            struct sbs_error *err)
{
    struct stat st;
    bool exists = stat(path, &st) == 0;
    if (!exists && errno != ENOENT)
        return output_fail(path, errno, err);
    if (exists && S_ISDIR(st.st_mode))
        return output_fail(path, EISDIR, err);
    if (exists && access(path, W_OK) != 0)
        return output_fail(path, errno, err);
    /* A link keeps pointing: replace the file it leads to. */
    o->path = exists ? realpath(path, NULL) : strdup(path);
    if (!o->path)
        return output_fail(path, errno, err);
    if (!exists || S_ISREG(st.st_mode))
        return output_open_temp(o, exists ? &st : NULL, err);
    o->file = fopen(o->path, "w");
    return o->file ? 0 : output_fail(path, errno, err);
}

int sbs_output_open(struct sbs_output *o, const char *path,
                    struct sbs_error *err)
{
    *o = (struct sbs_output){ .slot = -1 };
    if (!path)
        return 0;
    if (sbs_output_is_stdout(path)) {
        o->file = stdout;
        return 0;
    }
    if (output_open_file(o, path, err) == 0)
        return 0;
    sbs_output_fini(o);
    return -1;
}

static int output_close(struct sbs_output *o)
{
    int number = 0;
    errno = 0;
    if (fflush(o->file) || ferror(o->file))
        number = errno ? errno : EIO;
    if (!number && o->temp && fsync(fileno(o->file)))
        number = errno;
    if (fclose(o->file) && !number)
        number = errno;
    o->file = NULL;
    return number;
}

int sbs_output_commit(struct sbs_output *o, struct sbs_error *err)
{
    if (!o->file)
        return 0;
    if (o->file == stdout) {
        errno = 0;
        if (fflush(stdout) || ferror(stdout))
            return output_fail(sbs_output_name(o), errno ? errno : EIO, err);
        return 0;
    }
    int number = output_close(o);
    if (!number && o->temp && rename(o->temp, o->path))
        number = errno;
    if (number)
        return output_fail(o->path, number, err);
    output_forget(o->slot);
    o->slot = -1;
    free(o->temp);
    o->temp = NULL;
    return 0;
}

void sbs_output_fini(struct sbs_output *o)
{
    if (o->file && o->file != stdout)
        fclose(o->file);
    if (o->temp) {
        unlink(o->temp);
        output_forget(o->slot);
    }
    free(o->temp);
    free(o->path);
    *o = (struct sbs_output){ .slot = -1 };
}

int sbs_output_close_stdout(struct sbs_error *err)
{
    errno = 0;
    bool bad = ferror(stdout) != 0;
    if (fclose(stdout) == 0 && !bad)
        return 0;
    int number = errno ? errno : EIO;
    output_fail("standard output", number, err);
    if (err && number == EPIPE)
        err->text[0] = '\0';
    return -1;
}
