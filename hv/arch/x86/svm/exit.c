/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Decodes #VMEXIT into the neutral struct hv_exit, and hands it to the dispatcher. */
#include "arch/x86/svm/svm.h"
#include "core/exit.h"
#include "core/guest_info.h"
#include "core/panic.h"
#include "core/string.h"

#define CODE_MAX 15u /* bytes of an instruction with all its prefixes */
#define OPCODE_MAX 3u
#define VEC_OF 4u

/* Exits of an instruction. Where RIP goes behind it follows from the opcode on CPUs without next-RIP save. */
static const struct insn_exit {
	uint16_t code;
	uint8_t reason;
	uint8_t size;
	uint8_t opcode[OPCODE_MAX];
} insn_exits[] = {
	{ VMEXIT_CPUID, RW_EXIT_CPUID, 2, { 0x0f, 0xa2 } },
	{ VMEXIT_INVD, RW_EXIT_CACHE_INSN, 2, { 0x0f, 0x08 } },
	{ VMEXIT_VMMCALL, RW_EXIT_HYPERCALL, 3, { 0x0f, 0x01, 0xd9 } },
	{ VMEXIT_VMRUN, RW_EXIT_VIRT_INSN, 3, { 0x0f, 0x01, 0xd8 } },
	{ VMEXIT_VMLOAD, RW_EXIT_VIRT_INSN, 3, { 0x0f, 0x01, 0xda } },
	{ VMEXIT_VMSAVE, RW_EXIT_VIRT_INSN, 3, { 0x0f, 0x01, 0xdb } },
	{ VMEXIT_STGI, RW_EXIT_VIRT_INSN, 3, { 0x0f, 0x01, 0xdc } },
	{ VMEXIT_CLGI, RW_EXIT_VIRT_INSN, 3, { 0x0f, 0x01, 0xdd } },
	{ VMEXIT_SKINIT, RW_EXIT_VIRT_INSN, 3, { 0x0f, 0x01, 0xde } },
	{ VMEXIT_INVLPGA, RW_EXIT_VIRT_INSN, 3, { 0x0f, 0x01, 0xdf } },
};
static const struct insn_exit rdmsr_exit = { VMEXIT_MSR, RW_EXIT_MSR_READ, 2, { 0x0f, 0x32 } };
static const struct insn_exit wrmsr_exit = { VMEXIT_MSR, RW_EXIT_MSR_WRITE, 2, { 0x0f, 0x30 } };

static bool is_prefix(uint8_t byte, bool long_mode)
{
	switch (byte) {
	case 0x26:
	case 0x2e:
	case 0x36:
	case 0x3e:
	case 0x64:
	case 0x65:
	case 0x66:
	case 0x67:
	case 0xf0:
	case 0xf2:
	case 0xf3:
		return true;
	default:
		return long_mode && (byte & 0xf0) == 0x40;
	}
}

uint8_t svm_insn_length(const uint8_t *code, size_t count, bool long_mode, const uint8_t *opcode,
			uint8_t size)
{
	size_t prefixes = 0;

	while (prefixes < count && is_prefix(code[prefixes], long_mode))
		prefixes++;
	if (count - prefixes < size || memcmp(code + prefixes, opcode, size))
		return size;
	return (uint8_t)(prefixes + size);
}

static uint8_t exit_insn_length(struct percpu *cpu, const struct insn_exit *insn)
{
	const struct vmcb *vmcb = svm_vmcb(cpu);
	uint64_t len = vmcb->control.next_rip - vmcb->save.rip;
	uint8_t code[CODE_MAX];
	size_t count;

	if (svm_features.next_rip && len >= insn->size && len <= CODE_MAX)
		return (uint8_t)len;
	count = guest_read_virt(cpu, guest_linear_rip(cpu), code, sizeof(code));
	return svm_insn_length(code, count, svm_get(cpu, GREG_CS_LONG), insn->opcode, insn->size);
}

/*
 * QEMU's TCG reports interrupted interrupts and NMIs as exceptions of their vector; put right here, since no
 * exception has these. INT3 and INTO come as exceptions, too, and are executed again like INT n.
 */
