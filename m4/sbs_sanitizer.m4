# SPDX-License-Identifier: Apache-2.0
# SBS_SANITIZER: --enable-sanitizer=LIST sets SANITIZER_FLAGS.
AC_DEFUN([SBS_SANITIZER], [
  AC_ARG_ENABLE([sanitizer],
    [AS_HELP_STRING([--enable-sanitizer=LIST],
       [build with -fsanitize=LIST, such as address,undefined or thread])],
    [], [enable_sanitizer=no])
  AS_CASE([$enable_sanitizer],
    [no], [SANITIZER_FLAGS=],
    [yes], [AC_MSG_ERROR([--enable-sanitizer needs a list, such as address,undefined])],
    [SANITIZER_FLAGS="-fsanitize=$enable_sanitizer -fno-sanitize-recover=all -fno-omit-frame-pointer"
     AC_DEFINE([SBS_SANITIZED], [1], [Built with a sanitizer.])])
  AC_SUBST([SANITIZER_FLAGS])
])
