# SPDX-License-Identifier: Apache-2.0
libsbsim_a_SOURCES += \
  %D%/alternatives.c \
  %D%/basis.c \
  %D%/belief.c %D%/belief.h \
  %D%/calibrate.c %D%/calibrate.h \
  %D%/estimate.c %D%/estimate.h \
  %D%/estimate_facts.c \
  %D%/estimate_joint.c \
  %D%/contradictions.c %D%/contradictions.h \
  %D%/explain.c %D%/explain.h \
  %D%/factors.c %D%/factors.h \
  %D%/shapley.c %D%/shapley.h \
  %D%/fit_lognormal.c %D%/fit_lognormal.h \
  %D%/joint.c %D%/joint.h \
  %D%/minimise.c %D%/minimise.h \
  %D%/mixture.c %D%/mixture.h \
  %D%/model_text.c \
  %D%/infer.c %D%/infer.h \
  %D%/observe.c %D%/observe.h \
  %D%/particles.c %D%/particles.h \
  %D%/predict.c %D%/predict.h \
  %D%/phases.c %D%/phases.h \
  %D%/rows.c %D%/rows.h \
  %D%/simlik.c %D%/simlik.h \
  %D%/totals.c %D%/totals.h

UNIT_TESTS += tests/test_calibrate_fit_lognormal
VALGRIND_TESTS += tests/test_calibrate_fit_lognormal
tests_test_calibrate_fit_lognormal_SOURCES = \
  tests/test_calibrate_fit_lognormal.c tests/tap.h
tests_test_calibrate_fit_lognormal_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_calibrate_totals
tests_test_calibrate_totals_SOURCES = \
  tests/test_calibrate_totals.c tests/calibrate_client.h tests/tap.h
tests_test_calibrate_totals_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_calibrate_fit
tests_test_calibrate_fit_SOURCES = tests/test_calibrate_fit.c tests/tap.h
tests_test_calibrate_fit_LDADD = $(SBS_LIBS)

SCRIPT_TESTS += tests/calibrate.t

EXTRA_DIST += doc/calibration.md

UNIT_TESTS += tests/test_calibrate_shapley
tests_test_calibrate_shapley_SOURCES = tests/test_calibrate_shapley.c \
  tests/tap.h
tests_test_calibrate_shapley_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_calibrate_explain
tests_test_calibrate_explain_SOURCES = tests/test_calibrate_explain.c \
  tests/tap.h
tests_test_calibrate_explain_LDADD = $(SBS_LIBS)

SCRIPT_TESTS += tests/explain.t
