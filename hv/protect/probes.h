/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Breakpoints of kprobes in the middle of functions, where the configuration allows them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Probes in use at a time. */
#define PROBES_MAX 1024u

/**
 * probes_may_change() - whether a change outside of all sites is a probe's: INT3 in place of a byte, which is
 * remembered here, or that byte back.
 * @gva: linear address in kernel text
 * @old: the byte that stands there
 * @now: the @len bytes that would
 * Context: under the patches' lock.
 */
bool probes_may_change(uint64_t gva, uint8_t old, const uint8_t *now, uint32_t len);

/** probes_clear() - forgets all probes. */
void probes_clear(void);
