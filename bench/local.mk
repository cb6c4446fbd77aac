# SPDX-License-Identifier: Apache-2.0
# `make bench`: rates as ratios in one run, and instruction counts where
# valgrind is installed, held against a baseline. Never a test.
BENCHES += %D%/bench_bag %D%/bench_engine %D%/bench_kernel \
  %D%/bench_large %D%/bench_sweep
EXTRA_PROGRAMS += $(BENCHES)
EXTRA_DIST += %D%/instructions %D%/baseline \
  %D%/bag.json %D%/bag-off.json %D%/bag-work.json %D%/into-doc \
  %D%/peers/run %D%/peers/bag.cpp %D%/peers/bag.py
CLEANFILES += $(BENCHES) %D%/model.json %D%/now.txt

bench_common = %D%/bench.c %D%/bench.h
bench_bench_bag_SOURCES = %D%/bench_bag.c $(bench_common) \
  %D%/plain_gsl.c %D%/plain_gsl.h %D%/specialised.c %D%/specialised.h
bench_bench_bag_LDADD = $(SBS_LIBS)
bench_bench_engine_SOURCES = %D%/bench_engine.c $(bench_common)
bench_bench_engine_LDADD = $(SBS_LIBS)
bench_bench_large_SOURCES = %D%/bench_large.c $(bench_common) \
  %D%/specialised.c %D%/specialised.h
bench_bench_large_LDADD = $(SBS_LIBS)
bench_bench_sweep_SOURCES = %D%/bench_sweep.c %D%/bench.c %D%/bench.h
bench_bench_sweep_LDADD = $(SBS_LIBS)
bench_bench_kernel_SOURCES = %D%/bench_kernel.c tests/plain_barrier.h
bench_bench_kernel_LDADD = $(SBS_LIBS)

%D%/model.json: sbsim$(EXEEXT) traces/fargate.h5
	$(AM_V_GEN)$(MKDIR_P) %D% && \
	  ./sbsim calibrate --trace traces/fargate.h5 -o $@ >/dev/null

# What makes instruction counts comparable.
bench_cc_id = CC_ID="`$(CC) --version | sed 1q` $(CFLAGS)"

.PHONY: bench bench-baseline bench-peers bench-doc
bench: $(BENCHES) sbsim$(EXEEXT) %D%/model.json
	@./bench/bench_bag $(srcdir)/bench/bag.json $(srcdir)/bench/bag-work.json
	@./bench/bench_large $(srcdir)/bench/bag.json \
	  $(srcdir)/bench/bag-work.json
	@./bench/bench_engine bench/model.json
	@./bench/bench_kernel
	@./bench/bench_sweep ./sbsim $(srcdir)/bench/bag.json \
	  $(srcdir)/bench/bag-work.json
	@$(bench_cc_id) $(SHELL) $(srcdir)/bench/instructions $(srcdir)

# After a change that is meant to cost: make bench says what it is against.
bench-baseline: $(BENCHES) %D%/model.json
	@$(bench_cc_id) $(SHELL) $(srcdir)/bench/instructions $(srcdir) --write

# SimGrid and SimPy beside them, from Debian's packages.
bench-peers: %D%/bench_bag %D%/bench_large
	@$(bench_cc_id) $(SHELL) $(srcdir)/bench/peers/run $(srcdir)

# Both tables anew into doc/performance.md; wants a quiet machine.
bench-doc: $(BENCHES) %D%/model.json
	$(MAKE) -s --no-print-directory bench >bench/now.txt
	$(SHELL) $(srcdir)/bench/into-doc $(srcdir)/doc/performance.md bench \
	  <bench/now.txt
	$(MAKE) -s --no-print-directory bench-peers >bench/now.txt
	$(SHELL) $(srcdir)/bench/into-doc $(srcdir)/doc/performance.md \
	  bench-peers <bench/now.txt
	rm -f bench/now.txt
