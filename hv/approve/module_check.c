/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Compares a module that is being loaded with its file, some pages a call. */
#include "approve/module_check.h"

#include "approve/exports.h"
#include "approve/module_file.h"
#include "approve/relocate.h"
#include "core/smp.h"
#include "core/state.h"
#include "lib/string.h"
#include "log/printk.h"
#include "mm/guest_copy.h"
#include "mm/nested.h"
#include "protect/code_rules.h"
#include "protect/patch.h"

#define PAGES    16384u /* of a module's code and read-only data: 64 MiB */
#define RUNS     64u    /* gapless runs of linear addresses */
#define COMPARES 32u    /* pages in one call, so that it takes less than a millisecond */

/* Pages of one kind at consecutive linear addresses. */
struct run {
	uint64_t va;
	uint32_t first, count; /* of page */
	uint32_t kind;         /* enum rw_target */
};

static struct {
	struct run run[RUNS];
	uint32_t page[PAGES]; /* numbers of the guest's physical pages */
	uint32_t runs, pages;
	uint32_t done;      /* pages compared */
	bool placed;        /* module's base is set */
	bool differs;       /* recorded, and let pass */
	struct percpu *cpu; /* that makes the call */
} held;                     /* (a) */

static struct relocate module; /* (a) */

static uint64_t gpa_of(uint32_t page)
{
	return (uint64_t)held.page[page] * PAGE_SIZE;
}

static uint64_t run_bytes(const struct run *run)
{
	return (uint64_t)run->count * PAGE_SIZE;
}

/* The run that page number @page belongs to. */
static const struct run *run_of(uint32_t page)
{
	const struct run *run = held.run;

	while (page - run->first >= run->count)
		run++;
	return run;
}

static int hold_page(uint64_t gva, uint64_t gpa, uint32_t kind)
{
	struct run *last = held.runs ? &held.run[held.runs - 1] : NULL;

	if (relocate_place_of(gva, PAGE_SIZE) != RELOCATE_ELSEWHERE)
		return -RW_EXISTS;
	if (!last || last->kind != kind || last->va + run_bytes(last) != gva) {
		if (held.runs == RUNS)
			return -RW_ENOSPC;
		last = &held.run[held.runs++];
		*last = (struct run){ gva, held.pages, 0, kind };
	}
	held.page[held.pages++] = (uint32_t)(gpa / PAGE_SIZE);
	last->count++;
	return nested_set_perm(gpa, PAGE_SIZE, NPERM_R);
}

int module_check_hold(const struct rw_protect_list *list)
{
	int ret = held.done ? -RW_EXISTS : 0;

	for (uint32_t i = 0; i < list->count; i++)
		for (uint64_t at = 0; !ret && at < list->range[i].len; at += PAGE_SIZE)
			ret = held.pages == PAGES ? -RW_ENOSPC :
						    hold_page(list->range[i].gva + at,
							      list->range[i].gpa + at, list->range[i].kind);
	return ret;
}

void module_check_forget(struct percpu *cpu)
{
	code_forget_pages(cpu, held.page, held.pages);
	memset(&held, 0, sizeof(held));
}

/* What relocate.c needs to know. */

const uint8_t *elf_page(uint64_t number)
{
	return guest_page(module_file_page(number));
}

enum relocate_place relocate_place_of(uint64_t va, uint64_t size)
{
	for (uint32_t i = 0; i < held.runs; i++) {
		const struct run *run = &held.run[i];

		if (va >= run->va && va - run->va < run_bytes(run) && size <= run_bytes(run) - (va - run->va))
			return run->kind == RW_TARGET_MODULE_TEXT ? RELOCATE_TEXT : RELOCATE_RODATA;
		if (va < run->va + run_bytes(run) && run->va < va + size)
			return RELOCATE_MIXED;
	}
	return RELOCATE_ELSEWHERE;
}

bool relocate_code(uint64_t va, void *dst, size_t size)
{
	uint8_t *to = dst;

	for (uint32_t i = 0; i < held.runs; i++) {
		uint64_t off = va - held.run[i].va;

		if (off >= run_bytes(&held.run[i]) || size > run_bytes(&held.run[i]) - off ||
		    held.run[i].kind != RW_TARGET_MODULE_TEXT)
			continue;
		while (size) {
			size_t in_page = PAGE_SIZE - off % PAGE_SIZE, n = size < in_page ? size : in_page;

			memcpy(to,
			       guest_page(gpa_of(held.run[i].first + (uint32_t)(off / PAGE_SIZE))) +
				       off % PAGE_SIZE,
			       n);
			to += n;
			off += n;
			size -= n;
		}
		return true;
	}
	return exports_read(held.cpu, va, dst, size, BIT(RW_TARGET_KERNEL_TEXT));
}

bool relocate_export(const char *name, uint64_t *value)
{
	return exports_find(held.cpu, name, value);
}

bool relocate_is_function(uint64_t va)
{
	struct symbols_hit symbol;
	uint8_t byte;

	return !symbols_lookup(&hv.symbols, va, 0, &symbol) && !symbol.off &&
	       exports_read(held.cpu, va, &byte, 1, BIT(RW_TARGET_KERNEL_TEXT));
}

bool relocate_is_tracer(uint64_t va)
{
	return patch_is_tracer(held.cpu, va);
}

/* The steps. Return: NULL, or what is wrong. */

static const char *add_exports(const struct rw_module_check *req, struct input_error *err)
{
	if (hv_locked())
		return "exports are named before the lock";
	if (req->count % 2)
		return "an address without a number";
	for (uint32_t i = 0; i < req->count; i += 2) {
		err->index = i;
		if (req->value[i] < RW_SYMBOL_BASE || req->value[i + 1] > EXPORTS_MAX)
			return "a table of exports lies outside of the kernel";
		if (!exports_add(held.cpu, req->value[i], (uint32_t)req->value[i + 1]))
			return "too many tables of exports";
	}
	return NULL;
}

