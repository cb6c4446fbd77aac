#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Plugins: the example loads; everything wrong with one is refused with its
# reason, before a line of it runs where that can be.
. "${SBS_SRCDIR:?}/tests/lib.sh"

source=$SBS_SRCDIR/examples/plugin/second_chance.c
umask 022
cd "$T" || exit 99

# plugin NAME [SED-SCRIPT]: build the example, changed, as ./NAME.so.
plugin()
{
    sed -e "${2:-}" "$source" >"$1.c"
    # shellcheck disable=SC2086 # a command with arguments
    ${SBS_CC:-cc} -std=c11 -shared -fPIC -DSBS_PLUGIN \
        -I"$SBS_SRCDIR/include" -o "$1.so" "$1.c" 2>"$1.log" ||
        report 1 "$1.so builds"
}

# refused NAME REGEX: what `sbsim policies ./NAME.so` says.
refused()
{
    is_exit 1 "$1: refused" sbsim policies "./$1.so"
    like err "^sbsim: .*$2" "$1: and why"
}

plugin good
is_exit 0 "the example loads" sbsim policies ./good.so
like out '^second-chance - ' "its name"
like out '^  after_s=1800$' "its parameter and default"
cp "$SBS_BUILDDIR/examples/plugin/.libs/second_chance.so" built.so
is_exit 0 "so does the one make built" sbsim policies ./built.so

# The example of the short course, as typed.
doc=$SBS_SRCDIR/doc/writing-a-policy.md
sed -n '/^```c$/,/^```$/{/^```/d;p}' "$doc" >halves.c
[ "$(wc -l <halves.c)" -lt 40 ]
report $? "a whole plugin in under 40 lines"
cc_line=$(sed -n 's/^    cc \(.*halves\.c\)$/\1/p' "$doc")
# shellcheck disable=SC2086 # a command with arguments
ok "the documented line builds it" ${SBS_CC:-cc} -I"$SBS_SRCDIR/include" \
    $cc_line
is_exit 0 "it explains itself" sbsim policies ./halves.so
like out '^  share=0.5$' "its parameter and default"
is_exit 0 "it shows up in --help" sbsim --policy split+./halves.so --help
like out '^halves - take half' "with its name"
like out '^  share=0.5$' "and its parameter"
is_exit 0 "and runs" sbsim --policy split:units=20+./halves.so:share=0.3 \
    --trace fargate.h5 --reps 20 --quiet
is_exit 2 "a wrong list beside --help" sbsim --policy ./halves.so:x=1 --help
like err 'halves: .*"?x"?' "and what is wrong"
cp "$SBS_BUILDDIR/policies/.libs/skeleton.so" skeleton.so
is_exit 0 "the skeleton runs" sbsim --trace fargate.h5 --reps 20 --quiet \
    --policy "./skeleton.so:after_s=2000"

plugin abi 's/SBS_POLICY_HEAD,/.abi = 999, .size = sizeof(struct sbs_policy),/'
refused abi 'ABI 999 \(this sbsim: [0-9]+\)'
plugin size 's/SBS_POLICY_HEAD,/.abi = SBS_POLICY_ABI, .size = 8,/'
refused size '8 bytes \(this sbsim: [0-9]+\)'
plugin symbol 's/^SBS_POLICY(.*) =/const struct sbs_policy other =/'
refused symbol 'no symbol sbs_policy_plugin'
plugin name 's/"second-chance"/"Second Chance"/'
refused name '"Second Chance" \(allowed'
plugin noname 's/\.name = .*/.name = NULL,/'
refused noname 'name is "" \(allowed'
plugin taken 's/"second-chance"/"static"/'
refused taken 'static'
plugin default 's/1800, 0, 1e7/-5, 0, 1e7/'
refused default 'after_s'
plugin range 's/1800, 0, 1e7/1800, 1e7, 0/'
refused range 'after_s'
plugin offset 's/second_chance_params),$/second_chance_params) - 8,/'
refused offset 'after_s'
plugin unresolved 's/^    s*return 0;/    return not_there();/'
refused unresolved 'cannot be loaded'

echo "no shared object" >text.so
refused text 'no shared object'
: >empty.so
refused empty 'no shared object'
head -c 2000 good.so >cut.so
refused cut 'cut short'
mkdir folder.so
refused folder 'no regular file'
refused missing 'No such file'
cp good.so world.so && chmod 646 world.so
refused world 'others may write it'
mkdir open && cp good.so open && chmod 777 open
is_exit 1 "a folder that others may write" sbsim policies ./open/good.so
like err 'others may write it' "and why"
ln -s open/good.so link.so
refused link 'others may write it'
plugin silent 's/\.summary = .*/.summary = NULL,/'
refused silent 'no summary'
done_testing
