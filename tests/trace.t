#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sbsim trace: importing, merging, looking at, exporting.
. "${SBS_SRCDIR:?}/tests/lib.sh"
cd "$T" || exit 99

# Column $2 of row $3 (from 1) of a table, as exported.
cell()
{
    sbsim trace export --csv "$1" --table "$2" | awk -F, -v name="$3" \
        -v row="$4" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) k = i }
                     NR == row + 1 { print $k }'
}
rows() { sbsim trace export --csv "$1" --table "$2" | awk 'END { print NR - 1 }'; }

# --- the shipped trace
is_exit 0 "info fargate.h5, found without a path" sbsim trace info fargate.h5
like out '^provision +fargate +29 +10\.0 +11\.6 +14\.8 +21\.6 +24\.4$' "provision"
like out '^ +standalone +10 +10\.0 +10\.4 +14\.6 +18\.7 +18\.8$' "standalone"
like out '^pull +fargate +29 +0\.6 +2\.8 +12\.9 +58\.1 +80\.0$' "pull"
like out '^start +fargate +28 +15\.3 +20\.6 +40\.5 +103\.7 +115\.0$' "start"
like out '^fargate_ultra .* 1296\.0 +2790\.0$' "the Ultra run"
unlike out '^.{101}' "at most 100 columns"
is_exit 0 "as JSON" sbsim trace info --json fargate.h5
like out '"standalone": \{"n": 10, "min": 10, "p10": 10\.4, "p50": 14\.6, ' "quantiles"
is_exit 0 "the same, flag last" sbsim trace info fargate.h5 --json
is_exit 0 "check fargate.h5" sbsim trace check fargate.h5
like out '34 tasks, no violation' "nothing to complain about"

# --- aws ecs describe-tasks, pretty, stamps with offset (awscli 2)
cat >pretty.json <<'EOF'
{
    "tasks": [
        {
            "attachments": [],
            "attributes": [
                { "name": "ecs.cpu-architecture", "value": "x86_64" }
            ],
            "availabilityZone": "us-east-1b",
            "capacityProviderName": "FARGATE_SPOT",
            "clusterArn": "arn:aws:ecs:us-east-1:123456789012:cluster/c",
            "connectivity": "CONNECTED",
            "connectivityAt": "2026-02-04T02:00:04.250000-08:00",
            "containers": [
                { "name": "w", "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:7",
                  "exitCode": 0, "lastStatus": "STOPPED" }
            ],
            "cpu": "2048",
            "createdAt": "2026-02-04T02:00:00.500000-08:00",
            "executionStoppedAt": "2026-02-04T02:21:30-08:00",
            "group": "family:mine",
            "lastStatus": "STOPPED",
            "launchType": "FARGATE",
            "memory": "4096",
            "platformVersion": "1.4.0",
            "pullStartedAt": "2026-02-04T02:00:15.000000-08:00",
            "pullStoppedAt": "2026-02-04T02:00:50.000000-08:00",
            "startedAt": "2026-02-04T02:00:55.125000-08:00",
            "stopCode": "EssentialContainerExited",
            "stoppedAt": "2026-02-04T02:21:55.000000-08:00",
            "stoppedReason": "Essential container in task exited",
            "stoppingAt": "2026-02-04T02:21:40.000000-08:00",
            "tags": [],
            "taskArn": "arn:aws:ecs:us-east-1:123456789012:task/c/aaaa0001",
            "version": 5
        },
        {
            "taskArn": "arn:aws:ecs:us-east-1:123456789012:task/c/aaaa0002",
            "group": "service:web", "launchType": "FARGATE", "cpu": ".5 vCPU",
            "lastStatus": "STOPPED", "memory": "1 GB",
            "createdAt": 1770199201.5, "pullStartedAt": 1770199213
        }
    ],
    "failures": []
}
EOF
is_exit 0 "import --ecs, pretty" sbsim trace import --ecs pretty.json -o a.h5
like out '2 tasks on 2 containers' "says what is there"
is "$(cell a.h5 tasks provision_start 1)" 2026-02-04T10:00:00.500000Z "offset applied"
is "$(cell a.h5 tasks network_ready 1)" 2026-02-04T10:00:04.250000Z "connectivityAt"
is "$(cell a.h5 tasks container_start 1)" 2026-02-04T10:00:55.125000Z "startedAt"
is "$(cell a.h5 tasks stopping 1)" 2026-02-04T10:21:40.000000Z "stoppingAt"
is "$(cell a.h5 tasks exit_status 1),$(cell a.h5 workers exit_status 1)" 0,0 "exit status"
is "$(cell a.h5 tasks outcome 1)" "" "no outcome without the worker's word"
is "$(cell a.h5 tasks provision_start 2)" 2026-02-04T10:00:01.500000Z "epoch seconds"
is "$(cell a.h5 tasks container_start 2)" "" "a hole, whatever lastStatus says"
is "$(cell a.h5 workers worker_id 1)" aaaa0001 "id without the account"
is "$(cell a.h5 workers region 1),$(cell a.h5 workers az 1)" us-east-1,us-east-1b "places"
is "$(cell a.h5 workers launch_type 1),$(cell a.h5 workers spot 1)" FARGATE_SPOT,1 "spot"
is "$(cell a.h5 workers start_mode 1),$(cell a.h5 workers start_mode 2)" standalone,service "start modes"
is "$(cell a.h5 workers vcpu 1),$(cell a.h5 workers vcpu 2)" 2,0.5 "vCPU"
is "$(cell a.h5 workers mem_bytes 1),$(cell a.h5 workers mem_bytes 2)" 4294967296,1073741824 "memory"
is "$(cell a.h5 workers image 1),$(cell a.h5 workers arch 1)" mine:7,x86_64 "image and architecture"
ok "the account number is nowhere" sh -c '! grep -aq 123456789012 a.h5'
is_exit 0 "stoppingAt after executionStoppedAt is no violation" sbsim trace check a.h5
is_exit 0 "info of one's own" sbsim trace info a.h5
like out '^provision +fargate +2 +11\.5 +11\.8 +13\.0 +14\.2 +14\.5$' "phases of two"

