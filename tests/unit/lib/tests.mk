# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests of lib/.

UNIT_TESTS += $(addprefix $(UNIT_DIR)/lib/,cmdline crc32 format)

$(UNIT_DIR)/lib/cmdline: lib/cmdline.c
$(UNIT_DIR)/lib/crc32: lib/crc32.c tests/unit/hv/log/check.c
$(UNIT_DIR)/lib/format: lib/format.c
