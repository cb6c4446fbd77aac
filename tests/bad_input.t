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

# More of the same: what a hostile or broken program may write. A byte order
# mark before a document is no mistake, one inside it is.
printf '\357\273\277{ %s }' "$head" >m.json
is_exit 0 "a byte order mark" sbsim --policy static --model m.json --reps 2
printf '{\357\273\277 %s }' "$head" >m.json; badly 'm.json:1:2: '
: >out
model "$(printf '{ %s, "stop_s\377": 1 }' "$head")"; badly 'm.json:1:[0-9]+: inv.*UTF-8'
printf '{ %s }\000' "$head" >m.json; badly 'm.json:1:[0-9]+: NUL'
awk 'BEGIN { for (i = 0; i < 100000; i++) printf "[" }' >m.json
badly 'm.json:1:[0-9]+: nested too deeply'
model "{ $head, \"seed\": 9007199254740993 }"; badly 'seed: unknown key'
model "{ \"schema\": \"sbsim-model\", \"schema_version\": 1.5 }"
badly 'schema_version: must be a whole number \(1.5'
model '{ "schema": "sbsim-model" }'; badly 'schema_version: is missing'
model null; badly 'm.json: must be an object'
model "{ $head, \"client\": [] }"; badly 'client: must be an object'
model "{ $head, \"client\": { \"poll_while_launching\": 1 } }"
badly 'poll_while_launching: must be true or false \(1\)'
model "{ $head, \"speed\": { \"classes\": [ { \"name\": \"a\",
\"weight\": 0, \"slowdown\": 1 } ] } }"
badly 'speed.classes: the weights sum to 0'
model "{ $head, \"speed\": { \"classes\": [ { \"name\": \"a\",
\"weight\": 1, \"slowdown\": 0 } ] } }"
badly 'classes\[0\].slowdown: .*0, allowed'
for size in two 0x2 ' 2' -2 .. 1e400; do
    model "{ $head, \"speed\": { \"vcpu_gain\": { \"$size\": 1 } } }"
    badly "vcpu_gain: \"$size\" is no vCPU size"
done
model "{ $head, \"speed\": { \"vcpu_gain\": { \"2\": 1, \"2.0\": 2 } } }"
badly 'vcpu_gain: 2 vCPU twice'
model "{ $head, \"speed\": { \"weather\": { \"slot_s\": 1e-9 } } }"
badly 'slot_s: .*1e-09, allowed \[0.1, 1000000000\]'
model "{ $head, \"speed\": { \"drift_per_h\": -2 } }"
badly 'drift_per_h: .*-2, allowed \[-0.99'
model "{ $head, \"local\": { \"cores\": 0.5 } }"; badly 'local.cores: .*0.5'
model "{ $head, \"launcher\": { \"quota_vcpu\": 1 } }"
bad 2 'quota of 1 vCPU' --policy static --model m.json

# law TEXT REGEX: a distribution.
law()
{
    model "{ $head, \"startup\": { \"pull_s\": { \"dist\": $1 } } }"
    badly "startup.pull_s.*$2"
}
law '"lognormal", "mu": 1000, "sigma": 1' 'beyond the range of a double'
law '"empirical", "values": []' 'values: must not be empty'
law '"mixture", "components": []' 'components: must not be empty'
law '"mixture", "components": [{ "weight": 0, "dist": "exponential",
"mean": 1 }]' 'weights must be positive'
law '"exponential", "mean": 1, "men": 2' 'men: unknown key'
law '"uniform", "lo": 2, "hi": 1' '.'
law '7' 'dist'

# Posterior draws.
draw()
{
    model "{ $head, \"posterior\": { \"draws\": [ {}, $1 ] } }"
    badly "posterior.draws\\[1\\]: $2"
}
draw 7 'must be an object'
draw '{ "client.nope": 1 }' 'client.nope: unknown key'
draw '{ "stop_s": -1 }' 'stop_s.*-1'
draw '{ "a..b": 1 }' 'there is no place'
draw '{ "speed.classes.7.weight": 1 }' 'speed.classes'
draw '{ "schema": "x" }' 'schema'
draw '{ "posterior.draws": [] }' 'posterior.draws: a draw cannot hold draws'
model "{ $head, \"posterior\": { \"draw\": [] } }"
badly 'posterior.draw: unknown key \(did you mean "draws"'

# Numbers no cloud has: refused, not printed with the wrong digits.
for huge in 1e300 1e308; do
    model "{ $head, \"startup\": { \"pull_s\": $huge } }"
    badly 'static: makespan_s: too large to compute with'
done

# What can never finish ends, and says so.
# never REGEX ARGUMENT...
never()
{
    is_exit 0 "$*" timeout 60 "$SBSIM" --model m.json --reps 2 "$@"
    like out '^NOT FINISHED: .* in 2 of 2 replications' "says so"
}
model "{ $head, \"loss\": { \"fail_p\": 1 } }"
never --policy static
never --policy dynamic
never --policy speculative
model "{ $head, \"loss\": { \"spot_per_h\": 1e6 } }"
never --policy static --spot
never --policy split --spot
never --policy oversubscribe --spot
model "{ $head, \"startup\": { \"never_p\": 1 } }"
never --policy static

