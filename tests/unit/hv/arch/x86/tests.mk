# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests of hv/arch/x86: the operand decoder, and both backends except svm.c, vmx.c, controls.c and the assembly,
# which need the CPU.

SVM_TESTS := $(addprefix $(UNIT_DIR)/hv/arch/x86/svm/,decode state tables)
VMX_TESTS := $(addprefix $(UNIT_DIR)/hv/arch/x86/vmx/,decode state tables)
UNIT_TESTS += $(SVM_TESTS) $(VMX_TESTS) $(UNIT_DIR)/hv/arch/x86/operand

$(UNIT_DIR)/hv/arch/x86/operand: UNIT_LIBS := -lcapstone
$(UNIT_DIR)/hv/arch/x86/operand: $(call unit,hv,tests/unit/hv/arch/x86/operand.c hv/arch/x86/operand.c)
$(SVM_TESTS): $(UNIT_DIR)/%: $(UNIT_DIR)/obj/hv/tests/unit/%.o \
	$(call unit,hv,$(addprefix tests/unit/hv/arch/x86/,mock.c svm/hw.c) \
	$(addprefix hv/arch/x86/svm/,exit.c msr.c nested.c state.c step.c))
$(VMX_TESTS): $(UNIT_DIR)/%: $(UNIT_DIR)/obj/host/tests/unit/%.o \
	$(call unit,host,$(addprefix tests/unit/hv/arch/x86/,mock.c vmx/hw.c) hv/arch/x86/segment.c \
	$(addprefix hv/arch/x86/vmx/,exit.c msr.c nested.c start.c state.c step.c))
