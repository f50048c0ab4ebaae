// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Cases: tasks are made and end.

#include <unistd.h>

#include "events.h"

CASE(task_child)
{
	int pid = fork();

	if (pid == 0)
		_exit(7);
	fact_number("child", pid);
	fact_number("child_status", await_child(pid));
}
