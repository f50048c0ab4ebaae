/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* One record as a JSON object. docs/log-format.md names the members. rwlog and rwctl print the same. */
#pragma once

#include <stdio.h>

#include "cgroups.h"

/**
 * jsonl_record() - write a record and a newline.
 * @cgroups: names of the boot's cgroups, or NULL
 * @boot:    the boot's name, to be a member; or NULL
 */
void jsonl_record(const struct rec *r, const struct cgroups *cgroups, const char *boot, FILE *out);
