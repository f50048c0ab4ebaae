/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The program that makes events for the end-to-end tests: each case does one thing, in a process of its own,
 * and reports facts about it. The test looks for the records of that process.
 *
 *     CASE(file_make)
 *     {
 *             int fd = open("/tmp/new", O_CREAT | O_WRONLY, 0600);
 *
 *             need(fd >= 0, "open");
 *             fact_file("new", fd);
 *     }
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct events_case {
	const char *name;
	void (*run)(void);
};

/* Defines a case. It runs as root, in a child process of the program, with a working folder "/". */
#define CASE(NAME) \
	static void case_##NAME(void); \
	static const struct events_case entry_##NAME \
		__attribute__((section("events_cases"), used, aligned(8))) = { #NAME, case_##NAME }; \
	static void case_##NAME(void)

/**
 * fact(), fact_number() - report a fact to the test: a name and a value, which may be any bytes up to a NUL.
 *
 * They work in every descendant of the case that has not executed another program, and make
 * no event of their own.
 */
void fact(const char *name, const char *value);
void fact_number(const char *name, long long value);

/** fact_file() - report device and inode number of an open file as NAME_dev (as st_dev) and NAME_ino. */
void fact_file(const char *name, int fd);

/** need() - end the process, and so the case with a failure, unless @ok. @what: for the message. */
void need(bool ok, const char *what);

/** namespace_of() - the inode number of a process' namespace; @kind: its name in /proc/PID/ns. */
long long namespace_of(int pid, const char *kind);

/** await_child() - wait for a child. Return: its wait status. */
int await_child(int pid);
