; SPDX-License-Identifier: GPL-2.0-or-later
; Copyright (C) 2026 The Ringward authors
; Enters the hypervisor and returns, as its guest or after an error.

default rel
bits 64

; struct rw_handoff of abi/bootinfo.h; launch.c asserts these.
HO_RIP    equ 0x00
HO_RSP    equ 0x08
HO_RFLAGS equ 0x10
HO_CR0    equ 0x18
HO_CR3    equ 0x20
HO_CR4    equ 0x28
HO_EFER   equ 0x30
HO_GDTR   equ 0x38
HO_IDTR   equ 0x48
HO_CS     equ 0x58
HO_FS_BASE equ 0x68
HO_GS_BASE equ 0x70

; struct launch_target of launch.h; launch.c asserts these.
LT_CR3      equ 0x00
LT_RSP      equ 0x08
LT_ENTRY    equ 0x10
LT_BOOTINFO equ 0x18
LT_CPU      equ 0x20
LT_HANDOFF  equ 0x28

MSR_EFER    equ 0xc0000080
MSR_FS_BASE equ 0xc0000100
MSR_GS_BASE equ 0xc0000101
EFER_NXE    equ 1 << 11
CR4_PGE     equ 1 << 7
RW_HV_GUEST equ 0xffff800000000000

%macro READ_MSR 2 ; number, where in the handoff
	mov ecx, %1
	rdmsr
	mov [rdi + %2], eax
	mov [rdi + %2 + 4], edx
%endmacro

%macro WRITE_MSR 2
	mov ecx, %1
	mov eax, [rdi + %2]
	mov edx, [rdi + %2 + 4]
	wrmsr
%endmacro

section .text
global launch_switch, launch_switch_end
align 64
; int launch_switch(struct rw_handoff *handoff (rdi), const struct launch_target *target (rsi))
launch_switch:
	pushfq
	cli
	push rbx
	push rbp
	push r12
	push r13
	push r14
	push r15
	lea rax, [.guest]
	mov [rdi + HO_RIP], rax
	mov [rdi + HO_RSP], rsp
	pushfq
	pop qword [rdi + HO_RFLAGS]
	mov rax, cr0
	mov [rdi + HO_CR0], rax
	mov rax, cr3
	mov [rdi + HO_CR3], rax
	mov rax, cr4
	mov [rdi + HO_CR4], rax
	sgdt [rdi + HO_GDTR]
	sidt [rdi + HO_IDTR]
	mov [rdi + HO_CS], cs
	mov [rdi + HO_CS + 2], ss
	mov [rdi + HO_CS + 4], ds
	mov [rdi + HO_CS + 6], es
	mov [rdi + HO_CS + 8], fs
	mov [rdi + HO_CS + 10], gs
	str word [rdi + HO_CS + 12]
	sldt word [rdi + HO_CS + 14]
	READ_MSR MSR_FS_BASE, HO_FS_BASE
	READ_MSR MSR_GS_BASE, HO_GS_BASE
	READ_MSR MSR_EFER, HO_EFER
	or eax, EFER_NXE
	wrmsr
	mov rax, cr4 ; the firmware's global translations must not survive
	and rax, ~CR4_PGE
	mov cr4, rax
	mov rax, [rsi + LT_CR3]
	mov rbp, [rsi + LT_RSP]
	mov rbx, [rsi + LT_ENTRY]
	mov rdx, [rsi + LT_HANDOFF]
	mov rdi, [rsi + LT_BOOTINFO]
	mov rsi, [rsi + LT_CPU]
	lea rcx, [.error]
	mov cr3, rax
	mov rsp, rbp
	jmp rbx

.error: ; rdx: the handoff as the hypervisor sees it
	mov rax, [rdx + HO_CR3]
	mov rdi, RW_HV_GUEST
	sub rdx, rdi
	mov rdi, rdx
	mov cr3, rax
	mov rsp, [rdi + HO_RSP]
	mov rax, [rdi + HO_CR4]
	mov cr4, rax
	mov ecx, MSR_EFER
	mov eax, [rdi + HO_EFER]
	mov edx, [rdi + HO_EFER + 4]
	wrmsr
	lgdt [rdi + HO_GDTR]
	lidt [rdi + HO_IDTR]
	mov ss, [rdi + HO_CS + 2]
	mov ds, [rdi + HO_CS + 4]
	mov es, [rdi + HO_CS + 6]
	mov fs, [rdi + HO_CS + 8]
	mov gs, [rdi + HO_CS + 10]
	WRITE_MSR MSR_FS_BASE, HO_FS_BASE
	WRITE_MSR MSR_GS_BASE, HO_GS_BASE
	movzx eax, word [rdi + HO_CS]
	lea rdx, [.cs]
	push rax
	push rdx
	retfq
.cs:
	mov eax, -1
	jmp .restore

.guest:
	xor eax, eax
.restore:
	pop r15
	pop r14
	pop r13
	pop r12
	pop rbp
	pop rbx
	popfq
	ret
launch_switch_end:

section .note.GNU-stack noalloc noexec nowrite progbits
