#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Two ranks give what one gives (run by `make check-mpi`, --with-mpi).
. "${SBS_SRCDIR:?}/tests/lib.sh"
cd "$T" || exit 99
trace=$SBS_BUILDDIR/traces/fargate.h5
run="--policy static,split:units=20,speculative --trace $trace --threads 1"
# Open MPI wants to be told that root and more ranks than cores are fine.
OMPI_ALLOW_RUN_AS_ROOT=1
OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_ALLOW_RUN_AS_ROOT OMPI_ALLOW_RUN_AS_ROOT_CONFIRM
export OMPI_MCA_rmaps_base_oversubscribe
# Open MPI needs a network interface, if only the loopback.
mpirun -n 1 true >/dev/null 2>&1 || skip_all "mpirun does not run here"

# shellcheck disable=SC2086 # $run is a list
{
is_exit 0 "without mpirun" sbsim $run --reps 201 --csv one.csv --quiet
for ranks in 1 2 3; do
    is_exit 0 "$ranks ranks" mpirun -n $ranks "$SBSIM" $run --reps 201 \
        --csv many.csv --quiet
    same one.csv many.csv "$ranks ranks: the same, byte for byte"
done
is_exit 0 "fewer replications than ranks" mpirun -n 3 "$SBSIM" $run --reps 2 \
    --csv few.csv --quiet
is_exit 0 "without mpirun" sbsim $run --reps 2 --csv one.csv --quiet
same one.csv few.csv "the same"
# Rank 0 decides when it is enough; all ranks go on, or stop.
is_exit 0 "--stop-ci without mpirun" sbsim $run --stop-ci 0.005 --csv one.csv \
    --quiet
for ranks in 2 3; do
    is_exit 0 "--stop-ci, $ranks ranks" mpirun -n $ranks "$SBSIM" $run \
        --stop-ci 0.005 --csv many.csv --quiet
    same one.csv many.csv "$ranks ranks: the same, byte for byte"
done
is_exit '[1-9]*' "a mistake ends all ranks" mpirun -n 2 "$SBSIM" \
    --policy nonsense --trace "$trace"
}
done_testing
