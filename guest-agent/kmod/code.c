// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Names the kernel's code to the hypervisor.
#define pr_fmt(fmt) "ringward: " fmt

#include <linux/efi.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "abi/record.h"
#include "abi/stats.h"
#include "code.h"
#include "hvcall.h"
#include "kernel/code.h"
#include "kernel/layout.h"
#include "modcheck.h"
#include "modfile.h"
#include "modkeep.h"

static const struct compat_kernel *kernel __ro_after_init;
static DEFINE_MUTEX(code_mutex); /* a module is being approved, or the lock is being made */
static bool locked;              /* set under code_mutex */
static u32 flags;                /* RW_CODE_*; set under code_mutex, before locked */

bool code_is_guarded(void)
{
	return flags & RW_CODE_ACTIVE;
}

u32 code_modules(void)
{
	if (!READ_ONCE(locked))
		return RW_MODULES_ANY;
	if (flags & RW_CODE_MODULES_NONE)
		return RW_MODULES_NONE;
	return flags & RW_CODE_MODULES_APPROVED ? RW_MODULES_APPROVED : RW_MODULES_ANY;
}

bool code_shows_files(void)
{
	return code_modules() == RW_MODULES_APPROVED && code_is_guarded();
}

bool code_refuses(const u8 digest[RW_SHA256_LEN])
{
	u32 allowed = code_modules();

	if (allowed == RW_MODULES_ANY || code_is_guarded())
		return false;
	if (allowed == RW_MODULES_NONE) {
		pr_warn_ratelimited("a module is refused: modules = none\n");
		return true;
	}
	if (!modfile_is_approved(digest)) {
		pr_warn_ratelimited("a module is refused: approved.conf does not list SHA-256 %*phN\n",
				    RW_SHA256_LEN, digest);
		return true;
	}
	return false;
}

static int read_flags(void)
{
	struct rw_status *status = hvcall_status();

	flags = 0;
	if (IS_ERR(status))
		return PTR_ERR(status);
	flags = status->code;
	free_page((unsigned long)status);
	return 0;
}

int code_lock_begin(void)
{
	int ret;

	mutex_lock(&code_mutex);
	ret = read_flags();
	if (ret) {
		mutex_unlock(&code_mutex);
		return ret;
	}
	if (flags & RW_CODE_JIT_OFF && kernel->bpf_jit_enable)
		WRITE_ONCE(*kernel->bpf_jit_enable, 0);
	return 0;
}

void code_lock_end(bool done)
{
	WRITE_ONCE(locked, done);
	mutex_unlock(&code_mutex);
}

struct naming {
	struct protect_call *call;
	const struct compat_kernel *k;
	struct compat_region trampoline;
};

static bool overlaps(unsigned long a, unsigned long a_size, unsigned long b, unsigned long b_size)
{
	return a < b + b_size && b < a + a_size;
}

static int add_run(struct protect_call *call, const struct compat_code *code, u32 kind, u32 range_flags,
		   const char *name)
{
	struct rw_range r = {
		.gpa = code->gpa, .gva = code->va, .len = code->size, .kind = kind, .flags = range_flags
	};

	strscpy(r.name, name, sizeof(r.name));
	return protect_add(call, &r);
}

/* One run of the kernel's own page tables. */
static int name_kernel(void *ctx, const struct compat_code *code)
{
	const struct naming *n = ctx;
	struct compat_region own = compat_module_text(THIS_MODULE);
	unsigned long text = n->k->text & PAGE_MASK;
	char owner[MODULE_NAME_LEN];

	if (overlaps(code->va, code->size, text, PAGE_ALIGN(n->k->etext) - text) ||
	    overlaps(code->va, code->size, own.base, own.size) ||
	    overlaps(code->va, code->size, n->trampoline.base, n->trampoline.size))
		return 0; /* named otherwise */
	if (code->writable) {
		pr_warn("%lu bytes at %#lx are code and writable: they are not approved\n", code->size,
			code->va);
		return 0;
	}
	compat_code_owner(code->va, owner);
	if (!*owner || strcmp(owner, "bpf") == 0)
		return add_run(n->call, code, RW_TARGET_DYNAMIC_CODE, 0, *owner ? owner : "dynamic code");
	return add_run(n->call, code, RW_TARGET_MODULE_TEXT, 0, owner);
}

