/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sweep/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cJSON.h>

#include "base/json.h"
#include "base/jsonw.h"

/* "sbspool1" and "sbrecord", in the order of bytes of this machine. */
static const uint64_t file_magic = UINT64_C(0x316c6f6f70736273);
static const uint64_t record_magic = UINT64_C(0x64726f6365726273);

/* Everything is a multiple of 8 bytes, so that doubles can be used where
 * they stand in the map. */
struct file_head {
    uint64_t magic, length, checksum; /* of the JSON text, padded with NUL */
};

struct record_head {
    uint64_t magic, block;
    uint32_t lo, hi, n_rows, whole;
    double tasks, workers, draws;
};

/* FNV-1a over words, with a shift so that high bits reach low ones. */
static uint64_t sum_words(uint64_t h, const void *words, size_t bytes)
{
    const unsigned char *at = words;
    for (size_t i = 0; i + 8 <= bytes; i += 8) {
        uint64_t word;
        memcpy(&word, at + i, sizeof word);
        h = (h ^ word) * UINT64_C(0x100000001b3);
        h ^= h >> 29;
    }
    return h;
}

static const uint64_t sum_start = UINT64_C(0xcbf29ce484222325);

/* ---- writing ----------------------------------------------------------- */

struct sbs_spool {
    int fd;
    char *path;
    unsigned char *bytes; /* of one record */
    size_t room;
};

static int failed(const char *path, int number, struct sbs_error *err)
{
    return sbs_fail(err, SBS_EIO, "%s: %s", path, strerror(number));
}

static int write_bytes(const struct sbs_spool *s, const void *bytes,
                       size_t length, struct sbs_error *err)
{
    const char *at = bytes;
    while (length > 0) {
        ssize_t n = write(s->fd, at, length);
        if (n < 0 && errno != EINTR)
            return failed(s->path, errno, err);
        at += n > 0 ? n : 0;
        length -= n > 0 ? (size_t)n : 0;
    }
    return 0;
}

static int need(struct sbs_spool *s, size_t bytes, struct sbs_error *err)
{
    if (bytes <= s->room)
        return 0;
    unsigned char *more = realloc(s->bytes, bytes);
    if (!more)
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    s->bytes = more;
    s->room = bytes;
    return 0;
}

static int write_head(struct sbs_spool *s, const cJSON *head,
                      struct sbs_error *err)
{
    struct sbs_jsonw w;
    sbs_jsonw_init(&w, NULL);
    sbs_jsonw_tree(&w, head);
    int status = sbs_jsonw_end(&w, err);
    size_t length = status == 0 ? (w.length + 7) / 8 * 8 : 0;
    struct file_head h = { .magic = file_magic, .length = length };
    if (status == 0)
        status = need(s, sizeof h + length, err);
    if (status == 0) {
        memset(s->bytes, 0, sizeof h + length);
        memcpy(s->bytes + sizeof h, w.text, w.length);
        h.checksum = sum_words(sum_start, s->bytes + sizeof h, length);
        memcpy(s->bytes, &h, sizeof h);
        status = write_bytes(s, s->bytes, sizeof h + length, err);
    }
    sbs_jsonw_fini(&w);
    return status;
}

struct sbs_spool *sbs_spool_create(const char *path, const cJSON *head,
                                   struct sbs_error *err)
{
    struct sbs_spool *s = calloc(1, sizeof *s);
    if (s)
        s->path = strdup(path);
    if (!s || !s->path) {
        free(s);
        sbs_fail(err, SBS_EMEMORY, "out of memory");
        return NULL;
    }
    s->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC,
                 0666);
    if (s->fd < 0)
        failed(path, errno, err);
    else if (write_head(s, head, err) == 0)
        return s;
    struct sbs_error later;
    sbs_spool_close(s, &later);
    return NULL;
}

static size_t payload_of(const struct record_head *h)
{
    return sizeof(double) *
           ((h->whole ? (size_t)SBS_FIGURES_DOUBLES : 0) +
            (size_t)h->n_rows * (h->hi - h->lo));
}

