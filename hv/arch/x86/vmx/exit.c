/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* VMX exits: decoding only. Intel SDM volume 3, "VM-Exit Information Fields", "Exit Qualification". */
#include "arch/x86/event.h"
#include "arch/x86/vmx/vmx.h"
#include "core/exit.h"
#include "core/panic.h"
#include "mm/nested.h"

#define IS(reason) (RW_EXIT_##reason + 1) /* 0 is left for exits that are not in the table */

static const uint8_t neutral[VMX_EXIT_KNOWN] = {
	[VMX_EXIT_EXCEPTION] = IS(EXCEPTION),
	[VMX_EXIT_EXTERNAL] = IS(INTERRUPT),
	[VMX_EXIT_TRIPLE_FAULT] = IS(SHUTDOWN),
	[VMX_EXIT_TASK_SWITCH] = IS(TASK_SWITCH),
	[VMX_EXIT_INIT] = IS(INIT),
	[VMX_EXIT_SIPI] = IS(SIPI),
	[VMX_EXIT_ENTRY_MC] = IS(INTERRUPT),
	[VMX_EXIT_CPUID] = IS(CPUID),
	[VMX_EXIT_INVD] = IS(CACHE_INSN),
	[VMX_EXIT_WBINVD] = IS(CACHE_INSN),
	[VMX_EXIT_VMCALL] = IS(HYPERCALL),
	[VMX_EXIT_CR] = IS(CR),
	[VMX_EXIT_IO] = IS(IO),
	[VMX_EXIT_RDMSR] = IS(MSR_READ),
	[VMX_EXIT_WRMSR] = IS(MSR_WRITE),
	[VMX_EXIT_MTF] = IS(STEP),
	[VMX_EXIT_GDTR_IDTR] = IS(CR),
	[VMX_EXIT_LDTR_TR] = IS(CR),
	[VMX_EXIT_EPT_VIOLATION] = IS(NESTED),
	[VMX_EXIT_EPT_MISCONFIG] = IS(NESTED),
	[VMX_EXIT_XSETBV] = IS(XSETBV),
	[VMX_EXIT_GETSEC] = IS(VIRT_INSN),
	[VMX_EXIT_VMCLEAR... VMX_EXIT_VMXON] = IS(VIRT_INSN),
	[VMX_EXIT_INVEPT] = IS(VIRT_INSN),
	[VMX_EXIT_INVVPID] = IS(VIRT_INSN),
	/* Only with Processor Trace state: see controls.c. */
	[VMX_EXIT_XSAVES] = IS(VIRT_INSN),
	[VMX_EXIT_XRSTORS] = IS(VIRT_INSN),
	/* CPUs with TDX: they exit at any privilege level ("Intel TDX CPU Architectural Extensions"). */
	[VMX_EXIT_SEAMCALL] = IS(VIRT_INSN),
	[VMX_EXIT_TDCALL] = IS(VIRT_INSN),
	/* Their MSR number is not in ECX; CPUID does not offer them, see core/cpuid.c. */
	[VMX_EXIT_RDMSR_IMM] = IS(VIRT_INSN),
	[VMX_EXIT_WRMSRNS_IMM] = IS(VIRT_INSN),
	[VMX_EXIT_URDMSR] = IS(VIRT_INSN),
	[VMX_EXIT_UWRMSR] = IS(VIRT_INSN),
};

/*
 * "IDT-Vectoring Information": the event whose delivery the exit interrupted. A failed entry has not changed
 * these fields; in that case the event is the one that was to be injected ("VM-Entry Failures During or After
 * Loading Guest State").
 */
static void decode_pending(struct hv_event *event, bool entered)
{
	static const enum hv_event_type types[8] = { EVENT_INTR, EVENT_NONE, EVENT_NMI,  EVENT_EXCEPTION,
						     EVENT_SOFT, EVENT_SOFT, EVENT_SOFT, EVENT_NONE };
	uint64_t info = vmcs_read(entered ? VMCS_IDT_INFO : VMCS_ENTRY_INTR_INFO);

	if (!(info & EVENT_INFO_VALID))
		return;
	event->type = types[info >> EVENT_INFO_TYPE_SHIFT & 7];
	event->vector = info & EVENT_INFO_VECTOR;
	event->has_error = info & EVENT_INFO_HAS_ERROR;
	if (event->has_error)
		event->error = (uint32_t)vmcs_read(entered ? VMCS_IDT_ERROR : VMCS_ENTRY_ERROR_CODE);
}

