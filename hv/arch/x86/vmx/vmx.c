/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The VMX backend: requirements, VMXON, the VMCS, the first entry. */
#include "arch/x86/vmx/vmx.h"

#include "arch/x86/insn.h"
#include "mm/nested.h"
#include "mm/page_pool.h"

#define FEATURE_CONTROL_LOCK            BIT(0)
#define FEATURE_CONTROL_VMX_OUTSIDE_SMX BIT(2)
#define EPT_CAP_NEEDED                  (EPT_CAP_WALK_4 | EPT_CAP_WB | EPT_CAP_2M | EPT_CAP_INVEPT)
#define VMCS_REVISION_MASK              0x7fffffffull

static const char *probe(void)
{
	uint64_t control = rdmsr(MSR_FEATURE_CONTROL);

	if (control & FEATURE_CONTROL_LOCK && !(control & FEATURE_CONTROL_VMX_OUTSIDE_SMX))
		return "the firmware has locked VMX off (IA32_FEATURE_CONTROL): enable it in the firmware's set-up";

	const char *missing = vmx_controls_init();

	if (missing)
		return missing;
	if ((rdmsr(MSR_VMX_EPT_VPID_CAP) & EPT_CAP_NEEDED) != EPT_CAP_NEEDED ||
	    !(rdmsr(MSR_VMX_EPT_VPID_CAP) & (EPT_CAP_INVEPT_SINGLE | EPT_CAP_INVEPT_ALL)))
		return "this CPU's EPT lacks four-level walks, write-back tables, 2 MiB pages or INVEPT";
	return NULL;
}

static bool has_1g(void)
{
	return rdmsr(MSR_VMX_EPT_VPID_CAP) & EPT_CAP_1G;
}

/* VMXON, VMCLEAR and VMPTRLD of a region. Return: whether the instruction failed. */
#define VMX_REGION_OP(name) \
	static bool do_##name(uint64_t pa) \
	{ \
		uint8_t failed; \
		__asm__ volatile(#name " %1; setna %0" : "=qm"(failed) : "m"(pa) : "cc", "memory"); \
		return failed; \
	}
VMX_REGION_OP(vmxon)
VMX_REGION_OP(vmclear)
VMX_REGION_OP(vmptrld)

static void cpu_exit(struct percpu *cpu)
{
	(void)cpu;
	__asm__ volatile("vmxoff" : : : "cc");
	write_cr4(read_cr4() & ~CR4_VMXE);
}

static const char *cpu_init(struct percpu *cpu, const struct rw_handoff *handoff)
{
	uint64_t revision = rdmsr(MSR_VMX_BASIC) & VMCS_REVISION_MASK;
	uint64_t control = rdmsr(MSR_FEATURE_CONTROL), cr4 = CR4_VMXE;

	cpu->area = pool_alloc(1);
	cpu->host_area = pool_alloc(1);
	if (!cpu->area || !cpu->host_area)
		return "no room for the VMCS";
	*(uint32_t *)cpu->area = (uint32_t)revision;
	*(uint32_t *)cpu->host_area = (uint32_t)revision;

	/* The hypervisor runs XSETBV for the guest and reads the guest's XCR0 with CPUID. */
	if (cpuid(1, 0).ecx & BIT(26))
		cr4 |= CR4_OSXSAVE;
	write_cr0((read_cr0() | rdmsr(MSR_VMX_CR0_FIXED0)) & rdmsr(MSR_VMX_CR0_FIXED1));
	write_cr4((read_cr4() | cr4 | rdmsr(MSR_VMX_CR4_FIXED0)) & rdmsr(MSR_VMX_CR4_FIXED1));
	if (!(control & FEATURE_CONTROL_LOCK))
		wrmsr(MSR_FEATURE_CONTROL, control | FEATURE_CONTROL_LOCK | FEATURE_CONTROL_VMX_OUTSIDE_SMX);

	if (do_vmxon(hv_phys(cpu->host_area))) {
		write_cr4(read_cr4() & ~CR4_VMXE);
		return "VMXON failed";
	}

	const char *error = do_vmclear(hv_phys(cpu->area)) || do_vmptrld(hv_phys(cpu->area)) ?
				    "the VMCS could not be made current" :
				    vmx_state_init(cpu, handoff);

	if (error) {
		cpu_exit(cpu);
		return error;
	}
	vmx_controls_write();
	cpu->backend_flags = VMX_FLUSH;
	vmx_invept(vmx_eptp(nested_root(NESTED_KERNEL)));
	return NULL;
}

const struct hv_backend vmx_backend = {
	.name = "VMX/EPT",
	.id = 0,
	.nested = &vmx_ept,
	.has_1g = has_1g,
	.has_exec_modes = vmx_has_exec_modes,
	.probe = probe,
	.global_init = vmx_bitmaps_init,
	.cpu_init = cpu_init,
	.cpu_exit = cpu_exit,
	.cpu_launch = vmx_launch,
	.get = vmx_get,
	.set = vmx_set,
	.pin = vmx_pin,
	.get_tables = vmx_get_tables,
	.set_tables = vmx_set_tables,
	.advance = vmx_advance,
	.inject = vmx_inject,
	.step_begin = vmx_step_begin,
	.step_end = vmx_step_end,
	.use_map = vmx_use_map,
	.flush = vmx_flush,
	.kick = vmx_kick,
	.park = vmx_park,
	.start_at = vmx_start_at,
	.io_intercept = vmx_io_intercept,
	.msr_intercept = vmx_msr_intercept,
	.describe = vmx_describe,
};
