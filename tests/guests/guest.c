// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Access to the machine for test guests without a kernel.
#include "guest.h"

#include <efilib.h>

#define COM1      0x3f8u
#define LSR       5u
#define LSR_READY 0x20u /* ready for a byte */
#define LSR_EMPTY 0x40u /* all bytes are sent */
#define VEC_UD    6u
#define HV_LEAST  (16ull << 20)

#define SYSV __attribute__((sysv_abi))

/* entry.asm */
extern char hypercall_vmcall[], hypercall_vmcall_end[], hypercall_vmmcall[], hypercall_vmmcall_end[];
extern char ud_entry[];
SYSV UINT32 registers_vmcall(UINT64 nr);
SYSV UINT32 registers_vmmcall(UINT64 nr);
SYSV UINT32 jump_caught(UINT64 address);

static UINT8 *code; /* a page for instructions to try */

static UINT8 inb(UINT16 port)
{
	UINT8 v;

	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static void put(char c)
{
	while (!(inb(COM1 + LSR) & LSR_READY))
		;
	__asm__ volatile("outb %0, %1" : : "a"(c), "Nd"((UINT16)COM1));
}

void guest_say(const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			put('\r');
		put(*text);
	}
}

void guest_say_hex(UINT64 n)
{
	char digits[19] = "0x";
	UINTN i;

	for (i = 0; i < 16; i++)
		digits[2 + i] = "0123456789abcdef"[n >> (60 - 4 * i) & 15];
	guest_say(digits);
}

static void verdict(INT64 got, INT64 want)
{
	if (got != want) {
		guest_say(": got ");
		guest_say_hex((UINT64)got);
		guest_say(", wanted ");
		guest_say_hex((UINT64)want);
	}
	guest_say("\n");
}

void expect2(const char *name, const char *rest, INT64 got, INT64 want)
{
	guest_say(got == want ? "PASS " : "FAIL ");
	guest_say(name);
	guest_say(rest);
	verdict(got, want);
}

void expect(const char *name, INT64 got, INT64 want)
{
	expect2(name, "", got, want);
}

void expect_number(const char *name, UINT64 number, INT64 got, INT64 want)
{
	char digits[] = " 00";

	digits[1] += (char)(number / 10);
	digits[2] += (char)(number % 10);
	expect2(name, digits, got, want);
}

void guest_cpuid(UINT32 leaf, UINT32 regs[4])
{
	__asm__ volatile("cpuid"
			 : "=a"(regs[0]), "=b"(regs[1]), "=c"(regs[2]), "=d"(regs[3])
			 : "a"(leaf), "c"(0));
}

UINT32 guest_is_amd(void)
{
	UINT32 r[4];

	guest_cpuid(0, r);
	return r[1] == 0x68747541u; /* "Auth" */
}

void *guest_pages(UINTN count, EFI_MEMORY_TYPE type)
{
	EFI_PHYSICAL_ADDRESS at = 0;

	if (EFI_ERROR(BS->AllocatePages(AllocateAnyPages, type, count, &at)))
		return NULL;
	ZeroMem((void *)at, count * RW_PAGE_SIZE);
	return (void *)at;
}

BOOLEAN guest_find_hypervisor(UINT64 *start, UINT64 *end)
{
	UINTN entries, key, size, i;
	UINT64 most = 0, ram_end = 0;
	UINT32 version;
	UINT8 *map = (UINT8 *)LibMemoryMap(&entries, &key, &size, &version);

	if (!map)
		return FALSE;
	for (i = 0; i < entries; i++) {
		EFI_MEMORY_DESCRIPTOR *d = (void *)(map + i * size);
		UINT64 end_of_this = d->PhysicalStart + d->NumberOfPages * RW_PAGE_SIZE;

		if (d->Type == EfiConventionalMemory && end_of_this > ram_end)
			ram_end = end_of_this;
	}
	for (i = 0; i < entries; i++) {
		EFI_MEMORY_DESCRIPTOR *d = (void *)(map + i * size);
		UINT64 bytes = d->NumberOfPages * RW_PAGE_SIZE;

		/* Reserved address space, such as PCI's, lies above the RAM. */
		if (d->Type != EfiReservedMemoryType || bytes < HV_LEAST || bytes <= most ||
		    d->PhysicalStart >= ram_end)
			continue;
		most = bytes;
		*start = d->PhysicalStart;
		*end = d->PhysicalStart + bytes;
	}
	FreePool(map);
	return most != 0;
}

BOOLEAN guest_take_ud(void)
{
	UINT64 at = (UINT64)ud_entry;
	struct table_register idtr;
	struct idt_gate *gate;
	UINT16 cs;

	code = guest_pages(1, EfiLoaderCode);
	if (!code)
		return FALSE;
	__asm__ volatile("sidt %0" : "=m"(idtr));
	__asm__ volatile("mov %%cs, %0" : "=r"(cs));
	gate = (struct idt_gate *)idtr.base + VEC_UD;
	*gate = (struct idt_gate){ (UINT16)at, cs, 0x8e00, (UINT16)(at >> 16), (UINT32)(at >> 32), 0 };
	return TRUE;
}

INT64 guest_hypercall(UINT64 nr, UINT64 a1, UINT64 a2)
{
	SYSV INT64 (*call)(UINT64 nr, UINT64 a1,
			   UINT64 a2) = (void *)(guest_is_amd() ? hypercall_vmmcall : hypercall_vmcall);

	return call(nr, a1, a2);
}

void guest_copy_hypercall(void *to)
{
	if (guest_is_amd())
		CopyMem(to, hypercall_vmmcall, (UINTN)(hypercall_vmmcall_end - hypercall_vmmcall));
	else
		CopyMem(to, hypercall_vmcall, (UINTN)(hypercall_vmcall_end - hypercall_vmcall));
}

UINT32 guest_registers_kept(UINT64 nr)
{
	return guest_is_amd() ? registers_vmmcall(nr) : registers_vmcall(nr);
}

UINT32 guest_jump(UINT64 address)
{
	return jump_caught(address);
}

UINT32 guest_try_0f01(UINT8 modrm)
{
	UINT8 insn[] = { 0x0f, 0x01, modrm, 0xc3 };

	CopyMem(code, insn, sizeof(insn));
	return jump_caught((UINT64)code);
}

void guest_stores(void *at)
{
	UINT64 value = 0xa5c35a3ca5c35a3c, count = 16;
	void *to = at;

	__asm__ volatile("lock addq %1, (%0)" : : "r"(at), "r"(value) : "memory", "cc");
	__asm__ volatile("xchgq %0, (%1)" : "+r"(value) : "r"(at) : "memory");
	__asm__ volatile("rep stosb" : "+D"(to), "+c"(count) : "a"(0x77) : "memory");
	__asm__ volatile("pcmpeqb %%xmm0, %%xmm0\n movdqu %%xmm0, (%0)" : : "r"(at) : "memory", "xmm0");
}

void guest_drain(void)
{
	while (!(inb(COM1 + LSR) & LSR_EMPTY))
		;
}

void guest_triple_fault(void)
{
	static const struct table_register none;

	guest_drain();
	__asm__ volatile("lidt %0\n ud2" : : "m"(none));
	__builtin_unreachable();
}

void guest_power_off(void)
{
	guest_drain();
	RT->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
	for (;;)
		__asm__ volatile("hlt");
}
