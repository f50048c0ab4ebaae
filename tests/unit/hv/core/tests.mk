# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests of hv/core, on a mock backend: mock.c.

HVCORE_UNDER_TEST := $(HVMM_TABLES) $(call unit,host,tests/unit/hv/core/mock.c hv/mm/guest_walk.c hv/arch/x86/operand.c \
	lib/approved.c lib/events.c lib/format.c lib/policy_area.c lib/record.c lib/sha256.c \
	$(addprefix hv/core/,ap_park.c ap_start.c cpuid.c end.c exit.c fault.c guest_info.c hypercall.c io.c ipi.c microcode.c regs.c smp.c watched.c) \
	$(wildcard hv/approve/*.c hv/protect/*.c hv/policy/*.c))

HVCORE_TESTS := $(addprefix $(UNIT_DIR)/hv/core/,ap_start exit hypercall io lock_order pin regs smp watched)
UNIT_TESTS += $(HVCORE_TESTS)

$(HVCORE_TESTS): $(UNIT_DIR)/%: $(UNIT_DIR)/obj/host/tests/unit/%.o $(HVCORE_UNDER_TEST)
