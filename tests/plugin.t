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
