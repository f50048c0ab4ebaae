/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The dispatcher, the only one for both backends. */
#include "core/exit.h"

#include "approve/remap.h"
#include "arch/x86/insn.h"
#include "core/ap_park.h"
#include "core/end.h"
#include "core/panic.h"
#include "core/smp.h"
#include "protect/pin.h"
#include "protect/code_rules.h"
#include "protect/step.h"
#include "protect/evidence.h"
#include "protect/heartbeat.h"

/* INIT: on the boot CPU it restarts the firmware; other CPUs wait for SIPI. */
static enum hv_action exit_init(struct percpu *cpu)
{
	if (smp_take_kick(cpu))
		return HV_RESUME;
	/* An INIT that was held back while the CPU waited for SIPI: on bare metal it does nothing there. */
	if (cpu->starting && !greg(cpu, GREG_RIP))
		return HV_RESUME;
	if (cpu->index == 0)
		exit_reset("INIT to the boot CPU");
	ap_park(cpu);
	return HV_RESUME;
}

static enum hv_action handle(struct percpu *cpu, struct hv_exit *x)
{
	switch (x->reason) {
	case RW_EXIT_CPUID:
		return exit_cpuid(cpu);
	case RW_EXIT_MSR_READ:
	case RW_EXIT_MSR_WRITE:
		return exit_msr(cpu, x);
	case RW_EXIT_CR:
		return exit_cr(cpu, x);
	case RW_EXIT_XSETBV:
		return exit_xsetbv(cpu);
	case RW_EXIT_IO:
		return exit_io(cpu, x);
	case RW_EXIT_HYPERCALL:
		return exit_hypercall(cpu);
	case RW_EXIT_VIRT_INSN:
		return exit_inject(cpu, VEC_UD, false, 0);
	case RW_EXIT_CACHE_INSN:
		wbinvd(); /* INVD would lose the hypervisor's own dirty lines */
		return HV_ADVANCE;
	case RW_EXIT_NESTED:
		return exit_nested(cpu, x);
	case RW_EXIT_STEP:
		if (!cpu->step.active)
			return HV_FATAL;
		return step_done(cpu) ? exit_inject(cpu, VEC_DB, false, 0) : HV_RESUME;
	case RW_EXIT_INTERRUPT:
		return HV_RESUME; /* requested only to end a step */
	case RW_EXIT_EXCEPTION:
		if (x->exception.vector == VEC_PF)
			hv_backend()->set(cpu, GREG_CR2, x->exception.cr2);
		return exit_inject(cpu, x->exception.vector, x->exception.has_error, x->exception.error);
	case RW_EXIT_NMI:
		if (smp_take_nmi(cpu))
			hv_backend()->drop_nmi(cpu);
		else
			hv_backend()->pass_nmi(cpu);
		return HV_RESUME;
	case RW_EXIT_INIT:
		return exit_init(cpu);
	case RW_EXIT_SIPI:
		if (!code_may_start(cpu, x->sipi.vector))
			return HV_RESUME; /* it still waits for SIPI */
		__atomic_store_n(&cpu->parked, false, __ATOMIC_SEQ_CST);
		hv_backend()->start_at(cpu, x->sipi.vector);
		return HV_RESUME;
	case RW_EXIT_TASK_SWITCH:
		return exit_inject(cpu, VEC_GP, true, 0); /* no 64-bit system has them: see LIMITATIONS.md */
	case RW_EXIT_SHUTDOWN:
		exit_reset("triple fault");
	default:
		return HV_FATAL;
	}
}

/* Without CR4.MCE a machine check is a shutdown. Intel SDM volume 3, "Control Registers". */
static void pass_machine_check(struct percpu *cpu)
{
	cpu->machine_check = false;
	if (!(greg(cpu, GREG_CR4) & CR4_MCE))
		exit_reset("machine check with CR4.MCE clear");
	hv_backend()->inject(cpu, &(struct hv_event){ .type = EVENT_EXCEPTION, .vector = VEC_MC });
}

/* A single step: any exit but its own and a further fault of the same instruction ends it. */
static void end_step(struct percpu *cpu, const struct hv_exit *x)
{
	if (!cpu->step.active || x->reason == RW_EXIT_NESTED || x->reason == RW_EXIT_STEP)
		return;

	bool ran = cpu->step.iterations != 0;

	/* An instruction that ends in its own exception has still attempted the access. */
	if (x->reason == RW_EXIT_EXCEPTION && !ran && cpu->step.rec.type == RW_REC_VIOLATION)
		evidence_record(cpu, &cpu->step.rec);
	step_finish(cpu, ran);
}

void exit_dispatch(struct percpu *cpu, struct hv_exit *x)
{
	const struct hv_backend *b = hv_backend();

	cpu->exit_tsc = rdtsc();
	smp_left_guest(cpu);
	cpu->stats.exits[x->reason]++;
	panic_note_exit(cpu, x);
	if (x->reason != RW_EXIT_NESTED)
		cpu->spurious_count = 0;
	end_step(cpu, x);

	enum hv_action action = HV_RESUME;

	if (__atomic_load_n(&cpu->judge, __ATOMIC_RELAXED) && ap_park_judge(cpu))
		x->pending.type = EVENT_NONE;
	else
		action = handle(cpu, x);
	cpu->starting = x->reason == RW_EXIT_SIPI;
	switch (action) {
	case HV_RESUME:
		/* An event whose delivery was interrupted is injected again; an INT n reruns by itself. */
		if (x->pending.type != EVENT_NONE)
			b->inject(cpu, &x->pending);
		break;
	case HV_ADVANCE:
		if (!x->insn_len)
			hv_panic("an exit without an instruction length cannot be skipped");
		b->advance(cpu, x->insn_len);
		break;
	case HV_INJECT:
		/* The stepped instruction ends in an exception, and so does the step. */
		if (cpu->step.active)
			step_finish(cpu, cpu->step.iterations != 0);
		/* A fault pushes RFLAGS with RF set; an injected one pushes RFLAGS unchanged. */
		if (cpu->to_inject.vector != VEC_DB)
			b->set(cpu, GREG_RFLAGS, greg(cpu, GREG_RFLAGS) | RFLAGS_RF);
		b->inject(cpu, &cpu->to_inject);
		break;
	case HV_FATAL:
		hv_panic("exit %s (%lx): the guest cannot resume", panic_exit_name(x), x->raw);
	}
	/* An entry injects one event only: during another event or a step, this waits for the next exit. */
	if (cpu->machine_check && action != HV_INJECT && x->pending.type == EVENT_NONE && !cpu->step.active)
		pass_machine_check(cpu);
	heartbeat_check(cpu);
	remap_check(cpu, x->reason == RW_EXIT_HYPERCALL);
	cpu->stats.hv_cycles += rdtsc() - cpu->exit_tsc;
	pin_update(cpu);
	if (!smp_enter_guest(cpu))
		return;
	pin_update(cpu); /* the CPU that asked for the flush may have locked */
	if (cpu->step.active)
		step_refresh(cpu); /* its view may refer to tables that are no longer in use */
}
