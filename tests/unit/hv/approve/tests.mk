# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests of hv/approve.

HVAPPROVE_TESTS := $(addprefix $(UNIT_DIR)/hv/approve/,module_file view)
UNIT_TESTS += $(HVAPPROVE_TESTS)

$(HVAPPROVE_TESTS): $(UNIT_DIR)/%: $(UNIT_DIR)/obj/host/tests/unit/%.o $(HVCORE_UNDER_TEST)
