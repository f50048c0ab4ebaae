/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What the hypervisor has heard from the agent on a CPU. */
#pragma once

#include <stdint.h>

/* Labels: core/percpu.h. */
struct heartbeat {
	uint32_t state;       /* enum rw_agent_state; 0: never heard, so not missed */
	uint32_t probes_gone; /* as the agent said last */
	uint64_t heard_ns;    /* when it was heard last */
	uint64_t overdue_ns;  /* when it was first missed after that; 0: it was not */
	uint64_t checked_ns;  /* when this CPU last looked for silent ones */
};
