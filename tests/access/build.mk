# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# The program that tries to get round the access policy: a file per subject, found by itself.

ACCESS_SRC := $(wildcard tests/access/*.c)

all: $(B)/tests/access

$(B)/tests/access: $(ACCESS_SRC) tests/access/access.h tests/access/build.mk
	@mkdir -p $(@D)
	$(CC) $(HOSTCFLAGS) -static -s -o $@ $(ACCESS_SRC)
