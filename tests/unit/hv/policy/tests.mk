# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests of hv/policy.

UNIT_TESTS += $(addprefix $(UNIT_DIR)/hv/policy/,mov_cr patch_verify tracer_copy verdict)

$(UNIT_DIR)/hv/policy/verdict: $(call unit,hv,tests/unit/hv/policy/verdict.c hv/policy/verdict.c)
$(UNIT_DIR)/hv/policy/mov_cr: $(call unit,hv,tests/unit/hv/policy/mov_cr.c hv/policy/mov_cr.c)
$(UNIT_DIR)/hv/policy/patch_verify: $(call unit,hv,tests/unit/hv/policy/patch_verify.c hv/policy/patch_verify.c)
$(UNIT_DIR)/hv/policy/tracer_copy: $(call unit,hv,tests/unit/hv/policy/tracer_copy.c hv/policy/tracer_copy.c \
				     hv/policy/patch_verify.c)
