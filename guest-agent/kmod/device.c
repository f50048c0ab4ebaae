// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// The device through which rwctl and ringward-start talk to the agent.
#define pr_fmt(fmt) "ringward: " fmt

#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/uaccess.h>

#include "access/access.h"
#include "device.h"
#include "event.h"
#include "hvcall.h"
#include "policy.h"
#include "producer.h"
#include "protect.h"
#include "uapi.h"

static const struct compat_kernel *kernel __ro_after_init;
static DEFINE_MUTEX(request_lock);

static_assert(sizeof(struct rw_ioc_status) <= PAGE_SIZE && sizeof(struct rw_ioc_stats) <= PAGE_SIZE);

/* @page: zeroed; what the hypervisor fills lies at its start, 8-byte aligned. */
static int do_status(void *page, void __user *to)
{
	struct rw_ioc_status *answer = page;
	struct producer_state state;
	long ret;

	BUILD_BUG_ON(offsetof(struct rw_ioc_status, hv) != 0);
	ret = hvcall(RW_HC_STATUS, virt_to_phys(&answer->hv), 0, 0);
	if (ret < 0)
		return hvcall_error("status", ret);
	producer_state(&state);
	answer->rings = state.rings;
	answer->pending = state.pending;
	answer->lost = state.lost;
	answer->no_ring = state.no_ring;
	return copy_to_user(to, answer, sizeof(*answer)) ? -EFAULT : 0;
}

static int do_stats(void *page, void __user *user)
{
	struct rw_ioc_stats *answer = page;
	long ret;

	if (copy_from_user(answer, user, offsetof(struct rw_ioc_stats, stats)))
		return -EFAULT;
	if (answer->reserved != 0)
		return -EINVAL;
	ret = hvcall(RW_HC_STATS, virt_to_phys(&answer->stats), answer->cpu, 0);
	if (ret == -RW_EINVAL)
		return -EINVAL;
	if (ret < 0)
		return hvcall_error("stats", ret);
	return copy_to_user(user, answer, sizeof(*answer)) ? -EFAULT : 0;
}

/* Lets the hypervisor fill @data. @req: zeroed, what the hypervisor reads and answers. */
static int read_records(struct rw_read *req, void *data, struct rw_ioc_read *answer)
{
	unsigned int i;
	long ret;

	req->seq = answer->seq;
	for (i = 0; i < RW_READ_PAGES; i++)
		req->page[i] = virt_to_phys(data) + i * PAGE_SIZE;
	ret = hvcall(RW_HC_READ, virt_to_phys(req), 0, 0);
	if (ret < 0 || ret > RW_READ_BYTES)
		return hvcall_error("read", ret);
	answer->seq = req->seq;
	answer->next_seq = req->next_seq;
	answer->boot_epoch = req->boot_epoch;
	answer->bytes = ret;
	return 0;
}

/* @page: zeroed, for the request to the hypervisor. */
static int do_read(const struct file *file, void *page, void __user *user)
{
	struct rw_ioc_read answer;
	void *data;
	int ret = access_log(file);

	if (ret)
		return ret;
	if (copy_from_user(&answer, user, sizeof(answer)))
		return -EFAULT;
	data = (void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, get_order(RW_READ_BYTES));
	if (!data)
		return -ENOMEM;
	ret = read_records(page, data, &answer);
	if (!ret && answer.bytes <= RW_READ_BYTES && /* the compiler must see the bound: no WARN() in here */
	    (copy_to_user(u64_to_user_ptr(answer.buffer), data, answer.bytes) ||
	     copy_to_user(user, &answer, sizeof(answer))))
		ret = -EFAULT;
	free_pages((unsigned long)data, get_order(RW_READ_BYTES));
	return ret;
}

/* Copies an image of the policy area, which cannot change. */
static int do_image(u32 kind, void __user *user)
{
	struct rw_ioc_image answer;
	const void *image;
	u32 size;

	image = policy_image(kind, &size);
	if (!image)
		return -ENODATA;
	if (copy_from_user(&answer, user, sizeof(answer)))
		return -EFAULT;
	if (size > RW_POLICY_BYTES_MAX || size > answer.size)
		return -ENOSPC;
	answer.size = size;
	if (copy_to_user(u64_to_user_ptr(answer.buffer), image, size) ||
	    copy_to_user(user, &answer, sizeof(answer)))
		return -EFAULT;
	return 0;
}

static int do_dump(void)
{
	long ret;

	event_flush();
	ret = hvcall(RW_HC_DUMP, 0, 0, 0);
	return ret < 0 ? hvcall_error("dump", ret) : 0;
}

static long device_ioctl(struct file *file, unsigned int request, unsigned long arg)
{
	void __user *user = (void __user *)arg;
	void *page = (void *)get_zeroed_page(GFP_KERNEL);
	long ret = 0;

	if (!page)
		return -ENOMEM;
	mutex_lock(&request_lock);
	if (request == RW_IOC_LOCK)
		ret = protect_lock(kernel);
	else if (request == RW_IOC_STATUS)
		ret = do_status(page, user);
	else if (request == RW_IOC_STATS)
		ret = do_stats(page, user);
	else if (request == RW_IOC_DUMP)
		ret = do_dump();
	else if (request == RW_IOC_FLUSH)
		event_flush();
	else if (request == RW_IOC_READ)
		ret = do_read(file, page, user);
	else if (request == RW_IOC_MONITOR)
		ret = do_image(RW_POLICY_MONITOR, user);
	else if (request == RW_IOC_POLICY)
		ret = do_image(RW_POLICY_ACCESS, user);
	else
		ret = -ENOTTY;
	mutex_unlock(&request_lock);
	free_page((unsigned long)page);
	return ret;
}

static int device_open(struct inode *inode, struct file *file)
{
	return capable(CAP_SYS_ADMIN) ? nonseekable_open(inode, file) : -EPERM;
}

static const struct file_operations device_fops = {
	.owner = THIS_MODULE,
	.open = device_open,
	.unlocked_ioctl = device_ioctl,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = RW_DEVICE_NAME,
	.fops = &device_fops,
	.mode = 0600,
};

int __init device_init(const struct compat_kernel *k)
{
	kernel = k;
	return misc_register(&device);
}

void device_exit(void)
{
	misc_deregister(&device);
}
