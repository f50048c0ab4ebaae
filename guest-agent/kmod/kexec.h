/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Another kernel in place of this one, without the firmware: refused, or told to the hypervisor before it
 * starts.
 */
#pragma once

#include <linux/fs.h>

#include "kernel/addresses.h"

/**
 * kexec_init() - learn what the configuration says, and listen for the start of another kernel.
 * @k: the kernel's addresses; must stay
 *
 * Context: module init, after RW_HC_HELLO.
 * Return: 0, -ENOMEM, or what hvcall_error() made of the hypervisor's answer.
 */
int kexec_init(const struct compat_kernel *k);

/* Undoes kexec_init(). Context: module init, when a later step failed. */
void kexec_exit(void);

/**
 * kexec_close() - the last step before the lock: report what is loaded, and where kexec is refused unload it.
 *
 * From here on the hooks refuse each load, so that there is nothing that could start, neither by reboot(2)
 * nor at a panic.
 *
 * Context: may sleep.
 * Return: 0, or -EBUSY when another task was at it for all of a generous time; printed.
 */
int kexec_close(void);

/* The lock failed: kexec is not refused any more. What was unloaded stays so. */
void kexec_reopen(void);

/**
 * kexec_load() - an LSM hook's answer to the load of a kernel.
 * @file:      the image; NULL when it comes from the caller's memory
 * @initramfs: it is the initial RAM disk
 *
 * Return: 0 or -EPERM; recorded.
 */
int kexec_load(struct file *file, bool initramfs);
