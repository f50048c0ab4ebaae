# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# The probe program: prints what an EFI application finds, bare and under Ringward. Included by the Makefile.

PROBE_OUT := $(B)/tests/probes
PROBE_OBJS := $(patsubst tests/probes/%.c,$(PROBE_OUT)/%.o,$(sort $(wildcard tests/probes/*.c))) \
	$(patsubst tests/probes/%.asm,$(PROBE_OUT)/%.o,$(sort $(wildcard tests/probes/*.asm)))
PROBE_PROGRAMS := $(patsubst %,$(PROBE_OUT)/%.efi,probe reset-Cold reset-Warm reset-Shutdown)
PROBE_CFLAGS := -std=gnu11 -O2 $(WARNFLAGS) -ffreestanding -fpic -fshort-wchar -fno-stack-protector \
	-mno-red-zone -mgeneral-regs-only -maccumulate-outgoing-args -DGNU_EFI_USE_MS_ABI -fvisibility=hidden \
	-isystem /usr/include/efi -isystem /usr/include/efi/x86_64

all: $(PROBE_PROGRAMS)
.SECONDARY: $(PROBE_PROGRAMS:.efi=.so) $(patsubst %,$(PROBE_OUT)/reset-%.o,Cold Warm Shutdown)

$(PROBE_OUT)/%.o: tests/probes/%.c $(wildcard tests/probes/*.h) tests/probes/build.mk
	@mkdir -p $(@D)
	$(CC) $(PROBE_CFLAGS) -c -o $@ $<

$(PROBE_OUT)/%.o: tests/probes/%.asm tests/saved.inc tests/probes/build.mk
	@mkdir -p $(@D)
	$(NASM) -f elf64 -Itests/ -o $@ $<

$(PROBE_OUT)/reset-%.o: tests/probes/reset/reset.c tests/probes/build.mk
	@mkdir -p $(@D)
	$(CC) $(PROBE_CFLAGS) -DRESET_KIND=EfiReset$* -c -o $@ $<

$(PROBE_OUT)/probe.so: $(PROBE_OBJS)
$(patsubst %,$(PROBE_OUT)/reset-%.so,Cold Warm Shutdown): %.so: %.o
$(PROBE_PROGRAMS:.efi=.so):
	$(LD) -nostdlib -znocombreloc -znoexecstack -shared -Bsymbolic --no-undefined \
		-T /usr/lib/elf_x86_64_efi.lds /usr/lib/crt0-efi-x86_64.o $^ -o $@ -L/usr/lib -lefi -lgnuefi

$(PROBE_OUT)/%.efi: $(PROBE_OUT)/%.so
	objcopy -j .text -j .sdata -j .data -j .rodata -j .dynamic -j .dynsym -j '.rel*' -j .reloc \
		--target efi-app-x86_64 $< $@
