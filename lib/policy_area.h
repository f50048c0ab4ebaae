/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Writes and reads the directory of the policy area. Pure C without a library: loader and agent share it. */
#pragma once

#include "abi/policy.h"

/** policy_area_start() - make a directory without images. */
void policy_area_start(struct rw_policy_dir *dir);

/**
 * policy_area_add() - give an image its place after the others.
 * @kind: enum rw_policy_kind, not in the directory yet
 * @size: bytes
 *
 * Return: where the image begins, in bytes from @dir; 0 if directory or area have no room for it.
 */
uint32_t policy_area_add(struct rw_policy_dir *dir, uint32_t kind, uint32_t size);

/**
 * policy_area_check() - check that the images lie inside an area, so that policy_area_image() can be used.
 * @area: 8-byte aligned; untrusted, but it does not change
 * @size: bytes, of the pages that hold it
 *
 * Return: 0, or -1.
 */
int policy_area_check(const void *area, uint64_t size);

/**
 * policy_area_image() - find an image in an area that policy_area_check() has passed.
 * @size: receives its bytes
 *
 * Return: the image, aligned to RW_POLICY_ALIGN in the area; NULL if there is none of this kind.
 */
const void *policy_area_image(const void *area, uint32_t kind, uint32_t *size);
