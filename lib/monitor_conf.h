/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Compiles monitor.conf into a monitor image. Pure C: the loader and tools share it. */
#pragma once

#include "abi/monitor.h"
#include "lib/conf_text.h"

#define MONITOR_NAME       "monitor.conf"
#define MONITOR_FILE_MAX   65536u /* bytes */
#define MONITOR_LINE_MAX   4096u  /* bytes, without the line end */
#define MONITOR_RULES_MAX  256u
#define MONITOR_CONDS_MAX  1024u
#define MONITOR_VALUES_MAX 4096u
#define MONITOR_STEPS_MAX  4u     /* for one rule and one type of record */
#define MONITOR_TEXT_MAX   32768u /* bytes of all paths and names */
#define MONITOR_FOLD_MAX   60000u /* milliseconds */
#define MONITOR_LIMIT_MAX  1000000u

/* Bytes of the largest image that these limits allow. */
#define MONITOR_IMAGE_MAX \
	(sizeof(struct rw_monitor_hdr) + MONITOR_RULES_MAX * sizeof(struct rw_monitor_rule) + \
	 MONITOR_CONDS_MAX * sizeof(struct rw_monitor_cond) + \
	 MONITOR_VALUES_MAX * sizeof(struct rw_monitor_value) + \
	 MONITOR_RULES_MAX * MONITOR_STEPS_MAX * RW_MONITOR_TYPES * sizeof(struct rw_monitor_step) + \
	 MONITOR_TEXT_MAX + RW_MONITOR_ALIGN)

/** struct monitor_conf - a file's contents, parsed: room for the largest; too large for a stack. */
struct monitor_conf {
	struct conf_file *file;
	uint32_t rules, conds, values, text_used;
	struct rw_monitor_rule rule[MONITOR_RULES_MAX];
	struct monitor_place {
		uint32_t line, column;
		uint8_t types[RW_MONITOR_TYPES / 8]; /* that the rule is about: a bit for each */
	} place[MONITOR_RULES_MAX];
	struct rw_monitor_cond cond[MONITOR_CONDS_MAX];
	struct rw_monitor_value value[MONITOR_VALUES_MAX];
	struct rw_monitor_type type[RW_MONITOR_TYPES];
	uint8_t set[RW_MONITOR_TYPES]; /* what a line has set: a bit for each enum monitor_setting */
	char text[MONITOR_TEXT_MAX];
};

/** monitor_default - the configuration that holds without a file: text of a monitor.conf. */
extern const char monitor_default[];

/**
 * monitor_parse() - read a monitor.conf.
 * @conf: filled
 * @text: the file's bytes, untrusted; @size: how many
 * @file: who gets the reports; the whole file is read even after an error
 *
 * Context: anywhere. Return: 0, or -1 if there was an error.
 */
int monitor_parse(struct monitor_conf *conf, const char *text, size_t size, struct conf_file *file);

/**
 * monitor_build() - make the image of what monitor_parse() has read.
 * @image: 8-byte aligned, MONITOR_IMAGE_MAX bytes
 *
 * Warns about rules that can never decide anything.
 *
 * Context: anywhere. Return: bytes of the image.
 */
uint32_t monitor_build(const struct monitor_conf *conf, void *image);

/** monitor_keys_of() - which keys can hold for records of @type: a mask, 1 << enum rw_monitor_key. */
uint32_t monitor_keys_of(unsigned int type);

/**
 * monitor_is_free() - whether lines may be about records of @type: the agent makes them, and they are not
 * fixed.
 */
bool monitor_is_free(unsigned int type);

/** monitor_key_name() - the word for @key in the file. */
const char *monitor_key_name(unsigned int key);
