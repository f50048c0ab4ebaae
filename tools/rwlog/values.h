/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What the values of rwlog's options mean: a function for each option of options.def. */
#pragma once

#include "options.h"

#define RW_OPTION(name, commands, value, set, takes, doc) option_set set;
#include "options.def" // IWYU pragma: keep
