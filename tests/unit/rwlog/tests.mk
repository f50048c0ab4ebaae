# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests of rwlog: its own files, compiled with the sanitizers, and one program per kind of test.

RWLOG_TESTS := $(addprefix $(UNIT_DIR)/rwlog/,account capture fuzz image kinds options outfile output program writers)
RWLOG_TEST_OBJ := $(patsubst tools/rwlog/%.c,$(UNIT_DIR)/rwlog/tool/%.o,$(RWLOG_SRC))
RWLOG_TEST_OBJ += $(patsubst lib/%.c,$(UNIT_DIR)/rwlog/lib/%.o,$(RWLOG_LIB))
UNIT_TESTS += $(RWLOG_TESTS)

$(RWLOG_TESTS): UNIT_FLAGS := -Itools/rwlog
$(RWLOG_TESTS): UNIT_LIBS := $(RWLOG_LIBS) -ljansson
$(RWLOG_TESTS): tests/unit/rwlog/build.c tests/unit/rwlog/out.c $(RWLOG_TEST_OBJ) $(wildcard tools/rwlog/*.h)

$(UNIT_DIR)/rwlog/tool/%.o: tools/rwlog/%.c | $(VERSION_H)
	@mkdir -p $(@D)
	$(CC) $(UNITFLAGS) $(RWLOG_CFLAGS) -c -o $@ $<

$(UNIT_DIR)/rwlog/lib/%.o: lib/%.c
	@mkdir -p $(@D)
	$(CC) $(UNITFLAGS) $(RWLOG_CFLAGS) -c -o $@ $<

# The whole program, with the sanitizers, for the test that runs it.
$(UNIT_DIR)/rwlog/program: UNIT_FLAGS += -DRWLOG_PROGRAM='"$(UNIT_DIR)/rwlog/tool/rwlog"'
$(UNIT_DIR)/rwlog/program: | $(UNIT_DIR)/rwlog/tool/rwlog
$(UNIT_DIR)/rwlog/tool/rwlog: $(UNIT_DIR)/rwlog/tool/main.o $(RWLOG_TEST_OBJ)
	$(CC) $(UNITFLAGS) -o $@ $^ $(RWLOG_LIBS)

# The hypervisor's own writers, for the test that reads what they write.
RWLOG_HV_OBJ := $(addprefix $(UNIT_DIR)/rwlog/from/,lib/format.o hv/log/drain.o hv/log/store.o)
$(UNIT_DIR)/rwlog/writers: UNIT_FLAGS += -Ihv
$(UNIT_DIR)/rwlog/writers: $(RWLOG_HV_OBJ)

$(RWLOG_HV_OBJ): $(UNIT_DIR)/rwlog/from/%.o: %.c $(UNIT_HDR)
	@mkdir -p $(@D)
	$(CC) $(UNITFLAGS) -Ihv -c -o $@ $<

-include $(RWLOG_TEST_OBJ:.o=.d) $(UNIT_DIR)/rwlog/tool/main.d
