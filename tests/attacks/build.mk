# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Programs that attack from inside the guest: a kernel module and static user programs.
# Included by guest-agent/build.mk, which defines build_kmod.

.PHONY: attacks

ATTACK_KMOD_SRC := $(wildcard tests/attacks/kmod/*.[ch]) tests/attacks/kmod/Kbuild

STALE_KMOD_SRC := tests/attacks/stale/rwstale.c tests/attacks/stale/Kbuild

attacks: $(foreach r,$(KREL),$(B)/kmod/$(r)/rwattack.ko $(B)/kmod/$(r)/rwstale.ko)
attacks: $(addprefix $(B)/attacks/,callgate cpusig hvmem kexecrace modload portwrite uhypercall)
all: attacks

$(KREL:%=$(B)/kmod/%/rwattack.ko): $(B)/kmod/%/rwattack.ko: $(ATTACK_KMOD_SRC) $(KMOD_SHARED) tests/attacks/build.mk guest-agent/build.mk
	$(call build_kmod,rwattack,$*,tests/attacks/kmod,$(ATTACK_KMOD_SRC))
	@strip --strip-debug -o $@ $(@D)/rwattack.d/rwattack.ko

$(KREL:%=$(B)/kmod/%/rwstale.ko): $(B)/kmod/%/rwstale.ko: $(STALE_KMOD_SRC) $(KMOD_SHARED) tests/attacks/build.mk guest-agent/build.mk
	$(call build_kmod,rwstale,$*,tests/attacks/stale,$(STALE_KMOD_SRC))
	@strip --strip-debug -o $@ $(@D)/rwstale.d/rwstale.ko

$(B)/attacks/%: tests/attacks/%.c tests/each_cpu.h
	@mkdir -p $(@D)
	$(CC) $(HOSTCFLAGS) -static -o $@ $<
