; SPDX-License-Identifier: GPL-2.0-or-later
; Copyright (C) 2026 The Ringward authors
; The second CPU's code: from real mode through protected mode to long mode and back, recording what it finds.
; It runs from a copy at a page below 640 KiB; its second page is the report.

	default rel
	section .rodata

MSR_EFER equ 0xc0000080

; Offsets in the second page; the same as in ap.c.
R_STAGE  equ 0x1000
R_COMMAND equ 0x1004
R_COUNT  equ 0x1008
R_REGS   equ 0x1010	; EAX, EBX, ECX, EDX, ESI, EDI, EBP, ESP at the start
R_CR0    equ 0x1030
R_CR2    equ 0x1034
R_CR3    equ 0x1038
R_CR4    equ 0x103c
R_CS     equ 0x1040
R_DS     equ 0x1042
R_SS     equ 0x1044
R_IDTR   equ 0x1048
R_FLAGS  equ 0x1050
R_CPUID  equ 0x1060
R_MSR    equ 0x1080	; APIC base, EFER, EFER after a write, TSC_ADJUST
R_INT    equ 0x10c0	; interrupts in real mode
R_PM     equ 0x10d0	; CR0, CR4 in protected mode, its CPUID
R_LONG   equ 0x10f0
R_SPIN   equ 0x1108
R_BACK   equ 0x1110	; CR0, EFER after paging is off again
R_CR3_OWN equ 0x1130
R_WOKEN  equ 0x1140
R_NMI    equ 0x1144

	global ap_start, ap_end
	bits 16
ap_start:
	cli
	mov [cs:R_REGS], eax
	mov [cs:R_REGS + 4], ebx
	mov [cs:R_REGS + 8], ecx
	mov [cs:R_REGS + 12], edx
	mov [cs:R_REGS + 16], esi
	mov [cs:R_REGS + 20], edi
	mov [cs:R_REGS + 24], ebp
	mov [cs:R_REGS + 28], esp
	mov ax, ds
	mov [cs:R_DS], ax
	mov ax, ss
	mov [cs:R_SS], ax
	mov ax, cs
	mov [cs:R_CS], ax
	mov ds, ax
	mov ss, ax
	mov sp, 0x1ffc
	pushfd
	pop dword [R_FLAGS]
	sidt [R_IDTR]
	mov eax, cr0
	mov [R_CR0], eax
	mov eax, cr2
	mov [R_CR2], eax
	mov eax, cr3
	mov [R_CR3], eax
	mov eax, cr4
	mov [R_CR4], eax
	mov dword [R_STAGE], 1
	inc dword [R_COUNT]

	; Interrupt table of its own: #UD, #GP, a vector, NMI.
	mov ax, cs
	mov [ivt - ap_start + 4 * 6 + 2], ax
	mov [ivt - ap_start + 4 * 13 + 2], ax
	mov [ivt - ap_start + 4 * 2 + 2], ax
	mov [ivt - ap_start + 4 * 0x20 + 2], ax
	movzx eax, ax
	shl eax, 4
	add eax, ivt - ap_start
	mov [idtr - ap_start + 2], eax
	o32 lidt [idtr - ap_start]
	int 0x20
	ud2
	db 0x0f, 0x01, 0xc1	; VMCALL
	db 0x0f, 0x01, 0xd9	; VMMCALL

	mov eax, 1
	cpuid
	mov [R_CPUID], eax
	mov [R_CPUID + 4], ebx
	mov [R_CPUID + 8], ecx
	mov [R_CPUID + 12], edx
	mov ecx, 0x1b
	rdmsr
	mov [R_MSR], eax
	mov ecx, MSR_EFER
	rdmsr
	mov [R_MSR + 4], eax
	or eax, 0x800
	wrmsr
	rdmsr
	mov [R_MSR + 8], eax
	mov ecx, 0x277
	rdmsr
	mov [R_MSR + 12], eax
	mov dword [R_STAGE], 2

	; Protected mode without paging.
	mov ax, cs
	movzx eax, ax
	shl eax, 4
	mov ebx, eax
	add eax, gdt - ap_start
	mov [gdtr - ap_start + 2], eax
	mov eax, ebx
	mov [gdt - ap_start + 8 + 2], ax
	mov [gdt - ap_start + 16 + 2], ax
	mov [gdt - ap_start + 32 + 2], ax
	shr eax, 16
	mov [gdt - ap_start + 8 + 4], al
	mov [gdt - ap_start + 16 + 4], al
	mov [gdt - ap_start + 32 + 4], al
	lea eax, [ebx + long_mode - ap_start]
	mov [far_long - ap_start], eax
	o32 lgdt [gdtr - ap_start]
	mov eax, cr0
	or al, 1
	mov cr0, eax
	jmp 8:protected - ap_start

	bits 32
