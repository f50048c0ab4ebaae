// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Reads a kernel module's file in the form in which approved.conf lists it.
#define pr_fmt(fmt) "ringward: " fmt

#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/xz.h>

#include "lib/approved.h"
#include "modfile.h"
#include "policy.h"

static const void *approved __ro_after_init;

int __init modfile_init(void)
{
	u32 size;
	const void *image = policy_image(RW_POLICY_APPROVED, &size);

	if (image && !approved_is_sound(image, size)) {
		pr_err("the list of approved modules is not as this module knows it\n");
		return -EPROTO;
	}
	approved = image;
	return 0;
}

bool modfile_is_approved(const u8 digest[RW_SHA256_LEN])
{
	return approved && approved_has(approved, digest);
}

static int read_plain(const u8 *content, size_t size, modfile_fn fn, void *ctx)
{
	size_t done, piece;
	int ret = 0;

	for (done = 0; done < size && ret == 0; done += piece) {
		piece = min_t(size_t, size - done, PAGE_SIZE);
		ret = fn(ctx, content + done, piece);
	}
	return ret;
}

/* What follows the first stream does not count, as for the kernel. */
static int unpack(struct xz_dec *xz, struct xz_buf *buf, modfile_fn fn, void *ctx)
{
	enum xz_ret state;
	int ret;

	do {
		buf->out_pos = 0;
		state = xz_dec_run(xz, buf);
		ret = buf->out_pos ? fn(ctx, buf->out, buf->out_pos) : 0;
	} while (ret == 0 && state == XZ_OK && buf->out_pos == buf->out_size);
	return ret == 0 && state != XZ_STREAM_END ? -EBADMSG : ret;
}

static int read_xz(const u8 *content, size_t size, modfile_fn fn, void *ctx)
{
	struct xz_dec *xz = xz_dec_init(XZ_DYNALLOC, U32_MAX);
	struct xz_buf buf = { .in = content, .in_size = size, .out_size = PAGE_SIZE };
	int ret = -ENOMEM;

	buf.out = (void *)__get_free_page(GFP_KERNEL);
	if (xz && buf.out)
		ret = unpack(xz, &buf, fn, ctx);
	free_page((unsigned long)buf.out);
	xz_dec_end(xz);
	return ret;
}

int modfile_read(const void *content, size_t size, modfile_fn fn, void *ctx)
{
	static const u8 magic[] = { 0xfd, '7', 'z', 'X', 'Z', 0 };

	if (size >= sizeof(magic) && memcmp(content, magic, sizeof(magic)) == 0)
		return read_xz(content, size, fn, ctx);
	return read_plain(content, size, fn, ctx);
}
