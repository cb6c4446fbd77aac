# SPDX-License-Identifier: Apache-2.0
libsbsim_a_SOURCES += \
  %D%/compare.c %D%/compare.h \
  %D%/design.c %D%/design.h \
  %D%/gp.c %D%/gp.h \
  %D%/precision.c %D%/precision.h \
  %D%/quantile.c %D%/quantile.h \
  %D%/resample.c %D%/resample.h \
  %D%/select.c %D%/select.h \
  %D%/split.c %D%/split.h \
  %D%/summary.c %D%/summary.h \
  %D%/verify.c %D%/verify.h

UNIT_TESTS += tests/test_stats_summary
tests_test_stats_summary_SOURCES = tests/test_stats_summary.c tests/tap.h
tests_test_stats_summary_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_stats_compare
tests_test_stats_compare_SOURCES = tests/test_stats_compare.c tests/tap.h
tests_test_stats_compare_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_stats_split
tests_test_stats_split_SOURCES = tests/test_stats_split.c tests/tap.h
tests_test_stats_split_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_stats_verify
tests_test_stats_verify_SOURCES = tests/test_stats_verify.c tests/tap.h
tests_test_stats_verify_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_stats_select tests/test_stats_resample
tests_test_stats_select_SOURCES = tests/test_stats_select.c \
  tests/simtest.h tests/tap.h
tests_test_stats_select_LDADD = $(SBS_LIBS)
tests_test_stats_resample_SOURCES = tests/test_stats_resample.c tests/tap.h
tests_test_stats_resample_LDADD = $(SBS_LIBS)
