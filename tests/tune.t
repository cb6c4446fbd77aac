#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sbsim tune and sbsim run --stop-ci: output, determinism, bad input.
. "${SBS_SRCDIR:?}/tests/lib.sh"
cd "$T" || exit 99
trace=$SBS_BUILDDIR/traces/fargate.h5
cat >m.json <<'END'
{ "schema": "sbsim-model", "schema_version": 1,
  "client": { "call_s": 0.5, "launches_per_call": 1 },
  "speed": { "log_sd": 0.2, "vcpu_gain": { "1": 0.8, "2": 1 } },
  "posterior": { "draws": [ { "client.call_s": 0.4 },
                            { "client.call_s": 0.7 } ] } }
END
cat >w.json <<'END'
{ "schema": "sbsim-workload", "schema_version": 1, "tasks": 40,
  "ref_s": 100, "divisible": true }
END
some="--model m.json --workload w.json --workers 5:200"
list=static,batched,split:units=2..50,late:cap=0.05..0.5

# shellcheck disable=SC2086 # lists of words
{
# The answer: whole, and the same for any number of threads.
is_exit 0 "tune" sbsim tune $some --policies "$list" --threads 1 \
    --json one.json --csv one.csv
cp out text
like text '^Least mean makespan:$' "says what it kept low"
like text 'Correct selection: at least 95% by the procedure' "how sure it is"
like text "in [0-9.<>]+% of the$|% of the model's 2" "over the draws apart"
like text 'Front of time and bill' "and the front"
unlike text '^.{110}' "at most 100 columns (bytes for the signs)"
sed -n 's/^  sbsim run /run /p' text | sed 1q >command.txt
like command.txt '^run --policy [^ ]+ --workers [0-9]+ --vcpu [12] .*--model m.json' \
    "the command to run"
read -r words <command.txt
is_exit 0 "which runs" sbsim $words --reps 20 --quiet
is_exit 0 "three threads" sbsim tune $some --policies "$list" --threads 3 \
    --json three.json --csv three.csv --quiet
is "$(cat out)" "" "--quiet prints nothing"
same one.csv three.csv "the same CSV"
grep -v wall_s one.json >a
grep -v wall_s three.json >b
same a b "the same JSON but for the time it took"
like one.csv '^policy,workers,vcpu,memory_gb,reps,makespan_s,' "CSV heads"
like one.json '"schema": "sbsim-tune"' "the schema"
like one.json '"reps_equal_allocation": [0-9]+' "equal allocation"
is_exit 0 "another seed" sbsim tune $some --policies static --json - --seed 2
like out '^\{$' "JSON alone"

# Aims.
is_exit 0 "a deadline" sbsim tune $some --policies "$list" --deadline 120
like out 'Least mean bill with makespan <= 120 s in 95% of runs' "is said"
is_exit 3 "an impossible deadline" sbsim tune $some --policies static \
    --deadline 1
like out 'None of the candidates is sure to meet' "is said"
like err '^sbsim: nothing searched is sure to meet the conditions$' \
    "on stderr, too"
is_exit 0 "a target" sbsim tune $some --policies "$list" \
    --target-speedup 2,400
like out '! 400x in 95% of runs is not reached' "out of reach is said"
is_exit 0 "a budget" sbsim tune $some --policies "$list" --minimize p95 \
    --budget 0.30
like out 'Least 95% quantile of the makespan with mean bill <= \$0.30' \
    "is said"
is_exit 3 "a cap too low" sbsim tune $some --policies "$list" --reps 100 \
    --indifference 0.0001
like err '^sbsim: --reps: 100 replications were too few' "is said"
like out 'guaranteed' "and nothing promised"

# Bad input.
bad()
{
    name=$1 text=$2
    shift 2
    is_exit 2 "$name" sbsim tune $some "$@"
    like err "$text" "$name: says why"
    is "$(cat out)" "" "$name: prints nothing"
}
bad "range upside down" '2..: "split:units=9..2"|--policies: "split:units=9..2"' \
    --policies split:units=9..2
bad "no such policy" 'unknown policy|nonsense' --policies nonsense
bad "no such key" 'cap|late' --policies late:frobnicate=1..2
bad "beyond a parameter's range" 'late' --policies late:cap=0.5..7
bad "empty part" '--policies: has an empty part' --policies static,,dynamic
bad "unknown goal" '--minimize' --minimize luck
bad "negative deadline" '--deadline' --deadline -5
bad "deadline-p of 1" '--deadline-p' --deadline-p 1
bad "budget 0" '--budget' --budget 0
bad "budget no number" '--budget' --budget 1e999
bad "target no number" '--target-speedup: "4;5": must be numbers' \
    --target-speedup '4;5'
bad "target inf" '--target-speedup' --target-speedup inf
bad "nine targets" '--target-speedup: 9 \(at most 8\)' \
    --target-speedup 1,2,3,4,5,6,7,8,9
bad "confidence 1" '--confidence' --confidence 1
bad "indifference 0" '--indifference' --indifference 0
bad "few replications" '--reps' --reps 10
bad "vCPU 0" '--vcpu: "0"' --vcpu 0
bad "vCPU nothing" '--vcpu' --vcpu 1,,2
bad "the same place twice" '--json and --csv|--csv' --json - --csv -
some="--model m.json --workload w.json"
bad "workers upside down" '--workers: "9:5": must be LO:HI' --workers 9:5
bad "workers of three" '--workers: "1:2:3": must be LO:HI' --workers 1:2:3
bad "workers in halves" '--workers: "1.5,2": must be whole' --workers 1.5,2
bad "workers 0" '--workers' --workers 0
is_exit 2 "a size the model does not know" sbsim tune $some --vcpu 64
like err 'vcpu_gain|64' "is named"
is_exit 2 "all refused" sbsim tune $some --policies split:units=5 \
    --set workload.divisible=false
like err 'divisible' "with the reason"
is_exit 0 "workers from a list" sbsim tune $some --policies static \
    --workers 40,10,20 --csv -
like out '^"static",(10|20|40),' "those alone"

# Stopping.
run="--policy static,clone --model m.json --workload w.json"
is_exit 0 "--stop-ci" sbsim $run --stop-ci 0.01 --json stop.json --csv stop.csv
like out '^Stopping: [0-9]+ replications of each policy were enough' "is said"
like stop.json '"reached": true' "and in the JSON"
like stop.json '"over_draws_relative_frac": [0-9]' "over the draws, too"
like stop.json '"p95_lo": [0-9]' "quantiles have intervals"
n=$(sed -n 's/^  "reps": \([0-9]*\),$/\1/p' stop.json)
is_exit 0 "as many as it took" sbsim $run --reps "$n" --csv fixed.csv --quiet
same stop.csv fixed.csv "the same figures"
is_exit 0 "three threads" sbsim $run --stop-ci 0.01 --threads 3 \
    --csv three.csv --quiet
same stop.csv three.csv "the same figures"
is_exit 3 "a cap" sbsim $run --stop-ci 0.0001 --reps 300 --csv cap.csv --quiet
like err '^sbsim: --stop-ci: 300 replications of each policy were too few' \
    "is said"
like cap.csv '^clone,makespan_s,300,' "its figures are written"
is_exit 0 "differences" sbsim $run --stop-ci 0.01 --stop-on differences
like out 'know every mean difference' "are said"
is_exit 3 "all scenarios" sbsim $run --stop-ci 0.0001 --reps 200 \
    --scenario all --quiet
is_exit 2 "--stop-on alone" sbsim $run --stop-on differences
like err '^sbsim: --stop-on: needs --stop-ci$' "is refused"
for x in 0 -1 1 nan x; do
    is_exit 2 "--stop-ci $x" sbsim $run --stop-ci "$x"
    like err '--stop-ci' "is named"
done

# The shipped trace: what the story asks (the whole search is a long test).
if [ -n "${SBS_LONG:-}" ]; then
    is_exit 0 "4x and 5x" sbsim tune --trace "$trace" --target-speedup 4,5
else
    is_exit 0 "4x and 5x" sbsim tune --trace "$trace" --target-speedup 4,5 \
        --policies static,batched+split:units=20 --workers 50,200 --vcpu 1,2
fi
like out 'What reaches a speed-up in 95% of runs, at the least mean bill' \
    "is answered"
}
done_testing
