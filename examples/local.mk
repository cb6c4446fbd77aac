# SPDX-License-Identifier: Apache-2.0
# The example plugin, built in the tree for the tests; tests/install.t builds
# it as a user does, against the installed header.
EXTRA_DIST += %D%/plugin/second_chance.c
SBS_PLUGIN_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared \
  -no-undefined -rpath $(pkglibdir) \
  -export-symbols-regex '^sbs_policy_plugin$$'
check_LTLIBRARIES += %D%/plugin/second_chance.la
examples_plugin_second_chance_la_SOURCES = %D%/plugin/second_chance.c
examples_plugin_second_chance_la_CPPFLAGS = -DSBS_PLUGIN \
  -I$(top_srcdir)/include
examples_plugin_second_chance_la_LDFLAGS = $(SBS_PLUGIN_LDFLAGS)

# The study of doc/self-scheduling.md.
EXTRA_DIST += %D%/self-scheduling/model.json %D%/self-scheduling/work.json

# Sweeps (doc/sweep.md).
EXTRA_DIST += %D%/slurm/sweep-array.sbatch %D%/slurm/sweep-merge.sbatch \
  %D%/slurm/sweep-mpi.sbatch \
  %D%/studies/scale.json %D%/studies/scale-work.json \
  %D%/studies/startup.json %D%/sweep/read.R %D%/sweep/read.py
