/* SPDX-License-Identifier: Apache-2.0 */
/* What a calibration rests on: how many runs, containers and workers, from
 * when. Reads the trace only, so that a stored model can say it too. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/calibrate.h"
#include "calibrate/phases.h"

struct span {
    const char *first, *last;
};

static void widen(struct span *s, const char *date)
{
    if (!*date)
        return;
    if (!s->first || strcmp(date, s->first) < 0)
        s->first = date;
    if (!s->last || strcmp(date, s->last) > 0)
        s->last = date;
}

/* " (A to B)", " (A)" or "". */
static void say(const struct span *s, char *text, size_t size)
{
    *text = '\0';
    if (s->first && strcmp(s->first, s->last))
        snprintf(text, size, " (%.10s to %.10s)", s->first, s->last);
    else if (s->first)
        snprintf(text, size, " (%.10s)", s->first);
}

/* Civil year of a day number counted from 1970-01-01 (H. Hinnant's
 * algorithm, days_from_civil inverted, year part). */
static int year_of(double days)
{
    long z = (long)floor(days) + 719468;
    long era = (z >= 0 ? z : z - 146096) / 146097;
    long doe = z - era * 146097;
    long yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    long doy = doe - (365 * yoe + yoe / 4 - yoe / 100);

    return (int)(yoe + era * 400 + (doy >= 306));
}

/* Days from 1970-01-01 to the trace's epoch (its date part). */
static double epoch_days(const char *epoch_utc)
{
    char *end;
    long y = strtol(epoch_utc, &end, 10), m, d, era, yoe, doy;

    m = *end == '-' ? strtol(end + 1, &end, 10) : 1;
    d = *end == '-' ? strtol(end + 1, &end, 10) : 1;
    y -= m <= 2;
    era = (y >= 0 ? y : y - 399) / 400;
    yoe = y - era * 400;
    doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return (double)(era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy -
                    719468);
}

static void task_years(const struct sbs_trace *trace, char *text, size_t size)
{
    double days = epoch_days(trace->epoch_utc), lo = INFINITY, hi = -INFINITY;
    size_t i;

    for (i = 0; i < trace->tasks.rows.n; i++) {
        lo = fmin(lo, trace->tasks.provision_start[i]);
        hi = fmax(hi, trace->tasks.provision_start[i]);
    }
    *text = '\0';
    if (!(lo <= hi))
        return;
    if (year_of(days + lo / 86400) == year_of(days + hi / 86400))
        snprintf(text, size, " (%d)", year_of(days + lo / 86400));
    else
        snprintf(text, size, " (%d to %d)", year_of(days + lo / 86400),
                 year_of(days + hi / 86400));
}

void sbs_calibrate_basis(const struct sbs_trace *trace, char *basis,
                         size_t basis_size, char *weakest,
                         size_t weakest_size)
{
    const struct sbs_trace_runs *r = &trace->runs;
    struct sbs_durations starts = {0};
    struct span dates = {NULL, NULL};
    char when[40], years[24];
    size_t i, runs = 0, known = 0;

    for (i = 0; i < r->rows.n; i++) {
        if (strncmp(r->launch_type[i], "FARGATE", 7) ||
            !(r->wall_s[i] > 0) || strcmp(r->kind[i], "measured") ||
            r->n_launches[i] <= 0)
            continue;
        runs++;
        widen(&dates, r->date[i]);
    }
    for (i = 0; i < trace->workers.rows.n; i++)
        known += *trace->workers.cpu_model[i] != '\0';
    say(&dates, when, sizeof when);
    task_years(trace, years, sizeof years);
    if (sbs_phases_collect(trace, SBS_PHASE_PROVISION, SBS_PHASES_ALL,
                           &starts, NULL))
        starts.n = 0;
    snprintf(basis, basis_size, "%zu measured totals of Fargate runs%s, "
             "start-up stamps of %zu Fargate tasks%s, %zu workers whose "
             "processor is known%s", runs, when, starts.n, years, known,
             sbs_calibrate_complete(trace)
                 ? "" : "; what they do not tell is from the shipped facts");
    if (known < 3)
        snprintf(weakest, weakest_size, "which processors Fargate gives and "
                 "how often: no worker's processor was recorded with its "
                 "time, so the mixture is inferred from the first and the "
                 "last result of one run");
    else
        snprintf(weakest, weakest_size, "that the next run meets the same "
                 "mixture of processors as the %zu workers recorded", known);
    sbs_phases_fini(&starts);
}
