# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# libFuzzer targets: `make fuzz` lets each run for FUZZ_SECONDS. What they find in a run stays in build/tests/fuzz/, and is
# tried first in the next one.

.PHONY: fuzz

FUZZ_SECONDS := 60
FUZZ_DIR := $(B)/tests/fuzz
FUZZ_FLAGS := -std=gnu11 -g -O1 $(WARNFLAGS) -I. -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
FUZZ_LOG := $(addprefix $(FUZZ_DIR)/,log log_index log_model log_symbols)
FUZZ_TARGETS := $(FUZZ_DIR)/access_conf $(FUZZ_DIR)/access_image $(FUZZ_DIR)/approved_conf $(FUZZ_DIR)/mapping $(FUZZ_DIR)/modinfo $(FUZZ_DIR)/object $(FUZZ_DIR)/package $(FUZZ_DIR)/relocate $(FUZZ_LOG)

$(FUZZ_DIR)/access_conf $(FUZZ_DIR)/access_image: $(ACCESS_SRC) lib/conf_text.c lib/format.c
$(FUZZ_DIR)/approved_conf: $(addprefix lib/,approved.c approved_conf.c conf_text.c format.c)
$(FUZZ_DIR)/mapping: hv/mm/mapping.c
$(FUZZ_DIR)/mapping: FUZZ_LIBS := -Ihv
$(FUZZ_DIR)/modinfo: lib/modinfo.c
$(FUZZ_DIR)/package: tools/rwapprove/package.c tools/rwapprove/stream.c
$(FUZZ_DIR)/package: FUZZ_LIBS := -llzma -lz -lzstd
$(FUZZ_DIR)/relocate: $(addprefix hv/approve/,elf.c relocate.c relocate_site.c)
$(FUZZ_DIR)/relocate: FUZZ_LIBS := -Ihv
$(FUZZ_DIR)/object: tools/rwpolicy/object.c
$(FUZZ_DIR)/object: FUZZ_LIBS := -lelf
$(FUZZ_LOG): $(filter-out $(addprefix tools/rwlog/,follow.c help.c options.c report%.c run.c terminal.c values.c),$(RWLOG_SRC)) $(RWLOG_LIB) \
	| $(VERSION_H)
