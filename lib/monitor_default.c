/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The monitor.conf that holds where the EFI system partition has none. */
#include "lib/monitor_conf.h"

/* docs/monitor.md explains it. */
#define OPENED "file_open,file_read,file_write,file_close "
const char monitor_default[] =
	"# Whatever changes something is recorded; so is each file read, except what every program reads.\n"
	"include " OPENED "access=write fs!=proc,sysfs,cgroup2,devtmpfs,devpts\n"
	"include " OPENED "path=/proc/kcore,/proc/sys,/sys/kernel/security\n"
	"exclude " OPENED "fs=proc,sysfs,cgroup,cgroup2,devpts,pipefs,anon_inodefs\n"
	"exclude " OPENED "path=/dev/null,/dev/zero,/dev/urandom,/dev/random,/dev/tty\n"
	"exclude " OPENED "access=read path=/bin,/sbin,/lib,/lib64,/usr,/etc/ld.so.cache\n"
	"exclude " OPENED "access=read path=/etc/locale.alias,/etc/localtime,/etc/nsswitch.conf,/run/udev\n"
	"exclude " OPENED "access=read path=/etc/udev,/etc/systemd,/run/systemd,/etc/modprobe.d\n"
	"exclude mmap_exec path=/bin,/sbin,/lib,/lib64,/usr\n";
