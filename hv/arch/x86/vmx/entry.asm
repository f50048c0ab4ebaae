; SPDX-License-Identifier: GPL-2.0-or-later
; Copyright (C) 2026 The Ringward authors
; VMX: the first entry, and the way from an exit to vmx_exit() and back. GS base is the hypervisor's in root mode.

%include "gpr.inc"

	bits 64
	default rel
	section .text

	extern vmx_exit
	extern vmx_resume_failed
	global vmx_enter
	global vmx_exit_entry

; uint64_t vmx_enter(struct percpu *cpu): host RSP is in the VMCS; returns 1 when VMLAUNCH failed.
vmx_enter:
	push rbx
	push rbp
	push r12
	push r13
	push r14
	push r15
	LOAD_GPRS
	vmlaunch
	pop r15
	pop r14
	pop r13
	pop r12
	pop rbp
	pop rbx
	mov eax, 1
	ret

; Host RIP. RSP is the top of this CPU's stack, 16-byte aligned.
vmx_exit_entry:
	SAVE_GPRS
	mov rdi, [gs:0]
	xor ebp, ebp
	call vmx_exit
	LOAD_GPRS
	vmresume
	mov rdi, [gs:0]
	call vmx_resume_failed
	ud2

	section .note.GNU-stack noalloc noexec nowrite progbits
