# SPDX-License-Identifier: Apache-2.0
TEST_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(TEST_LOG_DRIVER)
T_LOG_DRIVER = $(TEST_LOG_DRIVER)
T_LOG_COMPILER = $(SHELL)
TEST_EXTENSIONS = .t
SBS_TEST_ENVIRONMENT = \
  SBSIM='$(abs_top_builddir)/sbsim$(EXEEXT)'; \
  SBS_SRCDIR='$(abs_top_srcdir)'; SBS_BUILDDIR='$(abs_top_builddir)'; \
  SBS_CC='$(CC)'; SBS_MAKE='$(MAKE)'; \
  SBS_CXX='$(SIMGRID_CXX)'; \
  SBS_SIMGRID='$(SIMGRID_CFLAGS) $(SIMGRID_LIBS)'; \
  test -n '$(SIMGRID_LIBS)' || SBS_SIMGRID=; \
  export SBSIM SBS_SRCDIR SBS_BUILDDIR SBS_CC SBS_MAKE SBS_CXX SBS_SIMGRID;
AM_TESTS_ENVIRONMENT = $(SBS_TEST_ENVIRONMENT)

SCRIPT_TESTS += tests/bad_input.t tests/bootstrap.t tests/cli.t \
  tests/contract.t tests/conformance.t tests/determinism.t tests/draws.t \
  tests/formats.t tests/install.t tests/man.t tests/oracle.t tests/plugin.t \
  tests/readme.t tests/replay.t tests/run_output.t tests/scenario.t \
  tests/self_scheduling.t tests/slurm.t tests/style.t tests/sweep.t tests/tune.t
THREAD_TESTS += tests/run_output.t
VALGRIND_TESTS += tests/cli.t tests/bad_input.t
MPI_TESTS += tests/mpi.t tests/slurm.t tests/sweep_mpi.t
EXTRA_DIST += tests/golden/cli_help.txt tests/mpi.t tests/sweep_mpi.t \
  tests/lib.sh tests/run-all \
  build-aux/check-globals build-aux/check-layers build-aux/check-style \
  build-aux/top-length \
  doc/layers.txt

# The lists are filled by each folder's local.mk.
if SBS_FUZZ
noinst_PROGRAMS += $(FUZZERS)
else
check_PROGRAMS += $(UNIT_TESTS) tests/oracle/draw
TESTS += $(UNIT_TESTS) $(SCRIPT_TESTS)
endif
EXTRA_DIST += $(SCRIPT_TESTS)

# tests/oracle.t builds the other half, in C++, with SimGrid.
tests_oracle_draw_SOURCES = tests/oracle/draw.c tests/simtest.h
tests_oracle_draw_LDADD = $(SBS_LIBS)
EXTRA_DIST += tests/oracle/bag.cpp
check-oracle: $(check_PROGRAMS) $(bin_PROGRAMS)
	SBS_ORACLE=1 $(MAKE) $(AM_MAKEFLAGS) check TESTS=tests/oracle.t

# Everything, each way of building in its own folder, from the sources as
# distributed; and the same with full-length tests (an hour on two cores).
.PHONY: check-all check-long check-oracle check-thread check-valgrind check-fuzz \
  check-mpi check-style check-layers top-length
check-all:
	rm -rf build-all
	mkdir build-all
	$(MAKE) $(AM_MAKEFLAGS) distdir distdir=build-all/src >build-all/dist.log
	$(SHELL) build-all/src/tests/run-all build-all $(STAGES)

check-long:
	SBS_LONG=1 FUZZ_SECONDS=60 $(MAKE) $(AM_MAKEFLAGS) check-all

# Programs with threads, and a few without; each folder adds its own.
check-thread: $(check_PROGRAMS) $(bin_PROGRAMS)
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(THREAD_TESTS)'

# A program's own leaks only (OpenMP's runtime keeps what it has). Without
# freeres, which in a forked child prints what the parent has buffered.
VALGRIND = valgrind -q --error-exitcode=99 --leak-check=full \
  --show-leak-kinds=definite,indirect \
  --errors-for-leak-kinds=definite,indirect --run-libc-freeres=no
check-valgrind: $(check_PROGRAMS) $(bin_PROGRAMS)
	SBS_WRAP='$(VALGRIND)' $(MAKE) $(AM_MAKEFLAGS) check \
	  TESTS='$(VALGRIND_TESTS)' LOG_COMPILER='$(VALGRIND)'

# Fuzzers start from tests/corpus/NAME, where there is one.
FUZZ_SECONDS = 5
check-fuzz: $(FUZZERS)
	for f in $(FUZZERS); do \
	  echo "# $$f"; \
	  seeds=$(srcdir)/tests/corpus/$${f##*/}; \
	  test -d $$seeds || seeds=; \
	  rm -rf $$f.corpus && mkdir $$f.corpus && \
	  ./$$f -max_total_time=$(FUZZ_SECONDS) -timeout=10 -print_final_stats=1 \
	    -artifact_prefix=$$f- $$f.corpus $$seeds || exit 1; \
	  rm -rf $$f.corpus; \
	done

check-mpi: $(check_PROGRAMS) $(bin_PROGRAMS)
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(MPI_TESTS)'

check-style:
	$(SHELL) $(srcdir)/build-aux/check-style $(srcdir)
check-layers:
	$(SHELL) $(srcdir)/build-aux/check-layers $(srcdir)
top-length:
	@echo "Longest functions (past 60 lines they need a reason):"
	@$(SHELL) $(srcdir)/build-aux/top-length $(srcdir) | sed 20q
	@echo "Longest files (past 600 lines they need a reason):"
	@cd $(srcdir) && find */ -name '*.[ch]' ! -path 'build*' \
	  ! -name ultra_work.h -exec wc -l {} + | grep -v ' total$$' | \
	  sort -k1,1nr -k2 | sed 20q
clean-local:
	rm -rf build-all
