/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Ringward's lines in a capture's text. They have neither CRC nor number, and whoever can write to the
 * capture can write such a line: they are worth what the capture is.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** enum alert_form - what an alert says. */
enum alert_form {
	ALERT_ACCESS,    /* of memory, or of a register: address 0 */
	ALERT_MSR,       /* a write that was ignored */
	ALERT_HYPERCALL, /* one that was refused */
	ALERT_AGENT,     /* what is heard from the agent on a CPU */
	ALERT_UNKNOWN,   /* of another version; or broken off */
};

/* What an alert and its record have in common. */
struct alert_key {
	enum alert_form form;
	uint64_t place; /* guest-physical address, number of the MSR, of the hypercall or of the CPU */
	uint64_t rip;   /* ALERT_AGENT: enum rw_agent_state */
	uint32_t pid;   /* 0: unknown; ALERT_AGENT: tracepoints that are gone, of a deaf one */
};

struct alert {
	char *text;    /* the line, printable ASCII, with what the logger put before it */
	size_t prefix; /* characters of that */
	uint64_t line;
	struct alert_key key;
	bool repeat;     /* the same line was there before, in a capture that repeats frames */
	bool has_record; /* or nothing can be said about it */
	bool boot_known;
	uint32_t boot; /* the first four bytes of its id */
};

/* Where the hypervisor started, or the loader said where the store is. */
struct console_mark {
	uint64_t line;
	uint64_t store; /* guest-physical address; 0: this is the hypervisor's start */
};

struct console {
	struct alert *alert;
	size_t nalert, alert_cap;
	struct console_mark *mark;
	size_t nmark, mark_cap;
	uint64_t lines; /* of Ringward, of whatever kind */
};

/* The text around a line, untrusted: CONSOLE_BEFORE and CONSOLE_AFTER characters, if there are so many. */
struct console_text {
	const char *start, *end;
};

#define CONSOLE_BEFORE 512u
#define CONSOLE_AFTER  4096u
#define CONSOLE_NAME   10u /* characters of Ringward's name in a line */

/** console_find() - get the first place in the text from @from to @to that has Ringward's name, or NULL. */
const char *console_find(const char *from, const char *to);

/**
 * console_line() - take the line with Ringward's name at @s.
 * @t:    the text around it
 * @line: its number in the capture
 *
 * Return: the line's end. The rest of the line may have the name, too: a guest chooses it.
 */
const char *console_line(struct console *c, const struct console_text *t, const char *s, uint64_t line);

/** console_store_at() - whether the loader has said that a store is at @addr; 0: at any address. */
bool console_store_at(const struct console *c, uint64_t addr);

/**
 * alert_parse() - read an alert's text, which begins with "ALERT "; the form is ALERT_UNKNOWN if it is none.
 */
struct alert_key alert_parse(const char *text);

/** console_free() - free the memory. */
void console_free(struct console *c);
