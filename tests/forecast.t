#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sbsim predict and score, from the question to the verdict. The "measured"
# runs come from the simulator itself under another seed.
. "${SBS_SRCDIR:?}/tests/lib.sh"
cd "$T" || exit 99
trace=$SBS_BUILDDIR/traces/fargate.h5
cat >m.json <<'END'
{ "schema": "sbsim-model", "schema_version": 1,
  "client": { "call_s": 2, "launches_per_call": 1, "poll_s": 1 },
  "startup": { "pull_s": { "dist": "lognormal", "mu": 3, "sigma": 0.3 } },
  "speed": { "classes": [ { "weight": 1, "slowdown": 2 } ], "log_sd": 0.1,
             "vcpu_gain": { "2": 1 } },
  "run": { "speed_log_sd": 0.03 },
  "posterior": { "draws": [
    { "speed.classes.0.slowdown": 1.9 }, { "speed.classes.0.slowdown": 2 },
    { "speed.classes.0.slowdown": 2.05 }, { "speed.classes.0.slowdown": 2.1 }
  ] } }
END
predict() { sbsim predict --model m.json --tasks 10 "$@"; }

# values POLICY-NUMBER FIGURE FILE: the values of a figure, one a line.
values()
{
    awk -v want="$1" -v figure="\"$2\":" '
        /"spec":/ { n++ }
        $1 == figure { on = n == want }
        on && /"values":/ { gsub(/.*\[|\].*/, ""); gsub(/, */, "\n"); print
                            on = 0 }' "$3"
}
# curve POLICY-NUMBER REPLICATION FILE: its completion times.
curve()
{
    awk -v want="$1" -v rep="$2" '
        /"spec":/ { n++; k = 0 }
        n == want && /^ *\[[0-9]/ { if (++k == rep) { sub(/,$/, ""); print } }
    ' "$3"
}
# runs FILE DATE N POLICY...: N runs of each policy of truth.json, factor $F.
runs()
{
    file=$1 date=$2 n=$3
    shift 3
    {
        echo '{ "schema": "sbsim-measured", "schema_version": 1, "runs": ['
        k=0
        comma=
        for spec; do
            k=$((k + 1)) i=0
            while [ $i -lt "$n" ]; do
                i=$((i + 1))
                last=$(values $k makespan_s truth.json | sed -n "${i}p" |
                    awk -v f="${F:-1}" '{ print f * $1 }')
                bill=$(values $k cost_usd truth.json | sed -n "${i}p")
                echo "$comma { \"name\": \"r$i\", \"policy\": \"$spec\","
                echo "\"date\": \"$date\", \"makespan_s\": $last,"
                [ "${F:-1}" != 1 ] ||
                    echo "\"completions_s\": $(curve $k $i truth.json),"
                echo "\"cost_usd\": $bill }"
                comma=,
            done
        done
        echo '] }'
    } >"$file"
}

is_exit 0 "a forecast" predict --policy static,split:units=4 -o f.json
like out '^Filed in f.json at 20[0-9-]+T[0-9:]+Z, sha256$' "is filed, dated"
like out '^ *Baselines: work / workers / ratio \(0\.4' "with its baselines"
like out '^Filed claim: .* split:units=4 is within 5% ' "what is claimed"
like out 'has a chance of [0-9]+% with what is|chance of [0-9]+%' "how likely"
like out '^static .*run-to-run|^policy .*ignorance' "what is ignorance"
like f.json '"schema": "sbsim-forecast"' "its schema"
is "$(grep -c '"margin": 0.1,' f.json) $(grep -c '"margin": 0.05,' f.json)" \
    "1 1" "margins 10%, and 5% where tasks are split"
is "$(values 1 makespan_s f.json | wc -l | tr -d ' ')" 2000 "2000 values"
is "$(grep -c '^ *\[[0-9]' f.json)" 400 "200 completion curves a policy"

# The values are those of a run; the last completion is the makespan.
is_exit 0 "a run" sbsim --policy static --model m.json --tasks 10 --csv -
is "$(sed -n '2s/.*,\([^,]*\)$/\1/p' out | tr -d '\r')" \
    "$(values 1 makespan_s f.json | sort -n | tail -1)" "the same longest"
is "$(curve 1 3 f.json | sed 's/.*, //; s/\]//')" \
    "$(values 1 makespan_s f.json | sed -n 3p)" "the curve ends at the last"

# Filed is filed.
cp f.json old.json
is_exit 0 "the same forecast again" predict --policy static,split:units=4 \
    -o f.json --quiet
same f.json old.json "stays with its date"
is_exit 0 "with one thread" predict --policy static,split:units=4 \
    --threads 1 -o f.json --quiet
same f.json old.json "it is the same"
is_exit 1 "another one" predict --policy static -o f.json
like err '^sbsim: f.json: is there already and says something else' "is refused"
same f.json old.json "and nothing has changed"
is_exit 1 "nor over some other file" predict --policy static -o m.json
like m.json sbsim-model "which stays"

# The truth: another seed of the same cloud.
is_exit 0 "the truth" predict --policy static,split:units=4 --seed 4711 \
    --reps 8 --quiet -o truth.json
runs five.json 2099-01-01 5 static split:units=4
is_exit 0 "runs as forecast" sbsim score f.json --measured five.json
like out '^static: the model was stated' "fit or held out is not known here"
like out '^static .*makespan_s +[0-9]/5 ' "coverage over runs"
like out 'with 5 runs, 3 or more inside pass.*60% instead' "and its power"
like out 'would pass 68% of the time|^  would pass 68%' "68% for 5 runs"
like out "^r1 +static +[0-9.]+ +[01]\.[0-9]{4}$" "curve distance with its p"
like out 'margin 5% filed' "equivalence with the margin as filed"
like out "^Order of 2 policies: Kendall's tau" "order of the policies"
unlike out 'FAILED|NOT A FORECAST' "nothing fails"
unlike out '.{101}' "at most 100 columns"
is_exit 0 "as JSON" sbsim score f.json --measured five.json --json -
like out '"schema": "sbsim-score"' "its schema"
like out '"failed": 0' "nothing failed"

F=1.5 runs late.json 2099-01-01 5 static split:units=4
is_exit 3 "half as long again" sbsim score f.json --measured late.json
like out 'FAILED  p 0\.[0-9]+ +static: makespan_s has its place' "is noticed"
like out ' different; needs about' "the mean, too"
runs early.json 2000-01-01 1 static split:units=4
is_exit 3 "runs of long ago" sbsim score f.json --measured early.json
like out '^NOT A FORECAST: 2 of the runs' "are no proof"
like out 'has 1\.$' "one run settles no mean"
runs today.json "$(sed -n 's/.*"made_utc": "\([0-9-]*\)T.*/\1/p' f.json)" 1 \
    static
is_exit 0 "a run of the same day" sbsim score f.json --measured today.json
like out 'it is not known that it was made afterwards' "may have been before"

# One run, not in a list; totals only.
cat >one.json <<END
{ "schema": "sbsim-measured", "schema_version": 1, "makespan_s":
  $(values 1 makespan_s truth.json | sed -n 1p) }
END
is_exit 0 "one run" sbsim score f.json --measured one.json --policy static
is_exit 2 "whose policy is not said" sbsim score f.json --measured one.json
like err 'does not say its policy, and 2 were forecast' "of two"
is_exit 1 "or was not forecast" sbsim score f.json --measured one.json \
    --policy dynamic
like err '"dynamic" was not forecast' "is an error"

# Changed afterwards.
tampered()
{
    sed "$1" f.json >bad.json
    cmp -s f.json bad.json && report 1 "$2: sed changed nothing"
    is_exit 1 "$2" sbsim score bad.json --measured five.json
    like err 'bad.json: .*changed after it was filed' "is noticed"
}
tampered 's/"made_utc": "20/"made_utc": "19/' "an older date"
tampered 's/"margin": 0.05/"margin": 0.5/' "a wider margin"
tampered 's/"p95": [1-9]/&9/' "a wider interval"
tampered 's/"seed": 1/"seed": 2/' "another seed"
sed 's/^ *//' f.json >blank.json
is_exit 0 "blanks do not count" sbsim score blank.json --measured five.json

# Bad input: a message with file and place.
measured()
{
    printf '{ "schema": "sbsim-measured", "schema_version": 1, %s }' "$1" \
        >bad.json
    is_exit 1 "$2" sbsim score f.json --policy static --measured bad.json
    like err "^sbsim: bad.json:.*$3" "says why"
}
measured '"makespan_s": -1' "a negative time" 'makespan_s: must be'
measured '"makespan_s": "1"' "text for a number" 'makespan_s: must be'
measured '"makespan_s": 1e400' "a number too large" '1e400'
measured '"date": "2099-01-01"' "nothing measured" 'needs makespan_s'
measured '"makespan": 1' "an unknown key" 'did you mean "makespan_s"'
measured '"runs": []' "no run" 'runs: must not be empty'
measured '"runs": [ 7 ]' "a run that is none" 'runs\[0\]: must be an object'
measured '"makespan_s": 1, "date": "1 May"' "a date of another form" 'date: mu'
measured '"completions_s": [1, 0]' "a completion at 0" 'completions_s\[1\]: mu'
head -c 300 five.json >bad.json
is_exit 1 "cut off" sbsim score f.json --measured bad.json
is_exit 1 "a model for a run" sbsim score f.json --measured m.json
like err 'm.json: schema: ' "says what it is"
is_exit 1 "a model for a forecast" sbsim score m.json --measured five.json
head -c 3000 f.json >bad.json
is_exit 1 "a forecast cut off" sbsim score bad.json --measured five.json
is_exit 1 "no such file" sbsim score f.json --measured none.json
is_exit 2 "nothing measured" sbsim score f.json
is_exit 2 "--run without a trace" sbsim score f.json --measured one.json --run x
is_exit 2 "no output" predict --policy static
is_exit 2 "standard output" predict --policy static -o -
is_exit 2 "one replication" predict --policy static --reps 1 -o x.json
is_exit 1 "a run that never finishes" predict --policy static \
    --set startup.never_p=1 --reps 20 -o x.json
like err 'static: finished in 0 of 20 replications' "is no forecast"
is_exit 2 "a size the model does not know" predict --policy static \
    --vcpu 4 -o x.json
ok "leaves no file" test ! -e x.json

# From the trace: baselines, and how far the question is from the data.
is_exit 0 "the shipped trace" sbsim predict --policy static --reps 50 \
    --trace "$trace" -o u.json
like out '^ *Baselines: .*the last run alike, fargate_ultra' "the last run"
like out '^tasks +50 +2 to 100 .* inside$' "inside of what was measured"
is_exit 3 "scored with the runs it is fitted to" sbsim score u.json \
    --measured "$trace"
like out '^NOT A FORECAST' "is not a forecast"
like out '^static: a fit check' "but a fit check"
is_exit 1 "a run that is not there" sbsim score u.json --measured "$trace" \
    --run nobody
like err 'no measured run called "nobody"' "is named"
cat >w.json <<'END'
{ "schema": "sbsim-workload", "schema_version": 1, "tasks": 1, "ref_s": 7000 }
END
is_exit 0 "a question far away" sbsim predict --policy dynamic --reps 50 \
    --trace "$trace" --workload w.json --tasks 500 --workers 400 -o far.json
like out '^tasks +500 +2 to 100 +[0-9]+ +0 +5\.0x$' "5 times as many tasks"
like out '^work of a task, s +7000 .* 10\.1x$' "10 times as long"
like far.json '"what": "workers".*"beyond": 4,?\}' "in the file as well"
like out '^Runs within a factor of 1.5 in all four: 0\. The interval' \
    "that laws hold so far away is said to be assumed"

# Worker sizes without a run that had work are known worse: 1 vCPU may be half
# a core. The interval says so.
width()
{
    is_exit 0 "$1 vCPU" sbsim predict --policy static --trace "$trace" \
        --vcpu "$1" --reps 400 --quiet -o "v$1.json"
    values 1 makespan_s "v$1.json" | sort -n |
        awk '{ v[NR] = $1; s += $1 }
             END { printf "%d\n", 1000 * (v[int(.95 * NR)] - v[int(.05 * NR)]) /
                                  (s / NR) }' >"w$1"
}
width 1
width 2
ok "the interval of 1 vCPU is half as wide again as that of 2, relatively" \
    test "$(cat w1)" -gt $(($(cat w2) * 3 / 2))
done_testing
