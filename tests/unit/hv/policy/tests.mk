# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests of hv/policy.

HVPOLICY_TESTS := $(addprefix $(UNIT_DIR)/hv/policy/,verdict patch_verify tracer_copy)
UNIT_TESTS += $(HVPOLICY_TESTS)

$(HVPOLICY_TESTS): $(UNIT_DIR)/%: $(UNIT_DIR)/obj/hv/tests/unit/%.o $(UNIT_DIR)/obj/hv/%.o
$(UNIT_DIR)/hv/policy/tracer_copy: $(call unit,hv,hv/policy/patch_verify.c)
