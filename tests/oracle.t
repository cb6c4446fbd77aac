#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# SimGrid as an independent oracle: sbsim's variates, handed out by S4U actors
# (tests/oracle/bag.cpp), give sbsim's makespans. Long: `make check-oracle`,
# or part of check-long.
. "${SBS_SRCDIR:?}/tests/lib.sh"
[ -n "${SBS_LONG:-}${SBS_ORACLE:-}" ] || skip_all "long (make check-oracle)"
[ -n "${SBS_SIMGRID:-}" ] ||
    skip_all "SimGrid 3.32 was not found by configure (libsimgrid-dev, g++)"
cd "$T" || exit 99
draw=$SBS_BUILDDIR/tests/oracle/draw
[ -x "$draw" ] || skip_all "tests/oracle/draw is not built"

# shellcheck disable=SC2086 # a list of flags
ok "the S4U program builds" ${SBS_CXX:?} -std=c++17 -O1 -o bag \
    "$SBS_SRCDIR/tests/oracle/bag.cpp" $SBS_SIMGRID || done_testing

"$draw" 1000 >bags
report $? "1000 bags are drawn"
is_exit 0 "makespans agree to 1e-9" ./bag bags 1e-9
sed 's/^/# /' out
like out '^1000 replications, 0 not simulated$' "all of them"
is "$(grep -c 'largest relative difference' out)" 5 "under five policies"

# The comparison can fail: one makespan off by 1e-8, claims 10 microseconds
# longer.
"$draw" 1 >one
awk '$1 == "gss" { printf "gss %.17g\n", $2 * (1 + 1e-8); next } 1' one >off
is_exit 1 "a makespan that is off" ./bag off 1e-9
like out '^gss: .* TOO LARGE' "and which"
awk 'NR == 1 { $4 += 1e-5 } 1' one >slow
is_exit 1 "claims that take longer" ./bag slow 1e-9
is "$(grep -c 'TOO LARGE' out)" 5 "under every policy"
head -n 5 one >short
is_exit 1 "a file cut short" ./bag short 1e-9
done_testing
