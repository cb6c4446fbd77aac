# SPDX-License-Identifier: Apache-2.0
libsbsim_a_SOURCES += \
  %D%/backend.h \
  %D%/book.c %D%/book.h \
  %D%/bound.c %D%/bound.h \
  %D%/driver.c %D%/driver.h %D%/driver_state.h \
  %D%/driver_create.c \
  %D%/driver_plan.c \
  %D%/host.c \
  %D%/journal.c %D%/journal.h \
  %D%/layer.h \
  %D%/log.h %D%/log_entry.c %D%/log_header.c %D%/log_read.c \
  %D%/log_real.c %D%/log_real.h \
  %D%/log_state.c %D%/log_state.h \
  %D%/metric.h \
  %D%/model.c %D%/model.h \
  %D%/path.c %D%/path.h \
  %D%/replay.c %D%/replay.h \
  %D%/stress.c %D%/stress.h \
  %D%/workload.c %D%/workload.h
nodist_libsbsim_a_SOURCES = %D%/ultra_work.h
# For `make sbsim` in a fresh folder; `make` has it from BUILT_SOURCES.
%D%/workload.$(OBJEXT): %D%/ultra_work.h
EXTRA_DIST += build-aux/gen-ultra-work
BUILT_SOURCES += %D%/ultra_work.h
CLEANFILES += %D%/ultra_work.h
# BUILT_SOURCES are made by `make all` only, this by `make sbsim` too.
%D%/workload.$(OBJEXT): %D%/ultra_work.h
%D%/ultra_work.h: $(top_srcdir)/traces/facts/scenario_work.csv $(top_srcdir)/build-aux/gen-ultra-work
	$(AM_V_GEN)$(MKDIR_P) %D% && $(SHELL) $(top_srcdir)/build-aux/gen-ultra-work \
	  $(top_srcdir)/traces/facts/scenario_work.csv > $@.tmp && mv $@.tmp $@

FUZZERS += tests/fuzz_model
tests_fuzz_model_SOURCES = tests/fuzz_model.c
tests_fuzz_model_LDADD = $(SBS_FUZZ_LIBS)
EXTRA_DIST += tests/corpus/fuzz_model/laws.json \
  tests/corpus/fuzz_model/list.json \
  tests/corpus/fuzz_model/model.json tests/corpus/fuzz_model/work.json

UNIT_TESTS += tests/test_model_actions
tests_test_model_actions_SOURCES = tests/test_model_actions.c tests/script.h \
  tests/simtest.h tests/tap.h tests/witness.h
tests_test_model_actions_LDADD = $(SBS_LIBS)
VALGRIND_TESTS += tests/test_model_actions

UNIT_TESTS += tests/test_model_bound
tests_test_model_bound_SOURCES = tests/test_model_bound.c tests/tap.h
tests_test_model_bound_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_model_driver
tests_test_model_driver_SOURCES = tests/test_model_driver.c tests/randmodel.h tests/recorder.h \
  tests/simtest.h tests/tap.h tests/witness.h
tests_test_model_driver_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_model_json
tests_test_model_json_SOURCES = tests/test_model_json.c tests/simtest.h tests/tap.h
tests_test_model_json_LDADD = $(SBS_LIBS)
VALGRIND_TESTS += tests/test_model_json

UNIT_TESTS += tests/test_model_stress
tests_test_model_stress_SOURCES = tests/test_model_stress.c tests/simtest.h tests/tap.h
tests_test_model_stress_LDADD = $(SBS_LIBS)
VALGRIND_TESTS += tests/test_model_stress
