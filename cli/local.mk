# SPDX-License-Identifier: Apache-2.0
# What tests need of the command line; the commands themselves stay outside.
libsbsim_a_SOURCES += \
  %D%/fargate_size.c %D%/fargate_size.h \
  %D%/flags.c %D%/flags_help.c %D%/flags.h \
  %D%/man.c %D%/man.h \
  %D%/logs.c %D%/logs.h \
  %D%/output.c %D%/output.h \
  %D%/policy_help.c %D%/policy_help.h \
  %D%/progress.c %D%/progress.h

bin_PROGRAMS += sbsim
sbsim_SOURCES = \
  %D%/main.c %D%/command.h \
  %D%/calibrate_laws.c %D%/calibrate_laws.h %D%/cmd_calibrate.c \
  %D%/cmd_diagnose.c \
  %D%/cmd_diff.c \
  %D%/cmd_explain.c %D%/explain.h \
  %D%/explain_json.c %D%/explain_text.c %D%/explain_svg.c \
  %D%/cmd_kernel.c \
  %D%/cmd_policies.c \
  %D%/cmd_predict.c \
  %D%/cmd_replay.c \
  %D%/cmd_score.c \
  %D%/cmd_run.c %D%/inputs.c %D%/inputs.h \
  %D%/cmd_sweep.c %D%/sweep_inputs.c %D%/sweep_inputs.h \
  %D%/sweep_report.c %D%/sweep_report.h \
  %D%/run_flags.h %D%/run_job.c %D%/run_job.h \
  %D%/run_scenarios.c %D%/run_scenarios.h \
  %D%/cmd_tune.c \
  %D%/cmd_trace.c %D%/cmd_trace_info.c %D%/trace.h
sbsim_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_cli_fargate_size tests/test_cli_flags \
  tests/test_cli_output
tests_test_cli_fargate_size_SOURCES = tests/test_cli_fargate_size.c tests/tap.h
tests_test_cli_fargate_size_LDADD = $(SBS_LIBS)
tests_test_cli_flags_SOURCES = tests/test_cli_flags.c tests/tap.h
tests_test_cli_flags_LDADD = $(SBS_LIBS)
tests_test_cli_output_SOURCES = tests/test_cli_output.c tests/tap.h
tests_test_cli_output_LDADD = $(SBS_LIBS)
VALGRIND_TESTS += tests/test_cli_flags tests/test_cli_output
