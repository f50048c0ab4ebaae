/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* CPUs that the guest resets and starts: INIT really resets them, and SIPI sends them to a page of ours. */
#include "dev/apic.h"
#include "arch/x86/desc.h"
#include "arch/x86/insn.h"
#include "arch/x86/svm/svm.h"
#include "core/smp.h"
#include "core/state.h"
#include "lib/string.h"
#include "mm/page_pool.h"
#include "protect/pin.h"

enum {
	PTE_RX = PTE_P,
	PTE_TABLE = PTE_P | BIT(1),
	STACK_PAGE = 0xff000, /* startup.asm: STACK */
	IVT_ENTRIES = 256
};
#define INTERRUPT_GATE 0x00008e0000080000ull /* of the code segment 8 */

/* startup.asm, and the fields after its code. */
extern const uint8_t svm_trampoline[], svm_trampoline_end[], svm_trampoline_fields[];
extern const char svm_ap_entry[];
struct trampoline_fields {
	uint64_t cr3, entry;
	uint16_t gdt_limit;
	uint32_t gdt_base;
	uint32_t far_offset; /* for the jump into 64-bit mode */
	uint16_t far_selector;
	uint32_t reserved;
	uint64_t gdt[2];
	/* of that code and of the endless halt, from the start of the page */
	uint32_t long_offset, halt_offset;
	uint16_t idt_limit;
	uint32_t idt_base;
	uint16_t reserved2;
	uint64_t idt[6];
} __attribute__((packed));
RW_ASSERT_OFFSET(struct trampoline_fields, gdt_base, 18);
RW_ASSERT_OFFSET(struct trampoline_fields, far_offset, 22);
RW_ASSERT_OFFSET(struct trampoline_fields, gdt, 32);
RW_ASSERT_OFFSET(struct trampoline_fields, idt, 64);
RW_ASSERT_SIZE(struct trampoline_fields, 112);

void svm_ap_start(uint32_t index) __attribute__((noreturn));

/* For svm_ap_entry. */
uint32_t svm_ap_ids[RW_MAX_CPUS], svm_ap_count;  /* (b) */
uint64_t svm_ap_stacks[RW_MAX_CPUS], svm_ap_cr3; /* (b) */

static struct host_state {
	uint64_t cr0, cr4, efer, pat;
} host; /* (b) of the CPU that started first */

/* The hypervisor's address space, a stack, and the trampoline's page at its own address. NULL: no room. */
static uint64_t *trampoline_tables(uint64_t page)
{
	uint64_t *table[5]; /* the last is the stack */

	for (int i = 0; i < 5; i++) {
		table[i] = pool_alloc(1);
		if (!table[i])
			return NULL;
	}
	memcpy(table[0], hv_virt(hv.boot->tables_phys), PAGE_SIZE);
	for (int i = 0; i < 3; i++)
		table[i][0] = hv_phys(table[i + 1]) | PTE_TABLE;
	table[3][page / PAGE_SIZE] = page | PTE_RX;
	table[3][STACK_PAGE / PAGE_SIZE] = hv_phys(table[4]) | PTE_TABLE;
	return table[0];
}

const char *svm_trampoline_init(uint64_t page)
{
	const size_t code_size = (size_t)(svm_trampoline_fields - svm_trampoline);
	uint8_t *code = (uint8_t *)(RW_HV_GUEST + page);
	struct trampoline_fields *fields = (void *)(code + code_size);

	if (!page)
		return "the loader passed no page for starting CPUs";

	const uint64_t *tables = trampoline_tables(page);

	if (!tables)
		return "no room for the page tables of starting CPUs";
	memcpy(code, svm_trampoline, (size_t)(svm_trampoline_end - svm_trampoline));
	fields->cr3 = hv_phys(tables);
	fields->entry = (uint64_t)svm_ap_entry;
	fields->gdt_base = (uint32_t)(page + code_size + offsetof(struct trampoline_fields, gdt));
	fields->far_offset = (uint32_t)page + fields->long_offset;
	fields->idt_base = (uint32_t)(page + code_size + offsetof(struct trampoline_fields, idt));
	fields->idt[1] = page / 16 << 16; /* real mode's segment and offset: the start of the page */
	fields->idt[4] = INTERRUPT_GATE | (fields->far_offset & 0xffff) |
			 (uint64_t)(fields->far_offset >> 16) << 48;
	/* The guest sees another page at 0: see core/ap_start.c. */
	for (uint32_t i = 0, *ivt = (uint32_t *)RW_HV_GUEST; i < IVT_ENTRIES; i++)
		ivt[i] = (uint32_t)(page / 16) << 16 | (i == VEC_NMI ? 0 : fields->halt_offset);

	svm_ap_count = hv.boot->cpu_count;
	svm_ap_cr3 = hv.boot->tables_phys;
	for (uint32_t i = 0; i < svm_ap_count; i++) {
		svm_ap_ids[i] = hv.boot->apic_id[i];
		svm_ap_stacks[i] = (uint64_t)percpu_of(i) - RW_PERCPU_DATA + RW_PERCPU_STACK_TOP;
	}
	host = (struct host_state){ read_cr0(), read_cr4(), rdmsr(MSR_EFER), rdmsr(MSR_PAT) };
	return NULL;
}

