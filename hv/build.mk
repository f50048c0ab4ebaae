# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# The hypervisor core: freestanding, nothing linked in.

HV_CFLAGS := -std=gnu11 -O2 -g $(WARNFLAGS) -Wstrict-prototypes -Wmissing-prototypes -I. -Ihv -I$(GEN) \
	-ffreestanding -fno-pic -fno-pie -mcmodel=kernel -mno-red-zone -mgeneral-regs-only -fno-stack-protector \
	-fcf-protection=none -fno-omit-frame-pointer -fno-asynchronous-unwind-tables -fno-common \
	-fno-tree-loop-distribute-patterns

# What hv/ uses from lib/.
HV_LIB := lib/approved.c lib/crc32c.c lib/events.c lib/format.c lib/policy_area.c lib/record.c lib/sha256.c lib/string.c

HV_C := $(sort $(shell find hv -name '*.c'))
HV_ASM := $(sort $(shell find hv -name '*.asm'))
HV_OBJ := $(HV_C:%.c=$(B)/%.o) $(HV_LIB:%.c=$(B)/hv/%.o) $(HV_ASM:%.asm=$(B)/%.asm.o)

$(B)/hv/%.o: hv/%.c | $(VERSION_H)
	@mkdir -p $(@D)
	$(CC) $(HV_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/hv/lib/%.o: lib/%.c
	@mkdir -p $(@D)
	$(CC) $(HV_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/hv/%.asm.o: hv/%.asm hv/arch/x86/gpr.inc
	@mkdir -p $(@D)
	$(NASM) -f elf64 -g -Ihv/arch/x86/ -o $@ $<

$(B)/hv.elf: $(HV_OBJ) linker.ld
	$(LD) -nostdlib -static -z max-page-size=4096 -z noexecstack --no-warn-rwx-segments -T linker.ld -o $@ $(HV_OBJ)

-include $(HV_OBJ:.o=.d)

all: $(B)/hv.elf
