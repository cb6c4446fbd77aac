#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Logs: a run writes one without changing a number, every policy decides the
# same again on it, what differs is found and shown, and nothing in a log is
# trusted.
. "${SBS_SRCDIR:?}/tests/lib.sh"
cd "$T" || exit 99
umask 022

lognormal='"dist": "lognormal"'
cat >lossy.json <<END
{ "schema": "sbsim-model", "schema_version": 1,
  "startup": { "provision_s": { $lognormal, "mu": 3, "sigma": 0.5 } },
  "client": { "setup_s": 2, "call_s": { $lognormal, "mu": -1, "sigma": 0.3 },
    "poll_s": 3, "poll_task_s": 0.05, "collect_s": 0.2 },
  "launcher": { "quota_vcpu": 40, "burst": 4, "refill_per_s": 1,
    "refuse_p": 0.1 },
  "speed": { "classes": [ { "weight": 2, "slowdown": 2 },
      { "weight": 1, "slowdown": { $lognormal, "mu": 1, "sigma": 0.4 } } ],
    "log_sd": 0.1, "weather": { "slot_s": 20, "log_sd": 0.2 } },
  "unit": { "claim_s": 0.1, "download_s": 0.5, "upload_s": 0.3 },
  "loss": { "fail_p": 0.1, "spot_per_h": 4 }, "stop_s": 2 }
END
cat >work.json <<END
{ "schema": "sbsim-workload", "schema_version": 1, "tasks": 13,
  "ref_s": { "dist": "gamma", "shape": 4, "scale": 30 },
  "divisible": true, "exchangeable": true }
END
run()
{
    sbsim --model lossy.json --workload work.json --spot --reps 4 "$@"
}

# ---- every policy, the same again ----------------------------------------

plugin=$SBS_SRCDIR/examples/plugin/second_chance.c
# chance [SED-SCRIPT]: build the example plugin, changed, as ./chance.so.
chance()
{
    sed -e "${1:-}" "$plugin" >chance.c
    # shellcheck disable=SC2086 # a command with arguments
    ${SBS_CC:-cc} -std=c11 -shared -fPIC -DSBS_PLUGIN \
        -I"$SBS_SRCDIR/include" -o new.so chance.c 2>chance.log &&
        mv new.so chance.so
}
policies=$(sbsim policies | sed -n 's/^  \([a-z0-9-]*\)  *.*/\1/p')
policies="$policies warm-pool:size=4+split:units=5 static+speculative"
is_exit 0 "the policies are listed" sbsim policies
for policy in $policies; do
    # A few have no default that fits this work; they say so.
    run --policy "$policy" --quiet >out 2>&1 || {
        like out '^sbsim: --policy: ' "$policy: refuses this work"
        continue
    }
    is_exit 0 "$policy: is logged" run --policy "$policy" --quiet \
        --log "logs-$policy" --log-reps 3 --json logged.json
    is_exit 0 "$policy: is replayed" sbsim replay "logs-$policy"/*
    is "$(grep -c ': [0-9]* events, [0-9]* decisions: the same$' out)" 3 \
        "$policy: and decides the same, three times" || show out
    run --policy "$policy" --quiet --json plain.json
    sed '/^ *"wall_[a-z_]*"/d' logged.json >a
    sed '/^ *"wall_[a-z_]*"/d' plain.json >b
    same a b "$policy: a log changes no number"
done

# ---- what --log writes ---------------------------------------------------

is_exit 0 "two policies, one thread" run --policy static,split:units=3 \
    --quiet --threads 1 --log one
is_exit 0 "two threads" run --policy static,split:units=3 --quiet \
    --threads 2 --log two
is "$(ls one)" "01-static.r0.jsonl
02-split_units=3.r0.jsonl" "a file each"
for f in one/*; do
    same "$f" "two/${f#*/}" "$f: the same bytes for any --threads"
done
log=one/01-static.r0.jsonl
like $log '^\{"schema": "sbsim-log", "schema_version": 1, ' "a header"
is "$(sed -n '$p' $log | grep -c '"end": "finished"')" 1 "an end"
is_exit 1 "a folder that is not empty" run --policy static --quiet --log one
like err '^sbsim: --log: one: is not empty' "is left alone"
echo >file
is_exit 1 "a file" run --policy static --quiet --log file
like err '^sbsim: --log: file: Not a directory' "is no folder"
is_exit 1 "a folder in none" run --policy static --quiet --log no/where
like err '^sbsim: --log: no/where: No such file' "cannot be made"
is_exit 2 "more logs than replications" run --policy static --log l \
    --log-reps 5
