# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# rwlog, the offline tool for Ringward's log.

RWLOG_LIB := lib/cmdline.c lib/crc32c.c lib/events.c lib/record.c
RWLOG_SRC := $(filter-out tools/rwlog/main.c,$(wildcard tools/rwlog/*.c))
RWLOG_OBJ := $(patsubst tools/%.c,$(B)/tools/%.o,$(RWLOG_SRC) tools/rwlog/main.c)
RWLOG_OBJ += $(patsubst %.c,$(B)/tools/rwlog/%.o,$(RWLOG_LIB))
RWLOG_CFLAGS := -MMD -MP
# The page of `rwlog report`, as it is: the linker makes an object of each file, with symbols at its ends.
RWLOG_PAGE := $(B)/tools/rwlog/page.o
RWLOG_OBJ += $(RWLOG_PAGE)
RWLOG_LIBS := -lcapstone -lcrypto -lelf -lz -llzma -lzstd

all: $(B)/rwlog
rwlog: $(B)/rwlog

$(B)/rwlog: $(RWLOG_OBJ)
	$(CC) $(HOSTCFLAGS) -o $@ $^ $(RWLOG_LIBS)

$(RWLOG_PAGE): $(addprefix tools/rwlog/page/,body.html style.css script.js)
	@mkdir -p $(@D)
	ld -r -z noexecstack -b binary -o $@ $^

$(B)/tools/rwlog/%.o: tools/rwlog/%.c | $(VERSION_H)
	@mkdir -p $(@D)
	$(CC) $(HOSTCFLAGS) $(RWLOG_CFLAGS) -c -o $@ $<

$(B)/tools/rwlog/lib/%.o: lib/%.c
	@mkdir -p $(@D)
	$(CC) $(HOSTCFLAGS) $(RWLOG_CFLAGS) -c -o $@ $<

-include $(RWLOG_OBJ:.o=.d)
