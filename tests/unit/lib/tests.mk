# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests of lib/.

UNIT_TESTS += $(addprefix $(UNIT_DIR)/lib/,cmdline crc32c events format monitor monitor_conf record)

$(UNIT_DIR)/lib/cmdline: lib/cmdline.c
$(UNIT_DIR)/lib/crc32c: lib/crc32c.c
$(UNIT_DIR)/lib/events: lib/events.c
$(UNIT_DIR)/lib/format: lib/format.c
MONITOR_LIB := lib/conf_text.c lib/events.c lib/format.c lib/monitor.c lib/monitor_build.c lib/monitor_conf.c
$(UNIT_DIR)/lib/monitor: $(MONITOR_LIB) lib/monitor_default.c
$(UNIT_DIR)/lib/monitor_conf: $(MONITOR_LIB)
$(UNIT_DIR)/lib/record: lib/record.c lib/events.c
