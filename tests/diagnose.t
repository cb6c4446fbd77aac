#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sbsim diagnose: verdicts on simulated traces, advice that runs, bad input.
. "${SBS_SRCDIR:?}/tests/lib.sh"

# By a short name: advice repeats it, in lines of 100 columns.
cp "$SBS_BUILDDIR/traces/fargate.h5" "$T/fargate.h5"
cd "$T" || exit 99
facts=fargate.h5
diagnose() { sbsim diagnose --trace "$@"; }

# trace NAME WORKERS TASKS SD_PROCESSOR SD_WORKER DRIFT_PER_H SD_TASK [EXTRA]:
# a worker log (half an hour a task) made into NAME.h5; EXTRA is awk text run
# for each line, with i = worker, j = task, y = log time, o = outcome.
trace()
{
    awk -v m="$2" -v n="$3" -v sp="$4" -v sw="$5" -v d="$6" -v se="$7" '
    function normal() {
        return sqrt(-2 * log(1 - rand())) * cos(6.283185307 * rand())
    }
    BEGIN {
        srand(17)
        for (i = 0; i < m; i++) {
            w = sw * normal() + (i % 2 ? sp : -sp)
            at = 1770163200 + 40 + 3 * normal()
            ready = at
            for (j = 0; j < n; j++) {
                o = "ok"
                y = w + d * (at - ready) / 3600 + se * normal()
                ref = 600
                more = ""
                item = "s" (i * n + j)
                cpu = "AMD EPYC 9R14"
                if (i % 2)
                    cpu = "Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz"
                '"${8:-}"'
                h = 1800 * exp(y)
                known = more (ref ? "\"ref_s\":" ref "," : "")
                printf "{\"worker\":\"w%d\",\"run\":\"one\",\"item\":" \
                    "\"%s\",%s\"cpu_model\":\"%s\",\"vcpu\":2," \
                    "\"arch\":\"x86_64\",\"boot_end\":%.3f," \
                    "\"compute_start\":%.3f,\"compute_end\":%.3f," \
                    "\"outcome\":\"%s\"}\n", i, item,
                    known, cpu, ready, at, at + h, o
                at += h + 2
            }
        }
    }' >"$T/$1.jsonl" &&
        sbsim trace import --worker-log "$T/$1.jsonl" -o "$T/$1.h5"
}

# Every command that the last output advises is accepted.
advice_runs()
{
    sed -n 's/^      sbsim \(--trace .*\)/\1/p' "$T/out" >"$T/commands"
    ok "$1: gives commands" test -s "$T/commands"
    while read -r words; do
        # shellcheck disable=SC2086 # words of a command line
        ok "accepted: ${words#*--policy }" sbsim $words --reps 4 --quiet
    done <"$T/commands"
}

# The shipped trace: totals only.
is_exit 0 "the shipped trace" diagnose "$facts"
unlike "$T/out" '^.{101}' "in 100 columns"
like "$T/out" '^Verdict: cannot be told from this design' "cannot be told"
like "$T/out" 'no task in the trace has a worker and both ends' "and why"
like "$T/out" 'Run fargate_ultra: 50 tasks on 50 workers' \
    "what its totals point to"
like "$T/out" '1184 s are unequal computing' "with the part of computing"
like "$T/out" 'cheapest design$|cheapest design that' "the cheapest recording"
like "$T/out" '21 workers with 4 tasks each' "is given"
like "$T/out" '^  pull +and container' "phases that go together"
advice_runs "the shipped trace"
is_exit 0 "--json" diagnose "$facts" --json
like "$T/out" '"schema": "sbsim-diagnosis"' "a document alone on stdout"
like "$T/out" '"verdict": "cannot be told from this design"' "the same in it"
is_exit 0 "--quiet" diagnose "$facts" --quiet --json "$T/two.json"
is "$(cat "$T/out")" "" "prints nothing"
same "$T/out" /dev/null "at all"
is_exit 0 "one thread" env OMP_NUM_THREADS=1 "$SBSIM" diagnose --trace \
    "$facts" --json "$T/one.json"
same "$T/one.json" "$T/two.json" "gives the same document"

