# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests of hv/mm, on nested tables with both vendors' entries; machine.c holds nested.c.

HVMM_TABLES := $(call unit,host,tests/unit/hv/mm/machine.c tests/unit/hv/mm/lock_order.c hv/mm/mtrr.c hv/mm/page_pool.c \
	hv/mm/guest_copy.c hv/arch/x86/cpu_facts.c hv/arch/x86/vmx/nested.c hv/arch/x86/svm/nested.c \
	hv/arch/x86/svm/features.c)

HVMM_TABLE_TESTS := $(addprefix $(UNIT_DIR)/hv/mm/,mtrr nested open view guest_copy)
HVMM_TESTS := $(HVMM_TABLE_TESTS) $(addprefix $(UNIT_DIR)/hv/mm/,guest_walk mapping)
UNIT_TESTS += $(HVMM_TESTS)

$(HVMM_TESTS): $(UNIT_DIR)/%: $(UNIT_DIR)/obj/host/tests/unit/%.o
$(HVMM_TABLE_TESTS): $(call unit,host,tests/unit/hv/mm/cpu.c) $(HVMM_TABLES)
$(UNIT_DIR)/hv/mm/guest_walk: $(call unit,host,hv/mm/guest_walk.c)
$(UNIT_DIR)/hv/mm/mapping: $(call unit,host,hv/mm/mapping.c hv/mm/guest_walk.c)
