/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* CPUs that the guest resets and starts: INIT really resets them, and SIPI brings them to a page of ours. */
#include "arch/x86/apic.h"
#include "arch/x86/desc.h"
#include "arch/x86/insn.h"
#include "arch/x86/svm/svm.h"
#include "core/smp.h"
#include "core/state.h"
#include "core/string.h"
#include "mm/page_pool.h"

#define ATTR_DATA16 0x93u
#define ATTR_CODE16 0x9bu
#define ATTR_LDT 0x82u
#define LIMIT16 0xffffu
#define DR6_RESET 0xffff0ff0ull
#define DR7_RESET 0x400ull
#define PTE_RX PTE_P
#define PTE_TABLE (PTE_P | BIT(1))

/* startup.asm. The offsets of its fields behind svm_trampoline_fields stand there. */
extern const uint8_t svm_trampoline[], svm_trampoline_end[], svm_trampoline_fields[];
extern const char svm_ap_entry[];
#define FIELD_CR3 0
#define FIELD_ENTRY 8
#define FIELD_GDT_BASE 18
#define FIELD_FAR 22
#define FIELD_GDT 32
#define FIELD_LONG 48

void svm_ap_start(uint32_t index) __attribute__((noreturn));

/* For svm_ap_entry. */
uint32_t svm_ap_ids[RW_MAX_CPUS];
uint64_t svm_ap_stacks[RW_MAX_CPUS];
uint32_t svm_ap_count;
uint64_t svm_ap_cr3;

static struct {
	uint64_t cr0, cr4, efer, pat;
} host; /* of the CPU that started first */

/* An address space that is the hypervisor's, and has the trampoline's page where it is, too. NULL: no room. */
static uint64_t *trampoline_tables(uint64_t page)
{
	uint64_t *table[4];

	for (int i = 0; i < 4; i++) {
		table[i] = pool_alloc(1);
		if (!table[i])
			return NULL;
	}
	memcpy(table[0], hv_virt(hv.boot->tables_phys), PAGE_SIZE);
	table[0][0] = hv_phys(table[1]) | PTE_TABLE;
	table[1][0] = hv_phys(table[2]) | PTE_TABLE;
	table[2][0] = hv_phys(table[3]) | PTE_TABLE;
	table[3][page / PAGE_SIZE] = page | PTE_RX;
	return table[0];
}

static void set_field(uint8_t *field, uint64_t value, size_t size)
{
	memcpy(field, &value, size);
}

const char *svm_trampoline_init(uint64_t page)
{
	uint8_t *at = (uint8_t *)(RW_HV_GUEST + page);
	uint8_t *fields = at + (svm_trampoline_fields - svm_trampoline);
	uint64_t fields_pa = page + (uint64_t)(svm_trampoline_fields - svm_trampoline);
	uint64_t *tables;
	uint32_t long_offset;

	if (!page)
		return "the loader gave no page for starting CPUs";
	tables = trampoline_tables(page);
	if (!tables)
		return "no room for the page tables of starting CPUs";
	memcpy(at, svm_trampoline, (size_t)(svm_trampoline_end - svm_trampoline));
	memcpy(&long_offset, fields + FIELD_LONG, sizeof(long_offset));
	set_field(fields + FIELD_CR3, hv_phys(tables), 8);
	set_field(fields + FIELD_ENTRY, (uint64_t)svm_ap_entry, 8);
	set_field(fields + FIELD_GDT_BASE, fields_pa + FIELD_GDT, 4);
	set_field(fields + FIELD_FAR, page + long_offset, 4);

	svm_ap_count = hv.boot->cpu_count;
	svm_ap_cr3 = hv.boot->tables_phys;
	for (uint32_t i = 0; i < svm_ap_count; i++) {
		svm_ap_ids[i] = hv.boot->apic_id[i];
		svm_ap_stacks[i] = (uint64_t)percpu_of(i) - RW_PERCPU_DATA + RW_PERCPU_STACK_TOP;
	}
	host.cr0 = read_cr0();
	host.cr4 = read_cr4();
	host.efer = rdmsr(MSR_EFER);
	host.pat = rdmsr(MSR_PAT);
	return NULL;
}

