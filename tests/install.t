#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What `make install` puts in place works: the program, its header alone, and
# the example plugin built against it with one line.
. "${SBS_SRCDIR:?}/tests/lib.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL DESTDIR

prefix=$T/inst
umask 022
ok "make install" "${SBS_MAKE:-make}" -C "$SBS_BUILDDIR" install \
    prefix="$prefix" exec_prefix="$prefix"
ok "the program is there" test -x "$prefix/bin/sbsim"
ok "its man page too" test -s "$prefix/share/man/man1/sbsim.1"
is_exit 0 "it runs" "$prefix/bin/sbsim" --version
is "$(find "$prefix/include" -type f | sed 's|.*/||')" policy.h \
    "one header is installed"

cd "$T" || exit 99
compiler=${SBS_CC:-cc}
for mode in "" -DSBS_PLUGIN; do
    # shellcheck disable=SC2086 # a command with arguments
    ok "policy.h compiles alone $mode" $compiler -std=c11 -Wall -Wextra \
        -Wpedantic -Wconversion -Werror $mode -fsyntax-only -x c \
        "$prefix/include/sbsim/policy.h"
done
# shellcheck disable=SC2086 # a command with arguments
ok "a plugin builds against it" $compiler -std=c11 -Wall -Wextra -Wpedantic \
    -Werror -shared -fPIC -Wl,-z,defs -DSBS_PLUGIN -I"$prefix/include" \
    -o second-chance.so "$SBS_SRCDIR/examples/plugin/second_chance.c"
is_exit 0 "the program loads it" \
    "$prefix/bin/sbsim" policies ./second-chance.so
like out 'after_s' "and knows its parameter"
done_testing
