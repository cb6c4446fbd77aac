#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# examples/slurm on a real Slurm of one node, which this test installs (from
# the distribution), starts in a folder of its own and stops again: both ways
# make the file that one process makes. As root, by make check-long; the MPI
# way in the build --with-mpi.
. "${SBS_SRCDIR:?}/tests/lib.sh"
[ -n "${SBS_LONG:-}" ] || skip_all "long (make check-long)"
[ "$(id -u)" -eq 0 ] || skip_all "not root"
cd "$T" || exit 99
PATH=$PATH:/usr/sbin:/sbin

has_slurm()
{
    for program in munged mungekey slurmctld slurmd sbatch squeue scontrol; do
        command -v $program >/dev/null 2>&1 || return 1
    done
}

# As packages start their services when installed: not here.
install_slurm()
{
    command -v apt-get >/dev/null 2>&1 || return 1
    ran=
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        ran=/usr/sbin/policy-rc.d
        printf '#!/bin/sh\nexit 101\n' >$ran && chmod 755 $ran
    fi
    { DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
        --no-install-recommends slurm-wlm munge || {
        apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get \
            install -y -q --no-install-recommends slurm-wlm munge
    }; } >apt.log 2>&1 </dev/null
    [ -z "$ran" ] || rm -f "$ran"
    has_slurm
}

has_slurm || install_slurm || skip_all "Slurm cannot be installed here"

# ---- a cluster of this host ------------------------------------------------

here=$T/slurm
mkdir -p "$here/state" "$here/spool" "$here/munge"
chmod 755 "$T" "$here" "$here/munge"
port=$((20000 + $$ % 20000))
node=$(hostname -s 2>/dev/null || hostname)
export SLURM_CONF="$here/slurm.conf"
daemons=

# Four places for jobs whatever the cores here: the scripts ask for so many.
# A container has no control groups of its own, hence linuxproc and none.
cat >"$SLURM_CONF" <<END
ClusterName=test
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$here/munge/socket
CredType=cred/munge
StateSaveLocation=$here/state
SlurmdSpoolDir=$here/spool
SlurmctldPidFile=$here/slurmctld.pid
SlurmdPidFile=$here/slurmd.pid
SlurmctldLogFile=$here/slurmctld.log
SlurmdLogFile=$here/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
MailProg=/bin/true
ReturnToService=2
KillWait=2
InactiveLimit=0
SchedulerType=sched/backfill
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
NodeName=$node NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN
PartitionName=all Nodes=$node Default=YES MaxTime=60 State=UP
END

# Jobs first: what they run is no child of ours.
stop_slurm()
{
    if [ -n "$daemons" ]; then
        scancel --state=RUNNING,PENDING -p all >/dev/null 2>&1
        i=0
        while [ -n "$(squeue -h 2>/dev/null)" ] && [ $i -lt 20 ]; do
            i=$((i + 1))
            sleep 0.5
        done
    fi
    for pid in $daemons; do
        kill "$pid" 2>/dev/null
    done
    for pid in $daemons; do
        wait "$pid" 2>/dev/null
    done
    daemons=
}
trap 'stop_slurm; chmod -R u+w "$T" 2>/dev/null; rm -rf "$T"' EXIT

# start NAME COMMAND...: a daemon in the foreground, as our child.
start()
{
    log=$here/$1.out
    shift
    "$@" >"$log" 2>&1 </dev/null &
    daemons="$! $daemons"
}

# eventually SECONDS COMMAND...: it succeeds before they are over.
eventually()
{
    tries=$(($1 * 5))
    shift
    while ! "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return 1
        sleep 0.2
    done
}

is_idle() { sinfo -h -o %t 2>/dev/null | grep -q '^idle'; }
is_over() { [ -z "$(squeue -h 2>/dev/null)" ]; }

mungekey --create --keyfile="$here/munge/key" || exit 99
start munged munged --foreground --force --key-file="$here/munge/key" \
    --socket="$here/munge/socket" --pid-file="$here/munge/pid" \
    --seed-file="$here/munge/seed" --log-file="$here/munge/log"
