# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# The cost table: a guest that measures, and a program that boots it in every configuration (docs/benchmark.md).

.PHONY: bench bench-tools

BENCH_SRC := tests/bench/guest/main.c tests/bench/guest/measure.c tests/bench/guest/audit.c tests/bench/guest/other_lsm.c $(wildcard tests/bench/guest/ops_*.c)
BENCH_GUEST := $(addprefix $(B)/bench/guest/,init hello hello-libc)
BENCH_ARGS :=

all: $(BENCH_GUEST)

# Large logs for rwlog, and what it costs to read them.
bench-tools: $(B)/bench/biglog $(B)/rwlog
	$(PYTHON) tests/bench/tools/bench-tools $^ $(BENCH_ARGS)

$(B)/bench/biglog: tests/bench/tools/biglog.c lib/crc32c.c lib/events.c lib/record.c
	@mkdir -p $(@D)
	$(CC) $(HOSTCFLAGS) -o $@ $^

bench: all
	$(PYTHON) tests/bench/bench $(BENCH_ARGS)

$(B)/bench/guest/init: $(BENCH_SRC) tests/bench/guest/bench.h guest-agent/uapi.h $(wildcard abi/*.h) \
		tests/bench/build.mk
	@mkdir -p $(@D)
	$(CC) $(HOSTCFLAGS) -Iguest-agent -static -s -o $@ $(BENCH_SRC)

$(B)/bench/guest/hello: tests/bench/guest/hello.c tests/bench/build.mk
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -Os $(WARNFLAGS) -static -nostdlib -fno-stack-protector -Wl,--build-id=none -s -o $@ $<

$(B)/bench/guest/hello-libc: tests/bench/guest/hello_libc.c tests/bench/build.mk
	@mkdir -p $(@D)
	$(CC) $(HOSTCFLAGS) -static -s -o $@ $<
