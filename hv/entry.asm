; SPDX-License-Identifier: GPL-2.0-or-later
; Copyright (C) 2026 The Ringward authors
; Entry from the loader, and return to it if the start fails: abi/bootinfo.h has the contract. The firmware's
; tables are not mapped here: the loader restores GDT, IDT and segments itself.

	bits 64
	default rel
	section .text

	extern hv_main
	global hv_entry

; RDI: struct rw_bootinfo, RSI: CPU index, RDX: struct rw_handoff, RCX: the loader's error return.
; RSP: top of this CPU's stack. Interrupts off.
hv_entry:
	cld
	push rcx
	push rdx
	mov rax, cr0
	push rax
	mov rax, cr4
	push rax
	mov ecx, 0xc0000080		; EFER
	rdmsr
	shl rdx, 32
	or rax, rdx
	push rax
	sub rsp, 8			; 16-byte aligned at the call
	xor ebp, ebp
	mov rdx, [rsp + 32]		; struct rw_handoff
	call hv_main			; returns only on failure

	add rsp, 8
	pop rax				; EFER
	mov rdx, rax
	shr rdx, 32
	mov ecx, 0xc0000080
	wrmsr
	pop rax
	mov cr4, rax
	pop rax
	mov cr0, rax
	pop rdx				; struct rw_handoff
	pop rcx				; error return
	jmp rcx

	section .note.GNU-stack noalloc noexec nowrite progbits
