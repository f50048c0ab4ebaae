/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Names what a file is that has no log in it. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/** kind_of_file() - name the kind of a file, from its first bytes: "a PNG image". */
const char *kind_of_file(const uint8_t *data, size_t len);
