# SPDX-License-Identifier: Apache-2.0
pkginclude_HEADERS = %D%/policy.h
