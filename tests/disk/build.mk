# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# A disk with an installed Debian 12 for tools/rwrun --disk: see docs/loaders.md. It boots to its login prompt.

.PHONY: disk
disk: $(B)/disk/debian.img

$(B)/disk/debian.img: scripts/make-disk $(wildcard tests/disk/files/*) $(B)/kernels/kernel.mk
	scripts/make-disk $@
