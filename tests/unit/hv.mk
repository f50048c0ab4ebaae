# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests of hv/log and hv/policy on the host: tests/unit/NAME.c with the sources that NAME_SRC gives.

HV_UNIT := hvlog_crc32 hvlog_store hvlog_crash hvlog_intake hvlog_drain hvpolicy_symbols hvpolicy_ranges
HV_UNIT_DIR := $(B)/tests/unit
HV_UNIT_HDR := $(wildcard tests/unit/hvlog_*.h abi/*.h hv/core/*.h hv/log/*.h hv/mm/*.h hv/policy/*.h)

hvlog_crc32_SRC := tests/unit/hvlog_check.c hv/log/crc32.c
hvlog_store_SRC := tests/unit/hvlog_check.c hv/log/crc32.c hv/log/store.c
hvlog_crash_SRC := tests/unit/hvlog_check.c hv/log/crc32.c $(HV_UNIT_DIR)/watched_store.o
hvlog_intake_SRC := tests/unit/hvlog_check.c hv/log/crc32.c hv/log/store.c hv/log/intake.c
hvlog_drain_SRC := tests/unit/hvlog_check.c $(addprefix hv/log/,crc32.c drain.c format.c store.c)
hvpolicy_symbols_SRC := hv/policy/symbols.c
hvpolicy_ranges_SRC := hv/policy/ranges.c

UNIT_TESTS += $(HV_UNIT:%=$(HV_UNIT_DIR)/%)

# $(1): name of the test
define HV_UNIT_RULE
$(HV_UNIT_DIR)/$(1): tests/unit/$(1).c $($(1)_SRC) $(HV_UNIT_HDR)
	@mkdir -p $$(@D)
	$$(CC) $$(UNITFLAGS) -Ihv -o $$@ $$(filter %.c %.o,$$^) -lcmocka
endef
$(foreach test,$(HV_UNIT),$(eval $(call HV_UNIT_RULE,$(test))))

# The store with its copies under other names, for the test that looks on at each of them.
$(HV_UNIT_DIR)/watched_store.o: hv/log/store.c $(HV_UNIT_HDR)
	@mkdir -p $(@D)
	$(CC) $(UNITFLAGS) -Ihv -Dmemcpy=watched_memcpy -Dmemset=watched_memset -c -o $@ $<
