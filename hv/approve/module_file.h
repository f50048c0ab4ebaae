/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * modules = approved: the file of the module that is being loaded. The agent shows it page by page; each page
 * is copied once and hashed as copied, so that the digest is of definite bytes, whatever other CPUs write
 * meanwhile.
 */
#pragma once

#include "core/input_error.h"
#include "abi/approved.h"
#include "abi/hypercall.h"

struct rec_writer;

/**
 * module_file_init() - finds the approved digests in the policy area. At the start.
 * Return: NULL or an error line.
 */
const char *module_file_init(void);

/**
 * module_file_step() - one RW_HC_MODULE_FILE.
 * @req: private copy, untrusted.
 * @err: set on error, index: number of the page. The file is forgotten then.
 * Context: under hv_agent_lock, after the lock.
 * Return: bytes of the file that are still missing; -RW_EINVAL: a field, a page that is not guest RAM, or not
 * the step that is due.
 */
int64_t module_file_step(const struct rw_module_file *req, struct input_error *err);

/** module_file_forget() - another kernel takes over. Context: as module_file_step(). */
void module_file_forget(void);

/**
 * module_file_refusal() - why the configuration does not approve the code of a module that is being loaded.
 * @list: private copy; its number of ranges is good.
 * Context: as module_file_step(). Return: NULL: it does.
 */
const char *module_file_refusal(const struct rw_protect_list *list);

/**
 * module_file_record() - adds to a record the digest of the file that was shown for module @name
 * (RW_MODULE_NAME bytes), if there is one, and whether it is approved. Context: as module_file_step().
 */
void module_file_record(struct rec_writer *w, const char *name);
