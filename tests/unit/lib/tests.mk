# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests of lib/.

LIB_TESTS := $(addprefix $(UNIT_DIR)/lib/,access access_conf approved cmdline crc32c events format modinfo monitor monitor_conf policy_area record sha256)
UNIT_TESTS += $(LIB_TESTS) $(addprefix $(UNIT_DIR)/lib/,access_levels access_wrong log_priority)

$(LIB_TESTS): $(UNIT_DIR)/%: $(UNIT_DIR)/obj/plain/tests/unit/%.o $(UNIT_DIR)/obj/plain/%.o
$(UNIT_DIR)/lib/record: $(call unit,plain,lib/events.c)
$(addprefix $(UNIT_DIR)/lib/,access_levels access_wrong log_priority): $(UNIT_DIR)/%: $(UNIT_DIR)/obj/plain/tests/unit/%.o
$(UNIT_DIR)/lib/approved: $(call unit,plain,lib/approved_conf.c lib/conf_text.c lib/format.c)
$(UNIT_DIR)/lib/sha256: UNIT_LIBS := -lcrypto
ACCESS_LIB := $(addprefix lib/,access_build.c access_level.c access_line.c access_results.c access_subject.c conf_text.c format.c)
$(UNIT_DIR)/lib/access: $(call unit,plain,$(ACCESS_LIB) lib/access_conf.c)
$(UNIT_DIR)/lib/access_conf: $(call unit,plain,$(ACCESS_LIB) lib/access.c)
$(addprefix $(UNIT_DIR)/lib/,access_levels access_wrong): $(call unit,plain,$(ACCESS_LIB) lib/access.c lib/access_conf.c)
MONITOR_LIB := lib/conf_text.c lib/events.c lib/format.c lib/monitor_build.c
$(UNIT_DIR)/lib/monitor: $(call unit,plain,$(MONITOR_LIB) lib/monitor_conf.c lib/monitor_default.c)
$(UNIT_DIR)/lib/monitor_conf: $(call unit,plain,$(MONITOR_LIB) lib/monitor.c)
