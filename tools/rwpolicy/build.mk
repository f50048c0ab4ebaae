# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# rwpolicy, which checks and makes configuration files, with the loader's own parsers.

ACCESS_SRC := $(addprefix lib/,access.c access_build.c access_conf.c access_level.c access_line.c access_results.c access_subject.c)
MONITOR_SRC := $(addprefix lib/,conf_text.c events.c format.c monitor.c monitor_build.c monitor_conf.c monitor_default.c)
RWPOLICY_SRC := $(wildcard tools/rwpolicy/*.c) boot/config.c boot/message.c boot/ucs2.c lib/approved_conf.c $(ACCESS_SRC) $(MONITOR_SRC)
# The parts of rwlog that read a log; the linker takes those that are needed.
RWLOG_READER := $(filter-out %/main.o,$(RWLOG_OBJ))

all: $(B)/rwpolicy

$(B)/tools/rwlog/reader.a: $(RWLOG_READER)
	rm -f $@
	ar rcs $@ $^

$(B)/rwpolicy: $(RWPOLICY_SRC) $(B)/tools/rwlog/reader.a $(wildcard tools/rwpolicy/*.h boot/*.h lib/*.h tools/rwlog/*.h) \
	$(ABI_HEADERS) $(VERSION_H) tools/rwpolicy/build.mk
	@mkdir -p $(@D)
	$(CC) $(HOSTCFLAGS) -D_GNU_SOURCE -Iboot -Itools/rwpolicy -o $@ $(RWPOLICY_SRC) $(B)/tools/rwlog/reader.a $(RWLOG_LIBS) -lcrypto
