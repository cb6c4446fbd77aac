/* SPDX-License-Identifier: Apache-2.0 */
/* Radix sort from the lowest digit (Knuth, TAOCP 3, 5.2.5) on the bits of the
 * numbers, made to order like integers; four to six times as fast as qsort on
 * a million. */
#include "config.h"

#include "base/reals.h"

#include <stdint.h>
#include <string.h>

enum { BITS = 11, DIGITS = 1 << BITS, PASSES = 6, SMALL = 64 };

static void insert_sort(double *values, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        double x = values[i];
        size_t k = i;
        for (; k > 0 && values[k - 1] > x; k--)
            values[k] = values[k - 1];
        values[k] = x;
    }
}

/* Unsigned order of the result is the order of the numbers: negative ones are
 * inverted, the sign bit of the others is set. */
static uint64_t key_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits ^ (bits >> 63 ? UINT64_MAX : (uint64_t)1 << 63);
}

static size_t digit_of(double x, int pass)
{
    return (size_t)(key_of(x) >> (pass * BITS)) & (DIGITS - 1);
}

/* One pass from `from` to `to`; 0 if all digits are equal and nothing was
 * moved. */
static int move_by_digit(const double *from, double *to, size_t n, int pass)
{
    size_t start[DIGITS] = {0}, sum = 0;
    for (size_t i = 0; i < n; i++)
        start[digit_of(from[i], pass)]++;
    if (start[digit_of(from[0], pass)] == n)
        return 0;
    for (size_t d = 0; d < DIGITS; d++) {
        size_t count = start[d];
        start[d] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++)
        to[start[digit_of(from[i], pass)]++] = from[i];
    return 1;
}

void sbs_reals_sort(double *values, double *scratch, size_t n)
{
    double *from = values, *to = scratch;
    if (n < SMALL) {
        insert_sort(values, n);
        return;
    }
    for (int pass = 0; pass < PASSES; pass++) {
        if (move_by_digit(from, to, n, pass)) {
            double *last = from;
            from = to;
            to = last;
        }
    }
    if (from != values)
        memcpy(values, from, n * sizeof *values);
}
