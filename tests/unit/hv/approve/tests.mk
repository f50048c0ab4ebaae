# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests of hv/approve.

HVAPPROVE_TESTS := $(addprefix $(UNIT_DIR)/hv/approve/,module_file remap view)
UNIT_TESTS += $(HVAPPROVE_TESTS)

$(HVAPPROVE_TESTS): $(UNIT_DIR)/%: $(UNIT_DIR)/obj/host/tests/unit/%.o $(HVCORE_UNDER_TEST)

# A module in miniature, linked as a module's file is.
SAMPLE_MODULE := $(UNIT_DIR)/hv/approve/sample.ko
$(SAMPLE_MODULE): tests/unit/hv/approve/sample.S
	@mkdir -p $(@D)
	$(CC) -c -o $@.o $<
	$(LD) -r -o $@ $@.o

# The files of hv/approve that are pure, and what stands for the guest.
RELOCATE_TEST := $(UNIT_DIR)/hv/approve/relocate
UNIT_TESTS += $(RELOCATE_TEST)
$(UNIT_DIR)/obj/hv/tests/unit/hv/approve/relocate.o: UNIT_DEFINES := -DSAMPLE='"$(SAMPLE_MODULE)"'
$(RELOCATE_TEST): $(call unit,hv,tests/unit/hv/approve/relocate.c tests/unit/hv/approve/loader.c \
	$(addprefix hv/approve/,elf.c relocate.c relocate_site.c)) | $(SAMPLE_MODULE)
