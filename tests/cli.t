#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The command line as a whole: help, mistakes, exit status, output.
. "${SBS_SRCDIR:?}/tests/lib.sh"

is_exit 0 "alone: short help" sbsim
cp "$T/out" "$T/alone"
is_exit 0 "--help" sbsim --help
same "$T/alone" "$T/out" "is the same"
golden "$T/out" cli_help.txt
unlike "$T/out" "^.{80}" "at most 79 columns"
is_exit 0 "--version" sbsim --version
like "$T/out" '^sbsim [0-9]+\.[0-9]+\.[0-9]+$' "prints it"

is_exit 2 "an unknown command" sbsim frobnicate
like "$T/err" '^sbsim: frobnicate: unknown command$' "is named"
is_exit 2 "a policy instead of a command" sbsim speculative
like "$T/err" '^sbsim: speculative: is a policy, .*--policy speculative' \
    "is recognised"
is_exit 2 "an unknown flag without a command" sbsim --frobnicate
is "$(cat "$T/out")" "" "a usage error prints nothing on stdout"
like "$T/err" '^Try: sbsim .*--help$' "and hints at --help"

# Commands: each one's help fits 80 columns, and it refuses unknown flags.
sbsim --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p' >"$T/commands"
while read -r command; do
    is_exit 0 "$command --help" sbsim "$command" --help
    unlike "$T/out" '^.{80}' "$command --help: at most 79 columns"
    like "$T/out" "^usage: sbsim (\[?$command\]?)" "$command --help: usage"
    is_exit 2 "$command --no-such-flag" sbsim "$command" --no-such-flag
    like "$T/err" '^sbsim: --no-such-flag: unknown flag' "$command: named"
done <"$T/commands"

# Output that cannot be written is a failure, and says so.
sbsim --help >/dev/full 2>"$T/err"
is $? 1 "stdout full: status 1"
like "$T/err" '^sbsim: standard output: cannot write \(No space' "and why"
sbsim --help >&- 2>"$T/err"
is $? 1 "stdout closed: status 1"
like "$T/err" '^sbsim: standard output: cannot write' "and why"
(sbsim --help; echo $? >"$T/status") 2>"$T/err" | true
is "$(cat "$T/err")" "" "a reader that goes away: no complaint"
cat >"$T/m.json" <<'END'
{ "schema": "sbsim-model", "schema_version": 1,
  "speed": { "vcpu_gain": { "2": 1 } } }
END
for flags in "" "--json -" "--csv -"; do
    # shellcheck disable=SC2086 # words
    (sleep 0.2; sbsim --policy static --model "$T/m.json" --reps 2 $flags
     echo $? >"$T/status") 2>"$T/err" | true
    is "$(cat "$T/status") $(cat "$T/err")" "1 " "run $flags: nor here"
done
sbsim --policy static --model "$T/m.json" --reps 2 >/dev/full 2>"$T/err"
is $? 1 "a table that cannot be written: status 1"
like "$T/err" '^sbsim: standard output: .*No space' "and why"

# Where to look: in a file as it is, or as --set changed it.
is_exit 1 "--set with a wrong key" sbsim --policy static --model "$T/m.json" \
    --set speed.logsd=1
like "$T/err" 'm.json with --set: speed.logsd: unknown key' "is blamed"
is_exit 1 "--set against the list" sbsim --policy static \
    --model "$T/m.json" --set workload.tasks=5
like "$T/err" '^sbsim: ultra with --set: tasks: is 5, but ref_s lists 50' \
    "is said of the workload"
is_exit 2 "cutting what may not be cut" sbsim --policy split:units=2 \
    --model "$T/m.json" --set workload.divisible=false
like "$T/err" '--set workload.divisible=true' "says what to set"
done_testing
