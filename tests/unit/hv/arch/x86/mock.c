/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Mock of the core for the unit tests of both backends. */
#include "tests/unit/hv/arch/x86/mock.h"

#include "core/exit.h"
#include "core/panic.h"
#include "log/printk.h"
#include "mm/nested.h"
#include "mm/page_pool.h"

struct mock mock;

int mock_reset(void **state)
{
	(void)state;
	memset(&mock, 0, sizeof(mock));
	hw_reset();
	return 0;
}

void hv_panic(const char *format, ...)
{
	if (!mock.panic_target)
		fail_msg("hv_panic(%s)", format);
	longjmp(*mock.panic_target, 1);
}

void panic_note_exit(struct percpu *cpu, const struct hv_exit *x)
{
	(void)cpu;
	(void)x;
	mock.noted = true;
}

void exit_dispatch(struct percpu *cpu, struct hv_exit *x)
{
	assert_ptr_equal(cpu, &mock.cpu);
	mock.exit = *x;
	mock.dispatched++;
	cpu->gprs.rax++;
}

uint64_t nested_root(enum nested_map map)
{
	return MOCK_ROOT + map * PAGE_SIZE;
}

bool nested_has_maps(void)
{
	return mock.has_maps;
}

void printk(const char *format, ...)
{
	(void)format;
}

void *pool_alloc(size_t pages)
{
	void *p = mock.pool[mock.pool_used];

	if (mock.pool_used + pages > MOCK_POOL_PAGES)
		return NULL;
	mock.pool_used += (unsigned int)pages;
	return p;
}

uint64_t hv_phys(const void *virt)
{
	return (uint64_t)(uintptr_t)virt;
}
