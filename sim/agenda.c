/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sim/agenda.h"

#include <stdlib.h>

/* A horizon reaches no farther than three quarters of the sample. With fewer
 * slots choosing it costs more than the tree (measured). */
enum { SHARE_MAX = 3 * SBS_AGENDA_SAMPLE / 4, SLOTS_MIN = 64 };

static double seconds(uint64_t bits)
{
    double t_s;
    memcpy(&t_s, &bits, sizeof t_s);
    return t_s;
}

/* ---- create, destroy --------------------------------------------------- */

int sbs_agenda_init(struct sbs_agenda *a, uint32_t slots)
{
    size_t n = slots;
    *a = (struct sbs_agenda){ .n = 0 };
    a->row = malloc(n * sizeof *a->row);
    a->spare = malloc(n * sizeof *a->spare);
    a->place = malloc((n + 2) * sizeof *a->place);
    if (a->row && a->spare && a->place &&
        sbs_queue_reserve(&a->early, slots) == 0)
        return 0;
    sbs_agenda_fini(a);
    return -1;
}

void sbs_agenda_fini(struct sbs_agenda *a)
{
    sbs_queue_fini(&a->early);
    free(a->row);
    free(a->spare);
    free(a->place);
    *a = (struct sbs_agenda){ .n = 0 };
}

/* ---- seats -------------------------------------------------------------- */

void sbs_agenda_clear(struct sbs_agenda *a)
{
    sbs_queue_clear(&a->early);
    a->put = a->at = a->n_soon = a->n = a->n_early = 0;
    a->n_cells = 0;
    a->least_bits = UINT64_MAX;
    a->share = SHARE_MAX / 2;
}

void sbs_agenda_seat(struct sbs_agenda *a, uint32_t slot, double time_s,
                     uint32_t kind)
{
    struct sbs_agenda_event *x = &a->row[a->n++];
    *x = (struct sbs_agenda_event){ .slot = slot, .kind = kind };
    memcpy(&x->time_bits, &time_s, sizeof x->time_bits);
    if (x->time_bits < a->least_bits)
        a->least_bits = x->time_bits;
}

/* Few slots go into the tree for good. */
void sbs_agenda_play(struct sbs_agenda *a)
{
    if (a->n >= SLOTS_MIN)
        return;
    for (uint32_t i = 0; i < a->n; i++)
        sbs_queue_seat(&a->early, a->row[i].slot,
                       seconds(a->row[i].time_bits), a->row[i].kind);
    sbs_queue_play(&a->early);
    a->n = 0;
    a->from_s = a->cells_per_s = 0;
    a->n_cells = 1;
}

/* ---- the next horizon --------------------------------------------------- */

/* All that there is to row[0, n): it is behind the horizon. */
static void close_up(struct sbs_agenda *a)
{
    while (a->put < a->n_soon && a->n > a->n_soon)
        a->row[a->put++] = a->row[--a->n];
    if (a->put < a->n_soon)
        a->n = a->put;
    a->put = a->at = 0;
}

/* Not so far as before when many came again too early, farther when few. */
static void choose_horizon(struct sbs_agenda *a)
{
    uint64_t sample[SBS_AGENDA_SAMPLE];
    if (16 * a->n_early > a->n_soon)
        a->share = a->share > 1 ? a->share / 2 : 1;
    else if (64 * a->n_early < a->n_soon && a->share < SHARE_MAX)
        a->share++;
    a->n_early = 0;
    for (uint32_t i = 0; i < SBS_AGENDA_SAMPLE; i++) {
        uint64_t at = (uint64_t)i * a->n / SBS_AGENDA_SAMPLE;
        uint64_t bits = a->row[at].time_bits;
        uint32_t k = i;
        for (; k > 0 && sample[k - 1] > bits; k--)
            sample[k] = sample[k - 1];
        sample[k] = bits;
    }
    uint64_t cells = (uint64_t)a->n * a->share / SBS_AGENDA_SAMPLE + 1;
    a->n_cells = (double)cells;
    a->from_s = seconds(a->least_bits);
    double for_s = seconds(sample[a->share - 1] + 1) - a->from_s;
    a->cells_per_s = fmin(a->n_cells / for_s, 1e300); /* 0 s: cell 0 */
}

/* Cell by cell into the spare row, which becomes the row. */
static void distribute(struct sbs_agenda *a)
{
    const struct sbs_agenda_event *row = a->row;
    struct sbs_agenda_event *spare = a->spare;
    uint32_t *place = a->place, n = a->n, behind = (uint32_t)a->n_cells;
    uint64_t least = UINT64_MAX;
    memset(place, 0, (behind + (size_t)1) * sizeof *place);
    for (uint32_t i = 0; i < n; i++)
        place[(uint32_t)sbs_agenda_cell(a, seconds(row[i].time_bits))]++;
    for (uint32_t k = 0, sum = 0; k <= behind; k++) {
        uint32_t count = place[k];
        place[k] = sum;
        sum += count;
    }
    a->n_soon = place[behind];
    for (uint32_t i = 0; i < n; i++) {
        struct sbs_agenda_event x = row[i];
        uint32_t k = (uint32_t)sbs_agenda_cell(a, seconds(x.time_bits));
        uint64_t bits = k < behind ? least : x.time_bits;
        least = bits < least ? bits : least;
        spare[place[k]++] = x;
    }
    a->least_bits = least;
    a->spare = a->row;
    a->row = spare;
}

static bool is_before(const struct sbs_agenda_event *a,
                      const struct sbs_agenda_event *b)
{
    return a->time_bits < b->time_bits ||
           (a->time_bits == b->time_bits && a->slot < b->slot);
}

static int compare(const void *a, const void *b)
{
    return is_before(a, b) ? -1 : is_before(b, a);
}

/* Nearly in order, unless most times are in few cells. */
static void put_in_order(struct sbs_agenda_event *row, uint32_t n)
{
    uint64_t moves_left = 8 * (uint64_t)n;
    for (uint32_t i = 1; i < n; i++) {
        struct sbs_agenda_event x = row[i];
        uint32_t k = i;
        for (; k > 0 && is_before(&x, &row[k - 1]); k--)
            row[k] = row[k - 1];
        row[k] = x;
        if (i - k > moves_left) {
            qsort(row, n, sizeof *row, compare);
            return;
        }
        moves_left -= i - k;
    }
}

void sbs_agenda_advance(struct sbs_agenda *a)
{
    close_up(a);
    if (a->n == 0) {
        a->n_soon = 0;
        return;
    }
    choose_horizon(a);
    distribute(a);
    if (a->n_soon == 0) /* all are infinite */
        a->n_soon = a->n;
    put_in_order(a->row, a->n_soon);
}
