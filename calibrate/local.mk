# SPDX-License-Identifier: Apache-2.0
libsbsim_a_SOURCES += \
  %D%/alternatives.c \
  %D%/basis.c \
  %D%/belief.c %D%/belief.h \
  %D%/between.c %D%/between.h \
  %D%/calibrate.c %D%/calibrate.h \
  %D%/contradictions.c %D%/contradictions.h \
  %D%/dependence.c %D%/dependence.h \
  %D%/design.c %D%/design.h \
  %D%/diagnose.c %D%/diagnose.h \
  %D%/diagnose_advice.c \
  %D%/diagnose_json.c \
  %D%/diagnose_phases.c \
  %D%/diagnose_print.c \
  %D%/diagnose_rows.c \
  %D%/estimate.c %D%/estimate.h \
  %D%/estimate_facts.c \
  %D%/estimate_joint.c \
  %D%/explain.c %D%/explain.h \
  %D%/factors.c %D%/factors.h \
  %D%/fit_lognormal.c %D%/fit_lognormal.h \
  %D%/forecast.c %D%/forecast.h %D%/forecast_curves.c \
  %D%/forecast_read.c %D%/forecast_seal.h \
  %D%/gof.c %D%/gof.h \
  %D%/identify.c %D%/identify.h %D%/identify_show.c \
  %D%/infer.c %D%/infer.h \
  %D%/joint.c %D%/joint.h \
  %D%/law.c %D%/law.h \
  %D%/law_average.c %D%/law_average.h \
  %D%/law_em.c %D%/law_em.h \
  %D%/law_fit.c %D%/law_fit.h \
  %D%/law_posterior.c %D%/law_posterior.h \
  %D%/law_sample.c %D%/law_sample.h \
  %D%/law_tail.c %D%/law_tail.h \
  %D%/laws.c %D%/laws.h %D%/laws_show.c \
  %D%/measured.c %D%/measured.h \
  %D%/minimise.c %D%/minimise.h \
  %D%/mixture.c %D%/mixture.h \
  %D%/model_text.c \
  %D%/obs.h \
  %D%/observe.c %D%/observe.h \
  %D%/particles.c %D%/particles.h \
  %D%/phases.c %D%/phases.h \
  %D%/posterior.c %D%/posterior.h \
  %D%/predict.c %D%/predict.h \
  %D%/reach.c \
  %D%/rows.c %D%/rows.h \
  %D%/sampler.c %D%/sampler.h \
  %D%/score.c %D%/score.h %D%/score_print.c \
  %D%/shapley.c %D%/shapley.h \
  %D%/simlik.c %D%/simlik.h \
  %D%/survivor.c %D%/survivor.h \
  %D%/totals.c %D%/totals.h \
  %D%/variance.c %D%/variance.h \
  %D%/variance_drift.c

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

UNIT_TESTS += tests/test_calibrate_variance tests/test_calibrate_dependence
VALGRIND_TESTS += tests/test_calibrate_dependence
tests_test_calibrate_variance_SOURCES = tests/test_calibrate_variance.c \
  tests/tap.h
tests_test_calibrate_variance_LDADD = $(SBS_LIBS)
tests_test_calibrate_dependence_SOURCES = tests/test_calibrate_dependence.c \
  tests/tap.h
tests_test_calibrate_dependence_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_calibrate_diagnose
tests_test_calibrate_diagnose_SOURCES = tests/test_calibrate_diagnose.c \
  tests/tap.h
tests_test_calibrate_diagnose_LDADD = $(SBS_LIBS)

SCRIPT_TESTS += tests/calibrate.t tests/diagnose.t

UNIT_TESTS += tests/test_calibrate_forecast
tests_test_calibrate_forecast_SOURCES = \
  tests/test_calibrate_forecast.c tests/simtest.h tests/tap.h
tests_test_calibrate_forecast_LDADD = $(SBS_LIBS)
SCRIPT_TESTS += tests/forecast.t
FUZZERS += tests/fuzz_forecast
tests_fuzz_forecast_SOURCES = tests/fuzz_forecast.c
tests_fuzz_forecast_LDADD = $(SBS_FUZZ_LIBS)
EXTRA_DIST += tests/corpus/fuzz_forecast/forecast.json \
  tests/corpus/fuzz_forecast/run.json tests/corpus/fuzz_forecast/runs.json


UNIT_TESTS += tests/test_calibrate_shapley
tests_test_calibrate_shapley_SOURCES = tests/test_calibrate_shapley.c \
  tests/tap.h
tests_test_calibrate_shapley_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_calibrate_explain
tests_test_calibrate_explain_SOURCES = tests/test_calibrate_explain.c \
  tests/tap.h
tests_test_calibrate_explain_LDADD = $(SBS_LIBS)

SCRIPT_TESTS += tests/explain.t
