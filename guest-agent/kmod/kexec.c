// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// kexec: refused and recorded, or reported to the hypervisor just before the other kernel starts.
#define pr_fmt(fmt) "ringward: " fmt

#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/printk.h>
#include <linux/reboot.h>

#include "abi/bootinfo.h"
#include "event.h"
#include "hvcall.h"
#include "kernel/shutdown.h"
#include "kexec.h"
#include "abi/stats.h"

#define CLOSE_TIME (10 * HZ) /* loading a large image from a slow disk */
#define CLOSE_POLL 10        /* ms */

static const struct compat_kernel *kernel __ro_after_init;
static bool refuse __ro_after_init;
static bool closed;

static int answer(void)
{
	return READ_ONCE(closed) ? -EPERM : 0;
}

/* Return: as event_begin(). */
static bool begin(struct event *ev, enum rw_kexec_step step, int result)
{
	if (!event_begin(ev, RW_REC_KEXEC, result ? RW_VERDICT_DENY : RW_VERDICT_ALLOW))
		return false;
	event_u32(ev, RW_F_KEXEC_STEP, step);
	event_result(ev, result);
	return true;
}

static void report(enum rw_kexec_step step)
{
	struct event ev;

	if (begin(&ev, step, answer()))
		event_submit(&ev, PRODUCER_SYNC);
}

int kexec_load(struct file *file, bool initramfs)
{
	struct event ev;
	int ret = answer();

	if (!begin(&ev, initramfs ? RW_KEXEC_INITRAMFS : RW_KEXEC_LOAD, ret))
		return ret;
	if (file) {
		event_path(&ev, RW_F_PATH, &file->f_path);
		event_file(&ev, file_inode(file));
	}
	event_submit(&ev, PRODUCER_SYNC);
	return ret;
}

/*
 * Reports what was loaded before the lock, and unloads it if it must not start. The kexec lock is held.
 */
static void look_at(void **image, const char *what, enum rw_kexec_step step)
{
	if (!*image)
		return;
	report(step);
	pr_warn("a %s was loaded by kexec before the lock%s\n", what, refuse ? ": it is unloaded" : "");
	if (!refuse)
		return;
	if (step == RW_KEXEC_EARLIER_CRASH)
		kernel->kexec_unprotect_crash();
	kernel->kexec_free(xchg(image, NULL));
}

int kexec_close(void)
{
	unsigned long end = jiffies + CLOSE_TIME;

	if (!kernel->kexec_image)
		return 0;
	WRITE_ONCE(closed, refuse);
	while (atomic_cmpxchg_acquire(kernel->kexec_lock, 0, 1) != 0) {
		if (time_after(jiffies, end)) {
			WRITE_ONCE(closed, false);
			pr_err("kexec is busy: the images it has loaded cannot be checked\n");
			return -EBUSY;
		}
		msleep(CLOSE_POLL);
	}
	look_at(kernel->kexec_image, "kernel", RW_KEXEC_EARLIER);
	look_at(kernel->kexec_crash_image, "crash kernel", RW_KEXEC_EARLIER_CRASH);
	atomic_set_release(kernel->kexec_lock, 0);
	return 0;
}

void kexec_reopen(void)
{
	WRITE_ONCE(closed, false);
}

/*
 * The other CPUs are stopped, devices are shut down, the next step is the new kernel. From the hypercall on
 * nothing is protected and there is no ring. If kexec is refused, a kernel gets here only if its load had
 * passed its check before the lock, or if an attacker put it there: the hypervisor refuses its start.
 */
static void on_shutdown(void)
{
	long ret;

	if (!kernel->kexec_in_progress || !READ_ONCE(*kernel->kexec_in_progress))
		return;
	report(RW_KEXEC_START);
	ret = hvcall(RW_HC_KEXEC, 0, 0, 0);
	if (ret >= 0)
		return;
	/*
	 * Copying a kernel over protected pages would fail midway: better restart through the firmware.
	 */
	hvcall_error("kexec", ret);
	pr_emerg("another kernel must not start: restarting the machine\n");
	emergency_restart();
}

int __init kexec_init(const struct compat_kernel *k)
{
	struct rw_status *status = hvcall_status();

	if (IS_ERR(status))
		return PTR_ERR(status);
	kernel = k;
	refuse = status->kexec != RW_KEXEC_ALLOW;
	free_page((unsigned long)status);
	return compat_on_shutdown(on_shutdown);
}

void kexec_exit(void)
{
	compat_off_shutdown();
}
