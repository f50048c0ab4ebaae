# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Programs that the end-to-end tests run in the guest.

all: $(B)/tests/tiny $(B)/tests/chip $(B)/tests/cpuleaves $(B)/tests/names $(B)/tests/flood $(B)/tests/strain $(B)/tests/victim

$(B)/tests/tiny: tests/e2e/tiny.c tests/e2e/build.mk
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -Os $(WARNFLAGS) -static -nostdlib -fno-stack-protector -Wl,--build-id=none -s -o $@ $<

$(B)/tests/chip $(B)/tests/cpuleaves $(B)/tests/names $(B)/tests/flood $(B)/tests/strain $(B)/tests/victim: $(B)/tests/%: tests/e2e/%.c tests/each_cpu.h tests/e2e/build.mk
	@mkdir -p $(@D)
	$(CC) $(HOSTCFLAGS) -static -s -o $@ $<

include tests/guests/build.mk
