# SPDX-License-Identifier: Apache-2.0
libsbsim_a_SOURCES += \
  %D%/error.c %D%/error.h

UNIT_TESTS += tests/test_base_error
tests_test_base_error_SOURCES = tests/test_base_error.c tests/tap.h
tests_test_base_error_LDADD = $(SBS_LIBS)
