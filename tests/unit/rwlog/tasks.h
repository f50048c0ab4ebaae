/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A small log of known tasks, for tests of what is chosen and summed up. */
#pragma once

#include "tests/unit/rwlog/build.h"

#define TASKS_CONTAINER "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/**
 * tasks_fill() - make a log of 12 records: a shell (process 11) of ssh.service and its child (12), a web
 * server's thread (21 of process 20) in a container, and a violation.
 */
void tasks_fill(struct build *b);
