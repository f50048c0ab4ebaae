/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Fixed-width types and layout asserts for the headers that every Ringward program shares. */
#pragma once

#ifdef __KERNEL__
#include <linux/stddef.h>
#include <linux/types.h>
#ifndef UINT32_MAX
#define UINT16_MAX 0xffffu
#define UINT32_MAX 0xffffffffu
#endif
#else
#include <stddef.h>
#include <stdint.h>
#endif

#define RW_ASSERT_SIZE(type, size) \
	_Static_assert(sizeof(type) == (size), #type " has the size that the ABI fixes")
#define RW_ASSERT_OFFSET(type, member, off) \
	_Static_assert(offsetof(type, member) == (off), #type "." #member " lies where the ABI fixes it")

#define RW_PAGE_SIZE 4096u
