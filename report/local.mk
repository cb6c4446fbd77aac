# SPDX-License-Identifier: Apache-2.0
libsbsim_a_SOURCES += \
  %D%/human.c %D%/human.h \
  %D%/ignorance.c %D%/ignorance.h \
  %D%/result.c %D%/result.h \
  %D%/result_csv.c %D%/result_csv.h \
  %D%/result_json.c %D%/result_json.h \
  %D%/result_table.c %D%/result_table.h \
  %D%/scenario_json.c %D%/scenario_table.c %D%/scenario_table.h \
  %D%/stopped.c %D%/stopped.h \
  %D%/svg.c %D%/svg.h \
  %D%/tune.h %D%/tune_json.c %D%/tune_print.c %D%/tune_row.c \
  %D%/verdict.c %D%/verdict.h \
  %D%/waterfall.c %D%/waterfall.h

UNIT_TESTS += tests/test_report_human
tests_test_report_human_SOURCES = tests/test_report_human.c tests/tap.h
tests_test_report_human_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_report_result
tests_test_report_result_SOURCES = tests/test_report_result.c tests/tap.h
tests_test_report_result_LDADD = $(SBS_LIBS)
EXTRA_DIST += \
  tests/golden/result.csv tests/golden/result.json tests/golden/result.txt \
  tests/golden/single.txt

UNIT_TESTS += tests/test_report_scenario
tests_test_report_scenario_SOURCES = tests/test_report_scenario.c tests/tap.h
tests_test_report_scenario_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_report_waterfall
tests_test_report_waterfall_SOURCES = tests/test_report_waterfall.c tests/tap.h
tests_test_report_waterfall_LDADD = $(SBS_LIBS)
