# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# The guest agent: module, rwctl, ringward-start. KREL names the kernel release that the module is built for.

.PHONY: agent agent-tools

AGENT_KMOD_DIR = $(B)/kmod/$(KREL)
AGENT_KHEADERS = /lib/modules/$(KREL)/build
AGENT_KMOD_SRC := $(wildcard guest-agent/kmod/*.[ch]) guest-agent/kmod/Kbuild guest-agent/uapi.h
ABI_HEADERS := $(wildcard abi/*.h)

# $(call build_kmod,NAME,SOURCES): Kbuild writes beside the sources, so it works on copies. A module whose text the
# kernel might want to patch after the lock (jump labels, static calls, ftrace sites, dynamic debug) is refused. Its list
# of LOCK prefixes is taken away: a kernel that starts with one CPU takes these out, and puts them back for the second.
# There is no BTF: it needs the kernel's vmlinux, which the headers do not have.
define build_kmod
	@test -e $(AGENT_KHEADERS)/Makefile || { echo "$(1): the headers of kernel $(KREL) are not installed" \
		"(Debian package linux-headers-$(KREL))" >&2; exit 1; }
	@mkdir -p $(AGENT_KMOD_DIR)/$(1).d/abi
	@cp -p $(filter-out abi/%,$(2)) $(AGENT_KMOD_DIR)/$(1).d/
	@cp -p $(ABI_HEADERS) $(AGENT_KMOD_DIR)/$(1).d/abi/
	+$(MAKE) --no-print-directory -C $(AGENT_KHEADERS) M=$(CURDIR)/$(AGENT_KMOD_DIR)/$(1).d \
		CONFIG_DEBUG_INFO_BTF_MODULES= modules
endef

agent: $(AGENT_KMOD_DIR)/ringward.ko agent-tools
agent-tools: $(B)/rwctl $(B)/ringward-start
all: agent

$(B)/kmod/$(KREL)/ringward.ko: $(AGENT_KMOD_SRC) $(ABI_HEADERS) guest-agent/build.mk
	$(call build_kmod,ringward,$(AGENT_KMOD_SRC))
	@strip --strip-debug -R .smp_locks -R .rela.smp_locks -o $@.part $(@D)/ringward.d/ringward.ko
	@! readelf -WS $@.part | \
		grep -E '__jump_table|static_call_sites|__mcount_loc|__dyndbg|__tracepoints|__bug_table|smp_locks' || \
		{ echo "ringward: these sections would let the kernel patch the locked module" >&2; exit 1; }
	@mv $@.part $@

RWCTL_SRC := $(wildcard guest-agent/cli/*.c)
$(B)/rwctl: $(RWCTL_SRC) $(wildcard guest-agent/cli/*.h) guest-agent/uapi.h $(ABI_HEADERS) guest-agent/build.mk
	@mkdir -p $(@D)
	$(CC) $(HOSTCFLAGS) -Iguest-agent -static -o $@ $(RWCTL_SRC) -ljansson

$(B)/ringward-start: guest-agent/start/start.c guest-agent/uapi.h $(ABI_HEADERS) guest-agent/build.mk
	@mkdir -p $(@D)
	$(CC) $(HOSTCFLAGS) -Iguest-agent -static -o $@ $<

include tests/attacks/build.mk
