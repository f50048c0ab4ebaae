/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The ports that exit: the hypervisor's own UART, and those by which a machine is switched off or reset. */
#ifndef HV_IO_H
#define HV_IO_H

/* io_init() - asks the backend for the intercepts. Before the start. */
void io_init(void);

/*
 * io_lock() - at the lock: from here on a reset by port CF9, 64 or 92 is noticed, too, so that the log leaves before it.
 * Not earlier: CF9 lies inside the PCI configuration address port CF8, which a kernel writes thousands of times at boot,
 * and firmware and boot loaders poll the keyboard controller at 64.
 */
void io_lock(void);

#endif
