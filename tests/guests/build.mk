# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Test guests that are EFI programs, without a kernel. Included by tests/e2e/build.mk.

GUEST_OUT := $(B)/tests/guests
.SECONDARY: $(GUEST_OUT)/hypercall.so $(GUEST_OUT)/hypercall.o $(GUEST_OUT)/ending.so $(GUEST_OUT)/ending.o \
	$(GUEST_OUT)/mce.so $(GUEST_OUT)/mce.o $(GUEST_OUT)/guest.o $(GUEST_OUT)/entry.o $(GUEST_OUT)/read.o
GUEST_CFLAGS := -std=gnu11 -O2 $(WARNFLAGS) -I. -ffreestanding -fpic -fshort-wchar -fno-stack-protector \
	-mno-red-zone -maccumulate-outgoing-args -DGNU_EFI_USE_MS_ABI -fvisibility=hidden \
	-isystem /usr/include/efi -isystem /usr/include/efi/x86_64

all: $(GUEST_OUT)/hypercall.efi $(GUEST_OUT)/ending.efi $(GUEST_OUT)/mce.efi

$(GUEST_OUT)/%.o: tests/guests/%.c $(wildcard tests/guests/*.h) tests/guests/build.mk $(wildcard abi/*.h abi/*.def) lib/record.h
	@mkdir -p $(@D)
	$(CC) $(GUEST_CFLAGS) -c -o $@ $<

$(GUEST_OUT)/%.o: tests/guests/%.asm tests/saved.inc tests/guests/build.mk
	@mkdir -p $(@D)
	$(NASM) -f elf64 -Itests/ -o $@ $<

$(GUEST_OUT)/hypercall.so: $(GUEST_OUT)/read.o
$(GUEST_OUT)/%.so: $(GUEST_OUT)/%.o $(GUEST_OUT)/guest.o $(GUEST_OUT)/entry.o
	$(LD) -nostdlib -znocombreloc -znoexecstack -shared -Bsymbolic --no-undefined \
		-T /usr/lib/elf_x86_64_efi.lds /usr/lib/crt0-efi-x86_64.o $^ -o $@ -L/usr/lib -lefi -lgnuefi

$(GUEST_OUT)/%.efi: $(GUEST_OUT)/%.so
	objcopy -j .text -j .sdata -j .data -j .rodata -j .dynamic -j .dynsym -j '.rel*' -j .reloc \
		--target efi-app-x86_64 $< $@
