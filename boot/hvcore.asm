; SPDX-License-Identifier: GPL-2.0-or-later
; Copyright (C) 2026 The Ringward authors
; The hypervisor core, a section of the loader, so that one signature covers both.

section .hvcore progbits alloc noexec nowrite align=4096
global hvcore_start, hvcore_end
hvcore_start:
	incbin HVCORE
hvcore_end:

section .note.GNU-stack noalloc noexec nowrite progbits
