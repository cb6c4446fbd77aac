#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The rules about the sources that programs check.
. "${SBS_SRCDIR:?}/tests/lib.sh"

ok "who may include whom" sh "$SBS_SRCDIR/build-aux/check-layers" "$SBS_SRCDIR"
ok "style" sh "$SBS_SRCDIR/build-aux/check-style" "$SBS_SRCDIR"

# The checks find what they are there for.
mkdir -p "$T/base" "$T/sim" "$T/build-aux" "$T/doc"
cp "$SBS_SRCDIR/doc/layers.txt" "$T/doc"
cp "$SBS_SRCDIR/build-aux/top-length" "$T/build-aux"
printf '#include "config.h"\n#include "sim/a.h"\n#include <mpi.h>\n' \
    >"$T/base/a.c"
is_exit 123 "a wrong include is found" \
    sh "$SBS_SRCDIR/build-aux/check-layers" "$T"
like "$T/out" '^base/a.c:2: base must not include "sim/a.h"$' "layer"
like "$T/out" '^base/a.c:3: mpi.h belongs in sweep/comm_mpi$' "library"
{
    printf '/* %s */\n' 'SPDX-License-Identifier: Apache-2.0'
    printf 'int f(void)\n{\n    strcpy(a, b);\n'
    awk 'BEGIN { for (i = 0; i < 100; i++) print "    a++;" }'
    printf '}\n'
} >"$T/base/a.c"
is_exit 1 "bad style is found" sh "$SBS_SRCDIR/build-aux/check-style" "$T"
like "$T/out" 'base/a.c:4: a banned function' "banned function"
like "$T/out" '^103 base/a.c:3 f$' "long function"
done_testing
