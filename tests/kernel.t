#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sbsim kernel: result keys, threads, vector widths, pieces, bad input.
. "${SBS_SRCDIR:?}/tests/lib.sh"

run() { sbsim kernel --scenario 3 --paths 100000 "$@"; }
without_wall() { grep -v '"wall_' "$1" >"$2"; }

is_exit 0 "a run" run --threads 1 --json
cp "$T/out" "$T/whole"
without_wall "$T/whole" "$T/want"
is "$(sed -n 's/^ *"\([a-z0-9_]*\)".*/\1/p' "$T/whole" | tr '\n' ' ')" \
    "schema scenario paths seed mean sd payoff_call stopped_frac q05 \
tail_mean max wall_s wall_paths_per_s " "has the keys of DESIGN.md, in order"
like "$T/whole" '"schema": "sbsim-kernel"' "and its schema"

is_exit 0 "two threads" run --threads 2 --json=-
without_wall "$T/out" "$T/got"
same "$T/want" "$T/got" "give the same result"
for simd in scalar sse2 avx2 avx512; do
    run --simd $simd --json >"$T/out" 2>"$T/err"
    status=$?
    if [ $status -eq 1 ] && grep -q 'this processor has no' "$T/err"; then
        skip "$simd: not on this processor"
        continue
    fi
    is "$status" 0 "$simd"
    without_wall "$T/out" "$T/got"
    same "$T/want" "$T/got" "gives the same result"
done
is_exit 0 "another seed" run --seed 2 --json
without_wall "$T/out" "$T/got"
ok "gives another" test "$(sed -n 5p "$T/got")" != "$(sed -n 5p "$T/want")"
is_exit 0 "the largest seed" run --seed 9007199254740991 --json
like "$T/out" '"seed": 9007199254740991' "is exact"

is_exit 0 "a table" run
like "$T/out" '^scenario 3, 100000 paths, seed 1, barrier 90$' "says what ran"
like "$T/out" '^  mean +[0-9.]+, standard error [0-9.]+$' "the mean with its error"
unlike "$T/out" '^.{80}' "in 79 columns"
is_exit 0 "a table and a file" run --json "$T/file.json"
without_wall "$T/file.json" "$T/got"
same "$T/want" "$T/got" "the file is the same document"
is_exit 0 "--quiet" run --quiet
is "$(cat "$T/out")" "" "prints nothing"
is_exit 0 "no barrier" run --barrier 0
like "$T/out" '^  stopped +0.000%' "stops no path"

# Seven unequal pieces, merged out of order.
pieces=
for blocks in 9:25 0:1 5:9 1:3 24:25 3:5 9:24; do
    [ $blocks = 9:25 ] && continue
    is_exit 0 "piece $blocks" run --blocks $blocks -o "$T/$blocks.json"
    pieces="$pieces $T/$blocks.json"
done
is_exit 0 "the seventh, to standard output" run --blocks 0:1 -o -
same "$T/out" "$T/0:1.json" "is the same text"
# shellcheck disable=SC2086 # a list
is_exit 0 "merge" sbsim kernel --merge $pieces --json
without_wall "$T/out" "$T/got"
same "$T/want" "$T/got" "is the unsplit result"
# shellcheck disable=SC2086 # a list
is_exit 0 "merge, a table" sbsim kernel --merge $pieces
like "$T/out" '^merged in ' "says so"
is_exit 1 "a piece is missing" sbsim kernel --merge "$T/0:1.json" \
    "$T/3:5.json"
is "$(cat "$T/err")" "sbsim: merge: blocks 1:3 are missing" "and named"
is_exit 1 "the last is missing" sbsim kernel --merge "$T/0:1.json" \
    "$T/1:3.json"
is "$(cat "$T/err")" "sbsim: merge: blocks 0:3 of 0:25 are there, the others \
are missing" "and the rest named"
is_exit 1 "a piece twice" sbsim kernel --merge "$T/0:1.json" "$T/0:1.json"
is "$(cat "$T/err")" "sbsim: merge: blocks 0:1 are in more than one piece" \
    "is named"
