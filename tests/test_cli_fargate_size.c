/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes of AWS's table, and their neighbours. */
#include "config.h"

#include "cli/fargate_size.h"

#include "tests/tap.h"

int main(void)
{
    static const struct {
        double vcpu, gb;
        bool offered;
    } cases[] = {
        { 0.25, 0.5, true },  { 0.25, 1, true },  { 0.25, 1.5, false },
        { 0.25, 3, false },   { 0.5, 0.5, false }, { 0.5, 4, true },
        { 1, 2, true },       { 1, 9, false },     { 2, 4, true },
        { 2, 3, false },      { 2, 4.5, false },   { 2, 16, true },
        { 4, 4, false },      { 4, 30, true },     { 8, 60, true },
        { 8, 18, false },     { 16, 32, true },    { 16, 40, true },
        { 16, 44, false },    { 16, 128, false },  { 3, 8, false },
        { 32, 120, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[300] = "";
        bool got = sbs_fargate_size_offered(cases[i].vcpu, cases[i].gb, text,
                                            sizeof text);
        ok(got == cases[i].offered && (text[0] == '\0') == got,
           "%g vCPU, %g GB", cases[i].vcpu, cases[i].gb);
    }
    return tap_done();
}
