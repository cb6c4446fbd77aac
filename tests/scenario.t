#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sbsim run --scenario: one by name, all of them, and every mistake.
. "${SBS_SRCDIR:?}/tests/lib.sh"
cd "$T" || exit 99
names="rare5x neverstart bimodal throttled spotstorm drift"

cat >m.json <<'END'
{ "schema": "sbsim-model", "schema_version": 1,
  "startup": { "pull_s": { "dist": "lognormal", "mu": 3, "sigma": 0.2 } },
  "speed": { "classes": [ { "name": "a", "slowdown": 2 } ] },
  "price": { "spot_factor": 0.3 } }
END
cat >w.json <<'END'
{ "schema": "sbsim-workload", "schema_version": 1, "tasks": 20,
  "ref_s": 600, "divisible": true }
END
one() { sbsim --policy static --model m.json --workload w.json "$@"; }

# mean FILE POLICY SCENARIO: mean makespan in a CSV of all.
mean()
{
    awk -F, -v p="$2" -v s="$3" \
        '$1 == s && $2 == p && $3 == "makespan_s" { print $5 }' "$1"
}

# The list is in --help and in doc/scenarios.md, and nothing else is.
is_exit 0 "run --help" sbsim run --help
for name in $names all; do
    like out "^ +$name - [^ ]" "--help says what $name is"
done
is "$(grep -Ec '^ +[a-z0-9]+ - ' out)" 7 "--help lists them and no other"
is "$(sed -n 's/^| `\([a-z0-9]*\)`.*/\1/p' "$SBS_SRCDIR/doc/scenarios.md" |
    xargs)" "$names" "doc/scenarios.md describes them"

# Each by itself.
for name in $names; do
    is_exit 0 "$name" one --scenario "$name" --reps 30 --json "$name".json
    like out "scenario $name\$" "$name: in the title"
    like out "^Note: scenario $name: .*" "$name: in a note"
    like "$name".json "^    \"scenario\": \"$name\"" "$name: in the inputs"
done
like rare5x.json '"name": "a, 5x slower"' "rare5x: the model as used"
like neverstart.json '"never_p": 0.057' "neverstart: the model as used"
like spotstorm.json '"spot_per_h": 1.83' "spotstorm: the model as used"
is_exit 0 "spotstorm" one --scenario spotstorm --reps 30
like out ', spot, scenario spotstorm$' "spotstorm implies --spot"
is_exit 0 "plain" one --reps 30 --json plain.json
unlike plain.json '"scenario"' "none: no such key"

# --set has the last word.
is_exit 0 "--set after the overlay" one --scenario neverstart \
    --set startup.never_p=0 --reps 30 --json set.json
like set.json '"never_p": 0$' "--set wins"
sed '/"scenario"/d; /"wall_/d; /never_p/d; /"startup"/,/}/d' set.json >a
sed '/"scenario"/d; /"wall_/d; /never_p/d; /"startup"/,/}/d' plain.json >b
same a b "the overlay undone is the plain model"

# All of them.
is_exit 0 "all" sbsim --policy static,dynamic,split:units=20 --model m.json \
    --workload w.json --reps 200 --scenario all --json all.json --csv all.csv
for name in plain $names; do
    like out "[ ]$name( |\$)" "all: a column $name"
done
like out '^Verdict: ' "all: a verdict"
like out '^NOT FINISHED under neverstart: static in [0-9]+ of 200' \
    "all: what does not finish"
like out '^Flips under|^No pair that plain can tell apart flips' \
    "all: what flips"
unlike out '.{105}' "all: lines of at most 100 columns"
is "$(head -n 1 all.csv | cut -d, -f1-3)" scenario,policy,metric \
    "all: the CSV's head"
is "$(cut -d, -f1 all.csv | sed 1d | uniq | xargs)" "plain $names" \
    "all: the CSV's scenarios"
is "$(sed -n 's/^      "scenario": "\(.*\)",/\1/p' all.json | xargs)" \
    "plain $names" "all: the JSON's scenarios"
like all.json '^  "schema": "sbsim-scenarios",$' "all: the JSON's schema"
is "$(grep -c '"schema": "sbsim-result"' all.json)" 7 "all: seven results"

# What all prints of a scenario is what the scenario alone gives.
is_exit 0 "drift alone" sbsim --policy static,dynamic,split:units=20 \
    --model m.json --workload w.json --reps 200 --scenario drift --csv d.csv
grep '^drift,' all.csv | cut -d, -f2- >a
sed 1d d.csv >b
same a b "all: the numbers of a scenario are those of it alone"

# By hand: 20 tasks of 600 s on workers of slow-down 2 with split; drift makes
# all slower, throttling starts later, rare5x leaves the rest as they are.
for name in rare5x throttled drift; do
    ok "$name: static takes longer than without" awk \
        -v x="$(mean all.csv static "$name")" -v y="$(mean all.csv static plain)" \
        'BEGIN { exit !(x > y) }'
done

# One thread or two, and twice, to a file or not.
is_exit 0 "one thread" sbsim --policy static,split:units=4 --model m.json \
    --workload w.json --reps 50 --scenario all --threads 1 --json one.json
is_exit 0 "two threads" sbsim --policy static,split:units=4 --model m.json \
    --workload w.json --reps 50 --scenario all --threads 2 --json -
grep -v '"wall_' one.json >a
grep -v '"wall_' out >b
same a b "the same bytes"

# Mistakes.
is_exit 2 "unknown" one --scenario rare
like err 'scenario: unknown scenario \("rare", did you mean "rare5x"\?\)' \
    "it names the nearest"
is_exit 2 "unknown, nothing near" one --scenario xyzzy
like err 'allowed rare5x, neverstart, .*, all' "it lists what there is"
is_exit 2 "empty" one --scenario ''
is_exit 2 "plain is no scenario" one --scenario plain
is_exit 2 "a case of its own" one --scenario ALL
echo '{ "schema": "sbsim-model", "schema_version": 1, "startup": 5 }' >bad.json
is_exit 1 "a bad model" sbsim --policy static --model bad.json \
    --workload w.json --scenario neverstart
like err 'bad.json: startup: must be an object' "the model is to blame"
is_exit 1 "a bad --set" one --scenario drift --set speed.log_sd=-1
like err 'm.json with --scenario drift and --set: speed.log_sd' \
    "it says what was laid over"
is_exit 1 "a bad --set under all" one --scenario all --set speed.log_sd=-1
is_exit 1 "all to a full disk" one --scenario all --reps 5 --json /dev/full
is_exit 2 "both to standard output" one --scenario all --json - --csv -
is_exit 2 "all to one log" one --scenario all --log logs
is_exit 0 "a log of one" one --scenario drift --reps 2 --log logs
is_exit 0 "which replays" sbsim replay logs/*.jsonl

done_testing
