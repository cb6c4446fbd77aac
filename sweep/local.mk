# SPDX-License-Identifier: Apache-2.0
libsbsim_a_SOURCES += \
  %D%/aim.c %D%/aim.h \
  %D%/blocks.c %D%/blocks.h \
  %D%/choose.c %D%/choose.h %D%/front.c \
  %D%/collect.c %D%/collect.h \
  %D%/comm.h \
  %D%/estimate.c %D%/estimate.h \
  %D%/figures.c %D%/figures.h \
  %D%/part.c %D%/part.h \
  %D%/pool.c %D%/pool.h \
  %D%/propose.c %D%/propose.h \
  %D%/race.c %D%/race.h \
  %D%/record.c %D%/record.h \
  %D%/run.c %D%/run.h \
  %D%/space.c %D%/space.h \
  %D%/spool.c %D%/spool.h \
  %D%/spool_dir.c %D%/spool_dir.h \
  %D%/stop.c %D%/stop.h \
  %D%/store_h5.c %D%/store.h \
  %D%/study.c %D%/study_axes.c %D%/study_point.c %D%/study.h \
  %D%/study_run.h \
  %D%/sweep.c %D%/sweep.h \
  %D%/tune.c %D%/tune.h \
  %D%/world.c %D%/world.h

if SBS_MPI
libsbsim_a_SOURCES += %D%/comm_mpi.c
else
libsbsim_a_SOURCES += %D%/comm_none.c
endif
EXTRA_DIST += %D%/comm_mpi.c %D%/comm_none.c

UNIT_TESTS += tests/test_closed_forms
tests_test_closed_forms_SOURCES = tests/test_closed_forms.c tests/simtest.h tests/tap.h
tests_test_closed_forms_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_sweep_run
tests_test_sweep_run_SOURCES = tests/test_sweep_run.c tests/simtest.h tests/tap.h
tests_test_sweep_run_LDADD = $(SBS_LIBS)
THREAD_TESTS += tests/test_sweep_run

UNIT_TESTS += tests/test_conformance
tests_test_conformance_SOURCES = tests/test_conformance.c tests/audit.h \
  tests/randmodel.h tests/randstack.h tests/simtest.h tests/tap.h \
  tests/witness.h
tests_test_conformance_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_sweep_stop tests/test_sweep_tune
tests_test_sweep_stop_SOURCES = tests/test_sweep_stop.c tests/simtest.h tests/tap.h
tests_test_sweep_stop_LDADD = $(SBS_LIBS)
tests_test_sweep_tune_SOURCES = tests/test_sweep_tune.c tests/simtest.h tests/tap.h
tests_test_sweep_tune_LDADD = $(SBS_LIBS)
THREAD_TESTS += tests/test_sweep_tune

UNIT_TESTS += tests/test_sweep_study
tests_test_sweep_study_SOURCES = tests/test_sweep_study.c tests/simtest.h tests/tap.h
tests_test_sweep_study_LDADD = $(SBS_LIBS)
THREAD_TESTS += tests/test_sweep_study

FUZZERS += tests/fuzz_study
tests_fuzz_study_SOURCES = tests/fuzz_study.c
tests_fuzz_study_LDADD = $(SBS_FUZZ_LIBS)
EXTRA_DIST += tests/corpus/fuzz_study/lhs.json \
  tests/corpus/fuzz_study/startup.json
