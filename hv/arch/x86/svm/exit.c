/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Decodes #VMEXIT into the neutral struct hv_exit, and passes it to the dispatcher. */
#include "arch/x86/event.h"
#include "arch/x86/svm/svm.h"
#include "core/exit.h"
#include "core/guest_info.h"
#include "core/panic.h"
#include "core/smp.h"
#include "lib/string.h"
#include "policy/mov_cr.h"

#define CODE_MAX 15u /* bytes of an instruction with all its prefixes */

#define VMEXIT_MSR_WRITE VMEXIT_EXCEPTION /* in these tables, which have no exceptions: see EXITINFO1 */

#define IS(reason) (RW_EXIT_##reason + 1) /* 0 is left for exits that are not in the table */

static const uint8_t neutral[] = {
	[VMEXIT_CR0_WRITE] = IS(CR),
	[VMEXIT_CR4_WRITE] = IS(CR),
	[VMEXIT_IDTR_WRITE... VMEXIT_GDTR_WRITE] = IS(CR),
	[VMEXIT_TR_WRITE] = IS(CR),
	[VMEXIT_NMI] = IS(NMI),
	[VMEXIT_SHUTDOWN] = IS(SHUTDOWN),
	[VMEXIT_IOIO] = IS(IO),
	[VMEXIT_CPUID] = IS(CPUID),
	[VMEXIT_INVD] = IS(CACHE_INSN),
	[VMEXIT_MSR] = IS(MSR_READ),
	[VMEXIT_MSR_WRITE] = IS(MSR_WRITE),
	[VMEXIT_VMMCALL] = IS(HYPERCALL),
	/* These fault; RIP never advances over them. */
	[VMEXIT_VMRUN] = IS(VIRT_INSN),
	[VMEXIT_VMLOAD... VMEXIT_SKINIT] = IS(VIRT_INSN),
	[VMEXIT_INVLPGA] = IS(VIRT_INSN),
	/* During a step only: it ends the step, and the guest resumes there. */
	[VMEXIT_IRET... VMEXIT_SWINT] = IS(INTERRUPT),
	[VMEXIT_HLT] = IS(INTERRUPT),
	[VMEXIT_TASK_SWITCH] = IS(INTERRUPT),
	[VMEXIT_MWAIT] = IS(INTERRUPT),
	[VMEXIT_ICEBP] = IS(INTERRUPT),
	[VMEXIT_INTR] = IS(INTERRUPT),
};

/* The opcode of an instruction that may be advanced over. */
static const struct insn {
	uint8_t size, opcode[3];
} insns[sizeof(neutral)] = {
	[VMEXIT_CPUID] = { 2, { 0x0f, 0xa2 } },         [VMEXIT_INVD] = { 2, { 0x0f, 0x08 } },
	[VMEXIT_MSR] = { 2, { 0x0f, 0x32 } },           [VMEXIT_MSR_WRITE] = { 2, { 0x0f, 0x30 } },
	[VMEXIT_VMMCALL] = { 3, { 0x0f, 0x01, 0xd9 } },
};

uint8_t svm_insn_length(const uint8_t *code, size_t count, bool long_mode, const uint8_t *opcode, uint8_t n)
{
	size_t prefixes = 0;

	/* With REX. */
	while (prefixes < count &&
	       (is_legacy_prefix(code[prefixes]) || (long_mode && (code[prefixes] & 0xf0) == 0x40)))
		prefixes++;
	if (count - prefixes < n || memcmp(code + prefixes, opcode, n))
		return n;
	return (uint8_t)(prefixes + n);
}

/* Without next-RIP save, the length comes from the opcode. */
static uint8_t insn_length(struct percpu *cpu, const struct insn *insn)
{
	const struct vmcb *vmcb = svm_vmcb(cpu);
	uint64_t len = vmcb->control.next_rip - vmcb->save.rip;
	uint8_t code[CODE_MAX];

	if (svm_features.next_rip && len >= insn->size && len <= CODE_MAX)
		return (uint8_t)len;

	size_t count = guest_read_virt(cpu, guest_linear_rip(cpu), code, sizeof(code));

	return svm_insn_length(code, count, svm_get(cpu, GREG_CS_LONG), insn->opcode, insn->size);
}

/*
 * QEMU's TCG reports interrupted interrupts and NMIs as exceptions of their vector; corrected here, since no
 * exception has these vectors. INT3 and INTO also come as exceptions, and are executed again like INT n.
 */
bool svm_decode_event(uint64_t info, struct hv_event *event)
{
	static const enum hv_event_type types[8] = {
		[0] = EVENT_INTR, [2] = EVENT_NMI, [3] = EVENT_EXCEPTION, [4] = EVENT_SOFT
	};

	*event = (struct hv_event){ .type = EVENT_NONE };
	if (!(info & EVENT_INFO_VALID))
		return true;
	event->type = types[info >> EVENT_INFO_TYPE_SHIFT & 7];
	event->vector = info & EVENT_INFO_VECTOR;
	if (event->type != EVENT_EXCEPTION)
		return event->type != EVENT_NONE;
	if (event->vector >= 32) {
		event->type = EVENT_INTR;
	} else if (event->vector == VEC_NMI) {
		event->type = EVENT_NMI;
	} else if (event->vector == VEC_BP || event->vector == VEC_OF) {
		event->type = EVENT_SOFT;
	} else {
		event->has_error = info & EVENT_INFO_HAS_ERROR;
		event->error = event->has_error ? (uint32_t)(info >> EVENT_INFO_ERROR_SHIFT) : 0;
	}
	return true;
}

