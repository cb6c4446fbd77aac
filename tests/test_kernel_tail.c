/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest values of a series, against sorting all of it. */
#include "config.h"

#include "kernel/tail.h"

#include <stdlib.h>

#include "plain_barrier.h"
#include "tap.h"

enum { N = 50000 };

/* Add v[0..n) in pieces of `step`; is the outcome that of sorting? */
static int matches(const double *v, size_t n, size_t keep, size_t step)
{
    struct sbs_tail t;
    struct sbs_error err;
    double *sorted = malloc(n * sizeof *sorted);
    if (!sorted || sbs_tail_init(&t, keep, &err)) {
        free(sorted);
        return 0;
    }
    memcpy(sorted, v, n * sizeof *v);
    qsort(sorted, n, sizeof *sorted, plain_compare);
    for (size_t i = 0; i < n; i += step)
        sbs_tail_add(&t, v + i, n - i < step ? n - i : step);
    sbs_tail_finish(&t);
    size_t want = n < keep ? n : keep;
    int same = t.n == want && memcmp(t.v, sorted, want * sizeof *v) == 0 &&
               (n <= keep ? isinf(t.cut) : t.cut == sorted[keep - 1]);
    sbs_tail_fini(&t);
    free(sorted);
    return same;
}

static void test_join(const double *v)
{
    struct sbs_tail half[2], all;
    struct sbs_error err;
    int good = !sbs_tail_init(&half[0], 600, &err) &&
               !sbs_tail_init(&half[1], 500, &err) &&
               !sbs_tail_init(&all, 700, &err);
    if (!ok(good, "room for the smallest values"))
        return;
    for (size_t i = 0; i < N; i++)
        sbs_tail_add(&half[i % 2], &v[i], 1);
    double low = 0, cut = 0;
    for (int h = 0; h < 2; h++) {
        sbs_tail_finish(&half[h]);
        cut = h && half[1].cut > cut ? cut : half[h].cut;
        sbs_tail_join(&all, half[h].v, half[h].n, half[h].cut);
    }
    sbs_tail_finish(&all);
    double *sorted = malloc(N * sizeof *sorted);
    if (sorted) {
        memcpy(sorted, v, N * sizeof *v);
        qsort(sorted, N, sizeof *sorted, plain_compare);
        low = sorted[699];
    }
    ok(sorted && all.n == 700 && all.v[699] == low &&
           memcmp(all.v, sorted, 700 * sizeof *v) == 0,
       "joined halves are the smallest of all");
    sbs_tail_fini(&all);

    /* Too many wanted: what is above the lower cut is unknown, not wrong. */
    if (!sbs_tail_init(&all, 1100, &err)) {
        for (int h = 0; h < 2; h++)
            sbs_tail_join(&all, half[h].v, half[h].n, half[h].cut);
        sbs_tail_finish(&all);
        ok(sorted && all.n < 1100 && all.cut == cut &&
               memcmp(all.v, sorted, all.n * sizeof *v) == 0 &&
               all.v[all.n - 1] <= cut,
           "a join keeps only what is certain");
        sbs_tail_fini(&all);
    }
    free(sorted);
    sbs_tail_fini(&half[0]);
    sbs_tail_fini(&half[1]);
}

int main(void)
{
    static double v[N], few[N], up[N], down[N];
    uint64_t state = 1;
    for (int i = 0; i < N; i++) {
        v[i] = plain_u01(&state);
        few[i] = floor(10 * v[i]);
        up[i] = i;
        down[i] = N - i;
    }
    ok(matches(v, N, 1, 4096), "the smallest");
    ok(matches(v, N, 100, 7), "100 of 50000");
    ok(matches(v, N, 2500, 4096), "2500 of 50000");
    ok(matches(v, N, N - 1, 4096) && matches(v, N, N, 4096) &&
           matches(v, N, N + 1, 4096),
       "all, one less, one more");
    ok(matches(v, 1, 1, 1) && matches(v, 3, 2, 2), "very few");
    ok(matches(few, N, 2500, 4096), "many equal values");
    ok(matches(up, N, 2500, 4096) && matches(down, N, 2500, 4096),
       "ascending and descending");
    test_join(v);
    sbs_tail_fini(NULL);
    return tap_done();
}
