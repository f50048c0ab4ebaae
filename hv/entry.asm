; SPDX-License-Identifier: GPL-2.0-or-later
; Copyright (C) 2026 The Ringward authors
; The way in from the loader, and the way back when the start failed: abi/bootinfo.h has the contract.

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
	lgdt [rdx + 0x38]
	lidt [rdx + 0x48]
	mov ds, [rdx + 0x5c]
	mov es, [rdx + 0x5e]
	mov ss, [rdx + 0x5a]
	mov fs, [rdx + 0x60]
	mov gs, [rdx + 0x62]
	mov r8, rcx
	mov r9, rdx
	mov rax, [r9 + 0x68]
	mov rdx, rax
	shr rdx, 32
	mov ecx, 0xc0000100		; FS base
	wrmsr
	mov rax, [r9 + 0x70]
	mov rdx, rax
	shr rdx, 32
	mov ecx, 0xc0000101		; GS base
	wrmsr
	mov rdx, r9
	mov rcx, r8
	movzx eax, word [rdx + 0x58]	; CS, and on at the loader's code
	push rax
	push rcx
	retfq

	section .note.GNU-stack noalloc noexec nowrite progbits
