/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/nearest.h"

#include "tests/tap.h"

int main(void)
{
    static const char *const names[] = {"static", "dynamic", "speculative",
                                        "split", "warm-pool", "fac", "fac2"};
    size_t n = sizeof names / sizeof names[0];
    is_str(sbs_nearest("speculativ", names, n), "speculative", "one short");
    is_str(sbs_nearest("sttaic", names, n), "static", "two swapped");
    is_str(sbs_nearest("SPLIT", names, n), "split", "case does not count");
    is_str(sbs_nearest("warm", names, n), "warm-pool", "a beginning");
    is_str(sbs_nearest("fac", names, n), "fac", "the exact one wins");
    is_str(sbs_nearest("warmpool", names, n), "warm-pool", "one missing");
    is_str(sbs_nearest("zzzzzz", names, n), NULL, "nothing is near");
    is_str(sbs_nearest("", names, n), NULL, "empty word");
    is_str(sbs_nearest("static", names, 0), NULL, "empty list");
    char huge[200];
    memset(huge, 'a', sizeof huge);
    huge[sizeof huge - 1] = '\0';
    is_str(sbs_nearest(huge, names, n), NULL, "very long word");
    return tap_done();
}
