/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a file nobody vouches for. HDF5 crashes or loops on some damaged
 * files, so a child process with limits parses the bytes and hands the trace
 * over as a flat stream, which is decoded here with every length checked:
 * whatever happens to the child, the parent gets a trace or an error. */
#include "config.h"

#include "traces/store.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "traces/check.h"
#include "traces/store_h5.h"
#include "traces/stream.h"

/* Far above what a trace of 10^5 tasks needs (0.2 s, 300 MiB). */
enum { READ_CPU_S = 20, READ_MAX_MIB = 512, READ_MEMORY_MIB = 2048 };

/* Address space in use, in bytes; 0 when /proc is not there. */
static size_t space_in_use(void)
{
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (!f)
        return 0;
    if (fscanf(f, "%lu", &pages) != 1)
        pages = 0;
    fclose(f);
    return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void limit(int what, size_t value)
{
    struct rlimit old;
    if (getrlimit((__rlimit_resource_t)what, &old))
        return;
    struct rlimit now = { .rlim_cur = value, .rlim_max = old.rlim_max };
    if (old.rlim_max == RLIM_INFINITY || value < old.rlim_max)
        now.rlim_max = value;
    else
        now.rlim_cur = old.rlim_max;
    setrlimit((__rlimit_resource_t)what, &now);
}

/* Sanitizers and valgrind reserve terabytes: the limit on memory is for
 * plain builds. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define READ_LIMIT_MEMORY 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define READ_LIMIT_MEMORY 0
#endif
#endif
#ifndef READ_LIMIT_MEMORY
#define READ_LIMIT_MEMORY 1
#endif

static void confine(void)
{
    size_t used = space_in_use();
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_CPU, READ_CPU_S);
    if (READ_LIMIT_MEMORY && used)
        limit(RLIMIT_AS, used + ((size_t)READ_MEMORY_MIB << 20));
    /* The C library's last words about a broken heap are of no use. */
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null >= 0)
        dup2(null, STDERR_FILENO);
}

static void write_all(int fd, const void *bytes, size_t n)
{
    const char *at = bytes;
    while (n) {
        ssize_t done = write(fd, at, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            _exit(1);
        at += done;
        n -= (size_t)done;
    }
}

/* HDF5's own checksums leave gaps (chunk indexes have none): a file that
 * says what its content adds up to is held to it. With columns that we do not
 * know we cannot tell. */
static int compare_hash(const struct sbs_trace *trace,
                        const struct sbs_stream *stream, const char *name,
                        struct sbs_error *err)
{
    char hash[SBS_HASH_TEXT];
    if (!trace->content_sha256[0] || trace->n_unknown)
        return 0;
    sbs_hash_buffer(stream->bytes, stream->length, hash);
    if (strcmp(hash, trace->content_sha256) == 0)
        return 0;
    return sbs_fail(err, SBS_EINPUT, "%s:/: damaged, or changed by another "
                    "program: the content does not have the SHA-256 in "
                    "attribute content_sha256 (who changes a trace on "
                    "purpose removes the attribute)", name);
}

/* The child: one byte that says what follows, then a trace, or the code of an
 * error (one byte) and its text. */
_Noreturn static void child_main(int fd, void *image, size_t length,
                                 const char *name)
{
    struct sbs_error err = { 0 };
    struct sbs_stream stream = { 0 };
    confine();
    struct sbs_trace *trace = sbs_h5_parse(image, length, name, &err);
    if (!trace || sbs_stream_encode(trace, SBS_STREAM_ALL, &stream, &err) ||
        compare_hash(trace, &stream, name, &err)) {
        const char head[2] = { 'E', (char)err.code };
        write_all(fd, head, sizeof head);
        write_all(fd, err.text, strlen(err.text));
        _exit(0);
    }
    write_all(fd, "D", 1);
    write_all(fd, stream.bytes, stream.length);
    _exit(0);
}

/* All the child says, up to the limit. */
static int listen_to(int fd, struct sbs_stream *heard)
{
    for (;;) {
        if (heard->room - heard->length < 65536) {
            size_t room = heard->room ? 2 * heard->room : 1 << 18;
            if (room > (size_t)READ_MEMORY_MIB << 20)
                return -1;
            unsigned char *grown = realloc(heard->bytes, room);
            if (!grown)
                return -1;
            heard->bytes = grown;
            heard->room = room;
        }
        ssize_t n = read(fd, heard->bytes + heard->length,
                         heard->room - heard->length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -1 : 0;
        heard->length += (size_t)n;
    }
}

static int explain_death(int status, const char *name, struct sbs_error *err)
{
    if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU ||
                                WTERMSIG(status) == SIGKILL))
        return sbs_fail(err, SBS_EINPUT, "%s: damaged: reading it took more "
                        "than %d s", name, READ_CPU_S);
    if (WIFSIGNALED(status))
        return sbs_fail(err, SBS_EINPUT, "%s: damaged: reading it crashed "
                        "HDF5 (%s)", name, strsignal(WTERMSIG(status)));
    return sbs_fail(err, SBS_EINPUT, "%s: damaged: reading it failed", name);
}

static struct sbs_trace *decode(const struct sbs_stream *heard,
                                const char *name, struct sbs_error *err)
{
    if (heard->bytes[0] == 'D')
        return sbs_stream_decode(heard->bytes + 1, heard->length - 1, name,
                                 err);
    int length = (int)(heard->length - 2);
    sbs_fail(err, heard->bytes[1] == SBS_EMEMORY ? SBS_EMEMORY : SBS_EINPUT,
             "%.*s", length < 1000 ? length : 1000,
             (const char *)heard->bytes + 2);
    return NULL;
}

static struct sbs_trace *parse_in_child(void *image, size_t length,
                                        const char *name,
                                        struct sbs_error *err)
{
    struct sbs_stream heard = { 0 };
    struct sbs_trace *trace = NULL;
    int ends[2], status = 0;
    if (pipe2(ends, O_CLOEXEC)) {
        sbs_fail(err, SBS_EIO, "%s: no pipe: %s", name, strerror(errno));
        return NULL;
    }
    pid_t child = fork();
    if (child < 0) {
        sbs_fail(err, SBS_EIO, "%s: no process to read it: %s", name,
                 strerror(errno));
        close(ends[0]);
        close(ends[1]);
        return NULL;
    }
    if (child == 0) {
        close(ends[0]);
        child_main(ends[1], image, length, name);
    }
    close(ends[1]);
    int lost = listen_to(ends[0], &heard);
    close(ends[0]);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (lost)
        sbs_fail(err, SBS_EMEMORY, "%s: too large or out of memory", name);
    else if (!WIFEXITED(status) || WEXITSTATUS(status) || heard.length < 2)
        explain_death(status, name, err);
    else
        trace = decode(&heard, name, err);
    free(heard.bytes);
    return trace;
}

int sbs_trace_read(const char *path, int flags, struct sbs_trace **out,
                   struct sbs_error *err)
{
    size_t length;
    char *image = sbs_file_read(path, (size_t)READ_MAX_MIB << 20, &length,
                                err);
    if (!image)
        return -1;
    struct sbs_trace *trace = parse_in_child(image, length, path, err);
    free(image);
    if (!trace)
        return -1;
    if (!(flags & SBS_TRACE_LENIENT) && sbs_trace_validate(trace, err)) {
        sbs_trace_destroy(trace);
        return -1;
    }
    *out = trace;
    return 0;
}
