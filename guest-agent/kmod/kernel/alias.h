/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Writing to the kernel's read-only data, before the lock. */
#pragma once

/**
 * compat_alias() - map the page of a kernel object a second time, writable.
 * @object: may be read-only; must not cross the end of its page
 *
 * Context: module init; may sleep.
 * Return: the object's writable address, or NULL without memory.
 */
void *compat_alias(const void *object);

/* Undoes compat_alias(); NULL is ignored. */
void compat_unalias(void *alias);
