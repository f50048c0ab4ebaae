/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A module in miniature for the tests of relocate.c: one of each place that the kernel rewrites. */
	.text
	.globl first
first:
	endbr64
	call	__fentry__
	lock incl counter(%rip)
	mov	$table, %rdi
	mov	%gs:percpu_value(%rip), %rax
	call	__x86_indirect_thunk_rax
	.byte	0x2e
	jmp	__x86_indirect_thunk_r11
	jne	__x86_indirect_thunk_rdx
	call	exported
	call	*operations+8
alternative:
	call	exported
	.skip	3, 0x90
alternative_end:
	jmp	__x86_return_thunk
	.skip	5000, 0x55		/* more than a page */
	.globl second
second:
	call	__fentry__
	movabs	$first, %rax
	jmp	__x86_return_thunk

	.section .altinstructions, "a"
	.long	alternative - ., short_replacement - .
	.word	3, 0
	.byte	alternative_end - alternative, short_end - short_replacement
	.long	alternative - ., call_replacement - .
	.word	4, 0
	.byte	alternative_end - alternative, call_end - call_replacement

	.section .altinstr_replacement, "ax"
short_replacement:
	mov	$1, %al
short_end:
call_replacement:
	call	other_exported
call_end:

	.section .smp_locks, "a"
	.long	first + 9 - .
	.section .ibt_endbr_seal, "a"
	.long	first - .
	.section .parainstructions, "a"
	.balign	8
	.quad	alternative - 7
	.byte	1, 7
	.balign	8

	.section .rodata, "a"
	.globl table
table:
	.quad	first, second, exported
	.long	second - .
	.string	"text"
	.section __ex_table, "a"
	.long	first - ., second - ., 0
	.section .modinfo, "a"
	.string	"license=GPL"
	.data
	.globl counter
counter:
	.long	0
	.quad	table
	.section .data..percpu, "aw"
percpu_value:
	.quad	0
	.section .init.text, "ax"
	call	__fentry__
	jmp	second
	.section __ksymtab, "a"
__ksymtab_first:
	.long	first - ., 0, 0
	.weak	missing
	.data
	.quad	missing, operations
