; SPDX-License-Identifier: GPL-2.0-or-later
; Copyright (C) 2026 The Ringward authors
; Where a CPU resumes after INIT and SIPI: a page below 640 KiB. It runs from a copy at 4 KiB times the
; SIPI vector; start.c fills the fields after the code. AMD APM volume 2, "Initializing Long Mode".
;
; An NMI can come before any instruction up to CLGI. In real mode it restarts this code, through the vectors
; at 0 or in .idt; later it continues in 64-bit mode. Neither returns: nothing reads what the NMI pushed, and
; it comes only once, because without IRET NMIs stay blocked.

%define CR0_ON   0x80010033	; PG, WP, NE, ET, MP, PE
%define CR4_ON   0x20		; PAE
%define EFER_ON  0x1900		; SVME (for CLGI), NXE, LME
%define STACK    0x100000	; end of a page of start.c's. In real mode it is 0, as after INIT
%define MSR_EFER 0xc0000080

	default rel
	section .rodata

	global svm_trampoline, svm_trampoline_end, svm_trampoline_fields

	bits 16
svm_trampoline:
	cli
	cld
	mov ax, cs
	mov ds, ax
	o32 lgdt [svm_trampoline_fields.gdtr - svm_trampoline]
	mov eax, CR4_ON
	mov cr4, eax
	mov eax, [svm_trampoline_fields - svm_trampoline]
	mov cr3, eax
	mov ecx, MSR_EFER
	xor edx, edx
	mov eax, EFER_ON
	wrmsr
	mov esp, STACK
	o32 lidt [svm_trampoline_fields.idtr - svm_trampoline]
	mov eax, CR0_ON
	mov cr0, eax
	jmp far dword [svm_trampoline_fields.far - svm_trampoline]

	bits 64
.long:
	clgi
	jmp [svm_trampoline_fields + 8]
.halt:				; the other vectors; also 16-bit code
	hlt
	jmp .halt

	align 8
svm_trampoline_fields:		; struct trampoline_fields
	dq 0			; CR3: the hypervisor's address space, and this page
	dq 0			; svm_ap_entry
.gdtr:	dw 15
	dd 0			; linear address of the GDT
.far:	dd 0			; linear address of .long
	dw 8
	align 8
	dq 0, 0x00af9b000000ffff	; the GDT
	dd svm_trampoline.long - svm_trampoline, svm_trampoline.halt - svm_trampoline
.idtr:	dw 47			; up to the NMI's vector
	dd 0			; linear address of .idt
	align 8
	times 6 dq 0		; .idt: vector 2 of real mode, the gate 2 of 64-bit mode
svm_trampoline_end:

	section .text
	extern svm_ap_start, svm_ap_ids, svm_ap_stacks, svm_ap_count, svm_ap_cr3
	global svm_ap_entry

; Finds this CPU's number by its APIC id, which needs no MMIO, and switches to its stack.
svm_ap_entry:
	mov rax, [svm_ap_cr3]
	mov cr3, rax
	mov eax, 0
	cpuid
	cmp eax, 0xb
	jb .old
	mov eax, 0xb
	xor ecx, ecx
	cpuid
	test bx, bx
	jnz .have
.old:
	mov eax, 1
	cpuid
	mov edx, ebx
	shr edx, 24
.have:
	xor edi, edi
	lea rsi, [svm_ap_ids]
.next:
	cmp edi, [svm_ap_count]
	jae .unknown
	cmp [rsi + rdi * 4], edx
	je .found
	inc edi
	jmp .next
.found:
	lea rsi, [svm_ap_stacks]
	mov rsp, [rsi + rdi * 8]
	xor ebp, ebp
	call svm_ap_start
.unknown:			; not one of our CPUs: it never runs the guest
	cli
	hlt
	jmp .unknown

	section .note.GNU-stack noalloc noexec nowrite progbits
