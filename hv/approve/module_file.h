/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * modules = approved: the file of the module that is being loaded. The agent shows it page by page. Nobody
 * can write to a page from before it is hashed until the file is forgotten.
 */
#pragma once

#include "core/input_error.h"
#include "core/percpu.h"
#include "abi/hypercall.h"

struct relocate_difference;

/** module_file_init() - finds the approved digests, at the start. Return: NULL or an error line. */
const char *module_file_init(void);

/**
 * module_file_step() - one RW_HC_MODULE_FILE.
 * @req: private copy, untrusted.
 * @err: set on error, index: number of the page. The file is forgotten then.
 * Context: under hv_agent_lock, after the lock.
 * Return: bytes of the file that are still missing; -RW_EINVAL: a field, a page that is not guest RAM, or not
 * the step that is due.
 */
int64_t module_file_step(struct percpu *cpu, const struct rw_module_file *req, struct input_error *err);

/** module_file_forget() - another kernel takes over: nothing is protected. Context: as module_file_step(). */
void module_file_forget(void);

/**
 * module_file_refusal() - why the configuration does not approve the code of a module that is being loaded.
 * @list: private copy; its number of ranges is good.
 * Context: as module_file_step(). Return: NULL: it does.
 */
const char *module_file_refusal(const struct rw_protect_list *list);

/** module_file_size() - bytes of the file, if all of it was shown and it is approved; else 0. */
uint64_t module_file_size(void);

/** module_file_page() - guest-physical address of page @number of the file, which has so many. */
uint64_t module_file_page(uint64_t number);

/** module_file_name() - the name with which the file is shown; RW_MODULE_NAME bytes. */
const char *module_file_name(void);

/**
 * module_file_record() - records what becomes of the code of module @name (RW_MODULE_NAME bytes), at @gva,
 * with the digest of its file, if that was shown.
 * @d: where it differs from its file, in @section; NULL: nowhere. Context: as module_file_step().
 */
void module_file_record(struct percpu *cpu, const char *name, uint64_t gva, uint64_t pages,
			enum rw_verdict verdict, const struct relocate_difference *d, const char *section);
