/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/reals.h"

#include <stdint.h>
#include <stdlib.h>

#include "tests/tap.h"

enum { MOST = 5000 };

/* Numbers of all magnitudes and signs, or small whole ones with many equal. */
static double number(uint64_t *state, int wild)
{
    double x;
    do {
        *state = *state * 6364136223846793005u + 1442695040888963407u;
        uint64_t bits = *state ^ (*state >> 29);
        memcpy(&x, &bits, sizeof x);
        if (!wild)
            x = (double)(bits >> 40 & 63) - 30;
    } while (isnan(x));
    return x;
}

static int compare_reals(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(void)
{
    static double got[MOST], want[MOST], scratch[MOST];
    uint64_t state = 1;
    unsigned bad = 0;
    for (size_t n = 0; n <= MOST; n = n * 3 / 2 + 1) {
        for (int wild = 0; wild < 2; wild++) {
            for (size_t i = 0; i < n; i++)
                got[i] = want[i] = number(&state, wild);
            sbs_reals_sort(got, scratch, n);
            qsort(want, n, sizeof *want, compare_reals);
            for (size_t i = 0; i < n; i++)
                bad += got[i] != want[i];
        }
    }
    ok(bad == 0, "as qsort does, up to %d numbers", MOST);
    for (size_t i = 0; i < 100; i++)
        got[i] = 7;
    got[3] = INFINITY;
    got[4] = -INFINITY;
    sbs_reals_sort(got, scratch, 100);
    ok(got[0] == -INFINITY && got[1] == 7 && got[98] == 7 &&
           got[99] == INFINITY, "equal numbers and infinities");
    return tap_done();
}
