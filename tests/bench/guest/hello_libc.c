// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// The smallest program with glibc, which executes CPUID for the CPU's features and caches when it starts.

int main(void)
{
	return 0;
}