# --- twice is once
cp a.h5 before.h5
is_exit 0 "the same file again" sbsim trace import --ecs pretty.json -o a.h5 --quiet
is "$(cat out)" "" "--quiet says nothing"
same before.h5 a.h5 "changes nothing"
sbsim trace import --ecs pretty.json -o a2.h5 --quiet
same a.h5 a2.h5 "the same bytes elsewhere"

# --- a list, and several documents in one file
printf '[%s,\n%s]' '{"taskArn":"t/l1","createdAt":1770199201}' \
    '{"taskArn":"t/l2","createdAt":"2026-02-04T10:00:02Z"}' >list.json
is_exit 0 "a list" sbsim trace import --ecs list.json -o list.h5
is "$(rows list.h5 tasks)" 2 "two tasks"
cat pretty.json list.json >both.json
is_exit 0 "several answers in one file" sbsim trace import --ecs both.json -o both.h5
is "$(rows both.h5 tasks)" 4 "four tasks"
is_exit 0 "several files" sbsim trace import --ecs pretty.json list.json -o both2.h5
is "$(rows both2.h5 tasks)" 4 "four tasks too"

# --- events as JSON lines, out of order; other events are passed over
cat >events.jsonl <<'EOF'
{"detail-type":"ECS Task State Change","detail":{"taskArn":"arn:aws:ecs:eu-west-1:1:task/c/e1","version":3,"lastStatus":"RUNNING","createdAt":"2026-02-04T10:00:00Z","pullStartedAt":"2026-02-04T10:00:12Z","pullStoppedAt":"2026-02-04T10:00:30Z","startedAt":"2026-02-04T10:00:31Z","platformVersion":"1.4.0"}}
{"detail-type":"ECS Container Instance State Change","detail":{"agentConnected":true}}
{"detail-type":"ECS Task State Change","detail":{"taskArn":"arn:aws:ecs:eu-west-1:1:task/c/e1","version":1,"lastStatus":"PROVISIONING","createdAt":"2026-02-04T09:59:59Z","connectivityAt":"2026-02-04T10:00:04Z","platformVersion":"LATEST"}}

{"detail-type":"ECS Task State Change","detail":{"taskArn":"arn:aws:ecs:eu-west-1:1:task/c/e1","version":6,"lastStatus":"STOPPED","stoppedAt":"2026-02-04T10:09:00Z","stopCode":"SpotInterruption","stoppedReason":"Your Spot Task was interrupted."}}
EOF
is_exit 0 "events" sbsim trace import --ecs events.jsonl -o e.h5
is "$(rows e.h5 tasks)" 1 "three events are one task"
is "$(cell e.h5 tasks provision_start 1)" 2026-02-04T10:00:00.000000Z "a late old event does not overwrite"
is "$(cell e.h5 tasks network_ready 1)" 2026-02-04T10:00:04.000000Z "but fills a hole"
is "$(cell e.h5 workers platform_version 1)" 1.4.0 "nor the platform"
is "$(cell e.h5 tasks stopped 1)" 2026-02-04T10:09:00.000000Z "a later one updates"
is "$(cell e.h5 tasks outcome 1)" 2 "interrupted"

