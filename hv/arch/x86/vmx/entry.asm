; SPDX-License-Identifier: GPL-2.0-or-later
; Copyright (C) 2026 The Ringward authors
; The first entry, and the path from an exit to vmx_exit() and back. GS base is the hypervisor's in root mode.

%include "gpr.inc"

	bits 64
	default rel
	section .text

	extern vmx_exit, vmx_entry_failed
	global vmx_launch, vmx_exit_entry

; void vmx_launch(struct percpu *cpu): host RSP is in the VMCS.
vmx_launch:
	LOAD_GPRS
	vmlaunch
	jmp entry_failed

; Host RIP. RSP is the top of this CPU's stack, 16-byte aligned.
vmx_exit_entry:
	SAVE_GPRS
	mov rdi, [gs:0]
	xor ebp, ebp
	call vmx_exit
	LOAD_GPRS
	vmresume
entry_failed:
	and rsp, -16
	mov rdi, [gs:0]
	call vmx_entry_failed

	section .note.GNU-stack noalloc noexec nowrite progbits
