# SPDX-License-Identifier: Apache-2.0
libsbsim_a_SOURCES += \
  %D%/list.def \
  %D%/load.c %D%/load.h \
  %D%/registry.c %D%/registry.h \
  %D%/stack.c %D%/stack.h

# The policies themselves, one file each (list.def has the same).
libsbsim_a_SOURCES += \
  %D%/af.c \
  %D%/awf_b.c \
  %D%/awf_c.c \
  %D%/awf_d.c \
  %D%/awf_e.c \
  %D%/bold.c %D%/chunk.h \
  %D%/css.c \
  %D%/dynamic.c \
  %D%/fac.c \
  %D%/fac2.c \
  %D%/fsc.c \
  %D%/gss.c \
  %D%/mfsc.c \
  %D%/oversubscribe.c \
  %D%/rnd.c \
  %D%/speculative.c \
  %D%/split.c \
  %D%/ss.c \
  %D%/static.c \
  %D%/tap.c \
  %D%/tss.c \
  %D%/warm_pool.c \
  %D%/wf.c

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
VALGRIND_TESTS += tests/test_policies_stack

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
