/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The contents of ringward.conf, as a structure. */
#pragma once

#include "abi/bootinfo.h"
#include "lib/conf_text.h"

#include "message.h"

#include <stdbool.h>
#include <stdint.h>

#define CONFIG_NAME          "ringward.conf"
#define CONFIG_FILE_MAX      65536u /* bytes */
#define CONFIG_LINE_MAX      4096u  /* bytes, without the line end */
#define CONFIG_PATH_MAX      255u   /* bytes of `next`, without its prefix */
#define CONFIG_OPTIONS_MAX   4000u  /* bytes of `next_options` */
#define CONFIG_STORE_MIB_MAX 1024u

struct config {
	char next[CONFIG_PATH_MAX + 1];            /* "" if it is missing or not valid */
	bool next_other;                           /* on another volume than the loader's own */
	char next_options[CONFIG_OPTIONS_MAX + 1]; /* "": none */
	uint32_t store_mib;
	uint16_t serial_port; /* I/O base; 0: none */
	uint32_t serial_baud;
	bool agent;
	uint16_t exit_port; /* 0: none */
	bool watch_resets;  /* from the start, not only after the lock */
	struct rw_settings settings;
	bool boot_on_error;
};

/**
 * config_default() - set what holds if the file says nothing.
 * @config: filled
 *
 * Context: anywhere.
 */
void config_default(struct config *config);

/**
 * config_parse() - read a configuration, up to the first error's message.
 * @config: filled; what the file does not set, or not validly, has its default
 * @text:   the file's bytes, untrusted
 * @size:   bytes of @text
 * @why:    on an error: the first one, with its line and column
 *
 * The whole file is read even after an error, so that `next` and `on_error` hold wherever they stand.
 * An `on_error` that is itself wrong or repeated means stop.
 *
 * Context: anywhere; no hardware. Return: 0, or -1 with @why.
 */
int config_parse(struct config *config, const char *text, size_t size, struct message *why);

/**
 * config_read() - like config_parse(), and report every error.
 * @file: who gets the reports
 *
 * Context: anywhere; no hardware. Return: 0, or -1 if there was an error.
 */
int config_read(struct config *config, const char *text, size_t size, struct conf_file *file);
