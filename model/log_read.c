/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a log line by line. Nothing in it is trusted. */
#include "config.h"

#include "model/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cJSON.h>

#include "base/file.h"
#include "base/json.h"
#include "model/log_state.h"

enum { LINE_BYTES_MAX = 1 << 24 };

struct sbs_log {
    FILE *file;
    char *name;
    char *text; /* of the line read last */
    size_t cap;
    uint64_t line;
    bool ended;
    struct sbs_log_header header;
    struct sbs_log_state state;
};

static int grow(struct sbs_log *log, size_t n, struct sbs_error *err)
{
    if (n < log->cap)
        return 0;
    size_t cap = log->cap ? 2 * log->cap : 1024;
    char *more = cap <= LINE_BYTES_MAX ? realloc(log->text, cap) : NULL;
    if (!more)
        return sbs_fail(err, SBS_EINPUT,
                        "%s:%llu: the line is too long (at most %d bytes)",
                        log->name, (unsigned long long)log->line,
                        LINE_BYTES_MAX);
    log->text = more;
    log->cap = cap;
    return 0;
}

/* Length of the next line, without its end; -1: none, or an error. */
static int64_t read_line(struct sbs_log *log, struct sbs_error *err)
{
    size_t n = 0;
    int c;
    log->line++;
    while ((c = getc(log->file)) != EOF && c != '\n') {
        if (grow(log, n, err) != 0)
            return -1;
        log->text[n++] = (char)c;
    }
    if (ferror(log->file))
        return sbs_fail(err, SBS_EIO, "%s: cannot be read: %s", log->name,
                        strerror(errno));
    if (c == EOF && n == 0)
        return log->line == 1
                   ? sbs_fail(err, SBS_EINPUT, "%s:1: the file is empty",
                              log->name)
                   : sbs_fail(err, SBS_EINPUT,
                              "%s:%llu: the log stops without its last line "
                              "(cut short, or the run was stopped)",
                              log->name, (unsigned long long)log->line);
    return (int64_t)n;
}

/* The next line as a tree; a message names file, line and column. */
static struct cJSON *read_tree(struct sbs_log *log, struct sbs_error *err)
{
    struct sbs_error e = { 0 };
    int64_t n = read_line(log, err);
    if (n < 0)
        return NULL;
    cJSON *json = sbs_json_parse(log->text ? log->text : "", (size_t)n, "",
                                 &e);
    /* The parser counts the lines of its text: ":1:column: what". */
    if (!json)
        sbs_fail(err, e.code, "%s:%llu%s", log->name,
                 (unsigned long long)log->line,
                 e.text + (strncmp(e.text, ":1:", 3) == 0 ? 2 : 0));
    return json;
}

static const char *where_of(const struct sbs_log *log, char *text,
                            size_t size)
{
    snprintf(text, size, "%.150s:%llu:", log->name,
             (unsigned long long)log->line);
    return text;
}

struct sbs_log *sbs_log_from(FILE *take_file, const char *name,
                             struct sbs_error *err)
{
    char where[200];
    struct sbs_log *log = calloc(1, sizeof *log);
    if (!log) {
        fclose(take_file);
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        return NULL;
    }
    log->file = take_file;
    log->name = strdup(name);
    if (!log->name) {
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        goto fail;
    }
    cJSON *json = read_tree(log, err);
    if (!json ||
        sbs_log_parse_header(&log->header, json,
                             where_of(log, where, sizeof where), err) != 0)
        goto fail;
    if (sbs_log_state_init(&log->state, &log->header) == 0)
        return log;
    sbs_fail(err, SBS_EMEMORY, "%s: out of memory", name);
fail:
    sbs_log_close(log);
    return NULL;
}

struct sbs_log *sbs_log_open(const char *path, struct sbs_error *err)
{
    int fd = sbs_file_open(path, err);
    if (fd < 0)
        return NULL;
    FILE *file = fdopen(fd, "r");
    if (!file) {
        close(fd);
        sbs_fail(err, SBS_EIO, "%s: %s", path, strerror(errno));
        return NULL;
    }
    return sbs_log_from(file, path, err);
}

void sbs_log_close(struct sbs_log *log)
{
    if (!log)
        return;
    fclose(log->file);
    sbs_log_state_fini(&log->state);
    sbs_log_fini_header(&log->header);
    free(log->name);
    free(log->text);
    free(log);
}

static int check_end(struct sbs_log *log, struct sbs_error *err)
{
    if (getc(log->file) == EOF && !ferror(log->file))
        return 0;
    return sbs_fail(err, SBS_EINPUT, "%s:%llu: something follows the end",
                    log->name, (unsigned long long)log->line + 1);
}

int sbs_log_next(struct sbs_log *log, struct sbs_log_entry *e,
                 struct sbs_error *err)
{
    char where[200];
    if (log->ended)
        return 0;
    cJSON *json = read_tree(log, err);
    if (!json)
        return -1;
    where_of(log, where, sizeof where);
    int status = sbs_log_parse(json, where, e, err);
    cJSON_Delete(json);
    if (status != 0 || sbs_log_state_apply(&log->state, e, where, err) != 0)
        return -1;
    log->ended = sbs_log_class_of(e->kind) == SBS_LOG_END;
    return log->ended && check_end(log, err) != 0 ? -1 : 1;
}

const struct sbs_log_header *sbs_log_header(const struct sbs_log *log)
{
    return &log->header;
}

const char *sbs_log_name(const struct sbs_log *log)
{
    return log->name;
}

uint64_t sbs_log_line(const struct sbs_log *log)
{
    return log->line;
}

const struct sbs_log_state *sbs_log_state(const struct sbs_log *log)
{
    return &log->state;
}
