/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Names of types, verdicts and values: from abi/, both ways. */
#pragma once

#include <stddef.h>

#include "abi/record.h"

#define NAME_LEN 32u /* room for a name made up for what this version does not know */

/** name_of_type() - name a record type; an unknown one is "type_77", made in @buf. */
const char *name_of_type(unsigned int type, char buf[NAME_LEN]);

/** name_of_class() - name a class; an unknown one is "class_11", made in @buf. */
const char *name_of_class(uint32_t class, char buf[NAME_LEN]);

/** name_of_verdict() - name an enum rw_verdict, which is in range. */
const char *name_of_verdict(unsigned int verdict);

/**
 * name_of_value() - name a value of a kind whose values have names.
 * @what: name of the field
 * @buf:  for "WHAT_9", if this version does not know the value
 */
const char *name_of_value(enum rw_field_kind kind, uint32_t value, const char *what, char buf[NAME_LEN]);

/** type_by_name() - find the record type named by @n bytes at @name, "type_77" included; 0: none. */
unsigned int type_by_name(const char *name, size_t n);

/** verdict_by_name() - find the enum rw_verdict, or -1. */
int verdict_by_name(const char *name);
