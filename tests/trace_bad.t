#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sbsim trace with wrong input, and imports that are interrupted or cannot
# write: a message, an exit status, and the old file as it was.
. "${SBS_SRCDIR:?}/tests/lib.sh"
cd "$T" || exit 99
LONG=${SBS_LONG:-0}

# refused WANT-STATUS REGEX NAME ARGS...: sbsim trace ARGS
refused()
{
    want_status=$1
    regex=$2
    case_name=$3
    shift 3
    is_exit "$want_status" "$case_name" sbsim trace "$@"
    like err "$regex" "  $regex"
    is "$(cat out)" "" "  nothing on stdout"
}
cp "$SBS_BUILDDIR/traces/fargate.h5" good.h5 || exit 99

# --- command line
refused 2 '^sbsim: trace: import, info, check or export' "no part" 
refused 2 'unknown part "inof" \(did you mean info' "misspelt part" inof
refused 2 'F\.h5' "info without a file" info
refused 2 'F\.h5|too many|good' "info of two" info good.h5 good.h5
refused 2 '^sbsim: -o: must be given' "import without -o" import --ecs x.json
refused 2 '^sbsim: one of --ecs' "import of nothing" import -o x.h5
refused 2 '^sbsim: -o: must be a file' "import to stdout" import --ecs x.json -o -
refused 2 'did you mean|unknown flag' "misspelt flag" import --ecss x.json -o x.h5
refused 2 '^sbsim: --table: unknown \("task"' "unknown table" export --csv good.h5 --table task

# --- files that are no traces
refused 1 '^sbsim: none\.h5: ' "missing" info none.h5
refused 1 '^sbsim: \.: is not a file \(a folder\)' "a folder" info .
refused 1 '^sbsim: /dev/zero: is not a file' "a device" info /dev/zero
: >empty.h5
refused 1 '^sbsim: empty\.h5: not an HDF5 file' "empty" info empty.h5
echo '{"schema": 1}' >text.h5
refused 1 '^sbsim: text\.h5: not an HDF5 file' "text" check text.h5
for cut in 8 100 4000 500000; do
    head -c "$cut" good.h5 >cut.h5
    refused 1 '^sbsim: cut\.h5: damaged or cut off' "cut off after $cut bytes" info cut.h5
done
{ head -c 512 /dev/zero; cat good.h5; } >shifted.h5
refused 1 '^sbsim: shifted\.h5: not an HDF5 file' "a user block" info shifted.h5
refused 1 '^sbsim: empty\.h5: not an HDF5 file' "export" export --csv empty.h5
if [ "$(id -u)" -ne 0 ]; then
    cp good.h5 secret.h5
    chmod 0 secret.h5
    refused 1 '^sbsim: secret\.h5: ' "not readable" info secret.h5
else
    skip "root reads everything"
fi

