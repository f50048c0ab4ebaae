; SPDX-License-Identifier: GPL-2.0-or-later
; Copyright (C) 2026 The Ringward authors
; Hypercalls, and calls that may end in #UD. System V calling convention.

bits 64
default rel
%include "saved.inc"

section .data
resume_at: dq 0
resume_rsp: dq 0

section .text

; INT64 hypercall_X(nr, a1, a2): position-independent, since it is copied.
%macro HYPERCALL 1
global hypercall_%1, hypercall_%1_end
hypercall_%1:
	mov rax, rdi
	mov rdi, rsi
	mov rsi, rdx
	xor edx, edx
	%1
	ret
hypercall_%1_end:

%define MARK(n) (0x5a00 + n)
; UINT32 registers_X(nr): 1 if the call preserves all registers but RAX.
global registers_%1
registers_%1:
	PUSH_SAVED
	mov rax, rdi
	%assign n 0
	%rep 14
	SET n
	%assign n n + 1
	%endrep
	%1
	xor eax, eax
	%assign n 0
	%rep 14
	CHECK n, %%out
	%assign n n + 1
	%endrep
	inc eax
%%out:
	POP_SAVED
	ret
%endmacro

%define REG0 rbx
%define REG1 rcx
%define REG2 rdx
%define REG3 rsi
%define REG4 rdi
%define REG5 rbp
%define REG6 r8
%define REG7 r9
%define REG8 r10
%define REG9 r11
%define REG10 r12
%define REG11 r13
%define REG12 r14
%define REG13 r15

%macro SET 1
	%assign k %1
	mov REG%[k], MARK(%1)
%endmacro
%macro CHECK 2
	%assign k %1
	cmp REG%[k], MARK(%1)
	jne %2
%endmacro

HYPERCALL vmcall
HYPERCALL vmmcall

; UINT32 jump_caught(address): calls it; 0 if it returned, 1 after #UD.
global jump_caught
jump_caught:
	PUSH_SAVED
	lea rax, [.caught]
	mov [resume_at], rax
	mov [resume_rsp], rsp
	xor eax, eax ; AMD's instructions check the address in RAX before anything else
	call rdi
	xor eax, eax
	jmp .out
.caught:
	mov rsp, [resume_rsp]
	mov eax, 1
.out:
	POP_SAVED
	ret

; Handler of #UD: resumes where jump_caught() wants.
global ud_entry
ud_entry:
	push rax
	mov rax, [resume_at]
	mov [rsp + 8], rax
	pop rax
	iretq

section .note.GNU-stack noalloc noexec nowrite progbits