# --- the worker's log joins the same container
cat >log.jsonl <<'EOF'
{"task":"arn:aws:ecs:us-east-1:123456789012:task/c/aaaa0001","cpu_model":"Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz","arch":"x86_64","vcpu":2,"threads_per_core":2,"boot_start":"2026-02-04T10:00:55.5Z","boot_end":"2026-02-04T10:01:00Z","item":"scenario-17","item_ref_s":689.2,"paths":10000000,"download_start":1770199260,"download_end":1770199260.5,"compute_start":1770199261,"compute_end":"2026-02-04T10:21:20Z","upload_end":"2026-02-04T10:21:21Z","cpu_s":1218.5,"exit":0,"run":"mine"}
{"task":"aaaa0001","item":"scenario-17","submit":1770199199.5,"api_accepted":1770199200,"detected":"2026-02-04T10:21:23.5Z"}
EOF
is_exit 0 "import --worker-log" sbsim trace import --worker-log log.jsonl -o a.h5
is "$(rows a.h5 tasks),$(rows a.h5 workers)" 2,2 "no new row"
is "$(cell a.h5 tasks compute_end 1)" 2026-02-04T10:21:20.000000Z "compute_end"
is "$(cell a.h5 tasks pull_end 1)" 2026-02-04T10:00:50.000000Z "beside the ECS stamps"
is "$(cell a.h5 tasks worker_boot_end 1)" 2026-02-04T10:01:00.000000Z "boot"
is "$(cell a.h5 tasks detected 1)" 2026-02-04T10:21:23.500000Z "the client's line joins"
is "$(cell a.h5 tasks outcome 1)" 0 "outcome ok"
is "$(cell a.h5 workload ref_seconds 1)" 689.2 "reference work"
is "$(cell a.h5 runs name 1)" mine "the run"
is_exit 0 "all in order" sbsim trace check a.h5
is_exit 0 "info" sbsim trace info a.h5
like out '^compute +fargate +1 +1219\.0 ' "compute"
like out '^boot +fargate +1 +4\.5 ' "boot by the worker's clock"
like out '^detect +fargate +1 +2\.5 ' "detect"
# in the other order the same rows come out
sbsim trace import --worker-log log.jsonl -o b.h5 --quiet
sbsim trace import --ecs pretty.json -o b.h5 --quiet
sbsim trace export --csv a.h5 >a.csv
sbsim trace export --csv b.h5 >b.csv
same a.csv b.csv "log before ECS gives the same"
sbsim trace import --ecs pretty.json -o a.h5 --quiet
sbsim trace export --csv a.h5 >a3.csv
same a.csv a3.csv "ECS once more changes nothing"

# --- several pieces on one container: the life cycle moves to /workers
cat >pieces.jsonl <<'EOF'
{"task":"aaaa0001","item":"s1","unit":0,"units":10,"attempt":0,"ref_s":6.9,"boot_end":"2026-02-04T10:01:00Z","compute_start":"2026-02-04T10:01:01Z","compute_end":"2026-02-04T10:01:12Z"}
{"task":"aaaa0001","item":"s1","unit":10,"units":10,"attempt":0,"ref_s":6.9,"compute_start":"2026-02-04T10:01:13Z","compute_end":"2026-02-04T10:01:25Z"}
{"task":"aaaa0001","item":"s2","unit":0,"units":10,"attempt":0,"ref_s":6.9,"compute_start":"2026-02-04T10:01:26Z","compute_end":"2026-02-04T10:01:39Z","speculative":true,"outcome":"cancelled"}
EOF
for order in "--ecs pretty.json --worker-log pieces.jsonl" "--worker-log pieces.jsonl --ecs pretty.json"; do
    rm -f p.h5
    # shellcheck disable=SC2086 # words on purpose
    is_exit 0 "pieces: $order" sbsim trace import $order -o p.h5
    is "$(rows p.h5 tasks),$(rows p.h5 workers)" 4,2 "three pieces and another container"
    is "$(cell p.h5 workers pull_end 1)" 2026-02-04T10:00:50.000000Z "life cycle with the container"
    is "$(cell p.h5 workers ready 1)" 2026-02-04T10:01:00.000000Z "boot too"
    is "$(cell p.h5 tasks pull_end 1)" "" "not with the first piece"
    is_exit 0 "in order" sbsim trace check p.h5
    is_exit 0 "info" sbsim trace info p.h5
    like out '^pull +fargate +1 +35\.0 ' "one pull"
    like out '^compute +fargate +3 +11\.0 ' "three pieces computed"