$(FUZZ_LOG): FUZZ_LIBS := -Itools/rwlog -I$(GEN) $(RWLOG_LIBS)
$(FUZZ_DIR)/log_index $(FUZZ_DIR)/log_model: $(FUZZ_DIR)/sample.o tests/fuzz/log_sample.h
$(FUZZ_TARGETS): $(FUZZ_DIR)/%: tests/fuzz/%.c $(wildcard hv/approve/*.h lib/access*.h lib/approved*.h lib/modinfo.h tools/rwapprove/*.h tools/rwpolicy/*.h) $(ABI_HEADERS) tests/fuzz/build.mk
	@mkdir -p $(@D)
	clang $(FUZZ_FLAGS) -o $@ $(filter %.c %.o,$^) $(FUZZ_LIBS)

# A small module to begin with: what the reader looks at.
$(FUZZ_DIR)/modinfo.run: $(FUZZ_DIR)/modinfo.seed/module
$(FUZZ_DIR)/modinfo.seed/module:
	@mkdir -p $(@D)
	echo '__attribute__((section(".modinfo"))) const char info[] = "license=GPL\0name=seed";' | $(CC) -xc -c - -o $@

# The module of the unit test to begin with.
$(FUZZ_DIR)/relocate.run: $(FUZZ_DIR)/relocate.seed/module
$(FUZZ_DIR)/relocate.seed/module: $(SAMPLE_MODULE)
	@mkdir -p $(@D)
	cp $< $@

# A small tar archive to begin with.
$(FUZZ_DIR)/package.run: $(FUZZ_DIR)/package.seed/archive
$(FUZZ_DIR)/package.seed/archive: VERSION
	@mkdir -p $(@D)
	tar --format=pax -cf $@ $<

# A small log, as a file and as an object.
$(FUZZ_DIR)/sample.store: $(B)/bench/biglog
	@mkdir -p $(@D)
	$< 40 $@ $(@D)/sample.capture
$(FUZZ_DIR)/sample.o: $(FUZZ_DIR)/sample.store
	cd $(@D) && ld -r -z noexecstack -b binary -o $(@F) sample.store sample.capture

# The begin of a small log of each form; the first byte says as what it is read.
$(FUZZ_DIR)/log.run: $(FUZZ_DIR)/log.seed/capture
$(FUZZ_DIR)/log.seed/capture: $(B)/bench/biglog
	@mkdir -p $(@D)
	$< 40 $(@D)/whole.store $(@D)/whole.capture
	for i in store capture; do for as in 0 1 2; do \
		{ printf "\\$$as"; head -c 16000 $(@D)/whole.$$i; } >$(@D)/$$i.$$as; done; done
	rm $(@D)/whole.*
	cp $(@D)/capture.0 $@

# Indexes of the log; the first byte says of which form.
$(FUZZ_DIR)/log_index.run: $(FUZZ_DIR)/log_index.seed/store
$(FUZZ_DIR)/log_index.seed/store: $(FUZZ_DIR)/sample.store $(B)/rwlog
	@mkdir -p $(@D)
	for i in 0.store 1.capture; do $(B)/rwlog index $(FUZZ_DIR)/sample.$${i#*.} && \
		{ printf "\\$${i%.*}i"; cat $(FUZZ_DIR)/sample.$${i#*.}.rwindex; } >$(@D)/$${i#*.} || exit 1; done

# Models of the log.
$(FUZZ_DIR)/log_model.run: $(FUZZ_DIR)/log_model.seed/objects
$(FUZZ_DIR)/log_model.seed/objects: $(FUZZ_DIR)/sample.store $(B)/rwlog
	@mkdir -p $(@D)
	$(B)/rwlog learn --alphabet events --window 2 $< >$(@D)/events
	$(B)/rwlog learn $< >$@

# A small kernel, and its symbols as text.
$(FUZZ_DIR)/log_symbols.run: $(FUZZ_DIR)/log_symbols.seed/vmlinux
$(FUZZ_DIR)/log_symbols.seed/vmlinux: tests/fuzz/build.mk
	@mkdir -p $(@D)
	echo 'int hooks = 1; void _text(void) { } int work(int a) { return a * hooks; }' | $(CC) -Os -static -nostdlib \
		-mcmodel=kernel -fno-pic -no-pie -Wl,-Ttext=0xffffffff81000000,-Tdata=0xffffffff82000000 \
		-Wl,-z,noseparate-code -Wl,-z,max-page-size=16 -Wl,--build-id=none,-e,_text -xc - -o $@
	nm $@ >$(@D)/System.map

# A small library to begin with.
$(FUZZ_DIR)/object.run: $(FUZZ_DIR)/object.seed/library
$(FUZZ_DIR)/object.seed/library:
	@mkdir -p $(@D)
	echo 'int one(void) { return 1; }' | $(CC) -Os -s -shared -nostdlib -Wl,-soname,one.so -Wl,-rpath,'$$ORIGIN/lib' \
		-Wl,-z,noseparate-code -Wl,--build-id=none -xc - -o $@ -Wl,--no-as-needed -lc

fuzz: $(FUZZ_TARGETS:%=%.run)
$(FUZZ_TARGETS:%=%.run): %.run: %
	@mkdir -p $*.corpus $*.found
	@$* -max_total_time=$(FUZZ_SECONDS) -max_len=16384 -rss_limit_mb=1024 -verbosity=0 -print_final_stats=1 \
		-artifact_prefix=$*.found/ $*.corpus $(wildcard tests/fuzz/$(*F) $*.seed) >$*.log 2>&1 || { tail -n 40 $*.log; exit 1; }
	@sed -n 's/^stat::number_of_executed_units: /$(*F): inputs tried: /p' $*.log
