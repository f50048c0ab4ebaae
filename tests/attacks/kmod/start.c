// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Starts a CPU in own code, and changes code that runs before or below the kernel: that of the trampoline
// where Linux starts CPUs, and the firmware's.

#include <linux/delay.h>
#include <linux/efi.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <asm/apicdef.h>
#include <asm/msr.h>
#include <asm/realmode.h>
#include <asm/smp.h>

#include "rwattack.h"

#define PLACE    0x10000u /* below 1 MiB, which Linux leaves alone */
#define FLAG     0x80u    /* offset of the byte that the code sets */
#define ANSWER   0x2a
#define INIT_LOW (APIC_INT_ASSERT | APIC_DM_INIT)
#define SIPI_LOW (APIC_INT_ASSERT | APIC_DM_STARTUP | PLACE >> 12)

/* Real mode: MOVB $ANSWER, %cs:FLAG; 1: HLT; JMP 1b */
static const u8 code[] = { 0x2e, 0xc6, 0x06, FLAG, 0, ANSWER, 0xf4, 0xeb, 0xfd };

static void send(u8 __iomem *apic, u32 dest, u32 low)
{
	if (apic) {
		writel(dest << 24, apic + APIC_ICR2);
		writel(low, apic + APIC_ICR);
	} else {
		wrmsrl(APIC_BASE_MSR + (APIC_ICR >> 4), (u64)dest << 32 | low);
	}
}

/* The other CPU is offline: nobody misses it. */
int cmd_start(int argc, char **argv)
{
	u8 *page = memremap(PLACE, PAGE_SIZE, MEMREMAP_WB), before[sizeof(code)];
	u8 __iomem *apic = NULL;
	u64 base;

	if (argc != 1 || !page)
		return -EINVAL;
	rdmsrl(MSR_IA32_APICBASE, base);
	if (!(base & X2APIC_ENABLE))
		apic = ioremap(base & MSR_IA32_APICBASE_BASE, PAGE_SIZE);
	memcpy(before, page, sizeof(code));
	memcpy(page, code, sizeof(code));
	page[FLAG] = 0;
	send(apic, cpu_physical_id(1), INIT_LOW);
	mdelay(10);
	send(apic, cpu_physical_id(1), SIPI_LOW);
	mdelay(100);
	say("start own %s at %x\n", READ_ONCE(page[FLAG]) == ANSWER ? "ran" : "refused", PLACE);
	send(apic, cpu_physical_id(1), INIT_LOW);
	mdelay(10);
	memcpy(page, before, sizeof(code));
	if (apic)
		iounmap(apic);
	memunmap(page);
	return 0;
}

/* The first page of the firmware's runtime services that their own page tables make executable. 0: none. */
static u64 firmware_code(void)
{
	pte_t *(*lookup)(pgd_t * pgd, unsigned long va,
			 unsigned int *level) = (void *)symbol("lookup_address_in_pgd");
	struct mm_struct *mm = (void *)symbol("efi_mm");
	efi_memory_desc_t *md;
	unsigned int level;

	if (!lookup || !mm)
		return 0;
	for_each_efi_memory_desc(md)
	{
		if (md->type != EFI_RUNTIME_SERVICES_CODE || !(md->attribute & EFI_MEMORY_RUNTIME))
			continue;
		for (u64 at = 0; at < md->num_pages << EFI_PAGE_SHIFT; at += PAGE_SIZE) {
			pte_t *pte = lookup(pgd_offset(mm, md->virt_addr + at), md->virt_addr + at, &level);

			if (pte && pte_present(*pte) && !(pte_flags(*pte) & (_PAGE_NX | _PAGE_RW)))
				return md->phys_addr + at;
		}
	}
	return 0;
}

/* The code by which Linux starts CPUs. */
static u64 trampoline_code(void)
{
	struct real_mode_header **header = (void *)symbol("real_mode_header");

	return header ? (*header)->trampoline_start : 0;
}

int cmd_below(int argc, char **argv)
{
	u64 at;
	struct page *frame;
	u8 *page, was;

	if (argc != 2)
		return -EINVAL;
	at = strcmp(argv[1], "firmware") == 0 ? firmware_code() : trampoline_code();
	frame = pfn_to_page(at >> PAGE_SHIFT);
	/* The kernel's own mapping may be read-only. */
	page = at && pfn_valid(at >> PAGE_SHIFT) ? vmap(&frame, 1, VM_MAP, PAGE_KERNEL) : NULL;
	if (!page) {
		say("below %s: no such page\n", argv[1]);
		return 0;
	}
	page += offset_in_page(at);
	was = READ_ONCE(*page);
	WRITE_ONCE(*page, was ^ 0xff);
	say("below %s %s at %llx\n", argv[1], READ_ONCE(*page) == was ? "unchanged" : "changed", at);
	if (READ_ONCE(*page) != was)
		WRITE_ONCE(*page, was);
	vunmap((void *)((unsigned long)page & PAGE_MASK));
	return 0;
}
