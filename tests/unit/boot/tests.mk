# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# Unit tests of the pure parts of boot/.

BOOT_TESTS := $(addprefix $(UNIT_DIR)/boot/,acpi config elf_image paging parts)
UNIT_TESTS += $(BOOT_TESTS)

$(BOOT_TESTS): $(UNIT_DIR)/%: $(UNIT_DIR)/obj/boot/tests/unit/%.o
$(UNIT_DIR)/boot/acpi: $(call unit,boot,boot/acpi.c)
$(UNIT_DIR)/boot/config: $(call unit,boot,boot/config.c boot/message.c lib/conf_text.c boot/ucs2.c lib/format.c)
$(UNIT_DIR)/boot/elf_image: $(call unit,boot,boot/elf_image.c boot/message.c lib/conf_text.c lib/format.c)
$(UNIT_DIR)/boot/paging: $(call unit,boot,boot/layout.c boot/message.c lib/conf_text.c boot/paging.c lib/format.c)
$(UNIT_DIR)/boot/parts: $(call unit,boot,boot/clock.c boot/message.c lib/conf_text.c boot/ranges.c boot/ucs2.c lib/format.c)
