#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sbsim calibrate: tables, files, storing, traces of one's own, bad input.
. "${SBS_SRCDIR:?}/tests/lib.sh"

facts=$SBS_BUILDDIR/traces/fargate.h5
# Most of it needs no draws.
calibrate() { sbsim calibrate --quick --trace "$@"; }
# With draws, but few: a minute's search is for `make`.
infer()
{
    sbsim calibrate --particles 50 --draws 20 --reps 200 --trace "$@"
}

is_exit 0 "the shipped trace" calibrate "$facts" -o "$T/model.json"
cp "$T/out" "$T/table"
unlike "$T/table" '^.{101}' "in 100 columns"
like "$T/table" '^startup\.provision_s +14\.14 s +10 +12.* measured$' \
    "a phase: value, n, interval, how well known"
like "$T/table" '^startup\.boot_s +- s +0 +- +not identified$' \
    "what the data do not tell is said"
like "$T/table" '^fargate_chunk_2tasks .* 46\.4 .* not fitted$' \
    "a run that is not fitted is shown"
for run in '4tasks .* 57\.7' 'mc100 .* 259\.1' 'api_batched .* 84\.0' \
    'fair100 .* 309\.7' 'ultra .*first +1296\.0' 'ultra .*last +2790\.0'; do
    like "$T/table" "^fargate_$run .* fitted\$" "residual of $run"
done
like "$T/table" '^fargate_ultra .*most +2400\.0 .* told;' \
    "the author's estimate is shown, not fitted"
like "$T/table" '^Weakest: which processors' "and the weakest assumption"
like "$T/model.json" '"schema": "sbsim-model"' "-o writes a model file"
is_exit 0 "--new-share" calibrate "$facts" --new-share 0.5 -o "$T/half.json"
like "$T/out" '^\(share of new processors\) +0\.5 .* assumed$' "is held"
ok "gives another model" test "$(cat "$T/half.json")" != \
    "$(cat "$T/model.json")"

is_exit 0 "--json" calibrate "$facts" --json
like "$T/out" '"schema": "sbsim-calibration"' "a document alone on stdout"
like "$T/out" '"residuals": \[' "with residuals"
is_exit 0 "one thread" infer "$facts" --threads 1 --json "$T/one.json" \
    -o "$T/draws.json"
cp "$T/out" "$T/whole"
is_exit 0 "two threads" infer "$facts" --threads 2 --json "$T/two.json" \
    --quiet
is "$(cat "$T/out")" "" "--quiet prints nothing"
same "$T/one.json" "$T/two.json" "give the same document"

# The whole calibration, with draws.
unlike "$T/whole" '^.{101}' "in 100 columns"
like "$T/whole" '^launch call +1 in .* in .* s +[89][0-9]%$' \
    "the time of a call before and after"
like "$T/whole" '^Why cores differ: .*probability' "both readings of the cores"
like "$T/whole" 'tell start-up well enough to part the two' \
    "short runs part start-up and cores"
like "$T/whole" '^ +.* runs? tells? next to nothing of a spread' \
    "what a handful of runs says of their spread"
is "$(grep -c '"client.setup_s"' "$T/draws.json")" 20 "the model has the draws"
is_exit 0 "runs with them" sbsim --policy static --model "$T/draws.json" \
    --reps 40
is_exit 0 "Ultra alone" sbsim calibrate --particles 200 --draws 100 \
    --reps 200 --trace "$facts" --runs fargate_ultra --json "$T/ultra.json"
like "$T/out" 'Start-up and core speed are confounded' "cannot part the two"
like "$T/out" '^Cheapest cure for start-up against cores: short run: ' \
    "and a short run is named as the cure"
like "$T/ultra.json" '"confounded": true' "in JSON, too"
like "$T/one.json" '"confounded": false' "no more with the short runs"
is_exit 1 "an unknown run" infer "$facts" --runs fargate_ultra,none
like "$T/err" 'no run "none"' "is named"
is_exit 2 "--runs and --quick" calibrate "$facts" --runs fargate_ultra

