# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests of hv/protect.

HVPROTECT_TESTS := $(addprefix $(UNIT_DIR)/hv/protect/,ranges sites symbols patch_burst patch_notice)
HVPROTECT_GUARDED := $(addprefix $(UNIT_DIR)/hv/protect/,code evidence heartbeat patch violation)
UNIT_TESTS += $(HVPROTECT_TESTS) $(HVPROTECT_GUARDED)

$(HVPROTECT_TESTS): $(UNIT_DIR)/%: $(UNIT_DIR)/obj/hv/tests/unit/%.o $(UNIT_DIR)/obj/hv/%.o
$(UNIT_DIR)/hv/protect/sites: $(call unit,hv,hv/policy/patch_verify.c)
$(UNIT_DIR)/hv/protect/patch_burst: $(call unit,hv,lib/record.c lib/events.c)
$(UNIT_DIR)/hv/protect/patch_notice: $(call unit,hv,lib/format.c)
$(HVPROTECT_GUARDED): $(UNIT_DIR)/%: $(UNIT_DIR)/obj/host/tests/unit/%.o
$(HVPROTECT_GUARDED): $(call unit,host,tests/unit/hv/protect/guarded.c) $(HVCORE_UNDER_TEST)
