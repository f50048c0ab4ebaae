# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests of rwlog: its own files, compiled with the sanitizers, and one program per kind of test.

RWLOG_TESTS := $(addprefix $(UNIT_DIR)/rwlog/,account alerts capture choice counters filter formats forms fuzz image kernel kinds large loggers odd options outfile output program report views when)
RWLOG_TEST_OBJ := $(call unit,rwlog,$(RWLOG_SRC) $(RWLOG_LIB)) $(RWLOG_PAGE)
UNIT_TESTS += $(RWLOG_TESTS) $(UNIT_DIR)/rwlog/writers

$(RWLOG_TESTS): $(UNIT_DIR)/%: $(UNIT_DIR)/obj/rwlog/tests/unit/%.o
$(RWLOG_TESTS) $(UNIT_DIR)/rwlog/writers: UNIT_LIBS := $(RWLOG_LIBS) -ljansson
$(RWLOG_TESTS) $(UNIT_DIR)/rwlog/writers: $(call unit,rwlog,$(addprefix tests/unit/rwlog/,build.c out.c sample.c tasks.c)) $(RWLOG_TEST_OBJ)

# The whole program, with the sanitizers, for the test that runs it.
RWLOG_TEST_PROGRAM := $(UNIT_DIR)/rwlog/tool/rwlog
$(call unit,rwlog,tests/unit/rwlog/program.c): UNIT_DEFINES := -DRWLOG_PROGRAM='"$(RWLOG_TEST_PROGRAM)"'
$(UNIT_DIR)/rwlog/program: | $(RWLOG_TEST_PROGRAM)
$(RWLOG_TEST_PROGRAM): $(call unit,rwlog,tools/rwlog/main.c) $(RWLOG_TEST_OBJ)
	@mkdir -p $(@D)
	$(CC) $(UNITFLAGS) -o $@ $^ $(RWLOG_LIBS)

# The hypervisor's own writers, for the test that reads what they write.
$(UNIT_DIR)/rwlog/writers: $(call unit,writers,tests/unit/rwlog/writers.c) \
	$(call unit,hv,lib/format.c hv/log/drain.c hv/log/store.c)

# A million damaged logs, each form by itself; about half an hour on one CPU.
RWLOG_FUZZ_FORMS := $(addprefix soak-rwlog-,image memory capture broken_lines compressed wide sealed random_bytes)
.PHONY: soak-rwlog $(RWLOG_FUZZ_FORMS)
soak-rwlog: $(RWLOG_FUZZ_FORMS)
$(RWLOG_FUZZ_FORMS): soak-rwlog-%: $(UNIT_DIR)/rwlog/fuzz
	RWLOG_FUZZ_ROUNDS=140000 RWLOG_FUZZ_FORM=$* $<
