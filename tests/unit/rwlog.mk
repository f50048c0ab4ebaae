# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests of rwlog: its own files, compiled with the sanitizers, and one program for each rwlog_*_test.c.

RWLOG_TESTS := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/rwlog_*_test.c))
RWLOG_TEST_OBJ := $(patsubst tools/%.c,$(B)/tests/unit/%.o,$(RWLOG_SRC)) $(B)/tests/unit/rwlog_build.o
RWLOG_TEST_CFLAGS := $(RWLOG_CFLAGS) -Itools/rwlog -Itests/unit
UNIT_TESTS += $(RWLOG_TESTS)

# The hypervisor's own writers, for the test that reads what they write.
RWLOG_HV_OBJ := $(patsubst %,$(B)/tests/unit/rwlog_hv/%.o,crc32 drain format store)
$(B)/tests/unit/rwlog_hv_test: $(RWLOG_HV_OBJ)
$(B)/tests/unit/rwlog_hv_test.o: RWLOG_TEST_CFLAGS += -Ihv

$(B)/tests/unit/rwlog_hv/%.o: hv/log/%.c
	@mkdir -p $(@D)
	$(CC) $(UNITFLAGS) $(RWLOG_CFLAGS) -Ihv -c -o $@ $<

$(RWLOG_TESTS): $(B)/tests/unit/%: $(B)/tests/unit/%.o $(RWLOG_TEST_OBJ)
	$(CC) $(UNITFLAGS) -o $@ $^ $(RWLOG_LIBS) -lcmocka -ljansson

$(B)/tests/unit/rwlog/%.o: tools/rwlog/%.c
	@mkdir -p $(@D)
	$(CC) $(UNITFLAGS) $(RWLOG_CFLAGS) -c -o $@ $<

$(B)/tests/unit/rwlog_%.o: tests/unit/rwlog_%.c
	@mkdir -p $(@D)
	$(CC) $(UNITFLAGS) $(RWLOG_TEST_CFLAGS) -c -o $@ $<

-include $(RWLOG_TEST_OBJ:.o=.d) $(RWLOG_HV_OBJ:.o=.d) $(RWLOG_TESTS:=.d)
