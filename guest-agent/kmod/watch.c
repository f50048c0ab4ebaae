// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Names data that attackers change, and that must stay writable, to the hypervisor.
#include <linux/cpumask.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "producer.h"
#include "watch.h"

/* Pages that follow each other in linear memory need not do so in physical memory. */
static int add(struct protect_call *call, const char *name, unsigned long at, u32 len)
{
	int ret = 0;

	while (len != 0 && ret == 0) {
		struct rw_range r = {
			.gpa = slow_virt_to_phys((void *)at),
			.gva = at,
			.len = min_t(u32, len, PAGE_SIZE - offset_in_page(at)),
			.flags = RW_RANGE_WATCHED,
		};

		strscpy(r.name, name, sizeof(r.name));
		ret = protect_add(call, &r);
		at += r.len;
		len -= r.len;
	}
	return ret;
}

int watch_send(struct protect_call *call, const struct compat_kernel *k)
{
	int i, cpu, ret = 0;

	for (i = 0; i < COMPAT_DATA && ret == 0; i++)
		if (k->data[i].at)
			ret = add(call, k->data[i].name, k->data[i].at, k->data[i].len);
	for_each_possible_cpu(cpu)
	{
		size_t len;
		const void *ring = producer_fixed(cpu, &len);
		char name[32];

		snprintf(name, sizeof(name), "ringward:rings, CPU %d", cpu);
		if (ret == 0)
			ret = add(call, name, (unsigned long)ring, len);
	}
	return ret == 0 ? protect_send(call) : ret;
}
