# SPDX-License-Identifier: Apache-2.0
libsbsim_a_SOURCES += \
  %D%/list.def \
  %D%/load.c %D%/load.h \
  %D%/registry.c %D%/registry.h \
  %D%/stack.c %D%/stack.h

# The policies themselves, one file each (list.def has the same).
libsbsim_a_SOURCES += \
  %D%/clone.c \
  %D%/copies.h \
  %D%/delayed_clone.c \
  %D%/dynamic.c \
  %D%/endgame.c \
  %D%/fork.h \
  %D%/fork_keep.c \
  %D%/fork_kill.c \
  %D%/late.c \
  %D%/luby.c \
  %D%/mantri.c \
  %D%/median.h \
  %D%/multi_fork.c \
  %D%/open_attempts.h \
  %D%/oversubscribe.c \
  %D%/predict.h \
  %D%/restart.c \
  %D%/restart.h \
  %D%/speculative.c \
  %D%/split.c \
  %D%/static.c \
  %D%/warm_pool.c

FUZZERS += tests/fuzz_policy
tests_fuzz_policy_SOURCES = tests/fuzz_policy.c
tests_fuzz_policy_LDADD = $(SBS_FUZZ_LIBS)
EXTRA_DIST += tests/corpus/fuzz_policy/all tests/corpus/fuzz_policy/set

UNIT_TESTS += tests/test_policies_stack
tests_test_policies_stack_SOURCES = tests/test_policies_stack.c tests/tap.h
tests_test_policies_stack_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_policies_speculative
tests_test_policies_speculative_SOURCES = tests/test_policies_speculative.c \
  tests/recorder.h tests/simtest.h tests/tap.h
tests_test_policies_speculative_LDADD = $(SBS_LIBS)
VALGRIND_TESTS += tests/test_policies_stack

UNIT_TESTS += tests/test_policies_copies tests/test_policies_copies_rules
tests_test_policies_copies_SOURCES = tests/test_policies_copies.c \
  tests/simtest.h tests/tap.h
tests_test_policies_copies_LDADD = $(SBS_LIBS)
tests_test_policies_copies_rules_SOURCES = \
  tests/test_policies_copies_rules.c \
  tests/recorder.h tests/simtest.h tests/tap.h
tests_test_policies_copies_rules_LDADD = $(SBS_LIBS)