/* AMD APM volume 2, "Processor Initialization State". State that INIT preserves stays as the guest had it. */
static void reset_guest(struct percpu *cpu)
{
	struct vmcb *vmcb = svm_vmcb(cpu);
	struct vmcb_save *save = &vmcb->save;

	cpu->gprs = (struct hv_gprs){ .rdx = cpuid(1, 0).eax };
	save->rax = save->rsp = save->rip = 0;
	save->rflags = RFLAGS_FIXED;
	save->cr0 = CR0_CD | CR0_NW | CR0_ET;
	save->cr2 = save->cr3 = save->cr4 = 0;
	save->efer = EFER_SVME;
	save->dr6 = DR6_RESET;
	save->dr7 = DR7_RESET;
	save->cpl = 0;
	segments_reset(save->seg, (uint8_t)__atomic_load_n(&cpu->sipi_vector, __ATOMIC_SEQ_CST));
	vmcb->control.int_state = 0;
	vmcb->control.event_inj = 0;
	vmcb->control.exit_int_info = 0;
	svm_steady(cpu);
}

/* An NMI during startup blocked further ones. While GIF is 0, those wait for the guest. */
static void unblock_nmis(void)
{
	uint64_t scratch;

	__asm__ volatile("mov %%ss, %k0; push %0; lea 8(%%rsp), %0; push %0; pushf; mov %%cs, %k0; push %0;"
			 "lea 1f(%%rip), %0; push %0; iretq; 1:"
			 : "=&r"(scratch)
			 :
			 : "memory", "cc");
}

/* Runs on this CPU's stack, in the hypervisor's address space; everything else is as after INIT. */
void svm_ap_start(uint32_t index)
{
	struct percpu *cpu = percpu_of(index);

	write_cr4(host.cr4);
	write_cr0(host.cr0);
	wrmsr(MSR_EFER, host.efer | EFER_SVME);
	wrmsr(MSR_PAT, host.pat);
	desc_load(cpu);
	unblock_nmis();
	wrmsr(MSR_VM_HSAVE_PA, cpu->host_area_pa);
	cpu->step.active = false;
	cpu->dropping_nmi = false;
	cpu->backend_flags = 0;
	cpu->view.map = NESTED_KERNEL;
	__atomic_store_n(&cpu->kick, KICK_NONE, __ATOMIC_SEQ_CST);
	__atomic_store_n(&cpu->parked, false, __ATOMIC_SEQ_CST);
	reset_guest(cpu);
	cpu->stats.exits[RW_EXIT_SIPI]++;
	pin_restart(cpu);
	if (smp_enter_guest(cpu))
		pin_update(cpu); /* the CPU that asked for the flush may have locked */
	svm_run(cpu);
}

void svm_kick(const struct percpu *target)
{
	apic_send(target->apic_id, ICR_NMI | ICR_ASSERT);
}

/*
 * A real INIT, which the CPU takes when GIF is 1. A SIPI of the guest's that another CPU sends before it
 * comes starts nothing, as on a CPU that runs.
 */
void svm_park(struct percpu *cpu)
{
	__atomic_store_n(&cpu->flush_wanted, true, __ATOMIC_SEQ_CST); /* when it returns */
	cpu->dropping_nmi = true;
	apic_send(cpu->apic_id, ICR_INIT | ICR_ASSERT);
	for (;;)
		__asm__ volatile("stgi; hlt" : : : "memory");
}

/* The NMI is pending: trap_nmi() takes it here, which removes it. */
void svm_drop_nmi(struct percpu *cpu)
{
	cpu->dropping_nmi = true;
	__asm__ volatile("stgi; nop; nop; clgi" : : : "memory");
	cpu->dropping_nmi = false;
}
