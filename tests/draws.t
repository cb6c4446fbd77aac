#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A model with posterior draws: what is said of run-to-run and ignorance.
. "${SBS_SRCDIR:?}/tests/lib.sh"
cd "$T" || exit 99

# model FILE DRAWS [KEYS]: one class whose slow-down the draws know.
model()
{
    cat >"$1" <<END
{ "schema": "sbsim-model", "schema_version": 1, ${3:-}
  "speed": { "classes": [ { "weight": 1, "slowdown": 2 } ], "log_sd": 0 },
  "posterior": { "draws": [ $2 ] } }
END
}
slow() { printf '{ "speed.classes.0.slowdown": %s }' "$1"; }
cat >w.json <<END
{ "schema": "sbsim-workload", "schema_version": 1, "tasks": 1, "ref_s": 100 }
END
run() { sbsim --workload w.json --model m.json "$@"; }
# One key of the first makespan.
makespan() { sed -n 's/.*"makespan_s": {.*"'"$1"'": \([^,}]*\).*/\1/p' out; }

# 100 s times 1 or 3, the same in each run: all is ignorance.
model m.json "$(slow 1), $(slow 3)"
is_exit 0 "two draws" run --policy static --reps 10 --json -
is "$(makespan draws)" 2 "are counted"
is "$(makespan sd_run)" 0 "no run differs from another"
is "$(makespan sd_ignorance)" 141.4213562373095 "the draws do, by sqrt(2) 100"
# Not 200 / sqrt(10) / 1.9: ten replications, but only two draws.
is "$(makespan se)" 100 "the mean is known as well as two draws can tell"
like out '^  "draws": 2,$' "the document has their number"

is_exit 0 "as a table" run --policy static --reps 10
like out '^static +0 +2\.4 +100 \(100\.\.100\) ' "sd 0 and 2.4 min"
unlike out '^Note' "five replications a draw are fine"
sed 's/±/+/g' out >columns
unlike columns '.{101}' "at most 100 columns"

is_exit 0 "one replication a draw" run --policy static --reps 2
like out '^Note: no draw of the .* 2 parameter draws was used twice' "is noted"
like out 'take --reps 4 or more' "with the cure"
is_exit 0 "and in JSON" run --policy static --reps 2 --json -
is "$(makespan sd_ignorance)" null "there is no such number"
is_exit 0 "no multiple" run --policy static --reps 5
like out '^Note: 5 replications are no multiple of the model.s 2 param' "is noted"
like out '; --reps 4 would not' "with the cure"

# Two policies: a worker more is worth nothing, a second half of the task is.
cat >w.json <<END
{ "schema": "sbsim-workload", "schema_version": 1, "tasks": 2, "ref_s": 100,
  "divisible": true }
END
model m.json "$(slow 1), $(slow 3), $(slow 2), $(slow 1.5)" \
    '"startup": { "pull_s": { "dist": "exponential", "mean": 30 } },'
is_exit 0 "two policies" run --policy static,split:units=20 --reps 400 --json -
like out '"p_a_better": [0-9.]+, "p_a_better_mean": [0-9.e-]+, "p_a_better_m' \
    "say who has the lower mean"
is_exit 0 "  in the table" run --policy static,split:units=20 --reps 400
like out '^policy .* faster\), %$' "a column"
like out '^split:units=20 .* 100±[0-9.]+$' "splitting is, in each draw"
is_exit 0 "under a scenario, too" run --policy static,split:units=20 \
    --reps 40 --scenario all

# One draw tells nothing about ignorance, and no draw even less.
model m.json "$(slow 1)"
is_exit 0 "one draw" run --policy static --reps 10 --json -
unlike out 'ignorance|"draws": [0-9]' "no split"
is_exit 0 "nor in the table" run --policy static --reps 10
unlike out 'gnorance' "no split"
model m.json ""
is_exit '[01]' "an empty list" run --policy static --reps 10
unlike out 'gnorance' "no split"
done_testing
