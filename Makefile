# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Builds everything into build/, and runs it: see `make help`.

MAKEFLAGS += --no-builtin-rules
# As many jobs as there are CPUs, unless -j says otherwise.
ifeq ($(filter -j% --jobserver%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc)
endif
# Commands are shown with V=1.
ifndef V
MAKEFLAGS += --silent
endif
SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

B := build
CC := gcc
LD := ld
NASM := nasm
WARNFLAGS := -Wall -Wextra -Werror
# rw_version.h, made from VERSION, for every program that prints its version.
GEN := $(B)/include
VERSION_H := $(GEN)/rw_version.h
HOSTCFLAGS := -std=gnu11 -O2 -g $(WARNFLAGS) -I. -I$(GEN)
UNITFLAGS := -std=gnu11 -g -O1 $(WARNFLAGS) -I. -I$(GEN) -fsanitize=address,undefined -fno-sanitize-recover=all
PYTHON := /usr/bin/python3

# Each fragment adds its unit-test programs here (paths build/tests/unit/NAME) and its products to `all`.
UNIT_TESTS :=

.PHONY: all run test soak check lint collect headers tree docs docs-current rwlog kernel bochs clean help

# rwlog alone needs neither kernel nor emulator, and installs nothing. For every other goal set-up runs first, once:
# make remakes the files it includes before anything else, then restarts with the packages and the kernel's headers
# in place. Fragments may therefore call pkg-config and the like.
ifeq ($(MAKECMDGOALS),rwlog)
include tools/rwlog/build.mk
else ifneq ($(filter-out clean help docs,$(or $(MAKECMDGOALS),all)),)
include $(B)/setup.mk
ifneq ($(wildcard $(B)/setup.mk),)
include $(B)/kernels/kernel.mk
include hv/build.mk boot/build.mk guest-agent/build.mk tools/rwlog/build.mk tools/rwpolicy/build.mk tools/rwapprove/build.mk
include tests/unit/build.mk
include tests/disk/build.mk tests/fixtures/acpi/build.mk tests/e2e/build.mk tests/events/build.mk tests/access/build.mk
include tests/probes/build.mk tests/bench/build.mk tests/fuzz/build.mk
endif
endif

$(B)/setup.mk: packages.txt scripts/install-packages
	scripts/install-packages packages.txt
	@mkdir -p $(@D)
	@echo '# The packages of packages.txt are installed.' >$@

# Sets KREL, the releases of the stock kernels that the tests use; the first one is the kernel of `make run`.
$(B)/kernels/kernel.mk: $(B)/setup.mk scripts/fetch-kernel
	scripts/fetch-kernel $(B)/kernels

all: $(UNIT_TESTS)

lint: $(VERSION_H)
$(VERSION_H): VERSION
	@mkdir -p $(@D)
	@printf '/* Made from VERSION by the Makefile. */\n#pragma once\n#define RW_VERSION "%s"\n' "$$(cat $<)" >$@

kernel: $(B)/kernels/kernel.mk
	@printf '%s\n' $(KREL:%=$(B)/kernels/%)

# The private Debian 13 tree with Bochs 3.0; not needed if BOCHS= or PATH gives a Bochs.
bochs: $(B)/bochs-tree/.stamp
$(B)/bochs-tree/.stamp: scripts/fetch-bochs
	scripts/fetch-bochs $(@D)

run: all
	scripts/demo

check: headers tree docs-current collect $(UNIT_TESTS)
	$(PYTHON) scripts/run-tests $(UNIT_TESTS)

test: all headers docs-current
	$(PYTHON) scripts/run-tests --e2e $(UNIT_TESTS)

soak: all fuzz soak-rwlog
	$(PYTHON) scripts/run-tests --soak

# pytest finds all end-to-end tests, and those of `make soak` apart; it runs none, and needs nothing built.
collect:
	for chosen in 'not soak' soak; do \
		found=$$($(PYTHON) -m pytest --collect-only -qq -m "$$chosen" tests/e2e) || { echo "$$found"; exit 1; }; \
	done

# Each header compiles by itself.
headers:
	scripts/check-headers

# Checks for circles in hv/, sizes and line width.
tree: $(B)/hv.elf
	scripts/check-tree --build $(B)

# The tables of docs/ that come from abi/events.def, and rwlog's manual page and completion.
docs:
	scripts/gen-docs
docs-current:
	scripts/gen-docs --check

lint: $(B)/hv.elf $(VERSION_H)
	scripts/lint

clean:
	rm -rf $(B)

help:
	@echo 'make             build everything into build/ (installs missing Debian packages first)'
	@echo 'make run         the demonstration: a guarded stock kernel under attack, on an Intel and on an AMD machine'
	@echo 'make test        all tests: unit tests, then end to end on three machines'
	@echo 'make soak        the long tests: boots in a row, minutes of load, floods, half a million records; an hour or more'
	@echo 'make check       unit tests, and checks of headers, tree and generated tables, in under two minutes'
	@echo 'make fuzz        libFuzzer on readers of untrusted files, FUZZ_SECONDS (60) each; make soak runs it, too'
	@echo 'make bench       measure what Ringward costs on both emulators, table and chart; about a quarter of an hour'
	@echo 'make bench-tools  measure what rwlog costs on a million records (BENCH_ARGS), beside sha256sum'
	@echo 'make rwlog       the offline tool only: needs gcc, libcapstone, libcrypto, libelf, zlib, liblzma and libzstd'
	@echo 'make docs        write the tables of docs/log-format.md, rwlog(1) and its completion from their sources'
	@echo 'make lint        layout, shape of the tree, cppcheck and clang-tidy over the C sources'
	@echo 'make kernel      fetch the stock Debian kernels that the tests boot, with their headers'
	@echo 'make disk        make a disk image with an installed Debian 12, for tools/rwrun --disk'
	@echo 'make bochs       make the private Debian 13 tree with Bochs 3.0 (also made when needed)'
	@echo 'make agent KREL=RELEASE     the guest agent for another kernel (needs its headers)'
	@echo 'make clean       remove build/'
	@echo 'BOCHS=FILE       use this Bochs (3.0 or newer) instead of the one on PATH or the private one'
	@echo 'QEMU=FILE        use this qemu-system-x86_64 instead of the one on PATH'
