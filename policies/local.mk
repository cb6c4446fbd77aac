# SPDX-License-Identifier: Apache-2.0
libsbsim_a_SOURCES += \
  %D%/list.def %D%/measured.def \
  %D%/load.c %D%/load.h \
  %D%/replay.c %D%/replay.h \
  %D%/registry.c %D%/registry.h \
  %D%/stack.c %D%/stack.h

# The policies themselves, one file each (list.def has the same), and what
# families of them share.
libsbsim_a_SOURCES += \
  %D%/af.c \
  %D%/any_k.c \
  %D%/awf_b.c \
  %D%/awf_c.c \
  %D%/awf_d.c \
  %D%/awf_e.c \
  %D%/batched.c \
  %D%/bold.c \
  %D%/chunk.h \
  %D%/clone.c \
  %D%/copies.h \
  %D%/css.c \
  %D%/cut.h \
  %D%/delayed_clone.c \
  %D%/dynamic.c \
  %D%/early_stop.c \
  %D%/endgame.c \
  %D%/enough.h \
  %D%/fac.c \
  %D%/fac2.c \
  %D%/fork.h \
  %D%/fork_keep.c \
  %D%/fork_kill.c \
  %D%/fsc.c \
  %D%/gss.c \
  %D%/hybrid.c \
  %D%/late.c \
  %D%/lpt.c \
  %D%/luby.c \
  %D%/mantri.c \
  %D%/mds.c \
  %D%/median.h \
  %D%/mfsc.c \
  %D%/multi_fork.c \
  %D%/open_attempts.h \
  %D%/oracle.c \
  %D%/oversubscribe.c \
  %D%/placement.c \
  %D%/predict.h \
  %D%/probe_drop.c \
  %D%/restart.c \
  %D%/restart.h \
  %D%/restart_slow.c \
  %D%/rnd.c \
  %D%/speculative.c \
  %D%/split.c \
  %D%/spot_mix.c \
  %D%/ss.c \
  %D%/staggered.c \
  %D%/static.c \
  %D%/steal.c \
  %D%/tap.c \
  %D%/truncate.c \
  %D%/tss.c \
  %D%/vcpu.c \
  %D%/warm_pool.c \
  %D%/wf.c \
  %D%/wide.c \
  %D%/work_stealing.c

# The file to copy; built so that it stays true.
check_LTLIBRARIES += %D%/skeleton.la
%C%_skeleton_la_SOURCES = %D%/skeleton.c
%C%_skeleton_la_CPPFLAGS = -DSBS_PLUGIN -I$(top_srcdir)/include
%C%_skeleton_la_LDFLAGS = $(SBS_PLUGIN_LDFLAGS)

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

UNIT_TESTS += tests/test_policies_capacity
tests_test_policies_capacity_SOURCES = tests/test_policies_capacity.c \
  tests/recorder.h tests/simtest.h tests/tap.h
tests_test_policies_capacity_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_policies_steal
tests_test_policies_steal_SOURCES = tests/test_policies_steal.c \
  tests/gauge.h tests/randmodel.h tests/simtest.h tests/tap.h tests/witness.h
tests_test_policies_steal_LDADD = $(SBS_LIBS)
VALGRIND_TESTS += tests/test_policies_stack

FUZZERS += tests/fuzz_log
tests_fuzz_log_SOURCES = tests/fuzz_log.c
tests_fuzz_log_LDADD = $(SBS_FUZZ_LIBS)
EXTRA_DIST += tests/corpus/fuzz_log/oversubscribe \
  tests/corpus/fuzz_log/speculative tests/corpus/fuzz_log/split \
  tests/corpus/fuzz_log/static

UNIT_TESTS += tests/test_policies_replay
tests_test_policies_replay_SOURCES = tests/test_policies_replay.c \
  tests/simtest.h tests/tap.h
tests_test_policies_replay_LDADD = $(SBS_LIBS)
VALGRIND_TESTS += tests/test_policies_replay
UNIT_TESTS += tests/test_policies_copies tests/test_policies_copies_rules
tests_test_policies_copies_SOURCES = tests/test_policies_copies.c \
  tests/simtest.h tests/tap.h
tests_test_policies_copies_LDADD = $(SBS_LIBS)
tests_test_policies_copies_rules_SOURCES = \
  tests/test_policies_copies_rules.c \
  tests/recorder.h tests/simtest.h tests/tap.h
tests_test_policies_copies_rules_LDADD = $(SBS_LIBS)
UNIT_TESTS += tests/test_policies_chunks
tests_test_policies_chunks_SOURCES = tests/test_policies_chunks.c \
  tests/plain_chunks.h tests/plain_dls.h tests/recorder.h tests/simtest.h \
  tests/tap.h
tests_test_policies_chunks_LDADD = $(SBS_LIBS)

# The independent side of doc/self-scheduling.md.
check_PROGRAMS += tests/plain_dls
tests_plain_dls_SOURCES = tests/plain_dls.c tests/plain_chunks.h \
  tests/plain_dls.h
tests_plain_dls_LDADD = -lm
