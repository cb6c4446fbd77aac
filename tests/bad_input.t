#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a user can get wrong in a run: each mistake with its message and exit
# status, nothing on standard output, and no file left behind.
. "${SBS_SRCDIR:?}/tests/lib.sh"
cd "$T" || exit 99

# bad STATUS REGEX ARGUMENT...: what sbsim says on standard error.
bad()
{
    status=$1
    regex=$2
    shift 2
    what=$(echo "$*" | cut -c1-60)
    is_exit "$status" "$what" sbsim "$@"
    like err "^sbsim: .*$regex" "$what: message"
    [ ! -s out ] || report 1 "$what: nothing on standard output"
}

# model TEXT, workload TEXT: write m.json, w.json.
model() { printf '%s' "$1" >m.json; }
workload() { printf '%s' "$1" >w.json; }
# badly REGEX: the model just written is refused.
badly() { bad 1 "$1" --policy static --model m.json --reps 2; }
badly_work()
{
    bad 1 "$1" --policy static --model ok.json --workload w.json --reps 2
}

head='"schema": "sbsim-model", "schema_version": 1'
printf '{ %s }' "$head" >ok.json
whead='"schema": "sbsim-workload", "schema_version": 1'
run="--model ok.json --reps 2 --policy"
is_exit 0 "the model the cases start from is good" \
    sbsim --policy static --model ok.json --reps 2
: >out

# Flags.
# shellcheck disable=SC2086 # $run is a list
{
bad 2 '--policy' --model ok.json
bad 2 '--(trace|model)' --policy static
bad 2 '--(trace|model)' --policy static --model ok.json --trace fargate.h5
bad 2 '--policy: must not be empty' --policy '' --model ok.json
bad 2 '--reps: must be an integer in \[1, 1e9\] \(got "0"\)' \
    --policy static --model ok.json --reps 0
bad 2 '--seed: .*got "9007199254740992"' $run static --seed 9007199254740992
bad 2 '--seed: .*got "-1"' $run static --seed -1
bad 2 '--vcpu: .*got "nan"' $run static --vcpu nan
bad 2 '--threads: .*got "two"' $run static --threads two
bad 2 '--workers: .*got "1.5"' $run static --workers 1.5
bad 2 '--sead: unknown flag \(did you mean --seed\?\)' $run static --sead 5
bad 2 '--seed: needs a value' $run static --seed
bad 2 'unexpected word "extra"' $run static extra
bad 2 '--json and --csv: both write to standard output' \
    $run static --json - --csv -
bad 2 '--set: must be path=value' $run static --set speed.log_sd

# Policies.
bad 2 'speculativ.*speculative' $run speculativ
bad 2 'unit.*units' $run split:unit=20
bad 2 'units.*0' $run split:units=0
bad 2 'units.*abc' $run split:units=abc
bad 2 'units.*nan' $run split:units=nan
bad 2 'split.*split' $run split+split
bad 2 'mpty' $run static,
bad 2 'mpty' $run static,,dynamic
bad 2 '.' $run split:
bad 2 '.' $run units=20
bad '[12]' 'nope.so' $run ./nope.so
bad 2 'preset.*spark9|spark9.*preset' $run speculative:preset=spark9

# Outputs.
mkdir folder
bad 1 'folder: cannot write \(Is a directory\)' $run static --json folder
bad 1 'none/x.json: cannot write \(No such' $run static --json none/x.json
bad 1 '/dev/full: .*No space left' $run static --quiet --csv /dev/full
bad 1 '/dev/full: .*No space left' $run static --quiet --json /dev/full
mkdir locked
echo old >locked.json
chmod 555 locked
chmod 444 locked.json
if [ "$(id -u)" -ne 0 ]; then
    bad 1 'locked/x.json: cannot write \(Permission' \
        $run static --json locked/x.json
    bad 1 'locked.json: cannot write \(Permission' \
        $run static --json locked.json
else
    skip "root may write anywhere"
fi
ln -s loop loop
bad 1 'loop: cannot write \(Too many' $run static --json loop
}

