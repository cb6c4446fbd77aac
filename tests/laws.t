#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sbsim calibrate --laws: the table, its JSON, wrong use.
. "${SBS_SRCDIR:?}/tests/lib.sh"

facts=$SBS_BUILDDIR/traces/fargate.h5
laws() { sbsim calibrate --laws --trace "$@"; }

is_exit 0 "the shipped trace" laws "$facts" --json "$T/laws.json"
unlike "$T/out" '^.{101}' "in 100 columns"
like "$T/out" '^provision +29 +0 .* not estimable ' "p95 of 29 values: no"
like "$T/out" '^pull +29 ' "another phase"
like "$T/out" '^No data of: boot, download, compute' "what is not there"
like "$T/out" '^Never started: 0 of 28 .* below 9\.8%' "never-started bound"
like "$T/out" 'Tail unknown everywhere' "no tail is invented"
like "$T/laws.json" '"schema": "sbsim-laws"' "the document"
like "$T/laws.json" '"bootstrap_refits": 999' "by 999 refits"
like "$T/laws.json" '"p95": null' "null where not estimable"
like "$T/laws.json" '"law": \{"dist": "invgauss", "mean":' "laws as in a model"
is_exit 0 "again" laws "$facts" --json
same "$T/out" "$T/laws.json" "the same document, alone on stdout"
is_exit 0 "quiet" laws "$facts" --quiet
is "$(cat "$T/out")" "" "says nothing"

# A law of the table in a model file.
sed -n 's/.*"law": \({"dist": "invgauss".*}\),$/\1/p' "$T/laws.json" |
    sed 1q >"$T/law"
is_exit 0 "a law of the table runs" sbsim run --policy static --reps 2 \
    --quiet --json "$T/run.json" --trace "$facts" \
    --set "startup.provision_s=$(cat "$T/law")"

is_exit 2 "with a model" laws "$facts" -o "$T/m.json"
like "$T/err" '^sbsim: --laws: makes no model' "says so"
is_exit 2 "stored" laws "$facts" --store
is_exit 1 "a missing trace" laws "$T/none.h5"
like "$T/err" 'none\.h5' "names it"
is_exit 1 "a full disk" laws "$facts" --json /dev/full

done_testing
