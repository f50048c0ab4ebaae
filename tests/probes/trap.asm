; SPDX-License-Identifier: GPL-2.0-or-later
; Copyright (C) 2026 The Ringward authors
; All vectors, and entry to and exit from a snippet. System V calling convention.

	bits 64
	default rel
%include "saved.inc"

CTX_SAVED equ 22 * 8
CTX_DS    equ 23 * 8

	section .data
	global ctx_current
ctx_current: dq 0

	section .text
	extern trap_c
	global trap_stubs
	align 16
trap_stubs:
	%assign v 0
	%rep 256
	align 16
	%if v == 8 || (v >= 10 && v <= 14) || v == 17 || v == 21 || v == 29 || v == 30
	%else
	push 0
	%endif
	push strict dword v
	jmp strict near all_vectors
	%assign v v + 1
	%endrep

; The frame is the part of a struct ctx up to SS.
all_vectors:
	push r15
	push r14
	push r13
	push r12
	push r11
	push r10
	push r9
	push r8
	push rbp
	push rdi
	push rsi
	push rdx
	push rcx
	push rbx
	push rax
	cld
	mov rdi, rsp
	call trap_c
	test rax, rax
	jz pop_regs
	mov rsp, [rax + CTX_SAVED]
	push 2
	popfq
	mov eax, 0x10
	mov ds, eax
	mov es, eax
	POP_SAVED
	ret

; Loads the registers from the struct ctx at RSP.
pop_regs:
	pop rax
	pop rbx
	pop rcx
	pop rdx
	pop rsi
	pop rdi
	pop rbp
	pop r8
	pop r9
	pop r10
	pop r11
	pop r12
	pop r13
	pop r14
	pop r15
	add rsp, 16
	iretq

; void ctx_run(struct ctx *c): runs the snippet until trap_c() says that it has ended.
	global ctx_run
ctx_run:
	PUSH_SAVED
	mov [rdi + CTX_SAVED], rsp
	mov [ctx_current], rdi
	mov eax, [rdi + CTX_DS]
	mov ds, eax
	mov es, eax
	mov rsp, rdi
	jmp pop_regs

	section .note.GNU-stack noalloc noexec nowrite progbits
