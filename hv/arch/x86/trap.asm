; SPDX-License-Identifier: GPL-2.0-or-later
; Copyright (C) 2026 The Ringward authors
; Exceptions of the hypervisor itself. With a fix-up (see trap.c) it resumes there; else: trap_exception().

%include "gpr.inc"

	bits 64
	default rel
	section .text

	extern trap_exception, trap_nmi, svm_exited
	global trap_entries, trap_entry_nmi

; Vectors for which the CPU pushes an error code: 8, 10 to 14, 17, 21, 29, 30.
%define HAS_ERROR(v) ((v) == 8 || ((v) >= 10 && (v) <= 14) || (v) == 17 || (v) == 21 || (v) == 29 || \
	(v) == 30)

	align 16
trap_entries:
%assign v 0
%rep 32
	align 16
%if !HAS_ERROR(v)
	push qword 0
%endif
	push qword v
	jmp near trap_common
%assign v v + 1
%endrep

; Pushes the registers, and pops them in reverse order.
%macro PUSH 1-*
%rep %0
	push %1
%rotate 1
%endrep
%endmacro

%macro POP_REVERSED 1-*
%rep %0
%rotate -1
	pop %1
%endrep
%endmacro

; Below RAX, downwards: as in struct hv_trap_frame.
%define FRAME_GPRS rcx, rdx, rbx, HIGH_GPRS

trap_common:
	push rax
	mov rax, [rsp + 8]	; vector: instructions with a fix-up raise only #UD and #GP
	cmp eax, 6
	je .fixup
	cmp eax, 1
	je .debug
	cmp eax, 13
	jne .exception
.fixup:
	xor eax, eax
	xchg rax, [gs:PERCPU_FIXUP]
	test rax, rax
	jz .exception
	mov [rsp + 24], rax	; RIP of the frame, after rax, vector, error
	pop rax
	add rsp, 16
	iretq
; #VMEXIT drops the guest's pending traps (AMD APM volume 2, "#VMEXIT"). Bochs keeps that of a single step and
; delivers it before the hypervisor's first instruction, where GS is still the guest's. It is dropped here
; without IRET, which would unblock NMIs. Any other #DB is fatal.
.debug:
	lea rax, [svm_exited]
	cmp [rsp + 24], rax	; RIP of the frame
	jne .exception
	pop rax
	mov rsp, [rsp + 40]	; RSP of the frame
	jmp svm_exited
.exception:
	pop rax
	PUSH rax, FRAME_GPRS
	mov rsi, rsp
	mov rdi, [gs:0]
	mov rbx, rsp
	and rsp, -16
	cld
	call trap_exception	; returns if it is a machine check for the guest
	mov rsp, rbx
	POP_REVERSED rax, FRAME_GPRS
	add rsp, 16
	iretq

; trap_nmi() says whether NMIs stay blocked: then the handler returns without IRET.
trap_entry_nmi:
	PUSH rax, FRAME_GPRS
	mov rdi, [gs:0]
	cld
	call trap_nmi
	test al, al
	jnz .stay_blocked
	POP_REVERSED rax, FRAME_GPRS
	iretq
.stay_blocked:
	POP_REVERSED FRAME_GPRS
	; the interrupted stack gets RFLAGS and RIP for POPFQ and RET
	mov rax, [rsp + 8 + 24]		; RSP
	sub rax, 24
	push qword [rsp + 8]		; RIP
	pop qword [rax + 16]
	push qword [rsp + 8 + 16]	; RFLAGS
	pop qword [rax + 8]
	push qword [rsp]		; RAX
	pop qword [rax]
	mov rsp, rax
	pop rax
	popfq
	ret

	section .note.GNU-stack noalloc noexec nowrite progbits
