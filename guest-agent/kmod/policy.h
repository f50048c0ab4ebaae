/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The policy area: what the loader compiled of the files on the ESP, in pages that only the hypervisor can
 * write.
 */
#pragma once

#include <linux/types.h>

#include "abi/policy.h"

/**
 * policy_init() - find the policy area, map it, and check its directory.
 *
 * Context: module init, after hvcall_detect(), before all that uses policy_image().
 * Return: 0, -ENOMEM, -EPROTO (the area is of another version; printed), or what hvcall_error() makes of an
 * answer.
 */
int policy_init(void);

/* Undoes policy_init(). Context: module init, when a later step failed. */
void policy_exit(void);

/**
 * policy_image() - find an image of the policy area.
 * @kind: enum rw_policy_kind
 * @size: receives its bytes
 *
 * The image lies inside the area; what it holds is for the caller to check. It never changes, and stays until
 * policy_exit().
 *
 * Context: any, after policy_init(). Return: the image, aligned to RW_POLICY_ALIGN; NULL if there is none of
 * this kind.
 */
const void *policy_image(u32 kind, u32 *size);
