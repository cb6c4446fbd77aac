# SPDX-License-Identifier: Apache-2.0
bin_PROGRAMS += sbsim
sbsim_SOURCES = \
  %D%/main.c
sbsim_LDADD = $(SBS_LIBS)
