/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Names what a file is that has no log in it. */
#include "kind.h"

#include <string.h>

#include "util.h"

#define LOOK_AT 4096u

#define MARK(off, mark, name) \
	{ \
		off, sizeof(mark) - 1, mark, name \
	}

static const struct {
	size_t off, len;
	const char *mark, *name;
} marks[] = {
	MARK(0, "\x89PNG\r\n", "a PNG image"),
	MARK(0, "\xff\xd8\xff", "a JPEG image"),
	MARK(0, "GIF8", "a GIF image"),
	MARK(0, "%PDF-", "a PDF document"),
	MARK(0, "PK\3\4", "a ZIP archive: unpack it first"),
	MARK(0, "7z\xbc\xaf\x27\x1c", "a 7-Zip archive: unpack it first"),
	MARK(257, "ustar", "a tar archive: unpack it first"),
	MARK(0, "BZh", "compressed by bzip2: unpack it first"),
	MARK(0, "\x04\x22\x4d\x18", "compressed by lz4: unpack it first"),
	MARK(0, "LZIP", "compressed by lzip: unpack it first"),
	MARK(0, "\xd4\xc3\xb2\xa1", "a pcap file"),
	MARK(0, "\xa1\xb2\xc3\xd4", "a pcap file"),
	MARK(0, "\x4d\x3c\xb2\xa1", "a pcap file"),
	MARK(0, "\x0a\x0d\x0d\x0a", "a pcapng file"),
	MARK(0, "QFI\xfb", "a QCOW2 disk image"),
	MARK(0, "KDMV", "a VMware disk image"),
	MARK(0, "LPKSHHRH", "a journal of systemd"),
	MARK(0, "ElfFile\0", "a Windows event log"),
	MARK(0, "SQLite format 3", "a SQLite database"),
	MARK(0, "KDUMP   ", "a kdump file: its pages are compressed; makedumpfile -E makes an ELF core"),
	MARK(0, "makedumpfile", "a flattened kdump file: makedumpfile -R first"),
	MARK(0, "PAGEDU", "a Windows crash dump"),
	MARK(0, "EMiL", "a LiME memory dump"),
	MARK(0,
	     "\x7f"
	     "ELF",
	     "an ELF file"),
	MARK(0, "MZ", "a PE or DOS program"),
};

const char *kind_of_file(const uint8_t *data, size_t len)
{
	size_t n = len < LOOK_AT ? len : LOOK_AT, text = 0;

	if (!len)
		return "an empty file";
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (len >= marks[i].off + marks[i].len &&
		    memcmp(data + marks[i].off, marks[i].mark, marks[i].len) == 0)
			return marks[i].name;
	if (all_zero(data, n))
		return "zeros at its beginning";
	for (size_t i = 0; i < n; i++)
		text += (data[i] >= ' ' && data[i] != 0x7f) || (data[i] >= '\b' && data[i] <= '\r') ||
			data[i] == 0x1b;
	return text == n ? "text" : "data of an unknown kind";
}
