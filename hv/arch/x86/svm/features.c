/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Optional features of this kind of CPU. */
#include "arch/x86/svm/svm.h"

struct svm_features svm_features; /* (b) */
