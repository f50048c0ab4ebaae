/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Labels of what is mounted. */
#pragma once

/** mounts_label() - give labels to the roots of all mounts that process 1 sees. Context: may sleep. */
void mounts_label(void);
