# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Pure C shared by several programs: each compiles it with its own flags, into its own folder of build/.

LIB_HDR := $(wildcard lib/*.h)
