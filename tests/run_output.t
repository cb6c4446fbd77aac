#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a run writes and where; and that neither threads nor the order of the
# policies change a number.
. "${SBS_SRCDIR:?}/tests/lib.sh"
cd "$T" || exit 99
trace=$SBS_BUILDDIR/traces/fargate.h5
policies=static,split:units=20,warm-pool+split:units=20,speculative
reverse=speculative,warm-pool+split:units=20,split:units=20,static

# untimed FILE: without what may differ between two runs.
untimed() { sed '/^ *"wall_[a-z_]*"/d' "$1"; }

is_exit 0 "the main job" sbsim --policy speculative --trace fargate.h5 \
    --reps 200
like out '^speculative ' "a row"
like out '^Verdict: ' "a verdict"
like out '^Rests on: ' "what it rests on"
sed 's/±/+/g' out >columns # in the C locale it counts as two
unlike columns '.{101}' "at most 100 columns"
like out '^Weakest assumption: ' "and its weakest assumption"
is "$(grep -c 'left' err)" 0 "no progress when stderr is no terminal"

is_exit 0 "a size that Fargate does not have" sbsim --policy static \
    --trace "$trace" --reps 20 --vcpu 4
like out '^Note: Fargate has no worker of 4 vCPU with 4 GB: 8 to 30 GB' \
    "is noted"

is_exit 0 "--quiet" sbsim --policy static --trace "$trace" --reps 50 --quiet
is "$(cat out)" "" "prints nothing"

is_exit 0 "--json -" sbsim --policy "$policies" --trace "$trace" \
    --reps 200 --threads 1 --json -
is "$(sed -n 1p out)$(sed -n '$p' out)" "{}" "one document alone"
like out '"schema": "sbsim-result"' "with its schema"
mv out one.json
is_exit 0 "--json at the end" sbsim --policy "$policies" --trace "$trace" \
    --reps 200 --threads 2 --json
untimed one.json >one
untimed out >two
same one two "means -; two threads change nothing"

is_exit 0 "to files" sbsim --policy "$policies" --trace "$trace" --reps 200 \
    --json f.json --csv f.csv
untimed f.json >three
same one three "the file has what standard output had"
like out '^Verdict: ' "and the table is printed"
is_exit 0 "the other way round" sbsim --policy "$reverse" --trace "$trace" \
    --reps 200 --csv - --quiet
is "$(sed -n 1p out)" "policy,metric,n,mean,se,sd,min,p05,p50,p95,p99,max" \
    "the columns"
tr -d '\r' <out | sort >r.csv
tr -d '\r' <f.csv | sort >f1.csv
same f1.csv r.csv "the order of the policies changes nothing"

# An old file survives a run that fails.
echo old >f.json
is_exit 1 "a run that cannot write all" sbsim --policy static \
    --trace "$trace" --reps 50 --quiet --csv /dev/full --json f.json
is "$(find . -name 'f.json.*')" "" "leaves no temporary file"
is "$(cat f.json)" old "and the old file as it was"

# Interrupted: temporary files go, the old file stays.
echo old >f.json
"$SBSIM" --policy static --trace "$trace" --reps 3000000 --json f.json \
    >/dev/null 2>&1 &
pid=$!
i=0
until [ -n "$(find . -name 'f.json.*')" ] || [ $i -gt 100 ]; do
    sleep 0.1
    i=$((i + 1))
done
kill -TERM $pid
wait $pid
is $? 143 "stopped by SIGTERM"
is "$(find . -name 'f.json.*')" "" "no temporary file"
is "$(cat f.json)" old "the old file is there"
done_testing
