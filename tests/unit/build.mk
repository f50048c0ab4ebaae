# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests on the host: cmocka programs under ASan and UBSan. tests/unit/ mirrors the tree; a component's tests.mk adds
# its programs to UNIT_TESTS (build/tests/unit/X for the source tests/unit/X.c) and lists the sources under test for each:
# $(B)/tests/unit/lib/format: lib/format.c

UNIT_DIR := $(B)/tests/unit
UNIT_HDR := $(wildcard abi/* lib/*.h hv/*/*.h hv/arch/x86/*.h hv/arch/x86/*/*.h boot/*.h tests/unit/*/*.h tests/unit/hv/*/*.h \
	tests/unit/hv/arch/x86/*/*.h)

include tests/unit/lib/tests.mk tests/unit/boot/tests.mk tests/unit/rwlog/tests.mk
include $(foreach part,mm arch/x86 core dev log policy protect,tests/unit/hv/$(part)/tests.mk)

# UNIT_FLAGS and UNIT_LIBS are per program, set in its tests.mk.
$(UNIT_DIR)/%: tests/unit/%.c $(UNIT_HDR)
	@mkdir -p $(@D)
	$(CC) $(UNITFLAGS) $(UNIT_FLAGS) -o $@ $(filter %.c %.o,$^) -lcmocka $(UNIT_LIBS)