like err '^sbsim: --log-reps: 5 \(at most --reps, 4\)' "is refused"
is_exit 2 "a policy that refuses" run --policy warm-pool:size=99 --log l
ok "leaves no folder" test ! -e l
mkdir empty
is_exit 0 "an empty folder will do" run --policy static --quiet --log empty
if [ "$(id -u)" -ne 0 ]; then
    mkdir shut && chmod 555 shut
    is_exit 1 "a folder without rights" run --policy static --quiet \
        --log shut
    like err '^sbsim: shut/01-static.r0.jsonl: cannot write' "is an error"
else
    skip "root may write everywhere"
fi
# A full disk: a limit on the size of files does the same.
is_exit 1 "a log that cannot be written" sh -c 'ulimit -f 8
    trap "" XFSZ
    exec "$@"' - "$SBSIM" --model lossy.json --workload work.json \
    --policy split:units=20 --reps 4 --quiet --log full
like err '^sbsim: full/01-split_units=20.r0.jsonl: .*writ' "names the file"
ok "and leaves nothing" test ! -e full

# ---- a policy or a log that has changed ------------------------------------

# differs NAME LINE: replaying x.jsonl finds the difference there.
differs()
{
    is_exit 3 "$1: differs" sbsim replay x.jsonl
    like out "^x.jsonl:$2: at [0-9.e+-]* s the policy decides otherwise" \
        "$1: and where"
    like out '^  log: \{"t"' "$1: what the log says"
    like out '^  now: ' "$1: what the policy does now"
}
begin=$(grep -n '"order": "begin"' $log | sed -n '3s/:.*//p')
sed "${begin}s/\"first_unit\": [0-9]*/\"first_unit\": 12/" $log >x.jsonl
differs "another unit begun" "$begin"
ready=$((begin - 1))
sed "${ready}s/\"t\": [0-9.]*/\"t\": 0.5/" $log >x.jsonl
is_exit 1 "an event before the one before it" sbsim replay x.jsonl
like err "^sbsim: x.jsonl:$ready: impossible here: before" "is refused"
seen=$(grep -n '"event": "seen"' $log | sed -n '2s/:.*//p')
sed "${seen}s/.*/$(sed -n "${begin}p" $log)/" $log >x.jsonl
is_exit '[13]' "an event that became an order" sbsim replay x.jsonl
sed "${seen}d" $log >x.jsonl
is_exit '[13]' "an event that is gone" sbsim replay x.jsonl
sed '1s/"static"/"dynamic"/' $log >x.jsonl
is_exit 3 "the log of another policy" sbsim replay x.jsonl
like out '^x.jsonl:1: the policy plans otherwise' "plans otherwise"
like out '^  layers\[0\].policy: static / dynamic$' "layer by layer"
sed '1s/"plan": {"tasks": 13, "needed": 13/"plan": {"tasks": 13, "needed": 12/' \
    $log >x.jsonl
is_exit 3 "another plan" sbsim replay x.jsonl
like out '^  plan.needed: 12 / 13$' "shows where"
sed '$s/"workers": [0-9]*/"workers": 4711/' $log >x.jsonl
differs "another end" "$(wc -l <$log | tr -d ' ')"

