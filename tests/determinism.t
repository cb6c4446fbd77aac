#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The same words give the same bytes: twice, on one thread or two, in any
# order of policies, to a file or to standard output; and the shipped trace
# is the same each time it is built.
. "${SBS_SRCDIR:?}/tests/lib.sh"
cd "$T" || exit 99
trace=$SBS_BUILDDIR/traces/fargate.h5

# untimed FILE: without what two runs may differ in.
untimed() { sed '/^ *"wall_[a-z_]*"/d' "$1"; }

# object FILE SPEC: what the JSON says of one policy.
object()
{
    awk -v spec="\"spec\": \"$2\"" '
    index($0, "\"spec\":") { on = index($0, spec) }
    /^    }/ { on = 0 }
    on' "$1"
}

for workload in ultra own; do
    case $workload in
    own)
        cat >own.json <<'END'
{ "schema": "sbsim-workload", "schema_version": 1, "tasks": 30,
  "ref_s": { "dist": "lognormal", "mu": 4, "sigma": 1 }, "divisible": true }
END
        work=own.json
        ;;
    *) work=ultra ;;
    esac
    set -- --trace "$trace" --workload $work --reps 100 --quiet --spot \
        --set loss.spot_per_h=0.5 --set speed.weather.log_sd=0.1 \
        --set loss.fail_p=0.02
    order=static,dynamic,split:units=5,speculative,oversubscribe
    other=oversubscribe,speculative,split:units=5,dynamic,static
    is_exit 0 "$workload: one thread" sbsim "$@" --policy $order \
        --threads 1 --json one.json
    is_exit 0 "$workload: two threads" sbsim "$@" --policy $order \
        --threads 2 --json two.json
    is_exit 0 "$workload: again" sbsim "$@" --policy $order \
        --threads 2 --json -
    untimed one.json >one
    untimed two.json >two
    untimed out >three
    same one two "$workload: two threads, the same bytes"
    same two three "$workload: twice, and on standard output, the same"
    ok "$workload: times are in it, so the comparison left them out" \
        grep -q '"wall_' one.json
    is_exit 0 "$workload: the other way round" sbsim "$@" --policy $other \
        --threads 2 --json other.json
    for spec in static dynamic split:units=5 speculative oversubscribe; do
        object one.json $spec >a
        object other.json $spec >b
        ok "$workload: $spec has figures" test "$(wc -l <a)" -gt 5
        same a b "$workload: $spec, whatever stands before it"
    done
    is_exit 0 "$workload: another seed" sbsim "$@" --policy $order \
        --seed 2 --json seed.json
    object one.json static >a
    object seed.json static >b
    ok "$workload: another seed, other figures" sh -c '! cmp -s a b'
done

# The shipped trace, made again as `make` did.
make_fargate=$SBS_BUILDDIR/traces/make_fargate
if [ -n "${FARGATE_H5:-}" ]; then
    skip "fargate.h5 is of another build"
elif [ -x "$make_fargate" ]; then
    ok "the facts again" "$make_fargate" "$SBS_SRCDIR/traces/facts" again.h5
    is_exit 0 "and their model" sbsim calibrate --trace again.h5 --store \
        --quiet
    same "$trace" again.h5 "fargate.h5 is the same on every build"
else
    skip "no make_fargate"
fi
done_testing
