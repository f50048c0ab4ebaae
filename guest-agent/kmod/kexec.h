/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * kexec, the start of another kernel without the firmware: refused, or reported to the hypervisor before it
 * starts.
 */
#pragma once

#include <linux/fs.h>

#include "kernel/addresses.h"

/**
 * kexec_init() - learn what the configuration says, and watch for the start of another kernel.
 * @k: the kernel's addresses; must stay
 *
 * Context: module init, after RW_HC_HELLO.
 * Return: 0, -ENOMEM, or what hvcall_error() made of the hypervisor's answer.
 */
int kexec_init(const struct compat_kernel *k);

/* Undoes kexec_init(). Context: module init, when a later step failed. */
void kexec_exit(void);

/**
 * kexec_close() - the last step before the lock: report what is loaded and, if kexec is refused, unload it.
 *
 * From here on the hooks refuse each load, so that nothing can start, neither by reboot(2) nor at a panic.
 *
 * Context: may sleep.
 * Return: 0, or -EBUSY if another task holds the kexec lock for too long; printed.
 */
int kexec_close(void);

/* The lock failed: kexec is no longer refused. What was unloaded stays unloaded. */
void kexec_reopen(void);

/**
 * kexec_load() - decide, for an LSM hook, whether a kernel may be loaded.
 * @file:      the image; NULL if it comes from the caller's memory
 * @initramfs: it is the initial RAM disk
 *
 * Return: 0 or -EPERM; recorded.
 */
int kexec_load(struct file *file, bool initramfs);