/* Exceptions exit only during a step, which itself causes SYSCALL's #UD: the guest executes that again. */
static void decode_exception(struct percpu *cpu, struct hv_exit *x)
{
	/* #DF, #TS, #NP, #SS, #GP, #PF, #AC, #CP, #VC, #SX */
	const uint32_t with_error = 0x60227d00;
	uint8_t vector = (uint8_t)(x->raw - VMEXIT_EXCEPTION);

	if (vector == VEC_DB && svm_step_trapped(cpu)) {
		x->reason = RW_EXIT_STEP;
		cpu->backend_flags |= SVM_STEP_DONE;
		return;
	}
	/* INT3 and INTO run again, too: their return address is past them. */
	if (vector == VEC_BP || vector == VEC_OF || (vector == VEC_UD && cpu->backend_flags & SVM_STEP_SCE)) {
		x->reason = RW_EXIT_INTERRUPT;
		return;
	}
	x->reason = RW_EXIT_EXCEPTION;
	x->exception.vector = vector;
	x->exception.has_error = with_error >> vector & 1;
	x->exception.error = x->exception.has_error ? (uint32_t)x->info[0] : 0;
	x->exception.cr2 = vector == VEC_PF ? x->info[1] : 0;
}

static void decode_io(const struct vmcb *vmcb, struct hv_exit *x)
{
	x->insn_len = (uint8_t)(x->info[1] - vmcb->save.rip); /* EXITINFO2: RIP after the instruction */
	x->io.port = VMCB_IO_PORT(x->info[0]);
	x->io.size = VMCB_IO_SIZE(x->info[0]);
	x->io.in = x->info[0] & VMCB_IO_IN;
	x->io.string = x->info[0] & VMCB_IO_STRING;
	x->io.rep = x->info[0] & VMCB_IO_REP;
}

/* The hardware does not report the guest-linear address. */
static void decode_nested(struct hv_exit *x)
{
	x->nested.gpa = x->info[1];
	x->nested.walk = x->info[0] & VMCB_NPF_WALK;
	x->nested.misconfig = x->info[0] & VMCB_NPF_RESERVED;
	x->nested.access = x->info[0] & VMCB_NPF_FETCH ? NACC_EXEC :
			   x->info[0] & VMCB_NPF_WRITE ? NACC_WRITE :
							 NACC_READ;
}

void svm_decode(struct percpu *cpu, struct hv_exit *x)
{
	const struct vmcb *vmcb = svm_vmcb(cpu);

	*x = (struct hv_exit){
		.reason = RW_EXIT_OTHER,
		.raw = vmcb->control.exit_code,
		.info = { vmcb->control.exit_info[0], vmcb->control.exit_info[1] },
	};
	if (!svm_decode_event(vmcb->control.exit_int_info, &x->pending))
		hv_panic("SVM: exit %lx interrupted an event of unknown type: EXITINTINFO %lx", x->raw,
			 vmcb->control.exit_int_info);
	if (x->raw >= VMEXIT_EXCEPTION && x->raw <= VMEXIT_EXCEPTION_LAST) {
		decode_exception(cpu, x);
		return;
	}

	bool stepping = cpu->backend_flags & SVM_STEP_ACTIVE;
	uint64_t code = x->raw == VMEXIT_MSR && x->info[0] ? VMEXIT_MSR_WRITE : x->raw;

	if (code == VMEXIT_NPF) {
		x->reason = RW_EXIT_NESTED;
		decode_nested(x);
		return;
	}
	if (code >= sizeof(neutral) || !neutral[code])
		return;
	x->reason = neutral[code] - 1;
	if (x->raw == VMEXIT_IRET && !stepping) { /* the end of an NMI passed to the guest */
		smp_nmi_over(cpu);
		svm_steady_intercepts(cpu);
	}
	if (stepping && (x->raw == VMEXIT_IRET || x->raw == VMEXIT_TASK_SWITCH)) {
		/* The stepped instruction itself reads hidden memory: it would exit here forever. */
		x->reason = RW_EXIT_EXCEPTION;
		x->exception.vector = VEC_GP;
		x->exception.has_error = true;
	}
	if (x->raw == VMEXIT_MSR && stepping)
		x->reason = RW_EXIT_INTERRUPT;
	else if (insns[code].size)
		x->insn_len = insn_length(cpu, &insns[code]);
	else if (x->reason == RW_EXIT_CR)
		x->cr.cr = x->raw == VMEXIT_CR0_WRITE ? 0 : x->raw == VMEXIT_CR4_WRITE ? 4 : HV_TABLES;
	else if (x->reason == RW_EXIT_IO)
		decode_io(vmcb, x);
}

/* RAX lives in the VMCB. VMRUN requires SVME; QEMU's TCG runs SMM in the guest, with SMM's EFER. */
void svm_exit(struct percpu *cpu)
{
	struct vmcb *vmcb = svm_vmcb(cpu);
	struct hv_exit x;

	cpu->gprs.rax = vmcb->save.rax;
	vmcb->control.tlb_control = VMCB_TLB_NOTHING;
	vmcb->control.event_inj = 0;
	if ((uint32_t)vmcb->control.exit_code == VMEXIT_INVALID) {
		x = (struct hv_exit){ .reason = RW_EXIT_OTHER, .raw = vmcb->control.exit_code };
		panic_note_exit(cpu, &x);
		hv_panic("SVM: VMRUN refused the guest's state (VMEXIT_INVALID)");
	}
	svm_decode(cpu, &x);
	exit_dispatch(cpu, &x);
	vmcb->save.efer |= EFER_SVME;
	vmcb->save.rax = cpu->gprs.rax;
}
