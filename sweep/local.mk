# SPDX-License-Identifier: Apache-2.0
libsbsim_a_SOURCES += \
  %D%/aim.c %D%/aim.h \
  %D%/choose.c %D%/choose.h %D%/front.c \
  %D%/comm.h \
  %D%/pool.c %D%/pool.h \
  %D%/propose.c %D%/propose.h \
  %D%/race.c %D%/race.h \
  %D%/record.c %D%/record.h \
  %D%/run.c %D%/run.h \
  %D%/space.c %D%/space.h \
  %D%/stop.c %D%/stop.h \
  %D%/tune.c %D%/tune.h

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
