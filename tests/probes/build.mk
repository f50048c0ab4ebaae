# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# The probe program: what an EFI application finds on the machine, bare and under Ringward. Included by the Makefile.

PROBE_OUT := $(B)/tests/probes
PROBE_OBJS := $(patsubst tests/probes/%.c,$(PROBE_OUT)/%.o,$(sort $(wildcard tests/probes/*.c))) \
	$(patsubst tests/probes/%.asm,$(PROBE_OUT)/%.o,$(sort $(wildcard tests/probes/*.asm)))
PROBE_CFLAGS := -std=gnu11 -O2 $(WARNFLAGS) -ffreestanding -fpic -fshort-wchar -fno-stack-protector \
	-mno-red-zone -mgeneral-regs-only -maccumulate-outgoing-args -DGNU_EFI_USE_MS_ABI -fvisibility=hidden \
	-isystem /usr/include/efi -isystem /usr/include/efi/x86_64

all: $(PROBE_OUT)/probe.efi

$(PROBE_OUT)/%.o: tests/probes/%.c $(wildcard tests/probes/*.h) tests/probes/build.mk
	@mkdir -p $(@D)
	$(CC) $(PROBE_CFLAGS) -c -o $@ $<

$(PROBE_OUT)/%.o: tests/probes/%.asm tests/probes/build.mk
	@mkdir -p $(@D)
	$(NASM) -f elf64 -o $@ $<

$(PROBE_OUT)/probe.so: $(PROBE_OBJS)
	$(LD) -nostdlib -znocombreloc -znoexecstack -shared -Bsymbolic --no-undefined \
		-T /usr/lib/elf_x86_64_efi.lds /usr/lib/crt0-efi-x86_64.o $^ -o $@ -L/usr/lib -lefi -lgnuefi

$(PROBE_OUT)/probe.efi: $(PROBE_OUT)/probe.so
	objcopy -j .text -j .sdata -j .data -j .rodata -j .dynamic -j .dynsym -j '.rel*' -j .reloc \
		--target efi-app-x86_64 $< $@
