; SPDX-License-Identifier: GPL-2.0-or-later
; Copyright (C) 2026 The Ringward authors
; Enters the guest and returns at each exit (AMD APM volume 2, "VMRUN Instruction", "VMSAVE and VMLOAD").

%include "gpr.inc"

	bits 64
	default rel
	section .text

	extern svm_exit
	global svm_run, svm_exited

; void svm_run(struct percpu *cpu)
; GIF is 0 from here on whenever the hypervisor runs: NMIs and interrupts wait for the guest. After #VMEXIT
; FS, GS, TR and LDTR are still the guest's, so only RAX is free (VMRUN restores it: the address of the VMCB,
; which VMSAVE needs), and the address of the host's state lies on the stack.
svm_run:
	clgi
	and rsp, -16
	sub rsp, 16
	mov rax, [gs:PERCPU_HOST]
	mov [rsp], rax
svm_enter:
	LOAD_GPRS
	mov rax, [gs:PERCPU_AREA]
	vmload
	vmrun
svm_exited:			; used by trap.asm
	vmsave
	mov rax, [rsp]
	vmload
	SAVE_GPRS
	cld
	xor ebp, ebp		; the call trace ends here
	mov rdi, [gs:0]
	call svm_exit
	jmp svm_enter

	section .note.GNU-stack noalloc noexec nowrite progbits