# The four verdicts.
ok "a systematic fleet" trace systematic 20 4 0.05 0.15 0 0.04
is_exit 0 "diagnosed" diagnose "$T/systematic.h5"
like "$T/out" '^Verdict: systematic' "is systematic"
like "$T/out" '^  workers with times     20' "its workers are counted"
like "$T/out" '^  processor models       2 recorded' "and the processors"
like "$T/out" '^  tasks a worker         4 to 4' "and the tasks a worker"
unlike "$T/out" '^.{101}' "in 100 columns"
ok "a fleet of two processors" trace processors 20 4 0.3 0.03 0 0.04
is_exit 0 "diagnosed" diagnose "$T/processors.h5"
like "$T/out" '^Verdict: systematic' "is systematic"
like "$T/out" 'Most of it goes with the processor model' "by processor"
like "$T/out" '^Stragglers \(1\.5 times' "stragglers have a rule"
advice_runs "by processor"
ok "bad luck" trace random 20 8 0 0 0 0.25
is_exit 0 "diagnosed" diagnose "$T/random.h5"
like "$T/out" '^Verdict: random' "is random"
like "$T/out" 'weather.log_sd=0\.2' "with the spread as measured"
advice_runs "random"
ok "wear" trace progressive 20 8 0 0.02 0.15 0.05
is_exit 0 "diagnosed" diagnose "$T/progressive.h5"
like "$T/out" '^Verdict: progressive' "is progressive"
like "$T/out" 'drift_per_h=0\.1[4-8]' "with the drift as it is (.16)"
advice_runs "progressive"
ok "one task a worker" trace single 50 1 0 0.3 0 0.05
is_exit 0 "diagnosed" diagnose "$T/single.h5"
like "$T/out" '^Verdict: cannot be told' "cannot be told"
like "$T/out" 'every worker did one task' "because of the design"
like "$T/out" '2 tasks on each of 50 workers tell' "and two tasks would do"
ok "three workers" trace small 3 2 0 0.1 0 0.1
is_exit 0 "diagnosed" diagnose "$T/small.h5"
like "$T/out" '^Verdict: cannot be told' "cannot be told either"

# Runs, cancelled attempts, unknown work, unequal counts.
is_exit 0 "--run" diagnose "$T/random.h5" --run one --json "$T/run.json"
like "$T/run.json" '"run": "one"' "is in the document"
is_exit 1 "a run that is not there" diagnose "$T/random.h5" --run two
like "$T/err" 'no run called "two" \(one\)' "names those that are"
ok "cancelled attempts" trace cut 20 5 0 0.2 0 0.05 \
    'if (j == 4 && w > 0.1) o = "cancelled"'
is_exit 0 "diagnosed" diagnose "$T/cut.h5"
like "$T/out" 'without an end +[1-9][0-9]* attempts' "are counted, with a warning"
ok "no reference work, all items different" \
    trace unknown 10 3 0 0.1 0 0.05 'ref = 0'
is_exit 0 "diagnosed" diagnose "$T/unknown.h5"
like "$T/out" 'of 30 task times the reference work is known for 0' \
    "is refused, and said why"
like "$T/out" '^Verdict: cannot be told' "cannot be told"
ok "no reference work, one item" trace alike 20 4 0 0.2 0 0.05 \
    'ref = 0; item = "same"; more = "\"unit\":" j ",\"units\":1,"'
is_exit 0 "diagnosed" diagnose "$T/alike.h5"
like "$T/out" 'times as they are: the tasks are alike' "as they are"
like "$T/out" '^Verdict: systematic' "and told"
ok "workers that pull" trace pulled 12 9 0 0.2 0 0.05 \
    'if (at - ready > 9000) break'
is_exit 0 "diagnosed" diagnose "$T/pulled.h5"
like "$T/out" 'left out +the last task of each worker' \
    "leave the last task out of the drift test"

# Wrong use.
is_exit 2 "no trace" sbsim diagnose
like "$T/err" '^sbsim: --trace: required' "says so"
is_exit 1 "a missing trace" diagnose "$T/none.h5"
like "$T/err" '^sbsim: .*none\.h5' "names it"
echo nonsense >"$T/bad.h5"
is_exit 1 "no HDF5 file" diagnose "$T/bad.h5"
head -c 20000 "$facts" >"$T/short.h5"
is_exit 1 "half a file" diagnose "$T/short.h5"
like "$T/err" 'short\.h5' "names it"
is_exit 1 "an output that cannot be" diagnose "$facts" --json "$T/no/d.json"
is_exit 1 "a full disk" diagnose "$facts" --json /dev/full
is_exit 2 "an unknown flag" diagnose "$facts" --runn x
like "$T/err" 'did you mean --run' "suggests the nearest"

done_testing
