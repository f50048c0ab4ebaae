// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// The same with glibc, which asks CPUID for the CPU's features and caches at the start of each program.

int main(void)
{
	return 0;
}
