# SPDX-License-Identifier: Apache-2.0
# SBS_FUZZ: --enable-fuzz builds the programs in FUZZERS, with clang; they
# link FUZZ_FLAGS. Implies the address and undefined sanitizers.
AC_DEFUN([SBS_FUZZ], [
  AC_ARG_ENABLE([fuzz],
    [AS_HELP_STRING([--enable-fuzz], [build the libFuzzer targets (clang)])],
    [], [enable_fuzz=no])
  FUZZ_FLAGS=
  AS_IF([test "x$enable_fuzz" = xyes], [
    FUZZ_FLAGS="-fsanitize=fuzzer"
    enable_sanitizer="address,undefined,fuzzer-no-link"
  ])
  AC_SUBST([FUZZ_FLAGS])
  AM_CONDITIONAL([SBS_FUZZ], [test "x$enable_fuzz" = xyes])
])