int sbs_spool_add(struct sbs_spool *s, const struct sbs_record *r,
                  struct sbs_error *err)
{
    struct record_head h = { record_magic, r->block,  r->lo,
                             r->hi,        r->n_rows, r->whole,
                             r->tasks,     r->workers, r->draws };
    size_t payload = payload_of(&h), all = sizeof h + payload;
    size_t figures = r->whole ? sizeof *r->figures : 0;
    if (need(s, all + sizeof(uint64_t), err) != 0)
        return -1;
    memcpy(s->bytes, &h, sizeof h);
    if (r->whole)
        memcpy(s->bytes + sizeof h, r->figures, figures);
    if (payload > figures)
        memcpy(s->bytes + sizeof h + figures, r->rows, payload - figures);
    uint64_t sum = sum_words(sum_start, s->bytes, all);
    memcpy(s->bytes + all, &sum, sizeof sum);
    return write_bytes(s, s->bytes, all + sizeof sum, err);
}

int sbs_spool_close(struct sbs_spool *s, struct sbs_error *err)
{
    int number = 0;
    if (!s)
        return 0;
    if (s->fd >= 0) {
        if (fsync(s->fd) != 0 && errno != EINVAL)
            number = errno;
        if (close(s->fd) != 0 && !number)
            number = errno;
    }
    if (number)
        failed(s->path, number, err);
    free(s->path);
    free(s->bytes);
    free(s);
    return number ? -1 : 0;
}

/* ---- reading ----------------------------------------------------------- */

struct file {
    char *path;
    unsigned char *map; /* NULL when the file is empty */
    size_t size;
    cJSON *head;
};

struct sbs_spools {
    uint64_t n_blocks, count, doubled;
    const unsigned char **at; /* [n_blocks] its record, or NULL */
    struct file *files;
    size_t n_files;
};

struct sbs_spools *sbs_spools_create(uint64_t n_blocks,
                                     struct sbs_error *err)
{
    struct sbs_spools *s = calloc(1, sizeof *s);
    if (s) {
        s->n_blocks = n_blocks;
        s->at = calloc(n_blocks + 1, sizeof *s->at);
    }
    if (s && s->at)
        return s;
    free(s);
    sbs_fail(err, SBS_EMEMORY, "out of memory for %llu blocks",
             (unsigned long long)n_blocks);
    return NULL;
}

static void file_fini(struct file *f)
{
    if (f->map)
        munmap(f->map, f->size);
    cJSON_Delete(f->head);
    free(f->path);
}

void sbs_spools_destroy(struct sbs_spools *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n_files; i++)
        file_fini(&s->files[i]);
    free(s->files);
    free(s->at);
    free(s);
}

static int map_file(struct file *f, struct sbs_error *err)
{
    int fd = open(f->path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0)
        return failed(f->path, errno, err);
    int number = fstat(fd, &st) != 0 ? errno : 0;
    if (!number && !S_ISREG(st.st_mode))
        number = EINVAL;
    if (!number && st.st_size > 0) {
        f->size = (size_t)st.st_size;
        void *map = mmap(NULL, f->size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (map == MAP_FAILED)
            number = errno;
        else
            f->map = map;
    }
    close(fd);
    return number ? failed(f->path, number, err) : 0;
}

/* The head as JSON; *length: where the records begin. 1: it was cut short,
 * nothing has been written yet. */
static int read_head(struct file *f, size_t *length, struct sbs_error *err)
{
    struct file_head h;
    if (f->size < sizeof h)
        return 1;
    memcpy(&h, f->map, sizeof h);
    if (h.magic != file_magic)
        return sbs_fail(err, SBS_EINPUT, "%s: is no part of a sweep, or of "
                        "another kind of machine", f->path);
    if (h.length > f->size - sizeof h)
        return 1;
    const unsigned char *text = f->map + sizeof h;
    size_t n = (size_t)h.length;
    if (n % 8 || sum_words(sum_start, text, n) != h.checksum)
        return sbs_fail(err, SBS_EINPUT, "%s: the head is damaged", f->path);
    *length = sizeof h + n;
    while (n > 0 && text[n - 1] == '\0')
        n--;
    f->head = sbs_json_parse((const char *)text, n, f->path, err);
    return f->head ? 0 : -1;
}

bool sbs_spool_may_differ(const char *key)
{
    static const char *const keys[] = { "host", "command", "part" };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

static int same_sweep(const struct file *f, const cJSON *head,
                      struct sbs_error *err)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, head) {
        const cJSON *other = sbs_json_get(f->head, item->string);
        if (!sbs_spool_may_differ(item->string) &&
            !cJSON_Compare(item, other, true))
            return sbs_fail(err, SBS_EINPUT, "%s: is of another sweep: %s "
                            "differs (%.64s, here %.64s)", f->path,
                            item->string,
                            cJSON_IsString(other) ? other->valuestring : "?",
                            cJSON_IsString(item) ? item->valuestring : "?");
    }
    return 0;
}

