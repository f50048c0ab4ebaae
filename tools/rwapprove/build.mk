# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# rwapprove, which makes approved.conf.

RWAPPROVE_SRC := $(wildcard tools/rwapprove/*.c) tools/rwlog/outfile.c $(addprefix lib/,approved_conf.c cmdline.c conf_text.c format.c)

all: $(B)/rwapprove

$(B)/rwapprove: $(RWAPPROVE_SRC) $(wildcard tools/rwapprove/*.h lib/*.h tools/rwlog/outfile.h abi/approved.h) $(VERSION_H) \
	tools/rwapprove/build.mk
	@mkdir -p $(@D)
	$(CC) $(HOSTCFLAGS) -Itools/rwapprove -o $@ $(RWAPPROVE_SRC) -lcrypto -lelf -llzma -lz -lzstd
