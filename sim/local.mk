# SPDX-License-Identifier: Apache-2.0
libsbsim_a_SOURCES += \
  %D%/account.c \
  %D%/agenda.c %D%/agenda.h \
  %D%/attempt.c %D%/attempt.h \
  %D%/backend.c \
  %D%/client.c %D%/client.h \
  %D%/cores.h \
  %D%/defaults.c \
  %D%/flow.c %D%/flow.h \
  %D%/lanes.c %D%/lanes.h %D%/lanes_attempt.h \
  %D%/lanes_body.h %D%/lanes_draw.h %D%/lanes_runs.h \
  %D%/launch.c %D%/launch.h \
  %D%/lockstep.c %D%/lockstep.h %D%/lockstep_lane.c \
  %D%/lockstep_state.h \
  %D%/platform.c %D%/platform.h \
  %D%/purpose.h \
  %D%/queue.c %D%/queue.h \
  %D%/regret.c \
  %D%/replicas.c %D%/replicas.h \
  %D%/series.c %D%/series.h \
  %D%/sim.h %D%/state.h \
  %D%/steady.c %D%/steady.h

# The loops of lockstep once per instruction set (base/cpu.h).
if SBS_X86_64
noinst_LIBRARIES += libsim_avx2.a libsim_avx512.a
libsim_avx2_a_SOURCES = %D%/lanes_avx2.c
libsim_avx2_a_CFLAGS = $(AM_CFLAGS) -mavx2
libsim_avx512_a_SOURCES = %D%/lanes_avx512.c
libsim_avx512_a_CFLAGS = $(AM_CFLAGS) -mavx512f -mprefer-vector-width=512
SBS_EXTRA_LIBS += libsim_avx2.a libsim_avx512.a
endif
EXTRA_DIST += %D%/lanes_avx2.c %D%/lanes_avx512.c

UNIT_TESTS += tests/test_sim_client
tests_test_sim_client_SOURCES = tests/test_sim_client.c tests/tap.h
tests_test_sim_client_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_sim_lockstep
tests_test_sim_lockstep_SOURCES = tests/test_sim_lockstep.c tests/randmodel.h \
  tests/simtest.h tests/tap.h
tests_test_sim_lockstep_LDADD = $(SBS_LIBS)
THREAD_TESTS += tests/test_sim_lockstep

UNIT_TESTS += tests/test_sim_agenda
tests_test_sim_agenda_SOURCES = tests/test_sim_agenda.c tests/tap.h
tests_test_sim_agenda_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_sim_queue
tests_test_sim_queue_SOURCES = tests/test_sim_queue.c tests/tap.h
tests_test_sim_queue_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_sim_launch
tests_test_sim_launch_SOURCES = tests/test_sim_launch.c tests/simtest.h tests/tap.h
tests_test_sim_launch_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_sim_platform
tests_test_sim_platform_SOURCES = tests/test_sim_platform.c tests/simtest.h tests/tap.h
tests_test_sim_platform_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_sim_random
tests_test_sim_random_SOURCES = tests/test_sim_random.c tests/randmodel.h \
  tests/simtest.h tests/tap.h tests/witness.h
tests_test_sim_random_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_sim_account
tests_test_sim_account_SOURCES = tests/test_sim_account.c tests/simtest.h tests/tap.h
tests_test_sim_account_LDADD = $(SBS_LIBS)
VALGRIND_TESTS += tests/test_sim_account tests/test_sim_agenda \
  tests/test_sim_queue

UNIT_TESTS += tests/test_queueing
tests_test_queueing_SOURCES = tests/test_queueing.c tests/simtest.h tests/tap.h
tests_test_queueing_LDADD = $(SBS_LIBS)
