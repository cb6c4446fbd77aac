/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sweep/collect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cJSON.h>

#include "sim/replicas.h"
#include "sweep/part.h"

/* ---- one point --------------------------------------------------------- */

struct collector {
    const struct sbs_sweep *sweep;
    const struct sbs_spools *spools;
    double *rows; /* of a point that was cut; room for the largest */
    double *scratch;
    size_t room; /* replications */
};

static int need(struct collector *c, size_t reps, struct sbs_error *err)
{
    if (reps <= c->room)
        return 0;
    free(c->rows);
    free(c->scratch);
    c->rows = malloc(reps * SBS_N_ROWS * sizeof *c->rows);
    c->scratch = malloc(reps * sizeof *c->scratch);
    c->room = c->rows && c->scratch ? reps : 0;
    return c->room ? 0
                   : sbs_fail(err, SBS_EMEMORY, "out of memory for %zu "
                              "replications of a point", reps);
}

/* A record as the study has it, or an error. */
static int get(const struct collector *c, uint64_t block,
               struct sbs_record *r, struct sbs_error *err)
{
    const struct sbs_sweep *s = c->sweep;
    struct sbs_block b = sbs_blocks_at(&s->blocks, block);
    uint32_t kept = s->study->keep_bills ? SBS_STORE_KEPT : 0;
    if (!sbs_spools_get(c->spools, block, r))
        return sbs_fail(err, SBS_EIO, "%s: block %llu is not there; --resume "
                        "computes it", s->out, (unsigned long long)block);
    if (r->lo != b.lo || r->hi != b.hi || r->whole != b.whole ||
        r->n_rows != (b.whole ? kept : SBS_N_ROWS))
        return sbs_fail(err, SBS_EINPUT, "%s: block %llu is not what this "
                        "study makes", s->out, (unsigned long long)block);
    return 0;
}

/* All values of a point that was cut, in order; and what is said of them. */
static int join(struct collector *c, uint64_t point, size_t reps,
                struct sbs_figures *f, struct sbs_error *err)
{
    const struct sbs_blocks *b = &c->sweep->blocks;
    struct sbs_record r = { 0 };
    if (need(c, reps, err) != 0)
        return -1;
    for (uint64_t i = b->first[point]; i < b->first[point + 1]; i++) {
        if (get(c, i, &r, err) != 0)
            return -1;
        size_t n = r.hi - r.lo;
        for (size_t row = 0; row < SBS_N_ROWS; row++)
            memcpy(c->rows + row * reps + r.lo, r.rows + row * n,
                   n * sizeof *c->rows);
    }
    f->tasks = r.tasks;
    f->workers = r.workers;
    return sbs_figures_make(f, c->rows, reps, (size_t)r.draws, c->scratch,
                            err);
}

/* The figures of a point and the rows that are kept. */
static int point_of(struct collector *c, uint64_t point,
                    struct sbs_figures *f,
                    const double *kept[SBS_STORE_KEPT], struct sbs_error *err)
{
    const struct sbs_sweep *s = c->sweep;
    size_t reps = (size_t)sbs_study_run(s->study, point).reps;
    uint64_t first = s->blocks.first[point];
    struct sbs_record r;
    if (s->blocks.first[point + 1] - first > 1) {
        if (join(c, point, reps, f, err) != 0)
            return -1;
        for (int i = 0; i < SBS_STORE_KEPT; i++)
            kept[i] = c->rows + (size_t)sbs_store_kept[i] * reps;
        return 0;
    }
    if (get(c, first, &r, err) != 0)
        return -1;
    *f = *r.figures;
    for (int i = 0; i < SBS_STORE_KEPT; i++)
        kept[i] = r.rows + (size_t)i * reps;
    return 0;
}

static uint64_t values_of(const struct sbs_sweep *s)
{
    uint64_t n = 0;
    for (uint64_t p = 0; s->study->keep_bills && p < s->study->n_points; p++)
        if (!sbs_bit(s->refused, p))
            n += (uint64_t)sbs_study_run(s->study, p).reps;
    return n;
}