# More flags and policies.
# shellcheck disable=SC2086 # $run is a list
{
bad 2 '--reps: .*got "1e12"' --policy static --model ok.json --reps 1e12
bad 2 '--reps: .*got "abc"' --policy static --model ok.json --reps abc
bad 2 '--reps: .*GB' --policy static --model ok.json --reps 1000000000
bad 2 '--threads: .*got "0"' $run static --threads 0
bad 2 '--threads: .*got "99999999999999999999"' $run static \
    --threads 99999999999999999999
bad 2 '--vcpu: .*got "1e300"' $run static --vcpu 1e300
bad 2 '--workers: ' $run static --workers 1000000000000
bad 2 '--set: must be path=value' $run static --set =1
bad 2 '--set: must be path=value' $run static --set stop_s=
bad '[12]' '--set stop_s.*' $run static --set stop_s=abc
bad '[12]' 'ok.json with --set: stop_s' $run static --set stop_s.x.y=1
bad 2 'units is given twice' $run split:units=1,units=2
bad 2 'must be key=value|=1' $run static:=1
bad 2 'must be key=value' $run split:units
bad 2 'units' $run static:units=1
bad 2 'units=0x10|0x10' $run split:units=0x10
bad 2 'mpty' $run +static
bad 2 '.' $run static+
bad 2 'static\+dynamic|dynamic|static' $run static+dynamic
bad 2 'layers' $run "$(awk 'BEGIN { s = "warm-pool"
    for (i = 0; i < 99; i++) s = s "+warm-pool"; print s }')"
bad 1 '/: no regular file' $run /
bad 1 './ok.json: no shared object' $run ./ok.json
bad '[12]' 'none' $run static --workload none.json
}

# Inputs that are no files. A run notes the hash of its trace, so a pipe will
# not do; an import notes where it came from.
echo '{"taskArn":"t/1","createdAt":100}' >one.json
# shellcheck disable=SC2002 # a pipe is what is tested
cat one.json | "$SBSIM" trace import --ecs /dev/stdin -o pipe.h5 --quiet
is_exit 0 "an import through a pipe" sbsim trace info pipe.h5
like pipe.h5 'import --ecs from a pipe' "  with no hash of what is gone"
mkfifo pipe
is_exit '[12]' "a FIFO as trace" timeout 10 "$SBSIM" --policy static \
    --trace pipe
like err '^sbsim: pipe: is not a file' "  says so"
bad 1 '/dev/zero: is not a file' --policy static --trace /dev/zero
bad 1 'folder: is not a file' --policy static --trace folder
bad 1 '/dev/zero: ' --policy static --model /dev/zero
trace=$SBS_BUILDDIR/traces/fargate.h5
head -c 4000 "$trace" >cut.h5
bad 1 'cut.h5: damaged or cut off' --policy static --trace cut.h5
bad 1 'cut.h5: damaged or cut off' calibrate --trace cut.h5

# The other commands.
bad 1 'none.h5: ' calibrate --trace none.h5
bad 2 '--trace' calibrate
bad 1 'none/m.json: ' calibrate --trace "$trace" -o none/m.json
bad 2 '--scenario' kernel --paths 10
bad 2 '--scenario: .*got "0"' kernel --scenario 0 --paths 10
bad 2 '--paths: .*got "0"' kernel --scenario 1 --paths 0
bad 2 '--paths: .*got "1e99"' kernel --scenario 1 --paths 1e99
bad 2 '--seed: .*got "9007199254740992"' kernel --scenario 1 --paths 10 \
    --seed 9007199254740992
bad '[12]' 'speculativ.*speculative' policies speculativ

# Texts a spreadsheet or a script may produce.
awk 'BEGIN { for (i = 0; i < 1000000; i++) printf "c%d,", i; print "x" }' \
    >wide.csv
is_exit 1 "10^6 columns" timeout 60 "$SBSIM" trace import --csv wide.csv \
    -o x.h5
like err '^sbsim: wide.csv:1: ' "  says where"
awk 'BEGIN { for (i = 0; i < 100000; i++) printf "{\"tasks\":[" }' >deep.json
bad 1 'deep.json:1:[0-9]+: nested too deeply' trace import --ecs deep.json \
    -o x.h5
for stamp in '"yesterday"' '"99999-01-01T00:00:00Z"' 1e300 1e9999; do
    echo "{\"taskArn\":\"t/1\",\"createdAt\":$stamp}" >stamp.json
    bad 1 'stamp.json:1:.*(not a time|not epoch seconds|1e9999)' trace import \
        --ecs stamp.json -o x.h5
done
echo '{"task":"t","compute_start":1' >cut.jsonl
bad 1 'cut.jsonl:[12]:' trace import --worker-log cut.jsonl -o x.h5
is "$(ls x.h5 2>/dev/null)" "" "no trace was made"

is "$(find . -name '*.json.*' -o -name 'x.json*' | grep -v '^./[a-z]*.json$')" \
    "" "no temporary file is left"
done_testing
