# SPDX-License-Identifier: Apache-2.0
libsbsim_a_SOURCES += \
  %D%/account.c \
  %D%/backend.c \
  %D%/client.c %D%/client.h \
  %D%/defaults.c \
  %D%/launch.c %D%/launch.h \
  %D%/platform.c %D%/platform.h \
  %D%/purpose.h \
  %D%/queue.c %D%/queue.h \
  %D%/regret.c \
  %D%/sim.h %D%/state.h

UNIT_TESTS += tests/test_sim_client
tests_test_sim_client_SOURCES = tests/test_sim_client.c tests/tap.h
tests_test_sim_client_LDADD = $(SBS_LIBS)
