# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests of hv/log: the store, the intake of rings, the dump, the journal that joins them.

HVLOG_TESTS := $(addprefix $(UNIT_DIR)/hv/log/,clock store crash intake intake_records drain journal printk)
UNIT_TESTS += $(HVLOG_TESTS)

$(HVLOG_TESTS): UNIT_FLAGS := -Ihv
$(HVLOG_TESTS): tests/unit/hv/log/check.c lib/crc32c.c lib/events.c lib/record.c
$(UNIT_DIR)/hv/log/store: hv/log/store.c
$(UNIT_DIR)/hv/log/crash: $(UNIT_DIR)/hv/log/watched_store.o
$(UNIT_DIR)/hv/log/intake $(UNIT_DIR)/hv/log/intake_records: tests/unit/hv/log/ring.c hv/log/store.c hv/log/intake.c
$(UNIT_DIR)/hv/log/drain: hv/log/store.c hv/log/drain.c lib/format.c
$(UNIT_DIR)/hv/log/journal: UNIT_FLAGS := $(HVMM_FLAGS)
$(UNIT_DIR)/hv/log/journal: tests/unit/hv/log/ring.c tests/unit/hv/mm/lock_order.c lib/format.c \
	$(addprefix hv/log/,journal.c store.c intake.c drain.c)
$(UNIT_DIR)/hv/log/printk: hv/log/printk.c lib/format.c

# The store with its copy functions renamed, for the test that checks after each copy.
$(UNIT_DIR)/hv/log/watched_store.o: hv/log/store.c $(UNIT_HDR)
	@mkdir -p $(@D)
	$(CC) $(UNITFLAGS) -Ihv -Dmemcpy=watched_memcpy -Dmemset=watched_memset -c -o $@ $<
