# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# The program whose cases make events: a file per subject, found by itself.

EVENTS_SRC := $(wildcard tests/events/*.c)

all: $(B)/tests/events

$(B)/tests/events: $(EVENTS_SRC) tests/events/events.h tests/events/build.mk
	@mkdir -p $(@D)
	$(CC) $(HOSTCFLAGS) -static -s -pthread -o $@ $(EVENTS_SRC)

# A module that makes kernel events.
EVENT_KMOD_SRC := tests/events/kmod/rwevent.c tests/events/kmod/Kbuild

all: $(KREL:%=$(B)/kmod/%/rwevent.ko)

$(KREL:%=$(B)/kmod/%/rwevent.ko): $(B)/kmod/%/rwevent.ko: $(EVENT_KMOD_SRC) $(KMOD_SHARED) tests/events/build.mk guest-agent/build.mk
	$(call build_kmod,rwevent,$*,tests/events/kmod,$(EVENT_KMOD_SRC))
	@strip --strip-debug -o $@ $(@D)/rwevent.d/rwevent.ko
