#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sbsim sweep: the file is that of the study alone, whatever threads, parts
# and kills there were; a point is what sbsim run gives; bad studies.
. "${SBS_SRCDIR:?}/tests/lib.sh"
cd "$T" || exit 99

cat >m.json <<'END'
{ "schema": "sbsim-model", "schema_version": 1,
  "client": { "call_s": {"dist": "exponential", "mean": 0.5}, "poll_s": 3 },
  "startup": { "provision_s": {"dist": "lognormal", "mu": 3, "sigma": 0.4} },
  "speed": { "log_sd": 0.1 },
  "run": { "startup_log_sd": 0.2 },
  "posterior": { "draws": [ {"speed.log_sd": 0.05}, {"speed.log_sd": 0.2} ] } }
END
cat >w.json <<'END'
{ "schema": "sbsim-workload", "schema_version": 1, "tasks": 40,
  "ref_s": {"dist": "lognormal", "mu": 4, "sigma": 0.5}, "divisible": true }
END
cat >study.json <<'END'
// Comments are welcome.
{ "schema": "sbsim-study", "schema_version": 1, "name": "a test",
  "model": "m.json", "workload": "w.json", "reps": 400, "keep": "bills",
  "policies": [ "static", "split:units={units}", "dynamic" ],
  "axes": [ { "key": "workers", "values": [ 10, 40 ] },
            { "key": [ "units", "startup.boot_s" ],
              "values": [ [ 2, 0 ], [ 5, {"dist": "exponential", "mean": 9} ] ] },
            { "key": "client.call_s", "from": 0.1, "to": 10, "points": 3,
              "scale": "log" } ] }
END

# ---- the file -------------------------------------------------------------

is_exit 0 "--plan" sbsim sweep study.json --plan
like out '^points +36$' "it counts points"
grep '^file ' out >planned
like out '^replications +14400$' "and replications"
ok "it makes nothing" test ! -e out.h5.parts
is_exit 2 "no output" sbsim sweep study.json
is_exit 0 "a sweep" sbsim sweep study.json -o one.h5 --threads 1
cp out table
is "$(awk -v size="$(wc -c <one.h5)" '{ k["B"] = 1; k["kB"] = 1e3
    k["MB"] = 1e6; b = $2 * k[$3]
    print (b > size / 1.5 && b < size * 1.5) ? "yes" : b " of " size }' \
    planned)" yes "the size that --plan said, within a factor of 1.5"
like table '^Least mean bill$' "a table"
is "$(awk 'length > 102' table)" "" "of at most 100 columns"
ok "no spools are left" test ! -e one.h5.parts
is_exit 0 "two threads" sbsim sweep study.json -o two.h5 --threads 2
same one.h5 two.h5 "the same file"
sed 's/one.h5/two.h5/' table >table2
same table2 out "the same table"
is_exit 2 "a file is not overwritten" sbsim sweep study.json -o two.h5
is_exit 0 "with --force it is" sbsim sweep study.json -o two.h5 --force --quiet
same one.h5 two.h5 "the same file"
is_exit 0 "--resume of a finished one" sbsim sweep study.json -o two.h5 \
    --resume
is_exit 1 "--resume of another" sbsim sweep study.json -o two.h5 --resume \
    --seed 2
like err 'another sweep: settings_sha256 differs' "it says which"

# Cut points: the same numbers, block by block.
sed 's/"reps": 400/"reps": 400, "block_reps": 170/' study.json >cut.json
is_exit 0 "points in pieces" sbsim sweep cut.json -o cut.h5 --quiet
if command -v h5diff >/dev/null 2>&1; then
    is_exit 0 "the same summaries" h5diff one.h5 cut.h5 /summary /summary
    is_exit 0 "the same values" h5diff one.h5 cut.h5 /values /values
    # Point 20: workers 40, units 2, call_s 0.1, dynamic.
    is_exit 0 "sbsim run" sbsim run --model m.json --workload w.json \
        --policy static,split:units=2,dynamic --workers 40 --reps 400 \
        --set startup.boot_s=0 --set client.call_s=0.1 --csv run.csv --quiet
    for metric in makespan_s cost_usd regret idle_s; do
        for at in "mean 4" "se 5" "sd 6" "p50 9" "p95 10" "max 12"; do
            # shellcheck disable=SC2086 # name and field
            set -- $at
            h5dump -m %.17g -y -w 0 -d "/summary/$metric/$1[20]" one.h5 |
                sed -n 's/^ *\([-0-9.e+]*\)$/\1/p' | head -n 1
            awk -F, -v m="$metric" -v f="$2" \
                '$1 == "dynamic" && $2 == m { print $f }' run.csv
        done
    done >pairs
    is "$(awk 'NR % 2 { a = $1 } NR % 2 == 0 && a + 0 != $1 + 0' pairs)" "" \
        "a point has the numbers of sbsim run"
    is "$(wc -l <pairs)" 48 "all of them"
else
    skip "hdf5-tools are not installed"
fi

# ---- killed ---------------------------------------------------------------

