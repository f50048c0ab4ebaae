/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Records of a program's life, for the tests of formats and reports. */
#pragma once

#include "tests/unit/rwlog/build.h"

/* Names that want to be something else: a quote's end, markup, other fields, a reversed suffix, no UTF-8. */
#define SAMPLE_HOSTILE \
	"/tmp/\"' type=EOE </script><b>\xe2\x80\xae" \
	"gpj.\n\xff"

/** sample_story() - append them: what each format has a place of its own for, and a hostile name. */
void sample_story(struct build *b);
