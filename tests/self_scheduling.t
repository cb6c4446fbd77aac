#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Wasted time of self-scheduling, by the command line and by a plain loop of
# another program: a few cells of doc/self-scheduling.md, all with SBS_LONG.
. "${SBS_SRCDIR:?}/tests/lib.sh"

study=$SBS_SRCDIR/doc/study-self-scheduling
export SBS_SRCDIR SBS_BUILDDIR SBSIM
if [ -n "${SBS_LONG:-}" ]; then
    is_exit 0 "no cell of the whole study is 4 standard errors off" \
        sh "$study" "1024 8192 65536" "2 8 64 256 1024" 100
else
    is_exit 0 "no cell is 4 standard errors off" \
        sh "$study" 1024 "2 64 1024" 400
fi
sed -n '/^|/p; /^The largest/s/^/# /p' "$T/out" | sed 's/^|/# |/'

# n = p: the longest of p units, less their mean, and one grab.
example=$SBS_SRCDIR/examples/self-scheduling
sbsim --policy bold --model "$example/model.json" --tasks 1024 \
    --workload "$example/work.json" --workers 1024 --reps 2000 --quiet \
    --csv "$T/bold.csv"
awk -F, '$2 == "dls_waste_s" { z = ($4 - 7.0091757) / $5; n++ }
    END { print "# z = " z; exit !(n == 1 && z * z < 16) }' "$T/bold.csv"
report $? "1024 units, 1024 workers: H_p - 1 + h"

# It can fail: another overhead on one side.
mkdir -p "$T/examples/self-scheduling"
sed 's/"claim_s": 0.5/"claim_s": 0.7/' "$example/model.json" \
    >"$T/examples/self-scheduling/model.json"
cp "$example/work.json" "$T/examples/self-scheduling"
is_exit 3 "a difference is found" \
    env SBS_SRCDIR="$T" sh "$study" 1024 64 100
done_testing