protected:
	mov ax, 16
	mov ds, ax
	mov es, ax
	mov ss, ax
	mov esp, 0x1ffc
	mov eax, cr0
	mov [R_PM], eax
	mov dword [R_STAGE], 3
	xor eax, eax
	cpuid
	mov [R_PM + 4], ebx
	; Caches on, paging on, long mode.
	mov eax, cr0
	and eax, ~0x60000000
	mov cr0, eax
	mov eax, cr4
	or eax, 0x20
	mov cr4, eax
	mov eax, [R_CR3_OWN]
	mov cr3, eax
	mov ecx, MSR_EFER
	rdmsr
	or eax, 0x900
	wrmsr
	mov eax, cr0
	or eax, 0x80000000
	mov cr0, eax
	jmp far [far_long - ap_start]

	bits 64
long_mode:
	lea rbx, [ap_start]
	lea rsp, [rbx + 0x1ff0]
	mov ecx, MSR_EFER
	rdmsr
	mov [rbx + R_LONG], eax
	mov rax, cr0
	mov [rbx + R_LONG + 4], eax
	mov eax, 1
	push rbx
	cpuid
	pop rbx
	mov [rbx + R_LONG + 8], eax
	mov dword [rbx + R_STAGE], 4
	; Back: compatibility mode, paging off.
	jmp far dword [far_back]

	bits 32
back:
	mov ax, 16
	mov ds, ax
	mov esp, 0x1ffc
	mov eax, cr0
	and eax, 0x7fffffff
	mov cr0, eax
	mov ecx, MSR_EFER
	rdmsr
	mov [R_BACK + 4], eax
	and eax, ~0x100
	wrmsr
	rdmsr
	mov [R_BACK + 8], eax
	mov eax, cr0
	mov [R_BACK], eax
	jmp 32:back16 - ap_start

	bits 16
back16:
	mov eax, cr0
	and al, 0xfe
	mov cr0, eax
	mov ax, [R_CS]
	mov ds, ax
	mov ss, ax
	push ax
	push real_again - ap_start
	retf
real_again:
	mov ecx, 0x10
	rdmsr
	int 0x20
	mov dword [R_STAGE], 5
.wait:	; command 1: HLT forever with interrupts off, else spin
	mov eax, [R_COMMAND]
	cmp al, 1
	je .halt
	inc dword [R_SPIN]
	pause
	jmp .wait
.halt:
	cli
	hlt
	inc dword [R_WOKEN]
	jmp .halt

on_ud:	; skips the instruction: all of ours have three bytes except UD2
	push bp
	mov bp, sp
	push bx
	mov bx, [bp + 2]
	inc dword [R_INT + 4]
	add word [bp + 2], 2
	cmp byte [cs:bx + 1], 0x0b
	je .two
	inc word [bp + 2]
.two:
	pop bx
	pop bp
	iret
on_gp:
	push bp
	mov bp, sp
	inc dword [R_INT + 8]
	add word [bp + 2], 2
	pop bp
	iret
on_int:
	inc dword [R_INT]
	iret
on_nmi:
	inc dword [cs:R_NMI]
	iret

	align 8
idtr:	dw 0x83
	dd 0
gdtr:	dw 39
	dd 0
	align 8
gdt:	dq 0
	dq 0x00cf9b000000ffff	; 8: 32-bit code
	dq 0x00cf93000000ffff	; 16: data
	dq 0x00af9b000000ffff	; 24: 64-bit code
	dq 0x00009b000000ffff	; 32: 16-bit code
far_long: dd 0
	dw 24
far_back: dd back - ap_start
	dw 8
	align 4
ivt:
	%assign i 0
	%rep 0x21
	%if i == 6
	dw on_ud - ap_start, 0
	%elif i == 13
	dw on_gp - ap_start, 0
	%elif i == 2
	dw on_nmi - ap_start, 0
	%elif i == 0x20
	dw on_int - ap_start, 0
	%else
	dd 0
	%endif
	%assign i i + 1
	%endrep
ap_end:

; Used instead of the code above: the CPU stays in real mode with the vectors at 0. An NMI may come any time.
	global ap_spin, ap_spin_nmi, ap_spin_end
	bits 16
ap_spin:
	inc dword [cs:R_SPIN]
	pause
	jmp ap_spin
ap_spin_nmi:
	inc dword [cs:R_NMI]
	iret
ap_spin_end:

	section .note.GNU-stack noalloc noexec nowrite progbits
