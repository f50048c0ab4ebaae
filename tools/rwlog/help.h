/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What rwlog --help prints, from the tables of options, events and exit statuses. */
#pragma once

#include "options.h"

/** help_print() - print the help: of one subcommand, or, with COMMANDS, of all. */
void help_print(enum command command, FILE *out);
