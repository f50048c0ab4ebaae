# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests of the SVM backend on the host: all of it but svm.c and entry.asm, which need the CPU.

SVM_UNIT := svm_decode svm_state svm_tables
SVM_UNIT_SRC := tests/unit/svm_mock.c $(addprefix hv/arch/x86/svm/,exit.c msr.c nested.c state.c step.c)

UNIT_TESTS += $(SVM_UNIT:%=$(B)/tests/unit/%)

$(SVM_UNIT:%=$(B)/tests/unit/%): $(B)/tests/unit/%: tests/unit/%.c $(SVM_UNIT_SRC) tests/unit/svm_mock.h \
		$(wildcard abi/*.h hv/arch/x86/*.h hv/arch/x86/svm/*.h hv/core/*.h hv/log/*.h hv/mm/*.h)
	@mkdir -p $(@D)
	$(CC) $(UNITFLAGS) -Ihv -o $@ $< $(SVM_UNIT_SRC) -lcmocka
