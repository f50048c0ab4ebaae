/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Names of types, verdicts and values: from abi/, both ways. */
#ifndef RWLOG_NAMES_H
#define RWLOG_NAMES_H

#include <stddef.h>

#include "abi/record.h"

#define NAME_LEN 32u /* room for a name that is made: of what this version does not know */

/** name_of_type() - of a record type; "type_77" for one that this version does not know, made in @buf. */
const char *name_of_type(unsigned int type, char buf[NAME_LEN]);

/** name_of_verdict() - of enum rw_verdict, which is in its range. */
const char *name_of_verdict(unsigned int verdict);

/**
 * name_of_value() - of a value of a kind that has names.
 * @what: name of the field
 * @buf:  for "WHAT_9", when this version does not know the value
 */
const char *name_of_value(enum rw_field_kind kind, uint32_t value, const char *what, char buf[NAME_LEN]);

/** type_by_name() - the record type that @n bytes at @name name, "type_77" included; 0: there is none. */
unsigned int type_by_name(const char *name, size_t n);

/** verdict_by_name() - value of enum rw_verdict, or -1. */
int verdict_by_name(const char *name);

#endif