eventually 10 test -S "$here/munge/socket"
start slurmctld slurmctld -D -i -f "$SLURM_CONF"
start slurmd slurmd -D -f "$SLURM_CONF"
if ! eventually 30 is_idle; then
    for log in munged.out munge/log slurmctld.log slurmd.log slurmd.out; do
        echo "# $log:"
        tail -n 5 "$here/$log" 2>/dev/null | sed 's/^/#   /'
    done
    report 1 "Slurm starts"
    done_testing
fi
report 0 "Slurm starts: $(sbatch --version), node $node"

# ---- the study -------------------------------------------------------------

cat >m.json <<'END'
{ "schema": "sbsim-model", "schema_version": 1, "speed": { "log_sd": 0.2 },
  "startup": { "provision_s": {"dist": "lognormal", "mu": 3, "sigma": 0.4} } }
END
cat >w.json <<'END'
{ "schema": "sbsim-workload", "schema_version": 1, "tasks": 40,
  "ref_s": {"dist": "lognormal", "mu": 4, "sigma": 0.5}, "divisible": true }
END
cat >study.json <<'END'
{ "schema": "sbsim-study", "schema_version": 1, "model": "m.json",
  "workload": "w.json", "reps": 20000, "keep": "bills", "block_reps": 1300,
  "policies": [ "static", "split:units=5", "dynamic" ],
  "axes": [ { "key": "workers", "values": [ 10, 20, 40 ] } ] }
END
is_exit 0 "one process" sbsim sweep study.json -o one.h5 --threads 1 --quiet

# Root, and ranks beyond the cores, want to be allowed by Open MPI.
export SBSIM OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_MCA_hwloc_base_binding_policy=none
unset OMPI_COMM_WORLD_RANK PMIX_RANK

# The example as it stands, job after job.
scripts=$SBS_SRCDIR/examples/slurm
mkdir parts

# ---- an array and its merge ------------------------------------------------

job=$(sbatch --parsable "$scripts/sweep-array.sbatch" study.json parts)
ok "an array is submitted" test -n "$job"
merge=$(sbatch --parsable --dependency="afterok:$job" \
    "$scripts/sweep-merge.sbatch" parts array.h5)
ok "and a merge that waits for it" test -n "$merge"
ok "both end" eventually 120 is_over
is "$(find parts -type f | wc -l)" 4 "four parts"
like "merge-$merge.log" '^Least mean bill$' "the merge's table"
same one.h5 array.h5 "the file of one process" ||
    cat share-*.log merge-*.log | sed -n 's/^/#   /;1,20p'

# ---- ranks -----------------------------------------------------------------

if ldd "$SBSIM" 2>/dev/null | grep -q 'libmpi'; then
    job=$(sbatch --parsable "$scripts/sweep-mpi.sbatch" study.json mpi.h5)
    ok "an MPI job is submitted" test -n "$job"
    ok "it ends" eventually 120 is_over
    like "sweep-$job.log" '^Least mean bill$' "its table"
    is "$(grep -c '^Least mean bill$' "sweep-$job.log")" 1 \
        "once: its tasks are ranks of one sweep"
    same one.h5 mpi.h5 "the file of one process" ||
        sed -n 's/^/#   /;1,20p' "sweep-$job.log"

    # Cancelled, and submitted again.
    sed 's/"reps": 20000/"reps": 400000/' study.json >long.json
    is_exit 0 "a longer one" sbsim sweep long.json -o long.h5 --quiet
    job=$(sbatch --parsable "$scripts/sweep-mpi.sbatch" long.json again.h5)
    eventually 30 test -s again.h5.parts/000000-000003
    scancel "$job"
    ok "cancelled" eventually 60 is_over
    ok "before it was done" test ! -e again.h5
    is "$(find again.h5.parts -name '000000-*' | wc -l)" 4 "four ranks wrote"
    job=$(sbatch --parsable "$scripts/sweep-mpi.sbatch" long.json again.h5)
    ok "submitted again" eventually 180 is_over
    same long.h5 again.h5 "it goes on: the file of one process" ||
        sed -n 's/^/#   /;1,20p' "sweep-$job.log"
else
    skip "the MPI job: built without --with-mpi"
fi

# ---- nothing is left -------------------------------------------------------

pids=$daemons
stop_slurm
left=0
for pid in $pids; do
    kill -0 "$pid" 2>/dev/null && left=$((left + 1))
done
is $left 0 "the daemons have ended"
is "$(pgrep -f "$T/" | grep -cvx "$$")" 0 "and all that used its folder"
done_testing
