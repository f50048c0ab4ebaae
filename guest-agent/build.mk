# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# The guest agent: module, rwctl, ringward-start. KREL names the kernel releases that the modules are built for.

.PHONY: agent agent-tools

AGENT_KMOD_SRC := $(addprefix guest-agent/kmod/,Kbuild *.[ch] */*.[ch])
AGENT_KMOD_SRC := $(wildcard $(AGENT_KMOD_SRC)) guest-agent/uapi.h lib/monitor.c lib/policy_area.c lib/access.c lib/approved.c lib/modinfo.c
ABI_HEADERS := $(wildcard abi/*.h abi/*.def)
# Headers outside its folder that a module may include, under the usual names.
KMOD_SHARED := $(ABI_HEADERS) lib/access.h lib/approved.h lib/log_priority.h lib/modinfo.h lib/monitor.h lib/policy_area.h lib/record.h lib/string.h

# $(call kheaders,RELEASE): the headers unpacked by scripts/fetch-kernel, else the installed ones.
kheaders = $(firstword $(wildcard $(CURDIR)/$(B)/kernels/$(1)/headers/build) /lib/modules/$(1)/build)

# $(call build_kmod,NAME,RELEASE,FOLDER,SOURCES): Kbuild writes beside the sources, so it works on copies: FOLDER's files keep
# their subfolders, others their full path. The build refuses a module whose text the kernel might patch after the lock
# (jump labels, static calls, ftrace sites, dynamic debug). It removes the module's list of LOCK prefixes: a kernel that starts
# with one CPU removes these prefixes, and restores them for the second. No BTF is made: nothing would use it.
define build_kmod
	@test -e $(call kheaders,$(2))/Makefile || { echo "$(1): the headers of kernel $(2) are not installed" \
		"(Debian package linux-headers-$(2))" >&2; exit 1; }
	@mkdir -p $(@D)/$(1).d
	@find $(@D)/$(1).d -name '*.[ch]' -delete
	@cd $(3) && cp -p --parents $(patsubst $(3)/%,%,$(filter $(3)/%,$(4))) $(CURDIR)/$(@D)/$(1).d/
	@cp -p --parents $(filter-out $(3)/%,$(4)) $(KMOD_SHARED) $(@D)/$(1).d/
	+$(MAKE) --no-print-directory -C $(call kheaders,$(2)) M=$(CURDIR)/$(@D)/$(1).d \
		CONFIG_DEBUG_INFO_BTF_MODULES= modules
endef

AGENT_KMOD_SRC += $(VERSION_H)

agent: $(KREL:%=$(B)/kmod/%/ringward.ko) agent-tools
agent-tools: $(B)/rwctl $(B)/ringward-start
all: agent

$(KREL:%=$(B)/kmod/%/ringward.ko): $(B)/kmod/%/ringward.ko: $(AGENT_KMOD_SRC) $(KMOD_SHARED) guest-agent/build.mk
	$(call build_kmod,ringward,$*,guest-agent/kmod,$(AGENT_KMOD_SRC))
	@strip --strip-debug -R .smp_locks -R .rela.smp_locks -o $@.part $(@D)/ringward.d/ringward.ko
	@! readelf -WS $@.part | \
		grep -E '__jump_table|static_call_sites|__mcount_loc|__dyndbg|__tracepoints|__bug_table|smp_locks' || \
		{ echo "ringward: these sections would let the kernel patch the locked module" >&2; exit 1; }
	@mv $@.part $@

# With the files of rwlog that print a record.
RWCTL_SRC := $(wildcard guest-agent/cli/*.c) $(addprefix lib/,access.c access_conf.c access_level.c access_line.c access_results.c access_subject.c \
	cmdline.c conf_text.c crc32c.c events.c format.c monitor.c \
	monitor_conf.c record.c) \
	tools/rwpolicy/explain.c \
	$(addprefix tools/rwlog/,cgroups.c filter.c flags.c json.c jsonl.c line.c members.c names.c programs.c rec.c sink.c socket.c symbols.c text.c util.c when.c)
$(B)/rwctl: $(RWCTL_SRC) $(wildcard guest-agent/cli/*.h lib/*.h tools/rwlog/*.h tools/rwpolicy/*.h) guest-agent/uapi.h \
	$(ABI_HEADERS) $(VERSION_H) \
	guest-agent/build.mk
	@mkdir -p $(@D)
	$(CC) $(HOSTCFLAGS) -Iguest-agent -static -o $@ $(RWCTL_SRC) -ljansson

$(B)/ringward-start: guest-agent/start/start.c guest-agent/uapi.h $(ABI_HEADERS) $(VERSION_H) guest-agent/build.mk
	@mkdir -p $(@D)
	$(CC) $(HOSTCFLAGS) -Iguest-agent -static -o $@ $<

include tests/attacks/build.mk
