// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Reads a kernel module's file: its SHA-256, its name and the kernel it was built for.
#include "module.h"

#include <gelf.h>
#include <libelf.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stream.h"

#define FILE_MAX (512u << 20) /* bytes, uncompressed */

bool module_is_file(const char *name)
{
	static const char *const ends[] = { ".ko", ".ko.gz", ".ko.xz", ".ko.zst" };
	size_t len = strlen(name);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (len > strlen(ends[i]) && strcmp(name + len - strlen(ends[i]), ends[i]) == 0)
			return true;
	return false;
}

/* The section .modinfo: texts KEY=VALUE, each with a NUL. */
static Elf_Data *find_modinfo(Elf *elf)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr shdr;
	size_t names;

	if (elf_getshdrstrndx(elf, &names) != 0)
		return NULL;
	while ((scn = elf_nextscn(elf, scn)) != NULL) {
		const char *name;

		if (!gelf_getshdr(scn, &shdr))
			return NULL;
		name = elf_strptr(elf, names, shdr.sh_name);
		if (name && strcmp(name, ".modinfo") == 0)
			return elf_getdata(scn, NULL);
	}
	return NULL;
}

/* The value of @key, up to a blank; NULL if there is none. */
static const char *value_of(const Elf_Data *info, const char *key, size_t *len)
{
	const char *at = info->d_buf, *end = at + info->d_size;

	while (at < end) {
		size_t size = strnlen(at, (size_t)(end - at)), key_len = strlen(key);

		if (at + size == end)
			return NULL;
		if (size > key_len && at[key_len] == '=' && strncmp(at, key, key_len) == 0) {
			*len = strcspn(at + key_len + 1, " ");
			return at + key_len + 1;
		}
		at += size + 1;
	}
	return NULL;
}

static bool is_clean(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

static const char *read_info(struct module *m, Elf *elf)
{
	const Elf_Data *info = find_modinfo(elf);
	const char *name, *release;
	size_t name_len, release_len;

	if (!info || !info->d_buf)
		return "it has no section .modinfo: it is not a kernel module";
	name = value_of(info, "name", &name_len);
	release = value_of(info, "vermagic", &release_len);
	if (!name || !release || !name_len || !release_len)
		return "its .modinfo has no name or no vermagic";
	if (name_len + release_len + 1 > APPROVED_TEXT_MAX)
		return "its name and kernel release are too long";
	snprintf(m->name, sizeof(m->name), "%.*s/%.*s", (int)release_len, release, (int)name_len, name);
	return is_clean(m->name) ? NULL : "its name or kernel release is not printable";
}

static bool hash(struct module *m, const uint8_t *file, size_t size)
{
	uint8_t digest[RW_SHA256_LEN];

	if (!EVP_Digest(file, size, digest, NULL, EVP_sha256(), NULL))
		return false;
	for (size_t i = 0; i < sizeof(digest); i++)
		sprintf(m->sha256 + 2 * i, "%02x", digest[i]);
	return true;
}

static const char *read_plain(struct module *m, uint8_t *file, size_t size)
{
	const char *wrong = "it is not an ELF file";
	Elf *elf;

	if (!hash(m, file, size))
		return "its SHA-256 cannot be computed";
	elf_version(EV_CURRENT);
	elf = elf_memory((char *)file, size);
	if (elf && elf_kind(elf) == ELF_K_ELF)
		wrong = read_info(m, elf);
	elf_end(elf);
	return wrong;
}

const char *module_read(struct module *m, const uint8_t *file, size_t size)
{
	const char *wrong;
	size_t plain_size;
	uint8_t *plain = stream_read_all(file, size, FILE_MAX, &plain_size, &wrong);

	if (!plain)
		return wrong;
	wrong = read_plain(m, plain, plain_size);
	free(plain);
	return wrong;
}
