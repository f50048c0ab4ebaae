# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests of hv/dev.

UNIT_TESTS += $(UNIT_DIR)/hv/dev/uart

$(UNIT_DIR)/hv/dev/uart: UNIT_FLAGS := -Ihv -include tests/unit/hv/mm/host.h
$(UNIT_DIR)/hv/dev/uart: hv/dev/uart.c
