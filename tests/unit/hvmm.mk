# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests of hv/mm, hv/core, hv/policy and hv/log/format.c on the host: tests/unit/NAME.c with what NAME_SRC gives.

HVMM_UNIT := hvmm_walk hvmm_mtrr hvmm_nested hvmm_view hvmm_copy hvpolicy_verdict hvpolicy_operand \
	hvcore_format hvcore_dispatch hvcore_violation hvcore_startup hvcore_hypercall hvcore_io hvcore_regs
HVMM_UNIT_HDR := $(wildcard tests/unit/hvmm_*.h tests/unit/hvcore_*.h abi/*.h hv/arch/x86/*.h hv/arch/x86/*/*.h \
	hv/core/*.h hv/dev/*.h hv/log/*.h hv/mm/*.h hv/policy/*.h) hv/mm/nested.c

# Nested tables with both vendors' entries; hvmm_machine.c holds nested.c.
HVMM_TABLES := tests/unit/hvmm_machine.c hv/mm/mtrr.c hv/mm/page_pool.c \
	hv/mm/guest_copy.c hv/arch/x86/vmx/nested.c hv/arch/x86/svm/nested.c
# The core on a backend of the test.
HVMM_CORE := $(HVMM_TABLES) tests/unit/hvcore_mock.c hv/mm/guest_walk.c hv/log/format.c \
	$(addprefix hv/core/,cpuid.c exit.c guest_info.c hypercall.c io.c protect.c regs.c smp.c startup.c ipi.c end.c evidence.c \
	step.c violation.c) \
	$(addprefix hv/policy/,operand.c ranges.c symbols.c verdict.c)

hvmm_walk_SRC := hv/mm/guest_walk.c
hvmm_mtrr_SRC := tests/unit/hvmm_cpu.c $(HVMM_TABLES)
hvmm_nested_SRC := tests/unit/hvmm_cpu.c $(HVMM_TABLES)
hvmm_view_SRC := tests/unit/hvmm_cpu.c $(HVMM_TABLES)
hvmm_copy_SRC := tests/unit/hvmm_cpu.c $(HVMM_TABLES)
hvpolicy_verdict_SRC := hv/policy/verdict.c
hvpolicy_operand_SRC := hv/policy/operand.c
hvpolicy_operand_LIBS := -lcapstone
hvcore_format_SRC := hv/log/format.c
hvcore_dispatch_SRC := $(HVMM_CORE)
hvcore_violation_SRC := $(HVMM_CORE)
hvcore_startup_SRC := $(HVMM_CORE)
hvcore_hypercall_SRC := $(HVMM_CORE)
hvcore_io_SRC := $(HVMM_CORE)
hvcore_regs_SRC := $(HVMM_CORE)

UNIT_TESTS += $(HVMM_UNIT:%=$(B)/tests/unit/%)

# $(1): name of the test
define HVMM_UNIT_RULE
$(B)/tests/unit/$(1): tests/unit/$(1).c $($(1)_SRC)
	@mkdir -p $$(@D)
	$$(CC) $$(UNITFLAGS) -Ihv -include tests/unit/hvmm_host.h -o $$@ tests/unit/$(1).c $($(1)_SRC) -lcmocka $($(1)_LIBS)
endef
$(HVMM_UNIT:%=$(B)/tests/unit/%): $(HVMM_UNIT_HDR)
$(foreach test,$(HVMM_UNIT),$(eval $(call HVMM_UNIT_RULE,$(test))))