/* One run of the page tables with which the firmware is called: they follow its Memory Attributes Table. */
static int name_firmware(void *ctx, const struct compat_code *code)
{
	const struct naming *n = ctx;

	return add_run(n->call, code, RW_TARGET_FIRMWARE_CODE, code->writable ? RW_RANGE_WRITABLE : 0,
		       "EFI runtime services");
}

/* The firmware's devices are mapped beside its code, executable too: only its code counts. */
static int name_all_firmware(struct naming *n)
{
	const efi_memory_desc_t *md;
	int ret = 0;

	for_each_efi_memory_desc(md)
	{
		if (md->type == EFI_RUNTIME_SERVICES_CODE && md->attribute & EFI_MEMORY_RUNTIME)
			ret = compat_for_each_code(n->k->efi_mm, md->virt_addr,
						   md->virt_addr + md->num_pages * EFI_PAGE_SIZE - 1,
						   name_firmware, n);
		if (ret)
			break;
	}
	return ret;
}

int code_name(struct protect_call *call, const struct compat_kernel *k)
{
	struct naming n = { call, k, compat_trampoline(k) };
	int ret = 0;

	if (n.trampoline.size) {
		struct compat_code code = { n.trampoline.base, virt_to_phys((void *)n.trampoline.base),
					    n.trampoline.size, false };

		ret = add_run(call, &code, RW_TARGET_TRAMPOLINE, 0, "trampoline");
	}
	if (ret == 0)
		ret = compat_for_each_code(k->init_mm, compat_kernel_half(), -1ul, name_kernel, &n);
	if (ret == 0 && flags & RW_CODE_MODULES_APPROVED)
		ret = modcheck_name(call, k);
	if (ret == 0 && k->efi_mm && efi_enabled(EFI_RUNTIME_SERVICES) && efi_enabled(EFI_MEMMAP))
		ret = name_all_firmware(&n);
	return ret;
}

static int approve(struct protect_call *call, const struct module *mod, bool rodata)
{
	struct compat_region init = compat_module_init_text(mod);
	unsigned int i;
	int ret = protect_add_module(call, RW_TARGET_MODULE_TEXT, mod->name, compat_module_text(mod));

	if (ret == 0 && rodata)
		ret = protect_add_module(call, RW_TARGET_MODULE_RODATA, mod->name,
					 compat_module_rodata(mod, false));
	if (ret == 0 && init.size)
		ret = protect_add_module(call, RW_TARGET_MODULE_TEXT, mod->name, init);
	for (i = 0; ret == 0 && i < compat_thunk_pages(mod); i++)
		ret = protect_add_module(call, RW_TARGET_MODULE_TEXT, mod->name, compat_thunk_page(mod, i));
	return ret == 0 ? protect_send(call) : ret;
}

/* The hypervisor decides, and records that, even if it was not shown the file. */
static int approve_file(struct protect_call *call, const struct module *mod)
{
	struct modkeep *keep;
	int ret = 0, compare;

	if (!code_shows_files())
		return approve(call, mod, false);
	keep = modkeep_show(mod->name);
	compare = keep ? modcheck_places(mod, keep) : 0;
	if (compare >= 0)
		ret = approve(call, mod, compare > 0);
	if (ret == 0 && compare > 0)
		ret = modcheck_compare();
	modkeep_shown(keep);
	return compare < 0 ? compare : ret;
}

/* The module is in place, its text read-only; nothing of it has run yet. A failure ends its loading. */
static int on_module(struct notifier_block *nb, unsigned long state, void *data)
{
	const struct module *mod = data;
	struct protect_call call = { .nr = RW_HC_MODULE };
	int ret = 0;

	if (state != MODULE_STATE_COMING)
		return NOTIFY_DONE;
	mutex_lock(&code_mutex);
	if (locked && code_is_guarded()) {
		call.list = (void *)get_zeroed_page(GFP_KERNEL);
		ret = call.list ? approve_file(&call, mod) : -ENOMEM;
		free_page((unsigned long)call.list);
	}
	mutex_unlock(&code_mutex);
	if (ret)
		pr_err("the code of module %s is not approved: error %d\n", mod->name, ret);
	return notifier_from_errno(ret);
}

/* Before all others: some of them patch the module, and these patches are let through and recorded. */
static struct notifier_block module_nb = { .notifier_call = on_module, .priority = INT_MAX };

int __init code_init(const struct compat_kernel *k)
{
	kernel = k;
	return register_module_notifier(&module_nb);
}

void code_exit(void)
{
	unregister_module_notifier(&module_nb);
}
