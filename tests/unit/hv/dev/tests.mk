# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests of hv/dev.

UNIT_TESTS += $(UNIT_DIR)/hv/dev/uart

$(UNIT_DIR)/hv/dev/uart: $(call unit,host,tests/unit/hv/dev/uart.c hv/dev/uart.c)
