# SPDX-License-Identifier: Apache-2.0
TEST_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(TEST_LOG_DRIVER)
T_LOG_DRIVER = $(TEST_LOG_DRIVER)
TEST_EXTENSIONS = .t
AM_TESTS_ENVIRONMENT = \
  SBSIM='$(abs_top_builddir)/sbsim$(EXEEXT)'; \
  SBS_SRCDIR='$(abs_top_srcdir)'; SBS_BUILDDIR='$(abs_top_builddir)'; \
  export SBSIM SBS_SRCDIR SBS_BUILDDIR;

# The lists are filled by each folder's local.mk.
if !SBS_FUZZ
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS) $(SCRIPT_TESTS)
endif
EXTRA_DIST += $(SCRIPT_TESTS)