# Storing.
cp "$facts" "$T/mine.h5"
chmod u+w "$T/mine.h5"
is_exit 0 "--store of another share" calibrate "$T/mine.h5" --store --quiet \
    --new-share 1
ok "changes the file" sh -c "! cmp -s '$facts' '$T/mine.h5'"

# A trace of one's own: 12 containers with a worker log, then 2 without.
awk 'BEGIN {
    for (i = 0; i < 12; i++) {
        c = 1770163200 + 2 * i + 0.25
        printf "{\"taskArn\":\"arn:aws:ecs:us-east-1:1:task/c/%032d\"," \
            "\"createdAt\":%.3f,\"pullStartedAt\":%.3f," \
            "\"pullStoppedAt\":%.3f,\"startedAt\":%.3f," \
            "\"launchType\":\"FARGATE\",\"group\":\"family:x\"}\n", \
            i, c, c + 12 + i % 5 / 3, c + 40 + i % 7 / 3, \
            c + 44 + i % 7 / 3 + i % 3 / 7 >"'"$T"'/ecs.jsonl"
        printf "{\"task\":\"%032d\",\"item\":\"s%d\",\"ref_s\":100," \
            "\"cpu_model\":\"AMD EPYC 9R14\",\"arch\":\"x86_64\"," \
            "\"vcpu\":2,\"compute_start\":%.3f,\"compute_end\":%.3f}\n", \
            i, i, c + 60, c + 60 + 170 + i >"'"$T"'/worker.jsonl"
    }
}'
is_exit 0 "ECS stamps" sbsim trace import --ecs "$T/ecs.jsonl" -o "$T/own.h5"
is_exit 0 "worker log" sbsim trace import --worker-log "$T/worker.jsonl" \
    -o "$T/own.h5"
is_exit 0 "a trace of one's own" calibrate "$T/own.h5" -o "$T/own.json"
like "$T/out" '^startup\.pull_s +2[89].* 12 .* measured$' "has its own pulls"
like "$T/out" '^speed\.EPYC 9R14 +1\.7' "and its own processors"
like "$T/out" 'shipped facts: .*totals' "the rest is from the shipped facts"
like "$T/out" '^Rests on 0 measured totals' "and says what it rests on"
unlike "$T/out" '^fargate_4tasks' "without runs of other people"
like "$T/own.json" '"name": "EPYC 9R14"' "the model has it"
is_exit 0 "and draws of them" infer "$T/own.h5" --quiet -o "$T/own.json"
is "$(grep -c '"speed.classes"' "$T/own.json")" 20 "one a draw"
unlike "$T/own.json" '8259CL' "of its own processors only"
is_exit 0 "two containers" sh -c "sed 2q '$T/ecs.jsonl' >'$T/two.jsonl' &&
    '$SBSIM' trace import --ecs '$T/two.jsonl' -o '$T/two.h5' &&
    '$SBSIM' calibrate --quick --trace '$T/two.h5'"
like "$T/out" 'your trace has only 2, too few' "are too few, and it is said"

# Wrong use.
is_exit 2 "no trace" sbsim calibrate
like "$T/err" '^sbsim: --trace: required' "says so"
is_exit 1 "a missing trace" calibrate "$T/none.h5"
like "$T/err" '^sbsim: .*none\.h5' "names it"
echo nonsense >"$T/bad.h5"
is_exit 1 "no HDF5 file" calibrate "$T/bad.h5"
like "$T/err" '^sbsim: .*bad\.h5' "names it"
is_exit 2 "a share above 1" calibrate "$facts" --new-share 1.5
like "$T/err" '^sbsim: --new-share: .*\[0, 1\]' "gives the range"
is_exit 1 "an output that cannot be" calibrate "$facts" -o "$T/no/m.json"
is_exit 1 "a full disk" calibrate "$facts" -o /dev/full
is_exit 2 "both on stdout" calibrate "$facts" -o - --json -
is_exit 2 "an unknown flag" calibrate "$facts" --stor
like "$T/err" 'did you mean --store' "suggests the nearest"

done_testing
