#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What every policy must do, whatever it decides: finish, count each result
# once, keep the limits, bill what it launched, never beat the clairvoyant
# bound, and decide the same again. A --enable-debug build also checks in
# every replication that work is conserved.
. "${SBS_SRCDIR:?}/tests/lib.sh"
cd "$T" || exit 99
umask 022

reps=40
[ -z "${SBS_LONG:-}" ] || reps=2000
head='"schema": "sbsim-model", "schema_version": 1'
lognormal='"dist": "lognormal"'
random="\"startup\": { \"provision_s\": { $lognormal, \"mu\": 3, \"sigma\": 0.5 },
    \"pull_s\": { \"dist\": \"uniform\", \"lo\": 5, \"hi\": 40 } },
  \"client\": { \"setup_s\": 2, \"call_s\": { $lognormal, \"mu\": -1, \"sigma\": 0.3 },
    \"poll_s\": 3, \"poll_task_s\": 0.05, \"collect_s\": 0.2 },
  \"speed\": { \"classes\": [ { \"weight\": 2, \"slowdown\": 2 },
      { \"weight\": 1, \"slowdown\": { $lognormal, \"mu\": 1, \"sigma\": 0.4 } } ],
    \"log_sd\": 0.1, \"weather\": { \"slot_s\": 20, \"log_sd\": 0.2 },
    \"drift_per_h\": 0.1 },
  \"run\": { \"startup_log_sd\": 0.2, \"speed_log_sd\": 0.1 },
  \"unit\": { \"claim_s\": 0.1, \"download_s\": 0.5, \"upload_s\": 0.3 },
  \"stop_s\": 2"
echo "{ $head }" >plain.json
echo "{ $head, $random }" >random.json
echo "{ $head, $random, \"loss\": { \"fail_p\": 0.1, \"spot_per_h\": 4 } }" \
    >loss.json
echo "{ $head, $random, \"launcher\": { \"quota_vcpu\": 8, \"burst\": 2,
  \"refill_per_s\": 0.5, \"refuse_p\": 0.1 } }" >limits.json
cat >work.json <<END
{ "schema": "sbsim-workload", "schema_version": 1, "tasks": 13,
  "ref_s": { "dist": "gamma", "shape": 4, "scale": 30 },
  "divisible": true, "exchangeable": true }
END

plugin=$SBS_BUILDDIR/examples/plugin/.libs/second_chance.so
policies=$(sbsim policies | sed -n 's/^  \([a-z0-9-]*\)  *.*/\1/p')
policies="$policies warm-pool+split:units=5 oversubscribe+speculative"
if [ -f "$plugin" ]; then
    cp "$plugin" chance.so
    chmod 644 chance.so
    policies="$policies ./chance.so:after_s=150"
fi

# holds NAME CONDITION: an awk condition on the metrics' min and max, such as
# min["regret"] >= 1. A spec may hold commas, so columns count from the end.
holds()
{
    awk -F, 'NR > 1 {
            sub(/\r$/, "")
            metric = $(NF - 10)
            n[metric] = $(NF - 9)
            min[metric] = $(NF - 5)
            max[metric] = $NF
        }
        END { exit !('"$2"') }' r.csv
    report $? "$1" || show r.csv
}

# What is begun at least: any-k and its kin wait for fewer than all tasks; a
# chunk that a rule hands out, or that is stolen or foreseen, may be several.
least()
{
    case $1 in
    any-k* | mds* | truncate*) echo 1 ;;
    *work-stealing* | *oracle*) echo 1 ;;
    css | fsc | mfsc | gss | tss | fac* | tap | bold | wf | awf-* | af | rnd)
        echo 1 ;;
    *) echo "${tasks:-13}" ;;
    esac
}

# conforms POLICY SCENARIO ARGUMENT...
conforms()
{
    what="$1, $2"
    scenario=$2
    spec=$1
    shift 2
    is_exit 0 "$what: runs" sbsim --policy "$spec" --model \
        "$scenario.json" --workload work.json --reps $reps --threads 1 \
        --json r.json --csv r.csv --quiet "$@" || return
    like r.json '"unfinished": 0,' "$what: finishes"
    holds "$what: every replication counts" "n[\"makespan_s\"] == $reps"
    holds "$what: not before the bound" 'min["regret"] >= 1 - 1e-9 &&
        min["regret_cap"] >= 1 - 1e-9'
    holds "$what: times are in order" 'min["first_s"] > 0 &&
        max["first_s"] <= max["makespan_s"]'
    holds "$what: what was launched is billed" 'min["launched"] >= 1 &&
        min["cost_usd"] > 0 && min["billed_s"] > 0'
    holds "$what: enough attempts" "min[\"attempts\"] >= $(least "$spec")"
    sed '/^ *"wall_[a-z_]*"/d' r.json >r1.json
    sbsim --policy "$spec" --model "$scenario.json" --workload work.json \
        --reps $reps --threads 2 --json r.json --quiet "$@"
    sed '/^ *"wall_[a-z_]*"/d' r.json >r2.json
    same r1.json r2.json "$what: the same again, on two threads"
}

for policy in $policies; do
    conforms "$policy" plain
    conforms "$policy" random
    conforms "$policy" loss --spot
    # More warm workers than the quota admits are refused.
    conforms "$(echo "$policy" | sed 's/warm-pool/warm-pool:size=4/')" limits
    conforms "$policy" random --workers 3
    # truncate wants more results than one; hybrid does one task at home.
    case $policy in
    warm-pool* | oversubscribe* | any-k* | truncate* | hybrid*) ;;
    *) tasks=1 conforms "$policy" random --tasks 1 --workers 1 ;;
    esac
    unset tasks
done
done_testing
