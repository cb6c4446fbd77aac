#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Sentences of the contract (doc/semantics.md) that a result can
# break without looking wrong. Small models, numbers computed by hand.
. "${SBS_SRCDIR:?}/tests/lib.sh"

# model KEYS, work TASKS REF_S [KEYS]: the inputs of the next run.
model() { echo "{\"schema\":\"sbsim-model\",\"schema_version\":1${1:+,$1}}" \
    >"$T/m.json"; }
work()
{
    echo "{\"schema\":\"sbsim-workload\",\"schema_version\":1,\"tasks\":$1," \
        "\"ref_s\":$2${3:+,$3}}" >"$T/w.json"
}
run()
{
    policy=$1
    shift
    sbsim --model "$T/m.json" --workload "$T/w.json" --policy "$policy" \
        --csv "$T/out.csv" --quiet "$@" >"$T/out" 2>"$T/err"
}

# gives NAME WANT POLICY [FLAGS]: WANT is metric=mean pairs.
gives()
{
    name=$1 want=$2 policy=$3
    shift 3
    got=
    run "$policy" --reps 1 "$@" || { report 1 "$name"; show "$T/err"; return; }
    for pair in $want; do
        got="$got${got:+ }${pair%%=*}=$(
            sed -n "s/^.*,${pair%%=*},[0-9]*,\([^,]*\),.*/\1/p" "$T/out.csv")"
    done
    is "$got" "$want" "$name"
}

# ---- losses -------------------------------------------------------------

# Seed 1: worker 0 fails in its first task. Its four tasks, begun or not, go
# to one new worker at a time; none is lost for ever.
model '"loss":{"fail_p":0.5}'
work 4 10
gives "static hands all tasks of a lost worker to one new worker" \
    "launched=3 attempts=6" static --workers 1 --seed 1
for seed in 2 3 6; do
    run static --workers 1 --reps 100 --seed $seed
    is "$(sed -n 's/^[^,]*,makespan_s,\([0-9]*\),.*/\1/p' "$T/out.csv")" \
        100 "and every replication finishes, seed $seed"
done

# ---- the quota ----------------------------------------------------------

# One place; a slow worker that fails is replaced by a fast one. The cap's
# bound must know the replacement, or regret_cap falls below 1.
model '"launcher":{"quota_vcpu":2},"loss":{"fail_p":0.9},
  "speed":{"classes":[{"weight":1,"slowdown":100},{"weight":1,"slowdown":1}]}'
work 1 10
ok "a replacement under a full quota counts in regret_cap" \
    run static --reps 500

model '"launcher":{"quota_vcpu":4}'
work 4 10
is_exit 2 "more warm workers than the quota admits" run warm-pool:size=3
like "$T/err" 'size=3 is more than the 2 workers the quota' "is refused"
# Two wait and are billed 100 s before; they take the two places, so the
# others follow when these leave, at 10: makespan 20, bill 2 (110 + 10).
gives "warm workers take their places under the quota" \
    "makespan_s=20 launched=4 billed_s=240" warm-pool:size=2,keep_s=100
gives "and by default as many wait as there are places" \
    "makespan_s=20 launched=4 billed_s=240" warm-pool:keep_s=100

# ---- posterior draws ----------------------------------------------------

# Every key of a draw counts, also those that the run reads only once.
work 4 10
model '"posterior":{"draws":[{"speed.vcpu_gain":{"2":2}}]}'
gives "a draw's vcpu_gain" "makespan_s=5" static
model '"posterior":{"draws":[{"launcher.quota_vcpu":2}]}'
gives "a draw's quota: one after the other" "makespan_s=40" static
model '"posterior":{"draws":[{"client.call_s":2,"client.setup_s":1}]}'
gives "--set has the last word over draws" "makespan_s=16" static \
    --set client.call_s=5
model '"posterior":{"draws":[{},{"speed.vcpu_gain":{"4":2}}]}'
is_exit 2 "a draw that does not know the vCPU size" run static --reps 1
like "$T/err" 'knows no gain for 2 vCPU' "is refused"

# ---- a loser's stop -----------------------------------------------------

# Seed 6: worker 1 is 100 times slower. At 10 task 0 is seen; tasks 1 and 2
# are copied to workers 3 and 4. At 20 the copy of task 1 wins and worker 1
# is ordered to drop it: it does at 50 and leaves, also though the run ends
# at 40 and the stop ordered then would have ended it at 70. Worker 4 is
# done at 50. Bill: 10 + 50 + 40 + 10 + 40.
model '"stop_s":30,
  "speed":{"classes":[{"weight":1,"slowdown":100},{"weight":1,"slowdown":1}]}'
work 3 '[10,10,40]'
gives "a loser bills to its own stop, not to the one at the makespan" \
    "makespan_s=40 billed_s=150 wasted_s=90" \
    speculative:preset=spark3,quantile=0.5,multiplier=1,interval_s=0 --seed 6

# The copies are launched at 45 (age 45 = the duration of the done). At 75
# task 3 is seen and its copy, still starting, ordered stopped, which would
# take effect at 105; ready at 80 it finds nothing and exits. At 135 the copy
# of task 4 is ordered stopped, till 165. Bill: 3 x 45 + 75 + 135 + 35 + 120.
model '"stop_s":30,"startup":{"pull_s":35}'
work 5 '[10,10,10,40,100]'
gives "a copy that gets ready after it was ordered stopped exits" \
    "makespan_s=135 billed_s=500 launched=7" \
    speculative:preset=spark3,quantile=0.5,multiplier=1,interval_s=0

# The bucket grants five launches at once and one more at 100. At 12 task 3 is
# seen, and its copy, ordered at 10, stopped before it is launched.
model '"launcher":{"burst":5,"refill_per_s":0.01}'
work 5 '[10,10,10,12,100]'
gives "a copy stopped before its launch was never launched" \
    "makespan_s=100 billed_s=142 launched=5" \
    speculative:preset=spark3,quantile=0.5,multiplier=1,interval_s=0

# Nothing varies, so nobody is late: no copy, however the times round.
for ref_s in 0.1 3 7 33.3 695; do
    model '"startup":{"pull_s":0.7}'
    work 7 $ref_s
    gives "nobody is late where nothing varies, tasks of $ref_s s" \
        "launched=7" speculative:interval_s=0
done

# Stored at 10, seen at 50: to the client all seven are late at 10, and are
# copied.
model '"client":{"poll_s":50}'
work 7 10
gives "a rule of the client goes by what the client has seen" \
    "makespan_s=50 launched=14" speculative:interval_s=0

# ---- files --------------------------------------------------------------

mkdir "$T/here" "$T/here/ultra"
ok "a folder named like a shipped workload is not in the way" \
    sh -c 'cd "$1" && "$2" --policy static --model ../m.json --reps 1 --quiet' \
    sh "$T/here" "$SBSIM"

done_testing