static int fill(struct collector *c, struct sbs_store *store,
                struct sbs_error *err)
{
    const struct sbs_sweep *s = c->sweep;
    for (uint64_t p = 0; p < s->study->n_points; p++) {
        const double *kept[SBS_STORE_KEPT] = { NULL };
        struct sbs_figures figures;
        bool refused = sbs_bit(s->refused, p);
        if (!refused && point_of(c, p, &figures, kept, err) != 0)
            return -1;
        const struct sbs_figures *f = refused ? NULL : &figures;
        if (sbs_store_add(store, f, kept, err) != 0)
            return -1;
        if (s->point)
            s->point(s->context, p, f);
    }
    return 0;
}

/* ---- files ------------------------------------------------------------- */

static char *beside(const char *path, struct sbs_error *err)
{
    size_t size = strlen(path) + sizeof ".parts/making";
    char *text = malloc(size);
    if (text)
        snprintf(text, size, "%s.parts/making", path);
    else
        sbs_fail(err, SBS_EMEMORY, "out of memory");
    return text;
}

static int sync_file(const char *path, struct sbs_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int number = fd < 0 || (fsync(fd) != 0 && errno != EINVAL) ? errno : 0;
    if (fd >= 0)
        close(fd);
    return number ? sbs_fail(err, SBS_EIO, "%s: %s", path, strerror(number))
                  : 0;
}

static int move(const char *from, const char *to, struct sbs_error *err)
{
    if (sync_file(from, err) != 0)
        return -1;
    if (rename(from, to) == 0)
        return 0;
    return sbs_fail(err, SBS_EIO, "%s: %s", to, strerror(errno));
}

int sbs_collect_file(const struct sbs_sweep *s,
                     const struct sbs_spools *spools, struct sbs_error *err)
{
    struct collector c = { .sweep = s, .spools = spools };
    struct sbs_provenance from = s->from;
    char *temp = beside(s->out, err);
    int status = -1;
    if (!temp)
        return -1;
    unlink(temp); /* of a program that was killed */
    if (sbs_spools_files(spools) > 0)
        from.head = sbs_spools_head(spools, 0);
    struct sbs_store *store =
        sbs_store_create(temp, s->study, &from, values_of(s), err);
    if (store) {
        struct sbs_error later;
        status = fill(&c, store, err);
        if (sbs_store_close(store, status ? &later : err) != 0)
            status = -1;
    }
    if (status == 0)
        status = move(temp, s->out, err);
    if (status != 0)
        unlink(temp);
    free(c.rows);
    free(c.scratch);
    free(temp);
    return status;
}

int sbs_collect_part(const struct sbs_sweep *s,
                     const struct sbs_spools *spools, struct sbs_error *err)
{
    struct collector c = { .sweep = s, .spools = spools };
    struct cJSON *head = sbs_part_head(s,
                                       sbs_spools_files(spools) > 0
                                           ? sbs_spools_head(spools, 0)
                                           : s->from.head,
                                       err);
    char *temp = head ? beside(s->out, err) : NULL;
    if (temp)
        unlink(temp);
    struct sbs_spool *out = temp ? sbs_spool_create(temp, head, err) : NULL;
    int status = out ? 0 : -1;
    for (uint64_t i = 0; i < s->blocks.n && status == 0; i++) {
        struct sbs_record r;
        if (sbs_collect_mine(s, i))
            status = get(&c, i, &r, err) != 0
                         ? -1
                         : sbs_spool_add(out, &r, err);
    }
    struct sbs_error later;
    if (out && sbs_spool_close(out, status ? &later : err) != 0)
        status = -1;
    if (status == 0)
        status = move(temp, s->out, err);
    if (status != 0 && temp)
        unlink(temp);
    cJSON_Delete(head);
    free(temp);
    return status;
}
