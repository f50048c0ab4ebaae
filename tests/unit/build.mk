# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests on the host: cmocka programs under ASan and UBSan. tests/unit/ mirrors the tree; a component's tests.mk adds
# its programs to UNIT_TESTS (build/tests/unit/X for the source tests/unit/X.c) and lists the objects of each. A source is
# compiled once for each set of flags, whichever programs link it:
# $(UNIT_DIR)/lib/format: $(call unit,plain,tests/unit/lib/format.c lib/format.c)

UNIT_DIR := $(B)/tests/unit
UNIT_SETS := plain boot hv host rwlog writers
UNIT_FLAGS_boot := -Iboot
UNIT_FLAGS_hv := -Ihv
UNIT_FLAGS_host := -Ihv -include tests/unit/hv/mm/host.h
UNIT_FLAGS_rwlog := -Itools/rwlog
UNIT_FLAGS_writers := -Itools/rwlog -Ihv

# $(call unit,SET,SOURCES): the objects of these sources, compiled with that set of flags.
unit = $(patsubst %.c,$(UNIT_DIR)/obj/$(1)/%.o,$(2))

define unit_rule
$(UNIT_DIR)/obj/$(1)/%.o: %.c | $(VERSION_H)
	@mkdir -p $$(@D)
	$$(CC) $$(UNITFLAGS) $$(UNIT_FLAGS_$(1)) $$(UNIT_DEFINES) -MMD -MP -c -o $$@ $$<
endef
$(foreach set,$(UNIT_SETS),$(eval $(call unit_rule,$(set))))

include tests/unit/lib/tests.mk tests/unit/boot/tests.mk tests/unit/rwlog/tests.mk tests/unit/rwpolicy/tests.mk
include $(foreach part,mm arch/x86 core approve dev log policy protect,tests/unit/hv/$(part)/tests.mk)

# UNIT_DEFINES and UNIT_LIBS are set for single targets, in the tests.mk.
$(UNIT_TESTS):
	@mkdir -p $(@D)
	$(CC) $(UNITFLAGS) -o $@ $(filter %.o,$^) -lcmocka $(UNIT_LIBS)

-include $(shell test -d $(UNIT_DIR)/obj && find $(UNIT_DIR)/obj -name '*.d')
