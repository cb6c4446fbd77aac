/* SPDX-License-Identifier: Apache-2.0 */
/* Optimal string alignment distance (Damerau 1964, restricted form). */
#include "config.h"

#include "base/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum { LONGEST = 63 }; /* longer words are never names of ours */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static size_t distance(const char *a, size_t na, const char *b, size_t nb)
{
    size_t row[3][LONGEST + 1]; /* two rows back, one row back, this row */
    size_t *before = row[0], *above = row[1], *here = row[2];
    for (size_t j = 0; j <= nb; j++)
        above[j] = j;
    for (size_t i = 1; i <= na; i++) {
        here[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            bool equal = same(a[i - 1], b[j - 1]);
            here[j] = least(above[j - 1] + !equal,
                            least(above[j], here[j - 1]) + 1);
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) &&
                same(a[i - 2], b[j - 1]))
                here[j] = least(here[j], before[j - 2] + 1);
        }
        size_t *spare = before;
        before = above;
        above = here;
        here = spare;
    }
    return above[nb];
}

const char *sbs_nearest(const char *word, const char *const *list, size_t n)
{
    size_t length = strlen(word), best_edits = LONGEST;
    const char *best = NULL;
    if (length == 0 || length > LONGEST)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        size_t other = strlen(list[i]);
        if (other == 0 || other > LONGEST)
            continue;
        size_t edits = distance(word, length, list[i], other);
        size_t shorter = least(length, other);
        size_t longer = length + other - shorter;
        bool begins = shorter > 1 && strncasecmp(word, list[i], shorter) == 0;
        if ((edits * 3 <= longer || begins) && edits < best_edits) {
            best = list[i];
            best_edits = edits;
        }
    }
    return best;
}
