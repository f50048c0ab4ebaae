/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The hypervisor's counters and the store's use by class, as tables or JSON. */
#pragma once

#include "input.h"

/** counters_present() - whether a file holds a complete set of counters. */
bool counters_present(const struct input *in);

/** counters_store_present() - whether a file holds a store whose header is known. */
bool counters_store_present(const struct input *in);

/** counters_table() - print the last complete set for people. */
void counters_table(const struct input *in, FILE *out);

/** counters_store_table() - print what each class has in the image or the last dump, for people. */
void counters_store_table(const struct input *in, FILE *out);

/** counters_json() - print the last complete set, and the store in the image or the last dump, as JSON. */
void counters_json(const struct input *in, FILE *out);
