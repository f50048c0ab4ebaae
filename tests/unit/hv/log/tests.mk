# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests of hv/log: the store, the intake of rings, the dump, the journal that joins them.

HVLOG_TESTS := $(addprefix $(UNIT_DIR)/hv/log/,clock store crash intake intake_records drain printk reader)
UNIT_TESTS += $(HVLOG_TESTS) $(UNIT_DIR)/hv/log/journal

$(HVLOG_TESTS): $(UNIT_DIR)/%: $(UNIT_DIR)/obj/hv/tests/unit/%.o \
	$(call unit,hv,tests/unit/hv/log/check.c lib/crc32c.c lib/events.c lib/record.c)
$(UNIT_DIR)/hv/log/store: $(call unit,hv,hv/log/store.c)
$(UNIT_DIR)/hv/log/crash: $(UNIT_DIR)/hv/log/watched_store.o
$(UNIT_DIR)/hv/log/intake $(UNIT_DIR)/hv/log/intake_records: \
	$(call unit,hv,tests/unit/hv/log/ring.c hv/log/store.c hv/log/intake.c)
$(UNIT_DIR)/hv/log/drain: $(call unit,hv,hv/log/store.c hv/log/drain.c lib/format.c)
$(UNIT_DIR)/hv/log/reader: $(call unit,hv,hv/log/store.c hv/log/reader.c)
$(UNIT_DIR)/hv/log/journal: $(call unit,host,tests/unit/hv/log/journal.c tests/unit/hv/log/check.c \
	tests/unit/hv/log/ring.c tests/unit/hv/mm/lock_order.c hv/log/journal.c hv/log/reader.c hv/log/store.c hv/log/intake.c hv/log/drain.c \
	lib/crc32c.c lib/events.c lib/format.c lib/record.c)
$(UNIT_DIR)/hv/log/printk: $(call unit,hv,hv/log/printk.c lib/format.c)

# The store with its copy functions renamed, for the test that checks after each copy.
$(UNIT_DIR)/hv/log/watched_store.o: hv/log/store.c
	@mkdir -p $(@D)
	$(CC) $(UNITFLAGS) $(UNIT_FLAGS_hv) -Dmemcpy=watched_memcpy -Dmemset=watched_memset -MMD -MP -c -o $@ $<

-include $(UNIT_DIR)/hv/log/watched_store.d
