# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# The program that tries to get round the access policy: a file per subject, found by itself.

ACCESS_TEST_SRC := $(wildcard tests/access/*.c)

all: $(B)/tests/access $(B)/tests/trusted $(B)/tests/intruder.so

$(B)/tests/access: $(ACCESS_TEST_SRC) $(wildcard tests/access/*.h) tests/access/build.mk
	@mkdir -p $(@D)
	$(CC) $(HOSTCFLAGS) -static -s -o $@ $(ACCESS_TEST_SRC)

# With a dynamic linker and libraries, which the test takes along into the guest.
$(B)/tests/trusted: tests/access/programs/trusted.c tests/access/build.mk
	@mkdir -p $(@D)
	$(CC) $(HOSTCFLAGS) -s -o $@ $<

$(B)/tests/intruder.so: tests/access/programs/intruder.c tests/access/build.mk
	@mkdir -p $(@D)
	$(CC) $(HOSTCFLAGS) -shared -fPIC -s -o $@ $<