if chance; then
    is_exit 0 "a plugin is logged" run --policy ./chance.so:after_s=150 \
        --quiet --log chance
    is_exit 1 "a plugin does not run unasked" sbsim replay chance/*
    like err 'a plugin is a program: --plugins lets it run' "it says"
    is_exit 0 "a plugin is replayed" sbsim replay --plugins chance/*
    chance 's/p->after_s, 0)/p->after_s + 30, 0)/'
    cp chance/* x.jsonl
    is_exit 3 "a plugin that changed its mind" sbsim replay --plugins x.jsonl
    like out '^x.jsonl:[0-9]*: at 0 s the policy decides otherwise' "at once"
    like out '^  log: .*"wake_at".* "at_s": 150}$' "then"
    like out '^  now: .*"wake_at".* "at_s": 180}$' "and now"
    rm chance.so
    is_exit 1 "a plugin that is gone" sbsim replay --plugins x.jsonl
    like err '^sbsim: x.jsonl:1: ./chance.so: No such file' "is named"
else
    report 1 "the example plugin builds"
fi

# ---- logs that are none ----------------------------------------------------

# refused NAME REGEX: x.jsonl is an error of replay and of diff, with place.
refused()
{
    is_exit 1 "$1: replay refuses it" sbsim replay x.jsonl
    like err "^sbsim: x.jsonl$2" "$1: and says why"
    is_exit 1 "$1: so does diff" sbsim diff x.jsonl $log
    like err "^sbsim: x.jsonl$2" "$1: for the same reason"
}
lines=$(wc -l <$log)
half=$((lines / 2))
sed "${half}q" $log >x.jsonl
is_exit 1 "cut between lines" sbsim replay x.jsonl
like err "^sbsim: x.jsonl:$((half + 1)): the log stops without its last" \
    "and where"
head -c $(($(wc -c <$log) - 40)) $log >x.jsonl
is_exit 1 "cut inside a line" sbsim replay x.jsonl
like err "^sbsim: x.jsonl:$lines:[0-9]*: " "line and column"
: >x.jsonl
refused "an empty file" ':1: the file is empty$'
sed '1s/sbsim-log/sbsim-model/' $log >x.jsonl
refused "another schema" ':1: schema: '
sed '1s/"schema_version": 1/"schema_version": 2/' $log >x.jsonl
refused "another version" ':1: schema_version: '
head -c 3000 "$SBSIM" >x.jsonl
refused "rubbish" ':1:[0-9]+: '
sed '1s/"tasks": 13/"tasks": 99999999/g' $log >x.jsonl
refused "a plan too large" ':1: asked.tasks: must be '
sed '1s/"spec": "static"/"spec": "statik"/' $log >x.jsonl
is_exit 1 "a policy that nobody knows" sbsim replay x.jsonl
like err '^sbsim: x.jsonl:1: --policy: no policy "statik" \(did you mean' "is named"
sed '1s/"spec": "static"/"spec": "static,static"/' $log >x.jsonl
is_exit 1 "two policies" sbsim replay x.jsonl
like err '^sbsim: x.jsonl:1: spec: is not one policy' "are refused"
{ cat $log; sed -n '$p' $log; } >x.jsonl
is_exit 1 "a log with two ends" sbsim replay x.jsonl
like err "^sbsim: x.jsonl:$((lines + 1)): something follows the end" "says so"
is_exit 1 "no log" sbsim replay nothing.jsonl
like err '^sbsim: nothing.jsonl: cannot be opened' "is an error"
is_exit 1 "a folder" sbsim replay one
is_exit 2 "no word" sbsim replay
is_exit 1 "one bad log among good ones" sbsim replay $log nothing.jsonl \
    two/01-static.r0.jsonl
is "$(grep -c 'the same$' out)" 2 "the good ones are replayed all the same"

# ---- diff ------------------------------------------------------------------

is_exit 0 "a log and itself" sbsim diff $log two/01-static.r0.jsonl
like out 'the same$' "are the same"
is_exit 0 "another seed" run --policy static --quiet --seed 2 --log seed
is_exit 3 "two seeds differ" sbsim diff $log seed/01-static.r0.jsonl
like out '^  header.seed: 1 / 2$' "in the header"
like out '^The first difference is in line [0-9]+, at ' "and in a line"
like out '^  A: \{"t"' "of A"
like out '^  B: \{"t"' "of B"
like out '^  workers +[0-9]+ +[0-9]+$' "with both states"
is_exit 3 "two policies differ" sbsim diff one/*
like out '^  header.spec: static / split:units=3$' "by name"
like out '^  header.plan.units_per_task: 1 / 3$' "and plan"
sed "${begin}s/\"first_unit\": [0-9]*/\"first_unit\": 12/" $log >x.jsonl
is_exit 3 "one unit" sbsim diff $log x.jsonl
like out "^The first difference is in line $begin, " "is found"
unlike out '^  header' "behind equal headers"
is_exit 1 "a log and nothing" sbsim diff $log nothing.jsonl
is_exit 2 "one log alone" sbsim diff $log
done_testing