static void set_segment(struct vmcb_segment *s, uint16_t selector, uint16_t attributes)
{
	*s = (struct vmcb_segment){ selector, attributes, LIMIT16, (uint64_t)selector << 4 };
}

/* AMD APM volume 2, "Processor Initialization State". What INIT leaves alone stays as it was in the guest. */
static void reset_guest(struct percpu *cpu)
{
	struct vmcb *vmcb = svm_vmcb(cpu);
	struct vmcb_save *save = &vmcb->save;

	cpu->gprs = (struct hv_gprs){ .rdx = cpuid(1, 0).eax };
	save->rax = 0;
	save->rsp = 0;
	save->rip = 0;
	save->rflags = RFLAGS_FIXED;
	save->cr0 = CR0_CD | CR0_NW | CR0_ET;
	save->cr2 = 0;
	save->cr3 = 0;
	save->cr4 = 0;
	save->efer = EFER_SVME;
	save->dr6 = DR6_RESET;
	save->dr7 = DR7_RESET;
	save->cpl = 0;
	set_segment(&save->es, 0, ATTR_DATA16);
	set_segment(&save->ss, 0, ATTR_DATA16);
	set_segment(&save->ds, 0, ATTR_DATA16);
	set_segment(&save->fs, 0, ATTR_DATA16);
	set_segment(&save->gs, 0, ATTR_DATA16);
	set_segment(&save->cs, (uint16_t)(cpu->sipi_vector << 8), ATTR_CODE16);
	set_segment(&save->gdtr, 0, 0);
	set_segment(&save->idtr, 0, 0);
	set_segment(&save->ldtr, 0, ATTR_LDT);
	set_segment(&save->tr, 0, VMCB_ATTR_TSS_BUSY);
	vmcb->control.int_state = 0;
	vmcb->control.event_inj = 0;
	vmcb->control.exit_int_info = 0;
	vmcb->control.int_control = 0;
	vmcb->control.nested_cr3 = nested_root();
	svm_steady_intercepts(vmcb);
	svm_flush(cpu);
}

/* On this CPU's stack, in the hypervisor's address space, everything else as after INIT. */
void svm_ap_start(uint32_t index)
{
	struct percpu *cpu = percpu_of(index);

	write_cr4(host.cr4);
	write_cr0(host.cr0);
	wrmsr(MSR_EFER, host.efer | EFER_SVME);
	wrmsr(MSR_PAT, host.pat);
	desc_load(cpu);
	wrmsr(MSR_VM_HSAVE_PA, cpu->host_area_pa);
	cpu->step.active = false;
	cpu->backend_flags = 0;
	cpu->kicked = false;
	reset_guest(cpu);
	cpu->stats.exits[RW_EXIT_SIPI]++;
	smp_enter_guest(cpu);
	svm_run();
}

void svm_kick(const struct percpu *target)
{
	apic_send(target->apic_id, ICR_NMI | ICR_ASSERT);
}

/* It is pending: taken here, by trap_nmi(), it is gone. */
void svm_drop_nmi(struct percpu *cpu)
{
	cpu->dropping_nmi = true;
	__asm__ volatile("stgi; nop; nop; clgi" : : : "memory");
	cpu->dropping_nmi = false;
}

/*
 * The guest takes it as the hardware has it, masking included. Until its IRET there is no NMI intercept; then there is
 * again: see VMEXIT_IRET in exit.c.
 */
void svm_pass_nmi(struct percpu *cpu)
{
	uint32_t *misc1 = &svm_vmcb(cpu)->control.intercept[ICPT_MISC1];

	if (!svm_features.smp)
		return; /* only a step wanted it */
	*misc1 = (*misc1 & ~(uint32_t)ICPT1_NMI) | (uint32_t)ICPT1_IRET;
}
