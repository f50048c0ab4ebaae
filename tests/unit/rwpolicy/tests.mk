# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests of rwpolicy.

UNIT_TESTS += $(UNIT_DIR)/rwpolicy/touch $(UNIT_DIR)/rwpolicy/seen

$(UNIT_DIR)/rwpolicy/touch: $(call unit,plain,tests/unit/rwpolicy/touch.c tools/rwpolicy/touch.c)

$(UNIT_DIR)/rwpolicy/seen: $(call unit,plain,tests/unit/rwpolicy/seen.c tools/rwpolicy/seen.c)
