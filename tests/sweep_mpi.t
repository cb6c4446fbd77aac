#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A sweep's file does not depend on ranks, threads, or ranks that are killed
# (run by `make check-mpi`, --with-mpi).
. "${SBS_SRCDIR:?}/tests/lib.sh"
cd "$T" || exit 99
OMPI_ALLOW_RUN_AS_ROOT=1
OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_ALLOW_RUN_AS_ROOT OMPI_ALLOW_RUN_AS_ROOT_CONFIRM
export OMPI_MCA_rmaps_base_oversubscribe
mpirun -n 1 true >/dev/null 2>&1 || skip_all "mpirun does not run here"

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
  "workload": "w.json", "reps": 3000, "keep": "bills", "block_reps": 1300,
  "policies": [ "static", "split:units=5", "warm-pool:size=20" ],
  "skip_refused": true,
  "axes": [ { "key": "workers", "values": [ 10, 20, 40 ] },
            { "key": "reps", "values": [ 1000, 5000 ] } ] }
END
sed -e '/"reps": 3000/s/3000/1/' -e '/key": "reps/s/reps/startup.boot_s/' \
    -e 's/"reps": 1, /"reps": 20000, /' study.json >long.json
sed -i 's/"reps": 3000, //' study.json

is_exit 0 "without mpirun" sbsim sweep study.json -o one.h5 --quiet
for ranks in 1 2 3; do
    for threads in 1 2; do
        is_exit 0 "$ranks ranks, $threads threads" mpirun -n $ranks "$SBSIM" \
            sweep study.json -o many.h5 --threads $threads --force --quiet
        same one.h5 many.h5 "the same, byte for byte"
    done
done
is_exit '[1-9]*' "a mistake ends all ranks" mpirun -n 2 "$SBSIM" sweep \
    nothing.json -o x.h5
is_exit '[1-9]*' "a refusal too" mpirun -n 2 "$SBSIM" sweep study.json \
    -o x.h5 --set startup.boot_s=-1

# One rank, or all of them, is killed at a random moment.
kills=3
[ -z "${SBS_LONG:-}" ] || kills=20
is_exit 0 "a longer one" sbsim sweep long.json -o long.h5 --quiet
i=0
while [ $i -lt $kills ]; do
    i=$((i + 1))
    mpirun -n $((i % 3 + 1)) "$SBSIM" sweep long.json -o k.h5 --resume \
        --quiet --threads 1 >/dev/null 2>&1 &
    mpi=$!
    sleep "$(awk -v seed="$$$i" 'BEGIN { srand(seed)
        printf "%.3f", 0.3 + 1.2 * rand() }')"
    ranks=$(pgrep -P $mpi)
    [ $((i % 2)) -eq 0 ] || ranks=$(echo "$ranks" | head -n 1)
    # shellcheck disable=SC2086 # a list of process numbers
    [ -z "$ranks" ] || kill -9 $ranks 2>/dev/null
    wait $mpi 2>/dev/null
    [ ! -e k.h5 ] || echo "# it had finished before kill $i"
done
is_exit 0 "--resume finishes" mpirun -n 2 "$SBSIM" sweep long.json -o k.h5 \
    --resume --quiet
same long.h5 k.h5 "the file of one that was never killed"
ok "no spools are left" test ! -e k.h5.parts
done_testing
