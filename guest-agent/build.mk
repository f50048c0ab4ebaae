# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# The guest agent: module, rwctl, ringward-start. KREL names the kernel release that the module is built for.

.PHONY: agent agent-tools

AGENT_KMOD_DIR = $(B)/kmod/$(KREL)
AGENT_KHEADERS = /lib/modules/$(KREL)/build
AGENT_KMOD_SRC := $(wildcard guest-agent/kmod/*.[ch] guest-agent/kmod/*/*.[ch]) guest-agent/kmod/Kbuild
ABI_HEADERS := $(wildcard abi/*.h abi/*.def)
# What a module may include from outside of its folder, under the same names as everywhere else.
KMOD_SHARED := $(ABI_HEADERS) lib/record.h

# $(call build_kmod,NAME,FOLDER,SOURCES): Kbuild writes beside the sources, so it works on copies: those of FOLDER with
# the folders in it, KMOD_SHARED with its folders, others beside them. A module whose text the
# kernel might want to patch after the lock (jump labels, static calls, ftrace sites, dynamic debug) is refused. Its list
# of LOCK prefixes is taken away: a kernel that starts with one CPU takes these out, and puts them back for the second.
define build_kmod
	@test -e $(AGENT_KHEADERS)/Makefile || { echo "$(1): the headers of kernel $(KREL) are not installed" \
		"(Debian package linux-headers-$(KREL))" >&2; exit 1; }
	@mkdir -p $(AGENT_KMOD_DIR)/$(1).d
	@cd $(2) && cp -p --parents $(patsubst $(2)/%,%,$(filter $(2)/%,$(3))) $(CURDIR)/$(AGENT_KMOD_DIR)/$(1).d/
	@cp -p --parents $(KMOD_SHARED) $(AGENT_KMOD_DIR)/$(1).d/
	@$(if $(filter-out $(2)/%,$(3)),cp -p $(filter-out $(2)/%,$(3)) $(AGENT_KMOD_DIR)/$(1).d/)
	$(MAKE) --no-print-directory -C $(AGENT_KHEADERS) M=$(CURDIR)/$(AGENT_KMOD_DIR)/$(1).d modules
endef

agent: $(AGENT_KMOD_DIR)/ringward.ko agent-tools
agent-tools: $(B)/rwctl $(B)/ringward-start
all: agent

$(B)/kmod/$(KREL)/ringward.ko: $(AGENT_KMOD_SRC) guest-agent/uapi.h $(KMOD_SHARED) guest-agent/build.mk
	$(call build_kmod,ringward,guest-agent/kmod,$(AGENT_KMOD_SRC) guest-agent/uapi.h)
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
