# SPDX-License-Identifier: Apache-2.0
libsbsim_a_SOURCES += \
  %D%/alternatives.c \
  %D%/basis.c \
  %D%/belief.c %D%/belief.h \
  %D%/calibrate.c %D%/calibrate.h \
  %D%/estimate.c %D%/estimate.h \
  %D%/estimate_facts.c \
  %D%/estimate_joint.c \
  %D%/fit_lognormal.c %D%/fit_lognormal.h \
  %D%/gof.c %D%/gof.h \
  %D%/identify.c %D%/identify.h \
  %D%/infer.c %D%/infer.h \
  %D%/joint.c %D%/joint.h \
  %D%/law.c %D%/law.h \
  %D%/law_average.c %D%/law_average.h \
  %D%/law_em.c %D%/law_em.h \
  %D%/law_fit.c %D%/law_fit.h \
  %D%/law_posterior.c %D%/law_posterior.h \
  %D%/law_sample.c %D%/law_sample.h \
  %D%/law_tail.c %D%/law_tail.h \
  %D%/minimise.c %D%/minimise.h \
  %D%/laws.c %D%/laws.h %D%/laws_show.c \
  %D%/mixture.c %D%/mixture.h \
  %D%/model_text.c \
  %D%/obs.h \
  %D%/observe.c %D%/observe.h \
  %D%/particles.c %D%/particles.h \
  %D%/phases.c %D%/phases.h \
  %D%/posterior.c %D%/posterior.h \
  %D%/predict.c %D%/predict.h \
  %D%/rows.c %D%/rows.h \
  %D%/sampler.c %D%/sampler.h \
  %D%/simlik.c %D%/simlik.h \
  %D%/survivor.c %D%/survivor.h \
  %D%/totals.c %D%/totals.h

UNIT_TESTS += tests/test_calibrate_fit_lognormal
VALGRIND_TESTS += tests/test_calibrate_fit_lognormal
tests_test_calibrate_fit_lognormal_SOURCES = \
  tests/test_calibrate_fit_lognormal.c tests/tap.h
tests_test_calibrate_fit_lognormal_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_calibrate_law_sbc
tests_test_calibrate_law_sbc_SOURCES = tests/test_calibrate_law_sbc.c \
  tests/tap.h
tests_test_calibrate_law_sbc_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_calibrate_law
tests_test_calibrate_law_SOURCES = tests/test_calibrate_law.c \
  tests/lawtest.h tests/tap.h
tests_test_calibrate_law_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_calibrate_gof
tests_test_calibrate_gof_SOURCES = tests/test_calibrate_gof.c \
  tests/lawtest.h tests/tap.h
tests_test_calibrate_gof_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_calibrate_law_em
tests_test_calibrate_law_em_SOURCES = tests/test_calibrate_law_em.c \
  tests/lawtest.h tests/tap.h
tests_test_calibrate_law_em_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_calibrate_laws
VALGRIND_TESTS += tests/test_calibrate_laws
tests_test_calibrate_laws_SOURCES = tests/test_calibrate_laws.c \
  tests/lawtest.h tests/tap.h
tests_test_calibrate_laws_LDADD = $(SBS_LIBS)
SCRIPT_TESTS += tests/laws.t

UNIT_TESTS += tests/test_calibrate_totals
tests_test_calibrate_totals_SOURCES = \
  tests/test_calibrate_totals.c tests/calibrate_client.h tests/tap.h
tests_test_calibrate_totals_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_calibrate_fit
tests_test_calibrate_fit_SOURCES = tests/test_calibrate_fit.c tests/tap.h
tests_test_calibrate_fit_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_calibrate_particles
tests_test_calibrate_particles_SOURCES = \
  tests/test_calibrate_particles.c tests/tap.h
tests_test_calibrate_particles_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_calibrate_sbc
tests_test_calibrate_sbc_SOURCES = tests/test_calibrate_sbc.c tests/tap.h
tests_test_calibrate_sbc_LDADD = $(SBS_LIBS)

SCRIPT_TESTS += tests/calibrate.t

EXTRA_DIST += doc/calibration.md doc/laws.md
