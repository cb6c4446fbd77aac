# SPDX-License-Identifier: Apache-2.0
libsbsim_a_SOURCES += \
  %D%/barrier.c %D%/barrier.h \
  %D%/paths.h %D%/paths_body.h \
  %D%/paths_scalar.c \
  %D%/piece.c %D%/piece.h \
  %D%/tail.c %D%/tail.h

# The path loop once per instruction set, chosen at run time (base/cpu.h).
if SBS_X86_64
libsbsim_a_SOURCES += %D%/paths_sse2.c
noinst_LIBRARIES += libkernel_avx2.a libkernel_avx512.a
libkernel_avx2_a_SOURCES = %D%/paths_avx2.c
libkernel_avx2_a_CFLAGS = $(AM_CFLAGS) -mavx2
libkernel_avx512_a_SOURCES = %D%/paths_avx512.c
libkernel_avx512_a_CFLAGS = $(AM_CFLAGS) -mavx512f
SBS_EXTRA_LIBS += libkernel_avx2.a libkernel_avx512.a
endif
EXTRA_DIST += %D%/paths_sse2.c %D%/paths_avx2.c %D%/paths_avx512.c

UNIT_TESTS += tests/test_kernel_tail tests/test_kernel_paths \
  tests/test_kernel_barrier tests/test_kernel_plain
tests_test_kernel_tail_SOURCES = tests/test_kernel_tail.c \
  tests/plain_barrier.h tests/tap.h
tests_test_kernel_tail_LDADD = $(SBS_LIBS)
tests_test_kernel_paths_SOURCES = tests/test_kernel_paths.c tests/tap.h
tests_test_kernel_paths_LDADD = $(SBS_LIBS)
tests_test_kernel_barrier_SOURCES = tests/test_kernel_barrier.c \
  tests/plain_barrier.h tests/tap.h
tests_test_kernel_barrier_LDADD = $(SBS_LIBS)
tests_test_kernel_plain_SOURCES = tests/test_kernel_plain.c \
  tests/plain_barrier.h tests/tap.h
tests_test_kernel_plain_LDADD = $(SBS_LIBS)
SCRIPT_TESTS += tests/kernel.t

FUZZERS += tests/fuzz_kernel
tests_fuzz_kernel_SOURCES = tests/fuzz_kernel.c
tests_fuzz_kernel_LDADD = $(SBS_FUZZ_LIBS)
EXTRA_DIST += tests/corpus/fuzz_kernel/part.json \
  tests/corpus/fuzz_kernel/whole.json

THREAD_TESTS += tests/test_kernel_barrier
VALGRIND_TESTS += tests/test_kernel_tail tests/test_base_rng