# Random moments, from the shell's process number and the test's own count.
kills=3
[ -z "${SBS_LONG:-}" ] || kills=20
sed -e 's/"reps": 400/"reps": 20000, "block_reps": 500/' study.json >long.json
is_exit 0 "a longer one" sbsim sweep long.json -o long.h5 --quiet
i=0
hits=0
rm -rf k.h5 k.h5.parts
while [ $i -lt $kills ]; do
    i=$((i + 1))
    delay=$(awk -v seed="$$$i" 'BEGIN { srand(seed)
        printf "%.3f", 0.05 + 0.5 * rand() }')
    "$SBSIM" sweep long.json -o k.h5 --resume --quiet --threads $((i % 2 + 1)) &
    sleep "$delay"
    kill -9 $! 2>/dev/null && hits=$((hits + 1))
    wait $! 2>/dev/null
done
echo "# $hits of $kills kills met it at work"
# A record cut short, as a kill in a write leaves it.
for spool in k.h5.parts/*; do
    [ -s "$spool" ] && head -c -5 "$spool" >cut.tmp && cp cut.tmp "$spool"
done 2>/dev/null
is_exit 2 "an interrupted sweep is not begun anew" \
    sbsim sweep long.json -o k.h5
like err 'interrupted|already' "it says so"
is_exit 1 "nor gone on with as another" sbsim sweep long.json -o k.h5 \
    --resume --reps 20001
is_exit 0 "--resume finishes" sbsim sweep long.json -o k.h5 --resume --quiet
same long.h5 k.h5 "the file of one that was never killed"
ok "no spools are left" test ! -e k.h5.parts

# ---- parts ----------------------------------------------------------------

for k in 1 2 3; do
    is_exit 0 "part $k" sbsim sweep cut.json --part $k/3 -o p$k --quiet
done
is_exit 0 "merged, in any order" sbsim sweep --merge p3 p1 p2 -o merged.h5
same cut.h5 merged.h5 "the file of one run"
is_exit 0 "a part again, with --resume" sbsim sweep cut.json --part 2/3 \
    -o p2 --resume --quiet
is_exit 1 "a missing part" sbsim sweep --merge p1 p3 -o bad.h5
like err 'missing of 3 parts: 2' "it is named"
is_exit 1 "a doubled part" sbsim sweep --merge p1 p2 p3 p2 -o bad.h5
like err 'p2 and p2: both are part 2' "it is named"
is_exit 0 "a part of another" sbsim sweep cut.json --part 2/3 -o q2 --seed 9 \
    --quiet
is_exit 1 "does not fit" sbsim sweep --merge p1 q2 p3 -o bad.h5
like err 'q2: is of another sweep' "it is named"
head -c 5000 p2 >short
is_exit 1 "a short part" sbsim sweep --merge p1 short p3 -o bad.h5
like err 'short: is damaged' "it is named"
printf 'x' | dd of=p3 bs=1 seek=6000 conv=notrunc 2>/dev/null
is_exit 1 "a damaged part" sbsim sweep --merge p1 p2 p3 -o bad.h5
like err 'p3: is damaged' "it is named"
is_exit 1 "no part" sbsim sweep --merge study.json -o bad.h5
ok "nothing was made" test ! -e bad.h5
ok "nor left" test ! -e bad.h5.parts
for part in 0/3 4/3 1/1 1 a/b 1/2x; do
    is_exit 2 "--part $part" sbsim sweep cut.json --part $part -o bad.h5
done

# ---- designs --------------------------------------------------------------

cat >lhs.json <<'END'
{ "schema": "sbsim-study", "schema_version": 1, "model": "m.json",
  "workload": "w.json", "reps": 3, "policies": [ "static", "dynamic" ],
  "axes": [ { "key": "workers", "from": 1, "to": 40 },
            { "key": "speed.log_sd", "from": 0.01, "to": 1, "scale": "log" },
            { "key": "scenario", "values": [ "plain", "rare5x" ] } ],
  "design": { "latin_hypercube": 20 } }
END
is_exit 0 "a latin hypercube" sbsim sweep lhs.json -o lhs.h5 --quiet
is_exit 0 "again" sbsim sweep lhs.json -o lhs2.h5 --threads 2 --quiet
same lhs.h5 lhs2.h5 "the same"
sed 's/latin_hypercube/sobol/' lhs.json >sobol.json
is_exit 0 "a Sobol sequence" sbsim sweep sobol.json -o sobol.h5 --quiet

# ---- flags ----------------------------------------------------------------

is_exit 1 "a flag for a key that is an axis" sbsim sweep study.json --plan \
    --workers 7
like err 'axes\[0\].key: "workers" is an axis and has a value' "it says so"
is_exit 0 "flags override the study" sbsim sweep study.json --plan --reps 10 \
    --seed 3 --vcpu 4 --set speed.log_sd=0.3 --scenario rare5x
like out '^replications +360$' "as they say"
is_exit 1 "a folder that is not there" sbsim sweep lhs.json -o no/x.h5

# ---- reading it -----------------------------------------------------------

python=/usr/bin/python3
if $python -c 'import h5py' 2>/dev/null; then
    is_exit 0 "examples/sweep/read.py" $python \
        "$SBS_SRCDIR/examples/sweep/read.py" one.h5
    like out 'makespan_s.*\[s\]' "with units"
    like out 'split:units=5' "with policies"
else
    skip "h5py is not installed"
fi
if Rscript -e 'library(hdf5r)' >/dev/null 2>&1; then
    is_exit 0 "examples/sweep/read.R" Rscript \
        "$SBS_SRCDIR/examples/sweep/read.R" one.h5
    like out 'split:units=5' "with policies"
else
    skip "R with hdf5r is not installed"
fi
done_testing
