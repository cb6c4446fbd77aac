#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The man page names what the program knows, and formats without complaint.
. "${SBS_SRCDIR:?}/tests/lib.sh"

page=$SBS_BUILDDIR/doc/sbsim.1
ok "the page is built" test -s "$page"
unlike "$page" '@[A-Z]+@' "every part is filled in"

# Every command of the short help, and every flag of its own help.
sed 's/\\//g' <"$page" >"$T/page"
sbsim --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p' >"$T/commands"
while read -r command; do
    like "$T/page" "^\.SS sbsim $command" "command $command"
    sbsim "$command" --help | grep -o '^  \(-., \)\?--[a-z0-9-]*' |
        sed 's/.*--/--/' | sort -u >"$T/flags"
    lost=
    while read -r flag; do
        grep -q -e "$flag" "$T/page" || lost="$lost $flag"
    done <"$T/flags"
    is "$lost" "" "the flags of $command"
done <"$T/commands"

if command -v groff >/dev/null 2>&1; then
    groff -man -ww -z -Tutf8 "$page" >"$T/out" 2>&1
    is "$(cat "$T/out")" "" "groff has no complaint"
else
    skip "groff is not installed"
fi
done_testing