static void decode_nested(struct hv_exit *x, uint32_t reason)
{
	uint64_t q = x->info[0];

	x->nested.gpa = vmcs_read(VMCS_GUEST_PHYSICAL);
	x->nested.misconfig = reason == VMX_EXIT_EPT_MISCONFIG;
	if (x->nested.misconfig)
		return;
	x->nested.gva_valid = q & EPTQ_LINEAR_VALID;
	if (x->nested.gva_valid)
		x->nested.gva = vmcs_read(VMCS_GUEST_LINEAR);
	x->nested.walk = x->nested.gva_valid && !(q & EPTQ_NOT_WALK);
	x->nested.access = (uint8_t)((q & EPTQ_READ ? NACC_READ : 0) | (q & EPTQ_WRITE ? NACC_WRITE : 0) |
				     (q & EPTQ_FETCH ? NACC_EXEC : 0));
}

static void decode_cr(struct percpu *cpu, struct hv_exit *x, uint32_t reason)
{
	unsigned int gpr = x->info[0] >> 8 & 0xf;

	if (reason != VMX_EXIT_CR) {
		x->cr.cr = HV_TABLES;
		return;
	}
	/*
	 * Only moves to CR0 and CR4 exit: LMSW and CLTS change no bit that the hypervisor owns, since PE is
	 * set when it is pinned.
	 */
	x->cr.cr = x->info[0] & 0xf;
	x->cr.known = true;
	x->cr.value = gpr == 4 ? vmcs_read(VMCS_GUEST_RSP) : ((const uint64_t *)&cpu->gprs)[gpr];
}

static void decode_io(struct hv_exit *x)
{
	uint64_t q = x->info[0];

	x->io.port = (uint16_t)(q >> 16);
	x->io.size = (uint8_t)((q & 7) + 1);
	x->io.in = q & BIT(3);
	x->io.string = q & BIT(4);
	x->io.rep = q & BIT(5);
}

/* The EPT in use may be a step's: those that follow it are dropped with it. */
static void drop_translations(void)
{
	if (vmx_invept(vmcs_read(VMCS_EPTP)))
		return;
	vmx_invept(vmx_eptp(nested_root(NESTED_KERNEL)));
	if (nested_has_maps())
		vmx_invept(vmx_eptp(nested_root(NESTED_USER)));
}

void vmx_exit(struct percpu *cpu)
{
	uint64_t raw = vmcs_read(VMCS_EXIT_REASON);
	uint32_t reason = raw & 0xffff;
	struct hv_exit x = {
		.reason = reason < VMX_EXIT_KNOWN && neutral[reason] ? neutral[reason] - 1 : RW_EXIT_OTHER,
		.raw = raw,
		.info = { vmcs_read(VMCS_QUALIFICATION), 0 },
	};

	if (reason == VMX_EXIT_ENTRY_MC)
		cpu->machine_check = true; /* the entry did nothing else */
	else if (raw & VMX_EXIT_ENTRY_FAILED) {
		panic_note_exit(cpu, &x);
		hv_panic("VM entry failed: reason %lx, qualification %lx", raw, x.info[0]);
	}
	decode_pending(&x.pending, reason != VMX_EXIT_ENTRY_MC);
	/* An IRET that faulted has unblocked NMIs, and runs again: "Resuming Guest Software". */
	if (reason == VMX_EXIT_EPT_VIOLATION && x.info[0] & EPTQ_NMI_UNBLOCKED && !x.pending.type)
		vmcs_write(VMCS_GUEST_INTERRUPTIBILITY,
			   vmcs_read(VMCS_GUEST_INTERRUPTIBILITY) | INTERRUPTIBILITY_NMI);
	if (x.reason == RW_EXIT_NESTED)
		decode_nested(&x, reason);
	else if (x.reason == RW_EXIT_CR)
		decode_cr(cpu, &x, reason);
	else if (x.reason == RW_EXIT_SIPI)
		x.sipi.vector = (uint8_t)x.info[0];
	else if (x.reason == RW_EXIT_IO)
		decode_io(&x);
	if (x.reason != RW_EXIT_NESTED)
		x.insn_len = (uint8_t)vmcs_read(VMCS_EXIT_INSN_LEN);

	exit_dispatch(cpu, &x);

	if (cpu->backend_flags & VMX_FLUSH) {
		cpu->backend_flags &= ~VMX_FLUSH;
		drop_translations();
	}
}

/* Intel SDM volume 3, "VM Instruction Error Numbers". */
void vmx_entry_failed(struct percpu *cpu)
{
	uint64_t error = vmcs_read(VMCS_INSN_ERROR);

	hv_panic("VMLAUNCH or VMRESUME failed on CPU %u: error %lu%s", cpu->index, error,
		 error == 7 ? ", invalid control fields" :
		 error == 8 ? ", invalid host state" :
			      "");
}
