# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# The program whose cases make events: a file per subject, found by itself.

EVENTS_SRC := $(wildcard tests/events/*.c)

all: $(B)/tests/events

$(B)/tests/events: $(EVENTS_SRC) tests/events/events.h tests/events/build.mk
	@mkdir -p $(@D)
	$(CC) $(HOSTCFLAGS) -static -s -pthread -o $@ $(EVENTS_SRC)
