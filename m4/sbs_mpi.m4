# SPDX-License-Identifier: Apache-2.0
# SBS_MPI: --with-mpi finds MPI through pkg-config (Open MPI, then MPICH).
AC_DEFUN([SBS_MPI], [
  AC_ARG_WITH([mpi],
    [AS_HELP_STRING([--with-mpi], [spread replications over MPI ranks])],
    [], [with_mpi=no])
  AS_IF([test "x$with_mpi" != xno], [
    PKG_CHECK_MODULES([MPI], [ompi-c], [with_mpi="yes (Open MPI)"],
      [PKG_CHECK_MODULES([MPI], [mpich], [with_mpi="yes (MPICH)"],
        [AC_MSG_ERROR([no MPI found: install libopenmpi-dev or libmpich-dev])])])
    AC_DEFINE([SBS_HAVE_MPI], [1], [Built with MPI.])
  ])
  AM_CONDITIONAL([SBS_MPI], [test "x$with_mpi" != xno])
])
