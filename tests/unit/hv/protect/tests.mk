# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests of hv/protect.

UNIT_TESTS += $(addprefix $(UNIT_DIR)/hv/protect/,ranges symbols violation patch_notice)

$(addprefix $(UNIT_DIR)/hv/protect/,ranges symbols patch_notice): UNIT_FLAGS := -Ihv
$(UNIT_DIR)/hv/protect/ranges: hv/protect/ranges.c
$(UNIT_DIR)/hv/protect/symbols: hv/protect/symbols.c
$(UNIT_DIR)/hv/protect/patch_notice: hv/protect/patch_notice.c lib/format.c
$(UNIT_DIR)/hv/protect/violation: UNIT_FLAGS := $(HVMM_FLAGS)
$(UNIT_DIR)/hv/protect/violation: $(HVCORE_UNDER_TEST) | hv/mm/nested.c