static const char *set_places(const struct rw_module_check *req)
{
	const char *bad;

	if (held.pages || held.placed)
		return "the places are known already";
	bad = relocate_open(&module, module_file_size());
	if (bad)
		return bad;
	memcpy(module.base, req->value, req->count * sizeof(req->value[0]));
	module.return_thunk = hv.sites.patching.return_thunk;
	held.placed = true;
	return NULL;
}

static void record(struct percpu *cpu, enum rw_verdict verdict, const struct relocate_difference *d,
		   const char *section)
{
	uint64_t gva = 0, pages = 0;

	for (uint32_t i = held.runs; i-- > 0;)
		if (held.run[i].kind == RW_TARGET_MODULE_TEXT) {
			gva = held.run[i].va;
			pages += held.run[i].count;
		}
	module_file_record(cpu, module_file_name(), gva, pages, verdict, d, section);
}

/* Ends the comparison. Return: RAX. */
static int64_t differs(struct percpu *cpu, const struct relocate_difference *d, struct input_error *err)
{
	bool audit = code_is_audit();
	char section[ELF_NAME] = "no section";

	if (d->section)
		elf_string(&module.elf, module.elf.names, module.elf.section[d->section].sh_name, section);
	record(cpu, audit ? RW_VERDICT_ALLOW : RW_VERDICT_DENY, d, section);
	printk("module: %s: %s, offset %lx", d->why, section, d->off);
	if (audit)
		held.differs = true;
	return audit ? 0 : input_error_set(err, 0, d->why, -RW_EPERM);
}

/* Whether a page is still what it was named as: one that the kernel has freed is data, and mapped so. */
static bool is_held(uint32_t page)
{
	struct ranges_hit hit;

	return ranges_find(&hv.ranges, gpa_of(page), &hit) && hit.kind == run_of(page)->kind;
}

/* All of them are as the file says, or differences are only recorded. */
static void approve(struct percpu *cpu)
{
	static const char *const name[] = { "__ksymtab", "__ksymtab_gpl" };

	for (uint32_t i = 0; i < held.pages; i++) {
		const struct rw_range range = { .gpa = gpa_of(i), .len = PAGE_SIZE, .kind = run_of(i)->kind };

		if (is_held(i))
			code_restrict(&range); /* mapped by itself already: needs no room */
	}
	smp_flush_all(cpu);
	for (uint32_t i = 0; i < 2; i++) {
		uint32_t section = elf_find(&module.elf, name[i]);

		if (section && module.base[section] &&
		    !exports_add(cpu, module.base[section],
				 (uint32_t)(module.elf.section[section].sh_size / EXPORTS_ENTRY)))
			printk("module: no room for its exports: modules that need them will be refused");
	}
	if (!held.differs)
		record(cpu, RW_VERDICT_ALLOW, NULL, NULL);
	memset(&held, 0, sizeof(held));
}

/*
 * Whether nobody could write to the pages since they were named: what ends that makes them data, and in a
 * comparison that has begun they are not named again.
 */
static bool all_held(void)
{
	for (uint32_t i = 0; i < held.pages; i++)
		if (nested_perm(gpa_of(i)) != NPERM_R || !is_held(i))
			return false;
	return true;
}

static int64_t compare(struct percpu *cpu, struct input_error *err)
{
	struct relocate_difference d = { 0 };
	uint32_t end = held.pages - held.done < COMPARES ? held.pages : held.done + COMPARES;
	int64_t ret = 0;

	if (!held.placed || !held.pages || !module_file_size())
		return input_error_set(err, 0, "the module's places or pages are not known", -RW_EINVAL);
	if (!held.done) {
		d.why = relocate_check_places(&module, &d.section);
		ret = d.why ? differs(cpu, &d, err) : 0;
	}
	for (; !ret && held.done < end && !held.differs; held.done++) {
		const struct run *run = run_of(held.done);
		uint64_t va = run->va + (uint64_t)(held.done - run->first) * PAGE_SIZE;

		if (!relocate_page(&module, va, run->kind == RW_TARGET_MODULE_TEXT,
				   guest_page(gpa_of(held.done)), &d))
			ret = differs(cpu, &d, err);
	}
	if (ret)
		return ret;
	if (held.done < held.pages && !held.differs)
		return held.pages - held.done;
	if (!all_held()) {
		d = (struct relocate_difference){ .why = "a page was freed while it was compared" };
		ret = differs(cpu, &d, err);
	}
	if (ret)
		return ret;
	approve(cpu);
	return 0;
}

int64_t module_check_step(struct percpu *cpu, const struct rw_module_check *req, struct input_error *err)
{
	const char *bad = "unknown step, or too many values";
	int64_t ret = 0;

	held.cpu = cpu;
	err->index = 0;
	if (req->count > RW_MODULE_CHECK_VALUES)
		; /* too many */
	else if (req->step == RW_MODULE_CHECK_EXPORTS)
		bad = add_exports(req, err);
	else if (!hv_locked())
		bad = "not locked";
	else if (req->step == RW_MODULE_CHECK_PLACES && !module_file_size())
		bad = NULL, ret = input_error_set(err, 0, "no approved file was shown", -RW_ENOTREADY);
	else if (req->step == RW_MODULE_CHECK_PLACES)
		bad = set_places(req);
	else if (req->step == RW_MODULE_CHECK_COMPARE)
		bad = NULL, ret = compare(cpu, err);
	if (bad)
		ret = input_error_set(err, err->index, bad, -RW_EINVAL);
	if (ret < 0)
		module_check_forget(cpu);
	return ret;
}
