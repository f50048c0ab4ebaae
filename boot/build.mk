# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Builds build/ringward.efi, the UEFI loader with the hypervisor core inside, and its unit tests.

BOOT_PURE := acpi clock config elf_image layout message paging ranges ucs2
BOOT_OBJS := $(BOOT_PURE:%=$(B)/boot/%.o) \
	     $(patsubst %,$(B)/boot/lib/%.o,access access_build access_conf access_level access_line access_results access_subject \
	     approved_conf conf_text events format \
	     monitor monitor_build monitor_conf monitor_default policy_area) \
	     $(patsubst %,$(B)/boot/%.o,claim console cpus launch loader machine memory next policy switch hvcore)

# The firmware has its own calling convention, without a red zone.
BOOT_CFLAGS := -std=gnu11 -O2 -g $(WARNFLAGS) -I. -I$(GEN) \
	       -isystem /usr/include/efi -isystem /usr/include/efi/x86_64 \
	       -DGNU_EFI_USE_MS_ABI -ffreestanding -fpic -fshort-wchar -fvisibility=hidden -mno-red-zone \
	       -fno-stack-protector -fno-stack-check -fno-strict-aliasing -fcf-protection=none
BOOT_EFILIB := /usr/lib
BOOT_SECTIONS := .text .sdata .data .dynamic .dynsym .rel .rela .rel.* .rela.* .rodata .reloc .hvcore

all: $(B)/ringward.efi

$(B)/boot/%.o: boot/%.c | $(VERSION_H)
	@mkdir -p $(@D)
	$(CC) $(BOOT_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/boot/lib/%.o: lib/%.c
	@mkdir -p $(@D)
	$(CC) $(BOOT_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/boot/%.o: boot/%.asm
	@mkdir -p $(@D)
	$(NASM) -f elf64 -g -o $@ $<

# The part of the core that the CPU needs: no symbols, no debug information.
$(B)/boot/hvcore.elf: $(B)/hv.elf
	@mkdir -p $(@D)
	objcopy --strip-all $< $@

$(B)/boot/hvcore.o: boot/hvcore.asm $(B)/boot/hvcore.elf
	$(NASM) -f elf64 -DHVCORE="'$(B)/boot/hvcore.elf'" -o $@ $<

$(B)/boot/ringward.so: $(BOOT_OBJS)
	$(LD) -nostdlib -znocombreloc -znoexecstack -shared -Bsymbolic --no-undefined \
		-T $(BOOT_EFILIB)/elf_x86_64_efi.lds \
		-o $@ $(BOOT_EFILIB)/crt0-efi-x86_64.o $(BOOT_OBJS) \
		-L$(BOOT_EFILIB) -lefi -lgnuefi

$(B)/ringward.efi: $(B)/boot/ringward.so
	objcopy $(BOOT_SECTIONS:%=-j %) --target=efi-app-x86_64 $< $@

-include $(wildcard $(B)/boot/*.d $(B)/boot/lib/*.d)
