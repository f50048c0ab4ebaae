# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests of lib/.

UNIT_TESTS += $(addprefix $(UNIT_DIR)/lib/,format)

$(UNIT_DIR)/lib/crc32c: lib/crc32c.c tests/unit/hv/log/check.c
$(UNIT_DIR)/lib/format: lib/format.c
