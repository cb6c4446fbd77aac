/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double progress_now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void sbs_progress_init_on(struct sbs_progress *p, const char *what, bool on)
{
    *p = (struct sbs_progress){ .what = what, .on = on };
    p->start_s = progress_now_s();
    /* The first line after a second, the next 0.2 s after the last. */
    p->last_s = p->start_s + 0.8;
}

void sbs_progress_init(struct sbs_progress *p, const char *what, bool quiet)
{
    const char *term = getenv("TERM");
    bool dumb = term && strcmp(term, "dumb") == 0;
    sbs_progress_init_on(p, what, !quiet && !dumb && isatty(STDERR_FILENO));
}

const char *sbs_progress_time(double left_s, char buf[static 32])
{
    uint64_t s = left_s < 1e9 ? (uint64_t)(left_s + 0.5) : 1000000000u;
    if (s < 60)
        snprintf(buf, 32, "%u s", (unsigned)s);
    else if (s < 3600)
        snprintf(buf, 32, "%u min %02u s", (unsigned)(s / 60),
                 (unsigned)(s % 60));
    else
        snprintf(buf, 32, "%u h %02u min", (unsigned)(s / 3600),
                 (unsigned)(s % 3600 / 60));
    return buf;
}

void sbs_progress_update(struct sbs_progress *p, uint64_t done, uint64_t total)
{
    if (!p->on || done == 0 || done > total)
        return;
    double now_s = progress_now_s();
    if (now_s - p->last_s < 0.2)
        return;
    p->last_s = now_s;
    p->shown = true;
    double left_s = (now_s - p->start_s) * (double)(total - done) /
                    (double)done;
    char text[32];
    fprintf(stderr, "\r\033[K%llu of %llu %s, %s left",
            (unsigned long long)done, (unsigned long long)total, p->what,
            sbs_progress_time(left_s, text));
    fflush(stderr);
}

void sbs_progress_fini(struct sbs_progress *p)
{
    if (p->shown) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
    p->shown = false;
}