is_exit 0 "another job's piece" run --seed 5 --blocks 1:3 -o "$T/alien.json"
is_exit 1 "is refused" sbsim kernel --merge "$T/0:1.json" "$T/alien.json"
like "$T/err" '^sbsim: merge: the pieces are of different jobs' "and why"

# Pieces that are no pieces.
head -c 300 "$T/0:1.json" >"$T/cut.json"
is_exit 1 "a piece cut short" sbsim kernel --merge "$T/cut.json"
like "$T/err" '^sbsim: .*/cut.json:[0-9]+:[0-9]+: ' "names line and column"
sed 's/"stopped": [0-9]*/"stopped": 5000/' "$T/0:1.json" >"$T/bad.json"
is_exit 1 "more stopped than paths" sbsim kernel --merge "$T/bad.json"
like "$T/err" '/bad.json: stopped: must be .*5000, allowed \[0, 4096\]' \
    "names the field"
is_exit 1 "a result is no piece" sbsim kernel --merge "$T/whole"
like "$T/err" '^sbsim: .*/whole: schema: ' "names the schema"
is_exit 1 "no such piece" sbsim kernel --merge "$T/none.json"
like "$T/err" '^sbsim: .*/none.json: ' "names the file"

# The command line: status 2 and one line that says what is allowed.
usage() # MESSAGE ARGUMENTS...
{
    message=$1
    shift
    is_exit 2 "kernel $*" sbsim kernel "$@"
    is "$(head -1 "$T/err")" "sbsim: $message" "says why"
    is "$(cat "$T/out")" "" "and nothing on standard output"
}
S="--scenario 1"
P="--paths 10000"
# shellcheck disable=SC2086 # two words each
{
    usage '--scenario: must be given'
    usage '--scenario: must be given' $P
    usage '--paths: must be given' $S
    usage '--blocks: must be given with -o' $S $P -o "$T/p.json"
    usage '-o: must be given with --blocks' $S $P --blocks 0:1
    usage '--blocks: must be A:B with 0 <= A < B <= 3 (got "0:4")' \
        $S $P --blocks 0:4 -o "$T/p.json"
    usage '--blocks: must be A:B with 0 <= A < B <= 3 (got "1:1")' \
        $S $P --blocks 1:1 -o "$T/p.json"
    usage '--blocks: must be A:B with 0 <= A < B <= 3 (got "0:2x")' \
        $S $P --blocks 0:2x -o "$T/p.json"
    usage '--blocks: must be A:B with 0 <= A < B <= 3 (got "-1:2")' \
        $S $P --blocks=-1:2 -o "$T/p.json"
    usage '--json: a piece has no result yet (use -o)' \
        $S $P --blocks 0:1 -o "$T/p.json" --json
    usage '--merge: the pieces say what was run; not together with'\
' --scenario, --paths, --blocks or -o' $S --merge "$T/0:1.json"
}
for bad in '--scenario 0' '--scenario 1001' '--scenario 1.5' '--scenario x' \
    '--paths 0' '--paths -1' '--paths 2e9' '--seed -1' '--barrier nan' \
    '--seed 9007199254740992' '--barrier 101' '--barrier -1' '--threads 0' \
    '--simd mmx' '--frobnicate 1'; do
    # shellcheck disable=SC2086 # two words
    is_exit 2 "kernel $bad" sbsim kernel $S $P $bad
    like "$T/err" "^sbsim: ${bad%% *}: " "names it"
done
ok "no piece was written" test ! -e "$T/p.json"

is_exit 1 "a result that cannot be written" run --json "$T/none/out.json"
like "$T/err" "^sbsim: .*/none/out.json: " "names the file"
is_exit 1 "a full disk" run --json /dev/full
like "$T/err" '^sbsim: /dev/full: ' "is noticed"
is_exit 1 "a piece on a full disk" run --blocks 0:1 -o /dev/full
like "$T/err" '^sbsim: /dev/full: ' "is noticed too"
done_testing
