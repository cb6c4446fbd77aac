#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The man page names what the program knows, and formats without complaint.
. "${SBS_SRCDIR:?}/tests/lib.sh"

page=$SBS_BUILDDIR/doc/sbsim.1
ok "the page is built" test -s "$page"
unlike "$page" '@[A-Z]+@' "every part is filled in"

# Every command of the short help, and every flag of its own help.
sed 's/\\//g' <"$page" >"$T/page"
{
    sbsim --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p'
    sbsim trace --help | sed -n 's/^  \([a-z-]*\)  .*/trace \1/p'
} >"$T/commands"
while read -r command; do
    # shellcheck disable=SC2086 # two words for a part of a command
    sbsim $command --help | grep -o '^  \(-., \)\?--[a-z0-9-]*' |
        sed 's/.*--/--/' | sort -u >"$T/flags"
    [ "$command" = trace ] ||
        like "$T/page" "^\.SS sbsim $command" "command $command"
    lost=
    while read -r flag; do
        grep -q -e "$flag" "$T/page" || lost="$lost $flag"
    done <"$T/flags"
    is "$lost" "" "the flags of $command"
done <"$T/commands"

# Every policy and its parameters.
sbsim policies | sed -n 's/^  \([a-z0-9-]*\)  *.*/\1/p' >"$T/policies"
while read -r policy; do
    like "$T/page" "^\.SS $policy" "policy $policy"
    lost=
    for key in $(sbsim policies "$policy" | sed -n 's/^  \([a-z_]*\)=.*/\1/p')
    do
        grep -q "^\.B \"$key\"" "$T/page" || lost="$lost $key"
    done
    is "$lost" "" "the parameters of $policy"
done <"$T/policies"

if command -v groff >/dev/null 2>&1; then
    groff -man -ww -z -Tutf8 "$page" >"$T/out" 2>&1
    is "$(cat "$T/out")" "" "groff has no complaint"
else
    skip "groff is not installed"
fi
done_testing
