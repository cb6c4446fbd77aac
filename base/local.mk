# SPDX-License-Identifier: Apache-2.0
libsbsim_a_SOURCES += \
  %D%/batch.c %D%/batch.h %D%/batch_body.h %D%/batch_isa.h \
  %D%/dist.c %D%/dist.h \
  %D%/dist_invert.c %D%/dist_invert.h \
  %D%/dist_moments.c %D%/dist_parse.c \
  %D%/error.c %D%/error.h \
  %D%/file.c %D%/file.h \
  %D%/gammafn.c %D%/gammafn.h \
  %D%/hash.c %D%/hash.h \
  %D%/json.c %D%/json.h %D%/json_get.c \
  %D%/json_scan.c %D%/json_scan.h \
  %D%/jsonw.c %D%/jsonw.h \
  %D%/path.c %D%/path.h \
  %D%/replace.c %D%/replace.h \
  %D%/nearest.c %D%/nearest.h \
  %D%/param.c %D%/param.h \
  %D%/reals.c %D%/reals.h \
  %D%/simd.h \
  %D%/utf8.h \
  %D%/waiting.c %D%/waiting.h

# Batches of draws once per instruction set, chosen at run time (base/cpu.h).
if SBS_X86_64
noinst_LIBRARIES += libbase_avx2.a libbase_avx512.a
libbase_avx2_a_SOURCES = %D%/batch_avx2.c
libbase_avx2_a_CFLAGS = $(AM_CFLAGS) -mavx2
libbase_avx512_a_SOURCES = %D%/batch_avx512.c
libbase_avx512_a_CFLAGS = $(AM_CFLAGS) -mavx512f -mprefer-vector-width=512
SBS_EXTRA_LIBS += libbase_avx2.a libbase_avx512.a
endif
EXTRA_DIST += %D%/batch_avx2.c %D%/batch_avx512.c

UNIT_TESTS += tests/test_base_batch
tests_test_base_batch_SOURCES = tests/test_base_batch.c tests/tap.h
tests_test_base_batch_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_base_error
tests_test_base_error_SOURCES = tests/test_base_error.c tests/tap.h
tests_test_base_error_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_base_json
tests_test_base_json_SOURCES = tests/test_base_json.c tests/tap.h
tests_test_base_json_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_base_jsonw
tests_test_base_jsonw_SOURCES = tests/test_base_jsonw.c tests/tap.h
tests_test_base_jsonw_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_base_hash
tests_test_base_hash_SOURCES = tests/test_base_hash.c tests/tap.h
tests_test_base_hash_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_base_nearest
tests_test_base_nearest_SOURCES = tests/test_base_nearest.c tests/tap.h
tests_test_base_nearest_LDADD = $(SBS_LIBS)

libsbsim_a_SOURCES += \
  %D%/cpu.c %D%/cpu.h \
  %D%/fmath.c %D%/fmath.h \
  %D%/rng.c %D%/rng.h

UNIT_TESTS += tests/test_base_rng
tests_test_base_rng_SOURCES = tests/test_base_rng.c tests/tap.h
tests_test_base_rng_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_base_fmath
tests_test_base_fmath_SOURCES = tests/test_base_fmath.c tests/tap.h
tests_test_base_fmath_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_base_dist
tests_test_base_dist_SOURCES = tests/test_base_dist.c tests/tap.h
tests_test_base_dist_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_base_gammafn
tests_test_base_gammafn_SOURCES = tests/test_base_gammafn.c tests/tap.h
tests_test_base_gammafn_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_base_reals
tests_test_base_reals_SOURCES = tests/test_base_reals.c tests/tap.h
tests_test_base_reals_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_base_waiting
tests_test_base_waiting_SOURCES = tests/test_base_waiting.c tests/tap.h
tests_test_base_waiting_LDADD = $(SBS_LIBS)

UNIT_TESTS += tests/test_base_dist_parse
tests_test_base_dist_parse_SOURCES = tests/test_base_dist_parse.c tests/tap.h
tests_test_base_dist_parse_LDADD = $(SBS_LIBS)

FUZZERS += tests/fuzz_json
tests_fuzz_json_SOURCES = tests/fuzz_json.c
tests_fuzz_json_LDADD = $(SBS_FUZZ_LIBS)
EXTRA_DIST += \
  tests/corpus/fuzz_json/list.json tests/corpus/fuzz_json/mixture.json \
  tests/corpus/fuzz_json/model.json tests/corpus/fuzz_json/weibull.json
VALGRIND_TESTS += tests/test_base_json tests/test_base_dist_parse \
  tests/test_report_result

UNIT_TESTS += tests/test_base_replace
tests_test_base_replace_SOURCES = tests/test_base_replace.c tests/tap.h
tests_test_base_replace_LDADD = $(SBS_LIBS)