# --- ECS JSON
ecs() # NAME REGEX TEXT
{
    printf '%s' "$3" >bad.json
    refused 1 "^sbsim: bad\.json:$2" "ecs: $1" import --ecs bad.json -o bad.h5
    ok "  no file" test ! -e bad.h5
}
t='"taskArn":"t/1"'
ecs "empty" ' is empty' ''
ecs "no JSON" '1:' 'createdAt'
ecs "cut off" '3:' '{"tasks": [
{"taskArn": "t/1",
"createdAt": '
ecs "trailing text" '' '{"taskArn":"t/1","createdAt":100} x'
ecs "1e400" '1:.*1e400' "{$t,\"version\":1e400}"
ecs "duplicate key" '' "{$t,\"createdAt\":100,\"createdAt\":200}"
ecs "leading zero" '' "{$t,\"createdAt\":0100}"
ecs "NaN" '' "{$t,\"createdAt\":NaN}"
ecs "comment without end" '' "{$t /* "
ecs "no task" ' no ECS task' '{"tasks":[],"failures":[{"reason":"MISSING"}]}'
ecs "no task in a list" ' no ECS task' '[]'
ecs "a number" '' '17'
ecs "no ARN" '1: taskArn' '{"createdAt":100}'
ecs "ARN no text" '1: taskArn' '{"taskArn":5}'
ecs "ARN empty" '1: taskArn' '{"taskArn":""}'
ecs "tasks no list" '1: tasks' '{"tasks":{}}'
ecs "task no object" '1: tasks\[1\]' "{\"tasks\":[{$t},7]}"
ecs "time without zone" '1: createdAt: not a time \("2026-02-04T10:00:00"' "{$t,\"createdAt\":\"2026-02-04T10:00:00\"}"
ecs "30 February" '1: createdAt: not a time' "{$t,\"createdAt\":\"2026-02-30T10:00:00Z\"}"
ecs "hour 25" '1: createdAt: not a time' "{$t,\"createdAt\":\"2026-02-04T25:00:00Z\"}"
ecs "milliseconds" '1: createdAt: not epoch seconds \(1770199200000' "{$t,\"createdAt\":1770199200000}"
ecs "before 1970" '1: createdAt: not epoch seconds \(-5' "{$t,\"createdAt\":-5}"
ecs "a year too early" '1: createdAt: not a time' "{$t,\"createdAt\":\"1969-12-31T23:59:59Z\"}"
ecs "time of another type" '1: createdAt: must be a time' "{$t,\"createdAt\":[1]}"
ecs "exit code 1.5" '.*exitCode' "{$t,\"containers\":[{\"exitCode\":1.5}]}"
ecs "line of the second document" '2: createdAt' "{$t}
{$t,\"createdAt\":true}"
ecs "column in the second document" '2:[0-9]+:' "{$t}
{$t,}"
printf '{"taskArn":"t/1","createdAt":100,"az":"\377"}' >bad.json
refused 1 '^sbsim: bad\.json:1:' "ecs: not UTF-8" import --ecs bad.json -o bad.h5
printf '{"taskArn":"t/1\000"}' >bad.json
refused 1 '^sbsim: bad\.json:1:' "ecs: NUL" import --ecs bad.json -o bad.h5

# --- worker logs
log() # NAME REGEX TEXT
{
    printf '%s' "$3" >bad.jsonl
    refused 1 "^sbsim: bad\.jsonl:$2" "log: $1" import --worker-log bad.jsonl -o bad.h5
    ok "  no file" test ! -e bad.h5
}
log "unknown key" '1: .*compute_strat.*compute_start' '{"task":"t","compute_strat":5}'
log "no container" '1: needs "task" or "worker"' '{"item":"s1"}'
log "a list" '1:' '[{"task":"t"}]'
log "negative work" '1: ref_s' '{"task":"t","ref_s":-1}'
log "work 0" '1: item_ref_s' '{"task":"t","item":"a","item_ref_s":0}'
log "work of no item" '1: item_ref_s: needs "item"' '{"task":"t","item_ref_s":3}'
log "unit 1.5" '1: unit' '{"task":"t","item":"a","unit":1.5}'
log "unit beyond 2^31" '1: unit' '{"task":"t","item":"a","unit":4294967296}'
log "text for a number" '1: cpu_s' '{"task":"t","cpu_s":"5"}'
log "unknown outcome" '1: outcome: unknown \("good"' '{"task":"t","outcome":"good"}'
log "third line" '3: compute_end' '{"task":"t"}

{"task":"t","compute_end":"noon"}'

# --- CSV
csv() # NAME REGEX TEXT
{
    printf '%b' "$3" >bad.csv
    refused 1 "^sbsim: bad\.csv:$2" "csv: $1" import --csv bad.csv -o bad.h5
    ok "  no file" test ! -e bad.h5
}
csv "empty" ' is empty' ''
csv "header only" ' no row' 'worker_id,pull_start\n'
csv "unknown column" '1: unknown column "pul_start" \(did you mean pull_start' 'pul_start\n5\n'
csv "index column" '1: unknown column "worker_index"' 'worker_index\n0\n'
csv "column twice" '1: column "submit" twice' 'submit,submit\n1,2\n'
csv "short row" '3: 1 cells \(the header has 2' 'worker_id,submit\na,1\nb\n'
csv "quote without end" '2: quote without end' 'worker_id,submit\n"a,1\n'
csv "quote inside" '2: quote inside' 'worker_id,submit\na"b,1\n'
csv "no number" '2: vcpu: not a number \("two"' 'worker_id,vcpu\na,two\n'
csv "nan" '2: cpu_seconds: not a number \("nan"' 'worker_id,cpu_seconds\na,nan\n'
csv "inf" '2: submit: not a time \("inf"' 'worker_id,submit\na,inf\n'
csv "hexadecimal" '2: ref_s: not a number' 'worker_id,ref_s\na,0x10\n'
csv "negative time" '2: submit: before the epoch \("-5"' 'worker_id,submit\na,-5\n'
csv "out of range" '2: outcome: out of range \(9, allowed' 'worker_id,outcome\na,9\n'
csv "no integer" '2: exit_status: not an integer' 'worker_id,exit_status\na,0.5\n'
csv "work 0" '2: ref_seconds: must be above 0 \(0\)' 'task_id,ref_seconds\ns,0\n'
csv "work without an item" '2: ref_seconds: needs task_id' 'worker_id,ref_seconds\na,5\n'
csv "same attempt twice" '3: the same attempt as line 2' 'worker_id,submit\na,1\na,2\n'
csv "NUL" ' has a NUL' 'worker_id\na\0000\n'
csv "control character" '2: cpu_model: control' 'worker_id,cpu_model\na,\033[2J\n'

# --- importing into something that is no trace, or that would lose data
cp text.h5 into.h5
refused 1 '^sbsim: into\.h5: not an HDF5 file' "into a text file" import --ecs /dev/null -o into.h5
same text.h5 into.h5 "  left as it was"
echo '{"taskArn":"t/1","createdAt":100}' >one.json
cp good.h5 base.h5
printf '{"taskArn":"t/2","createdAt":"noon"}' >two.json
refused 1 'two\.json:1: createdAt' "second file is wrong" import --ecs one.json two.json -o base.h5
same good.h5 base.h5 "  left as it was"

# --- where it cannot write
refused 1 '^sbsim: nowhere/x\.h5: ' "no such folder" import --ecs one.json -o nowhere/x.h5
refused 1 '^sbsim: \.: ' "onto a folder" import --ecs one.json -o .
refused 1 '^sbsim: /dev/full: ' "onto a full device" import --ecs one.json -o /dev/full
is_exit 1 "export to a full device" sbsim trace export --csv good.h5 -o /dev/full
like err '^sbsim: /dev/full: ' "  says so"
sh -c '"$SBSIM" trace info good.h5 >/dev/full' 2>err
is $? 1 "info to a full device: status"
like err '^sbsim: standard output: ' "  says so"
if [ "$(id -u)" -ne 0 ]; then
    mkdir closed
    cp good.h5 closed/x.h5
    chmod a-w closed closed/x.h5
    refused 1 '^sbsim: closed/x\.h5: ' "not writable" import --ecs one.json -o closed/x.h5
    same good.h5 closed/x.h5 "  left as it was"
else
    skip "root writes everywhere"
fi
mkdir small
# A disk with room for one such file, not for two.
room=$(($(wc -c <good.h5) * 5 / 4096))k
if mount -t tmpfs -o "size=$room" tmpfs small 2>/dev/null; then
    cp good.h5 small/x.h5
    refused 1 '^sbsim: small/x\.h5: cannot write \(No space' "disk full" import --ecs one.json -o small/x.h5
    same good.h5 small/x.h5 "  left as it was"
    is "$(find small -type f | wc -l)" 1 "  no temporary file left"
    umount small
else
    skip "no tmpfs to fill"
fi
(
    ulimit -f 1000 # blocks of 512 bytes: below the size of the file
    trap '' XFSZ
    "$SBSIM" trace import --ecs one.json -o base.h5 >out 2>err
)
is $? 1 "file size limit: status"
like err '^sbsim: base\.h5: cannot write \(File too large' "  says so"
same good.h5 base.h5 "  left as it was"

# --- killed at any moment: the old file or the new one
awk 'BEGIN { for (i = 0; i < 20000; i++) printf "{\"taskArn\":\"t/%d\",\"createdAt\":%d}\n", i, 1770199200 + i }' >many.jsonl
cp good.h5 want.h5
sbsim trace import --ecs many.jsonl -o want.h5 --quiet
begun=$(date +%s%N)
cp good.h5 live.h5
sbsim trace import --ecs many.jsonl -o live.h5 --quiet
takes=$((($(date +%s%N) - begun) / 1000000)) # milliseconds
tries=15
[ "$LONG" = 1 ] && tries=100
old=0
new=0
other=0
i=0
while [ $i -lt $tries ]; do
    i=$((i + 1))
    cp good.h5 live.h5
    "$SBSIM" trace import --ecs many.jsonl -o live.h5 --quiet >/dev/null 2>&1 &
    pid=$!
    # From nothing to 1.5 times what it takes undisturbed.
    ms=$((i * takes * 3 / (2 * tries)))
    sleep "$((ms / 1000)).$(printf %03d $((ms % 1000)))"
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    if cmp -s good.h5 live.h5; then
        old=$((old + 1))
    elif cmp -s want.h5 live.h5; then
        new=$((new + 1))
    else
        other=$((other + 1))
    fi
    rm -f live.h5*
done
echo "# killed: $old old, $new new, $other other"
is $other 0 "killed $tries times: always the old file or the new"

# --- two at a time: neither is lost
rm -f pair.h5
i=0
while [ $i -lt 6 ]; do
    i=$((i + 1))
    echo "{\"taskArn\":\"t/$i\",\"createdAt\":$((100 + i))}" >p$i.json
    "$SBSIM" trace import --ecs p$i.json -o pair.h5 --quiet &
done
wait
is "$(sbsim trace export --csv pair.h5 --table tasks | awk 'END { print NR - 1 }')" 6 "six imports at once: six tasks"

# --- a link keeps pointing, rights stay
cp good.h5 real.h5
chmod 640 real.h5
ln -s real.h5 link.h5
sbsim trace import --ecs one.json -o link.h5 --quiet
ok "a link is still a link" test -L link.h5
is "$(stat -c %a real.h5)" 640 "rights kept"
ok "and the file behind it has changed" sh -c '! cmp -s good.h5 real.h5'
done_testing
