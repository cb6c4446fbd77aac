/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "calibrate/survivor.h"

#include <math.h>
#include <stdlib.h>

struct point {
    double time;
    bool event;
};

/* Where times are equal, events come before what was cut off. */
static int by_time(const void *a, const void *b)
{
    const struct point *p = a, *q = b;

    if (p->time != q->time)
        return p->time < q->time ? -1 : 1;
    return (int)q->event - (int)p->event;
}

static void product_limit(const struct point *p, size_t n,
                          struct sbs_survivor *s)
{
    double above = 1;
    size_t i = 0, j, events;

    while (i < n) {
        events = 0;
        for (j = i; j < n && p[j].time == p[i].time; j++)
            events += p[j].event;
        if (events > 0) {
            above *= 1 - (double)events / (double)(n - i);
            s->time[s->n] = p[i].time;
            s->below[s->n++] = 1 - above;
        }
        i = j;
    }
}

int sbs_survivor_make(const struct sbs_obs *obs, size_t n, bool reverse,
                      struct sbs_survivor *out, struct sbs_error *err)
{
    struct sbs_survivor s = {0, malloc((n + 1) * sizeof *s.time),
                             malloc((n + 1) * sizeof *s.below), 0};
    struct point *p = malloc((n + 1) * sizeof *p);

    if (!p || !s.time || !s.below) {
        free(p);
        sbs_survivor_fini(&s);
        return sbs_fail(err, SBS_EMEMORY, "out of memory");
    }
    for (size_t i = 0; i < n; i++)
        p[i] = (struct point){sbs_obs_middle(&obs[i]),
                              sbs_obs_censored(&obs[i]) == reverse};
    qsort(p, n, sizeof *p, by_time);
    s.last = n > 0 ? p[n - 1].time : 0;
    product_limit(p, n, &s);
    free(p);
    *out = s;
    return 0;
}

void sbs_survivor_fini(struct sbs_survivor *s)
{
    if (!s)
        return;
    free(s->time);
    free(s->below);
    *s = (struct sbs_survivor){0};
}

double sbs_survivor_quantile(const struct sbs_survivor *s, double u)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->below[i] >= u * (1 - 1e-12))
            return s->time[i];
    return INFINITY;
}