# Files that are not what they should be.
bad 1 'none.json: ' --policy static --model none.json
bad 1 'none.h5: ' --policy static --trace none.h5
bad 1 'ok.json: ' --policy static --trace ok.json
bad 1 'folder: ' --policy static --model folder
: >empty.json
bad 1 'empty.json' --policy static --model empty.json
head -c 100000 /dev/zero >zero.json
bad 1 'zero.json:1:1: ' --policy static --model zero.json

# JSON.
model "{ $head, \"stop_s\": 1e400 }"; badly 'm.json:1:[0-9]+: .*1e400'
model "{ $head, \"stop_s\": 1, \"stop_s\": 2 }"; badly 'm.json:1:.*stop_s'
model "{ $head } x"; badly 'm.json:1:'
model "{ $head, \"stop_s\": 012 }"; badly 'm.json:1:'
model "{ $head, \"stop_s\": .5 }"; badly 'm.json:1:'
model "{ $head, \"stop_s\": NaN }"; badly 'm.json:1:'
model "{ $head, /* \"stop_s\": 1 }"; badly 'm.json:1:.*comment'
model "{ $head"; badly 'm.json:1:'
model "{ $head, \"stop_s\": \"1\" }"; badly 'm.json: .*stop_s'
model '[]'; badly 'm.json: '

# Models.
model '{ "schema": "sbsim-workload", "schema_version": 1 }'; badly 'schema'
model '{ "schema": "sbsim-model", "schema_version": 99 }'
badly 'schema_version.*99'
model "{ $head, \"speeed\": {} }"; badly 'speeed.*speed'
model "{ $head, \"stop_s\": -1 }"; badly 'stop_s.*-1'
model "{ $head, \"startup\": { \"pull_s\": { \"dist\": \"lognorml\" } } }"
badly 'startup.pull_s.*lognorm'
model "{ $head, \"startup\": { \"pull_s\": { \"dist\": \"uniform\",
\"lo\": -1, \"hi\": 1 } } }"
badly 'startup.pull_s'
model "{ $head, \"startup\": { \"never_p\": 1.5 } }"; badly 'never_p.*1.5'
model "{ $head, \"speed\": { \"classes\": [] } }"; badly 'speed.classes'
model "{ $head, \"speed\": { \"classes\": [ { \"name\": \"a\",
\"weight\": -1, \"slowdown\": 1 } ] } }"
badly 'weight.*-1'
model "{ $head, \"launcher\": { \"burst\": 0 } }"; badly 'burst.*0'
model "{ $head, \"speed\": { \"vcpu_gain\": { \"1\": 1 } } }"
bad 2 '--vcpu: .* 2 vCPU \(known: 1\)' --policy static --model m.json

# Workloads.
bad '[12]' 'ultr.*ultra' --policy static --model ok.json --workload ultr
workload "{ $whead, \"tasks\": 0, \"ref_s\": 1 }"; badly_work 'tasks.*0'
workload "{ $whead, \"tasks\": 2, \"ref_s\": -1 }"; badly_work 'ref_s.*-1'
workload "{ $whead, \"ref_s\": [] }"; badly_work 'ref_s'
workload "{ $whead, \"ref_s\": [1, \"2\"] }"; badly_work 'ref_s'
workload "{ $whead, \"tasks\": 2, \"ref_s\": 1, \"divisble\": true }"
badly_work 'divisble.*divisible'
workload "{ $whead, \"ref_s\": [1, 2] }"
bad '[12]' 'tasks' --policy static --model ok.json --workload w.json --tasks 3
workload "{ $whead, \"tasks\": 2, \"ref_s\": 1, \"divisible\": false }"
bad '[12]' 'divisible' --policy split --model ok.json --workload w.json

# --set.
# shellcheck disable=SC2086 # $run is a list
{
bad '[12]' 'speed.log_sdd' $run static --set speed.log_sdd=1
bad '[12]' 'log_sd.*-1' $run static --set speed.log_sd=-1
bad '[12]' 'nothing: unknown key' $run static --set workload.nothing=1
}

is "$(find . -name '*.json.*' -o -name 'x.json*' | grep -v '^./[a-z]*.json$')" \
    "" "no temporary file is left"
done_testing