bool svm_decode_event(uint64_t info, struct hv_event *event)
{
	*event = (struct hv_event){ .type = EVENT_NONE };
	if (!(info & VMCB_EVENT_VALID))
		return true;
	event->vector = VMCB_EVENT_VECTOR(info);
	switch (VMCB_EVENT_TYPE(info)) {
	case VMCB_EVENT_INTR:
		event->type = EVENT_INTR;
		return true;
	case VMCB_EVENT_NMI:
		event->type = EVENT_NMI;
		return true;
	case VMCB_EVENT_SOFT:
		event->type = EVENT_SOFT;
		return true;
	case VMCB_EVENT_EXCEPTION:
		break;
	default:
		return false;
	}
	if (event->vector >= 32) {
		event->type = EVENT_INTR;
	} else if (event->vector == VEC_NMI) {
		event->type = EVENT_NMI;
	} else if (event->vector == VEC_BP || event->vector == VEC_OF) {
		event->type = EVENT_SOFT;
	} else {
		event->type = EVENT_EXCEPTION;
		event->has_error = info & VMCB_EVENT_HAS_ERROR;
		event->error = event->has_error ? (uint32_t)(info >> VMCB_EVENT_ERROR_SHIFT) : 0;
	}
	return true;
}

/* Exceptions exit only during a step. SYSCALL's #UD is the step's doing: the guest executes it again. */
static void decode_exception(struct percpu *cpu, struct hv_exit *x)
{
	/* #DF, #TS, #NP, #SS, #GP, #PF, #AC, #CP, #VC, #SX */
	const uint32_t with_error = 0x60227d00;
	uint8_t vector = (uint8_t)(x->raw - VMEXIT_EXCEPTION);

	if (vector == VEC_DB && (svm_vmcb(cpu)->save.dr6 & DR6_BS)) {
		x->reason = RW_EXIT_STEP;
		cpu->backend_flags |= SVM_STEP_DONE;
		return;
	}
	/* INT3 and INTO run again, too: their return address lies behind them. */
	if (vector == VEC_BP || vector == VEC_OF || (vector == VEC_UD && (cpu->backend_flags & SVM_STEP_SCE))) {
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
	x->reason = RW_EXIT_IO;
	x->insn_len = (uint8_t)(x->info[1] - vmcb->save.rip); /* EXITINFO2: RIP behind the instruction */
	x->io.port = VMCB_IO_PORT(x->info[0]);
	x->io.size = VMCB_IO_SIZE(x->info[0]);
	x->io.in = x->info[0] & VMCB_IO_IN;
	x->io.string = x->info[0] & VMCB_IO_STRING;
	x->io.rep = x->info[0] & VMCB_IO_REP;
}

/* The guest-linear address is not reported. */
static void decode_nested(struct hv_exit *x)
{
	x->reason = RW_EXIT_NESTED;
	x->nested.gpa = x->info[1];
	x->nested.walk = x->info[0] & VMCB_NPF_WALK;
	x->nested.misconfig = x->info[0] & VMCB_NPF_RESERVED;
	if (x->info[0] & VMCB_NPF_FETCH)
		x->nested.access = NACC_EXEC;
	else if (x->info[0] & VMCB_NPF_WRITE)
		x->nested.access = NACC_WRITE;
	else
		x->nested.access = NACC_READ;
}

static void decode_insn(struct percpu *cpu, struct hv_exit *x)
{
	const struct insn_exit *insn = NULL;

	if (x->raw == VMEXIT_MSR) {
		insn = x->info[0] ? &wrmsr_exit : &rdmsr_exit;
	} else {
		for (unsigned int i = 0; i < sizeof(insn_exits) / sizeof(insn_exits[0]); i++) {
			if (insn_exits[i].code == x->raw)
				insn = &insn_exits[i];
		}
	}
	if (!insn)
		return;
	x->reason = insn->reason;
	x->insn_len = exit_insn_length(cpu, insn);
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
	switch (x->raw) {
	case VMEXIT_IRET:
		if (!(cpu->backend_flags & SVM_STEP_ACTIVE))
			svm_steady_intercepts(svm_vmcb(cpu)); /* the end of an NMI that was passed on */
		/* fallthrough */
	case VMEXIT_SWINT:
	case VMEXIT_HLT:
	case VMEXIT_MWAIT:
	case VMEXIT_ICEBP:
	case VMEXIT_TASK_SWITCH:
		x->reason = RW_EXIT_INTERRUPT; /* during a step only: it ends, and the guest goes on there */
		return;
	case VMEXIT_NMI:
		x->reason = RW_EXIT_NMI;
		return;
	case VMEXIT_SHUTDOWN:
		x->reason = RW_EXIT_SHUTDOWN;
		return;
	case VMEXIT_IOIO:
		decode_io(vmcb, x);
		return;
	case VMEXIT_NPF:
		decode_nested(x);
		return;
	case VMEXIT_MSR:
		if (cpu->backend_flags & SVM_STEP_ACTIVE)
			x->reason = RW_EXIT_INTERRUPT;
		else
			decode_insn(cpu, x);
		return;
	default:
		decode_insn(cpu, x);
		return;
	}
}

/* RAX lives in the VMCB. VMRUN wants SVME; QEMU's TCG runs SMM in the guest, with SMM's EFER. */
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
