#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# doc/formats.md names every key there is, and its examples work.
. "${SBS_SRCDIR:?}/tests/lib.sh"
doc=$SBS_SRCDIR/doc/formats.md
cd "$T" || exit 99

sed -n '/"sbsim-workload"/,/}/s/^    //p' "$doc" >w.json
cat >m.json <<'END'
{ "schema": "sbsim-model", "schema_version": 1, // every key
  "client": { "setup_s": 1, "call_s": {"dist": "exponential", "mean": 2},
    "launches_per_call": 1, "calls_per_s": 20, "poll_s": 0, "poll_task_s": 0,
    "collect_s": {"dist": "uniform", "lo": 0.1, "hi": 0.2},
    "poll_while_launching": false },
  "launcher": { "burst": 100, "refill_per_s": 20, "quota_vcpu": 1000,
    "refuse_p": 0 },
  "startup": { "provision_s": {"dist": "weibull", "shape": 2, "scale": 9},
    "pull_s": {"dist": "gamma", "shape": 2, "scale": 9, "shift": 1},
    "container_s": {"dist": "empirical", "values": [1, 2]},
    "boot_s": {"dist": "pareto", "alpha": 3, "xm": 1}, "never_p": 0 },
  "speed": { "classes": [ { "name": "a", "weight": 3, "slowdown":
      {"dist": "mixture", "components": [ {"weight": 1,
        "dist": "lognormal", "mu": 1, "sigma": 0.1} ] } } ],
    "log_sd": 0.01, "weather": { "slot_s": 60, "log_sd": 0.01 },
    "drift_per_h": 0.01, "vcpu_gain": { "2": 1 } },
  "run": { "startup_log_sd": 0.1, "call_log_sd": 0.1, "speed_log_sd": 0.1 },
  "unit": { "claim_s": 0.1, "download_s": 0.1, "upload_s": 0.1 },
  "loss": { "spot_per_h": 0.1, "notice_s": 120, "fail_p": 0.01 },
  "stop_s": 1,
  "price": { "vcpu_h_usd": 0.04, "gb_h_usd": 0.004, "min_billed_s": 60,
    "round_s": 1, "spot_factor": 0.3 },
  "local": { "cores": 10, "slowdown": 1, "efficiency": 0.86,
    "makespan_s": 4000 },
  "posterior": { "draws": [ { "client.poll_s": 1 } ] } }
END
is_exit 0 "the workload of the page, all laws and keys" sbsim \
    --policy static,split --model m.json --workload w.json --workers 20 \
    --reps 20 --json r.json
like out '200 tasks' "is what was simulated"

# named KEY...: each stands on the page as code.
named()
{
    for key in "$@"; do
        grep -q "[\`.\"]${key}[\`\"]" "$doc" || { echo "$key"; return 1; }
    done
}
# shellcheck disable=SC2046 # words
ok "keys of the model" named \
    $(tr -c 'a-z_"' '\n' <m.json | sed -n 's/^"\([a-z_]*\)"$/\1/p' |
        sort -u | grep -vxE 'a|dist|schema|schema_version|client|launcher|startup|speed|run|unit|loss|price|local|posterior|weather|name')
# shellcheck disable=SC2046
ok "figures of the result" named \
    $(sed -n '/"policies"/,/"paired"/s/^      "\([a-z_]*\)": .*/\1/p' r.json |
        grep -vxE 'spec|params|reps')

is_exit 0 "the fitted model" sbsim calibrate --trace \
    "$SBS_BUILDDIR/traces/fargate.h5" --quick --quiet -o fit.json
is_exit 0 "runs as stated" sbsim --policy static --model fit.json --reps 20
is_exit 0 "a law with --set" sbsim --policy static --model fit.json --reps 20 \
    --set 'client.call_s={"dist": "exponential", "mean": 2}'
done_testing