done
rm -f q.h5
sbsim trace import --ecs pretty.json -o q.h5 --quiet
sbsim trace import --worker-log pieces.jsonl -o q.h5 --quiet
sbsim trace import --ecs pretty.json -o q.h5 --quiet
sbsim trace export --csv p.h5 | sort >p.csv
sbsim trace export --csv q.h5 | sort >q.csv
same p.csv q.csv "one import at a time gives the same"

# --- a container lost before its work ended
printf '%s\n' '{"task":"t/e1","item":"s1","compute_start":"2026-02-04T10:01:00Z"}' >lost.jsonl
rm -f f.h5
sbsim trace import --worker-log lost.jsonl -o f.h5 --quiet
sbsim trace import --ecs events.jsonl -o f.h5 --quiet
is "$(cell f.h5 tasks outcome 1)" 2 "interrupted, log first"
sbsim trace import --worker-log lost.jsonl -o e.h5 --quiet
is "$(cell e.h5 tasks outcome 1),$(rows e.h5 tasks)" 2,1 "interrupted, log second"

# --- CSV, out and in
for f in a.h5 p.h5 e.h5 fargate.h5; do
    sbsim trace export --csv "$f" -o out.csv
    rm -f back.h5
    is_exit 0 "import what $f exports" sbsim trace import --csv out.csv -o back.h5
    sbsim trace export --csv back.h5 >back.csv
    same out.csv back.csv "comes out as it went in"
done
printf 'worker_id,cpu_model,pull_start,pull_end\r\nw1,"Xeon, ""8375C""",100.5,2026-02-04T10:00:00+0100\r\n,,7,8\r\n' >crlf.csv
is_exit 0 "CRLF, quotes, no id" sbsim trace import --csv crlf.csv -o crlf.h5
is "$(cell crlf.h5 tasks pull_end 1)" 2026-02-04T09:00:00.000000Z "offset without a colon"
like out '2 tasks on 2 containers' "a container without a name has one made"
sbsim trace import --csv crlf.csv -o crlf.h5 --quiet
is "$(rows crlf.h5 tasks)" 2 "the same one next time"
for table in runs workload workers tasks events intervals samples; do
    is_exit 0 "export --table $table" sbsim trace export --csv fargate.h5 --table "$table"
done
like out '^launch_burst,launches,100,' "samples"

# --- check prints each violation
cat >order.csv <<'EOF'
worker_id,submit,provision_start,network_ready,pull_start,pull_end,container_start,upload_end,detected,outcome
w0,100,99,101,102,103,104,,,
w1,100,97,101,102,103,104,,,
w2,,,101,100.9,103,104,,,
w3,,,,,,104,110,109,0
EOF
is_exit 0 "contradicting stamps are imported" sbsim trace import --csv order.csv -o order.h5
like out '3 of the stamps or values contradict' "and told"
is_exit 3 "check finds them" sbsim trace check order.h5
like out '^/tasks row 1: provision_start is 3\.000 s before submit \(allowed 2 s\)$' "beyond the tolerance"
unlike out '^/tasks row 0' "within the tolerance"
like out '^/tasks row 2: pull_start is 0\.100 s before network_ready \(allowed 0 s\)$' "no tolerance on one clock"
like out '^/tasks row 3: outcome 0 \(ok\) without compute_end$' "outcome"
like out '3 violations' "and how many"

# --- a run's phases from a big file (JSON lines), quickly enough
awk 'BEGIN { for (i = 0; i < 20000; i++) printf "{\"taskArn\":\"t/%d\",\"group\":\"family:f\",\"createdAt\":%d,\"pullStartedAt\":%d.5}\n", i, 1770199200 + i, 1770199212 + i }' >many.jsonl
is_exit 0 "20000 tasks" sbsim trace import --ecs many.jsonl -o many.h5
is_exit 0 "info" sbsim trace info many.h5
like out '^provision +fargate +20000 +12\.5 +12\.5 +12\.5 +12\.5 +12\.5$' "all of them"

for part in import info check export; do
    is_exit 0 "trace $part --help" sbsim trace "$part" --help
    unlike out '^.{80}' "at most 79 columns"
done
done_testing
