# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests of rwpolicy.

UNIT_TESTS += $(UNIT_DIR)/rwpolicy/touch

$(UNIT_DIR)/rwpolicy/touch: $(call unit,plain,tests/unit/rwpolicy/touch.c tools/rwpolicy/touch.c)
