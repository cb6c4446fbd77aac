# SPDX-License-Identifier: Apache-2.0
libsbsim_a_SOURCES += \
  %D%/cell.c %D%/cell.h \
  %D%/export.c %D%/export.h \
  %D%/import.c %D%/import.h %D%/import_csv.c \
  %D%/import_ecs.c %D%/import_json.c %D%/import_log.c \
  %D%/index.c %D%/index.h \
  %D%/check.c %D%/check.h \
  %D%/columns.h \
  %D%/csv.c %D%/csv.h \
  %D%/query.c %D%/query.h \
  %D%/stamp.c %D%/stamp.h \
  %D%/store.h %D%/store_h5.h \
  %D%/store_h5_read.c %D%/store_h5_write.c \
  %D%/store_read.c %D%/store_write.c \
  %D%/stream.c %D%/stream.h \
  %D%/table.c %D%/table.h \
  %D%/trace.c

EXTRA_DIST += doc/trace-format.md

# The shipped trace, built from the tables of facts (traces/facts/README.md).
TRACE_FACTS = \
  %D%/facts/client.csv %D%/facts/ec2.csv %D%/facts/ecs_tasks.csv \
  %D%/facts/limits.csv %D%/facts/machine_noise.csv %D%/facts/prices.csv \
  %D%/facts/priors.csv \
  %D%/facts/processors.csv %D%/facts/processors_seen.csv \
  %D%/facts/pull.csv %D%/facts/runs.csv %D%/facts/scenario_work.csv
EXTRA_DIST += $(TRACE_FACTS) %D%/facts/README.md

noinst_PROGRAMS += %D%/make_fargate
traces_make_fargate_SOURCES = %D%/make_fargate.c
traces_make_fargate_LDADD = $(SBS_LIBS)

# With its fitted model inside, so that no run has to fit it: half a minute of
# simulation. FARGATE_H5=FILE takes what another build of the same sources
# made instead: for slow builds (sanitizers).
%D%/fargate.h5: %D%/make_fargate$(EXEEXT) sbsim$(EXEEXT) $(TRACE_FACTS)
	$(AM_V_GEN)if test -n "$(FARGATE_H5)"; then \
	    cp "$(FARGATE_H5)" $@.part; \
	  else \
	    %D%/make_fargate$(EXEEXT) $(srcdir)/%D%/facts $@.part && \
	    ./sbsim$(EXEEXT) calibrate --trace $@.part --store --quiet; \
	  fi && mv -f $@.part $@

pkgdata_DATA += %D%/fargate.h5
CLEANFILES += %D%/fargate.h5 %D%/fargate.h5.part

UNIT_TESTS += tests/test_traces_store
tests_test_traces_store_SOURCES = tests/test_traces_store.c tests/tap.h
tests_test_traces_store_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_traces_hostile
tests_test_traces_hostile_SOURCES = tests/test_traces_hostile.c tests/tap.h
tests_test_traces_hostile_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_traces_corrupt
tests_test_traces_corrupt_SOURCES = tests/test_traces_corrupt.c tests/tap.h
tests_test_traces_corrupt_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_traces_facts
tests_test_traces_facts_SOURCES = tests/test_traces_facts.c tests/tap.h
tests_test_traces_facts_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_traces_text
tests_test_traces_text_SOURCES = tests/test_traces_text.c tests/tap.h
tests_test_traces_text_LDADD = $(SBS_LIBS)

FUZZERS += tests/fuzz_ecs tests/fuzz_trace
tests_fuzz_ecs_SOURCES = tests/fuzz_ecs.c
tests_fuzz_ecs_LDADD = $(SBS_FUZZ_LIBS)
tests_fuzz_trace_SOURCES = tests/fuzz_trace.c
tests_fuzz_trace_LDADD = $(SBS_FUZZ_LIBS)
EXTRA_DIST += \
  tests/corpus/fuzz_ecs/describe tests/corpus/fuzz_ecs/events \
  tests/corpus/fuzz_ecs/log tests/corpus/fuzz_ecs/table \
  tests/corpus/fuzz_trace/blank-row tests/corpus/fuzz_trace/small

SCRIPT_TESTS += tests/trace.t tests/trace_bad.t

VALGRIND_TESTS += tests/test_traces_store tests/test_traces_hostile \
  tests/test_traces_text
