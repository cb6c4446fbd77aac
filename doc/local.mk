# SPDX-License-Identifier: Apache-2.0
# The option part of the man page comes from the program built here.
nodist_man_MANS += %D%/sbsim.1
# doc/policies.md and policies/measured.def from runs of this very program.
.PHONY: policies-table
policies-table: sbsim$(EXEEXT)
	cd $(srcdir) && $(SHELL) doc/gen-policies $(abs_builddir)/sbsim$(EXEEXT) .
EXTRA_DIST += %D%/gen-policies %D%/gen-policies.awk
EXTRA_DIST += %D%/sbsim.1.in %D%/gen-man %D%/design.md %D%/formats.md %D%/semantics.md \
  %D%/study-self-scheduling
# What a user of an installed sbsim reads; the licences with it.
dist_doc_DATA = README.md LICENSE NOTICE %D%/calibration.md %D%/diagnose.md \
  %D%/explain.md %D%/forecast.md %D%/formats.md %D%/laws.md %D%/performance.md \
  %D%/policies.md %D%/scenarios.md %D%/self-scheduling.md \
  %D%/scaling.md %D%/sweep.md %D%/trace-format.md %D%/tune.md %D%/writing-a-policy.md
CLEANFILES += %D%/sbsim.1
doc/sbsim.1: $(srcdir)/doc/sbsim.1.in $(srcdir)/doc/gen-man sbsim$(EXEEXT)
	@$(MKDIR_P) doc
	$(AM_V_GEN)$(SHELL) $(srcdir)/doc/gen-man ./sbsim$(EXEEXT) \
	  $(srcdir)/doc/sbsim.1.in $(PACKAGE_VERSION) >$@.tmp && mv $@.tmp $@
