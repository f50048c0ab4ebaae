// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Attack: calls through the gate that `rwattack gate` has put into the GDT, and says whether its code ran.
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define ANSWER 42

static sigjmp_buf back;

static void on_signal(int sig)
{
	siglongjmp(back, sig);
}

int main(int argc, char **argv)
{
	struct {
		uint32_t unused;
		uint16_t selector;
	} __attribute__((packed)) far = { 0, argc == 2 ? (uint16_t)strtoul(argv[1], NULL, 16) : 0 };
	uint64_t answer = 0;
	int sig;

	if (!far.selector) {
		fputs("usage: callgate SELECTOR\n", stderr);
		return 2;
	}
	signal(SIGSEGV, on_signal);
	sig = sigsetjmp(back, 1);
	if (sig == 0)
		__asm__ volatile("lcall *%1" : "+a"(answer) : "m"(far) : "memory", "cc");
	printf("gate %s\n", sig ? "SIGSEGV" : answer == ANSWER ? "ran" : "did nothing");
	return 0;
}
