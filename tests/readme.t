#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The README shows what the program prints: a number there is as wrong as one
# on the screen. `SBS_GOLDEN=update make check TESTS=tests/readme.t` writes
# the README anew; look at the difference before you commit it.
. "${SBS_SRCDIR:?}/tests/lib.sh"
cd "$T" || exit 99
readme=$SBS_SRCDIR/README.md

policies=$(sed -n 's/^<!-- what `sbsim --policy \([^ ]*\) .*/\1/p' "$readme")
ok "the README names its command" test -n "$policies"
is_exit 0 "it runs" sbsim --policy "$policies" --trace fargate.h5
{
    echo
    echo "    \$ ./sbsim --policy $policies --trace fargate.h5"
    sed -e 's/^/    /' -e 's/ *$//' out
    echo
} >want
if [ "${SBS_GOLDEN:-}" = update ]; then
    sed -e '/^<!-- what `sbsim/r want' -e '/^<!-- what/,/^<!-- end/{
        /^<!--/!d
        }' "$readme" >new && cp new "$readme"
fi
sed -n '/^<!-- what `sbsim/,/^<!-- end/p' "$readme" | sed '/^<!--/d' >got
same want got "the README shows its output" ||
    echo "#   SBS_GOLDEN=update make check TESTS=tests/readme.t"

is "$(sed -n 's/^    \(\.\/bootstrap.*\)/\1/p' "$readme" | wc -l)" 2 \
    "two set-up lines"
is "$(sed -n 's/.*(\(\.\/bootstrap --tests && .*\)).*/\1/p' \
    "$SBS_SRCDIR/.ci/run")" \
    "$(sed -n 's/^    \(\.\/bootstrap --tests.*\)/\1/p' "$readme")" \
    "the second is what .ci/run calls"
done_testing
