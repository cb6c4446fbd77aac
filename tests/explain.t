#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sbsim explain: text, JSON and chart; sums; contradictions; bad input.
. "${SBS_SRCDIR:?}/tests/lib.sh"

trace=$SBS_BUILDDIR/traces/fargate.h5
explain() { sbsim explain "$@"; }

is_exit 0 "the shipped trace" explain --trace "$trace" --workload ultra \
    --reps 200
cp "$T/out" "$T/text"
unlike "$T/text" '^.{101}' "in 100 columns"
like "$T/text" '^50 workers against 10 cores promise 5x; the model gives 1\.4' \
    "the verdict comes first"
for what in "ideal" "\+ core speed" "\+ unequal cores" "\+ start-up" \
    "\+ launching" "\+ polling, transfers" "= simulated" "[-+] not explained" \
    "= measured +46\.50"; do
    like "$T/text" "^$what " "a line for $what"
done
like "$T/text" 'expected cannot be reached: P = 0 ' "the ceiling"
like "$T/text" '= 1\.452\.$' "the measured speed-up"

# The contradictions of the shipped trace, all of them and no more.
is_exit 0 "--json" explain --trace "$trace" --reps 200 --json "$T/a.json" \
    --quiet
is "$(cat "$T/out")" "" "--quiet prints nothing"
# ids FILE: "id run" of each contradiction.
ids()
{
    awk '/"contradictions"/ { on = 1 }
         on && /"id"/ { split($0, a, "\""); id = a[4] }
         on && /"run"/ { split($0, a, "\""); print id, a[4] }' "$1"
}
ids "$T/a.json" >"$T/ids"
cat >"$T/want" <<'END'
equal_cores fargate_ultra
startup_by_subtraction fargate_ultra
more_launched fargate_4tasks
more_launched fargate_mc100
local_waves fargate_fair100
more_launched fargate_fair100
cost_is_a_product fargate_ultra
local_waves fargate_ultra
END
same "$T/ids" "$T/want" "the known contradictions"
is_exit 0 "--claim" explain --trace "$trace" --reps 200 --claim startup_s=600 \
    --claim speedup=5 --claim bill_usd=3.82 --json "$T/c.json"
for id in claimed_startup claimed_speedup claimed_bill; do
    like "$T/c.json" "\"id\": \"$id\"" "$id is contradicted"
done
like "$T/out" '\(1296 - 600\)/695 = 1\.00 times' "with its numbers"
is_exit 0 "modest claims" explain --trace "$trace" --reps 200 \
    --claim startup_s=40 --claim speedup=1.43 --claim bill_usd=2.75 --json -
unlike "$T/out" '"id": "claimed' "are not contradicted"
is_exit 0 "one thread" explain --trace "$trace" --reps 200 --threads 1 \
    --json "$T/b.json" --quiet
same "$T/a.json" "$T/b.json" "gives the same document"

# A trace without contradictions.
cat >"$T/m.json" <<'END'
{ "schema": "sbsim-model", "schema_version": 1 }
END
cat >"$T/w.json" <<'END'
{ "schema": "sbsim-workload", "schema_version": 1, "tasks": 20, "ref_s": 60 }
END
is_exit 0 "a model without delays" explain --model "$T/m.json" --workload \
    "$T/w.json" --json "$T/none.json"
like "$T/out" 'Nothing is lost' "loses nothing"
like "$T/none.json" '"contradictions": \[\]' "contradicts nothing"
like "$T/none.json" '"measured": null' "and was not measured"

# Sums, as a reader of the JSON finds them, and the chart as XML.
if command -v python3 >/dev/null 2>&1; then
    cat >"$T/check.py" <<'END'
import json, math, sys
import xml.etree.ElementTree as xml
d = json.load(open(sys.argv[1]))
assert d["schema"] == "sbsim-explanation" and d["schema_version"] == 1
gap = d["simulated_s"] - d["ideal_s"]
total = sum(f["makespan_s"]["mean"] for f in d["factors"])
assert abs(total - gap) < 1e-9 * d["simulated_s"], (total, gap)
product = math.prod(f["time_factor"] for f in d["factors"])
assert abs(product / (d["simulated_s"] / d["ideal_s"]) - 1) < 1e-12
s = d["speedup"]
found = s["expected"] * s["evenness_factor"] * s["local_factor"] / product
assert abs(found / s["found"] - 1) < 1e-12
assert abs(s["product"] / s["found"] - 1) < 1e-12
m = d["measured"]
assert m is None or abs(m["makespan_s"] - m["not_explained_s"]
                        - d["simulated_s"]) < 1e-9
root = xml.parse(sys.argv[2]).getroot()
width, height = map(float, root.get("viewBox").split()[2:])
for e in root.iter():
    for key, end in (("x", width), ("x1", width), ("x2", width),
                     ("y", height), ("y1", height), ("y2", height)):
        if e.get(key) is not None:
            assert 0 <= float(e.get(key)) <= end, (e.attrib, key)
    if e.tag.endswith("text"):  # a glyph is at most 0.62 em wide on average
        w = 0.62 * float(e.get("font-size")) * len(e.text or "")
        x, a = float(e.get("x")), e.get("text-anchor")
        left = x if a == "start" else x - w if a == "end" else x - w / 2
        assert left >= 0 and left + w <= width, (e.text, left, left + w)
END
    is_exit 0 "--svg" explain --trace "$trace" --reps 200 --svg "$T/a.svg" \
        --quiet
    ok "sums and chart are right" python3 "$T/check.py" "$T/a.json" \
        "$T/a.svg"
else
    skip "no python3"
fi

# Mistakes.
bad()
{
    bad_status=$1
    bad_text=$2
    shift 2
    is_exit "$bad_status" "refused: $*" explain "$@"
    like "$T/err" "$bad_text" "... and says why"
}
bad 2 'one of them is needed'
bad 2 'only one of them' --trace "$trace" --model "$T/m.json"
bad 2 'explains one policy \(got 2\)' --trace "$trace" --policy static,dynamic
bad 2 '--claim: must be NAME=VALUE' --trace "$trace" --claim start=600
bad 2 '--claim: startup_s must be a number' --trace "$trace" \
    --claim startup_s=long
bad 2 '--reps' --trace "$trace" --reps 1
bad 2 '--vcpu: ' --trace "$trace" --vcpu 3
bad 1 'none.h5' --trace none.h5
bad 1 'none/x.json' --trace "$trace" --json none/x.json
bad 2 '--json' --trace "$trace" --json - --svg -
echo old >"$T/old.json"
is_exit 2 "a failed run" explain --model "$T/m.json" --policy nonsense --json \
    "$T/old.json"
is "$(cat "$T/old.json")" old "leaves the old file alone"

done_testing
