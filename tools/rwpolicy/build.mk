# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# rwpolicy, which checks configuration files with the loader's own parsers.

MONITOR_SRC := $(addprefix lib/,conf_text.c events.c format.c monitor.c monitor_build.c monitor_conf.c monitor_default.c)
ACCESS_SRC := $(addprefix lib/,access.c access_build.c access_conf.c access_level.c access_line.c access_subject.c)
RWPOLICY_SRC := tools/rwpolicy/main.c tools/rwpolicy/explain.c boot/config.c boot/message.c boot/ucs2.c lib/cmdline.c \
	$(ACCESS_SRC) $(MONITOR_SRC)

all: $(B)/rwpolicy

$(B)/rwpolicy: $(RWPOLICY_SRC) tools/rwpolicy/explain.h $(wildcard boot/*.h) $(wildcard lib/*.h) $(ABI_HEADERS) $(VERSION_H) tools/rwpolicy/build.mk
	@mkdir -p $(@D)
	$(CC) $(HOSTCFLAGS) -Iboot -Itools/rwpolicy -o $@ $(RWPOLICY_SRC)