/* Is there a whole record at `at`, of at most `left` bytes? Its length, or
 * 0. */
static size_t record_at(const struct sbs_spools *s, const unsigned char *at,
                        size_t left)
{
    struct record_head h;
    uint64_t sum;
    if (left < sizeof h + sizeof sum)
        return 0;
    memcpy(&h, at, sizeof h);
    if (h.magic != record_magic || h.block >= s->n_blocks || h.hi <= h.lo ||
        h.n_rows > SBS_N_METRICS + 1 || h.whole > 1)
        return 0;
    size_t payload = payload_of(&h);
    if (payload > left - sizeof h - sizeof sum)
        return 0;
    memcpy(&sum, at + sizeof h + payload, sizeof sum);
    if (sum != sum_words(sum_start, at, sizeof h + payload))
        return 0;
    return sizeof h + payload + sizeof sum;
}

static void index_records(struct sbs_spools *s, const struct file *f,
                          size_t from)
{
    for (size_t n; (n = record_at(s, f->map + from, f->size - from)) > 0;
         from += n) {
        struct record_head h;
        memcpy(&h, f->map + from, sizeof h);
        if (s->at[h.block]) {
            s->doubled++;
            continue;
        }
        s->at[h.block] = f->map + from;
        s->count++;
    }
}

int sbs_spools_add(struct sbs_spools *s, const char *path, const cJSON *head,
                   struct sbs_error *err)
{
    struct file f = { .path = strdup(path) }, *more = NULL;
    size_t from = 0;
    int status = f.path ? map_file(&f, err)
                        : sbs_fail(err, SBS_EMEMORY, "out of memory");
    if (status == 0)
        status = read_head(&f, &from, err);
    if (status == 0)
        status = same_sweep(&f, head, err);
    if (status == 0) {
        more = realloc(s->files, (s->n_files + 1) * sizeof *more);
        if (more)
            s->files = more;
        else
            status = sbs_fail(err, SBS_EMEMORY, "out of memory");
    }
    if (status != 0) {
        file_fini(&f);
        return status > 0 ? 0 : -1;
    }
    s->files[s->n_files++] = f;
    index_records(s, &f, from);
    return 0;
}

size_t sbs_spools_files(const struct sbs_spools *s)
{
    return s->n_files;
}

const struct cJSON *sbs_spools_head(const struct sbs_spools *s, size_t file)
{
    return s->files[file].head;
}

const char *sbs_spools_path(const struct sbs_spools *s, size_t file)
{
    return s->files[file].path;
}

uint64_t sbs_spools_count(const struct sbs_spools *s)
{
    return s->count;
}

uint64_t sbs_spools_doubled(const struct sbs_spools *s)
{
    return s->doubled;
}

bool sbs_spools_get(const struct sbs_spools *s, uint64_t block,
                    struct sbs_record *r)
{
    const unsigned char *at = block < s->n_blocks ? s->at[block] : NULL;
    struct record_head h;
    if (!at)
        return false;
    memcpy(&h, at, sizeof h);
    at += sizeof h;
    *r = (struct sbs_record){ .block = h.block,
                              .lo = h.lo,
                              .hi = h.hi,
                              .n_rows = h.n_rows,
                              .whole = h.whole,
                              .tasks = h.tasks,
                              .workers = h.workers,
                              .draws = h.draws };
    /* Aligned: the map is, and all lengths are multiples of 8. */
    r->figures = h.whole ? (const void *)at : NULL;
    r->rows = (const void *)(at + (h.whole ? sizeof *r->figures : 0));
    return true;
}
