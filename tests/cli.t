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
done_testing
