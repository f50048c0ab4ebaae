// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Attack: makes hypercalls from user mode with both vendors' instructions and prints the results.
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static sigjmp_buf back;

static void on_signal(int sig)
{
	siglongjmp(back, sig);
}

#define CALL(insn) \
	static long insn(const uint64_t *n) \
	{ \
		long ret = (long)n[0]; \
\
		__asm__ volatile(#insn : "+a"(ret) : "D"(n[1]), "S"(n[2]), "d"(n[3]) : "memory"); \
		return ret; \
	}
CALL(vmcall)
CALL(vmmcall)

static void try(const char *name, long (*call)(const uint64_t *n), const uint64_t *n)
{
	int sig = sigsetjmp(back, 1);

	if (sig == 0)
		printf("%s %llu: %ld\n", name, (unsigned long long)n[0], call(n));
	else
		printf("%s %llu: %s\n", name, (unsigned long long)n[0],
		       sig == SIGILL  ? "SIGILL" :
		       sig == SIGSEGV ? "SIGSEGV" :
					"signal");
}

int main(int argc, char **argv)
{
	uint64_t n[4] = { 0 };
	char *end;
	int i;

	if (argc < 2 || argc > 5) {
		fputs("usage: uhypercall NR [A1 [A2 [A3]]]\n", stderr);
		return 2;
	}
	for (i = 1; i < argc; i++) {
		n[i - 1] = strtoull(argv[i], &end, 0);
		if (!*argv[i] || *end) {
			fprintf(stderr, "uhypercall: not a number: %s\n", argv[i]);
			return 2;
		}
	}
	signal(SIGILL, on_signal);
	signal(SIGSEGV, on_signal);
	try("vmcall", vmcall, n);
	try("vmmcall", vmmcall, n);
	return 0;
}
