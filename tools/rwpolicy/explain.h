/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* rwpolicy explain: what a policy.conf decides, and by which line. */
#pragma once

#include "lib/access_conf.h"

/** struct explain_query - what is asked; NULL where the option was not given. */
struct explain_query {
	const char *path, *uid, *access;
};

/**
 * explain() - print what the rules say of each kind of access that is asked for.
 * @conf: without errors
 * @name: the file's, for the lines
 * @wrong: receives what is wrong with @query, where that is so
 *
 * Return: 0, or -1 with @wrong.
 */
int explain(const struct access_conf *conf, const char *name, const struct explain_query *query,
	    const char **wrong);
