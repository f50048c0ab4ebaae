// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// What an ELF file needs at run time.
#include "object.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Texts of a file, one after the other, while they are collected; at most as many bytes as the file has. */
struct texts {
	char *at, *end;
};

static const char *keep(struct texts *t, const char *text, size_t max)
{
	size_t len = strnlen(text, max);
	char *at = t->at;

	if (len == max || len + 1 > (size_t)(t->end - t->at))
		return NULL;
	memcpy(at, text, len + 1);
	t->at += len + 1;
	return at;
}

/* The string table of a dynamic section: the segment that holds its address. */
static const char *find_strings(Elf *elf, GElf_Addr address, const char *file, size_t size, size_t *max)
{
	size_t headers, i;
	GElf_Phdr p;

	if (elf_getphdrnum(elf, &headers) != 0)
		return NULL;
	for (i = 0; i < headers; i++) {
		if (!gelf_getphdr(elf, (int)i, &p) || p.p_type != PT_LOAD || address < p.p_vaddr ||
		    address - p.p_vaddr >= p.p_filesz)
			continue;
		if (p.p_offset > size || p.p_filesz > size - p.p_offset)
			return NULL;
		*max = p.p_filesz - (address - p.p_vaddr);
		return file + p.p_offset + (address - p.p_vaddr);
	}
	return NULL;
}

static const char *take_entry(struct object *o, struct texts *t, const GElf_Dyn *d, const char *strings,
			      size_t max)
{
	const char *text;

	if (d->d_tag != DT_NEEDED && d->d_tag != DT_RPATH && d->d_tag != DT_RUNPATH)
		return NULL;
	text = d->d_un.d_val < max ? keep(t, strings + d->d_un.d_val, max - d->d_un.d_val) : NULL;
	if (!text)
		return "a name in its dynamic section lies outside the file";
	if (d->d_tag == DT_RPATH)
		o->rpath = text;
	else if (d->d_tag == DT_RUNPATH)
		o->runpath = text;
	else if (o->count == OBJECT_NEEDED_MAX)
		return "it needs too many libraries";
	else
		o->needed[o->count++] = text;
	return NULL;
}

static const char *read_dynamic(struct object *o, struct texts *t, Elf *elf, const GElf_Phdr *p,
				const char *file, size_t size)
{
	Elf_Data *data = elf_getdata_rawchunk(elf, (int64_t)p->p_offset, p->p_filesz, ELF_T_DYN);
	const char *strings = NULL, *wrong = NULL;
	GElf_Dyn d;
	size_t max = 0;
	int i;

	if (!data)
		return "its dynamic section lies outside the file";
	for (i = 0; gelf_getdyn(data, i, &d) && d.d_tag != DT_NULL; i++)
		if (d.d_tag == DT_SONAME)
			o->is_library = true;
		else if (d.d_tag == DT_STRTAB)
			strings = find_strings(elf, d.d_un.d_ptr, file, size, &max);
	if (!strings)
		return "its dynamic section has no names";
	for (i = 0; !wrong && gelf_getdyn(data, i, &d) && d.d_tag != DT_NULL; i++)
		wrong = take_entry(o, t, &d, strings, max);
	return wrong;
}

static const char *read_headers(struct object *o, struct texts *t, Elf *elf, const char *file, size_t size)
{
	const char *wrong = NULL;
	size_t headers, i;
	GElf_Ehdr ehdr;
	GElf_Phdr p;

	if (!gelf_getehdr(elf, &ehdr) || elf_getphdrnum(elf, &headers) != 0)
		return "its ELF headers are damaged";
	o->machine = ehdr.e_machine;
	o->class = gelf_getclass(elf);
	for (i = 0; !wrong && i < headers; i++) {
		if (!gelf_getphdr(elf, (int)i, &p))
			return "its ELF headers are damaged";
		if (p.p_type == PT_DYNAMIC)
			wrong = read_dynamic(o, t, elf, &p, file, size);
		else if (p.p_type == PT_INTERP && p.p_offset < size)
			o->interpreter = keep(t, file + p.p_offset, size - p.p_offset);
	}
	return wrong;
}

const char *object_read(struct object *o, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *wrong = "it cannot be read as ELF", *file;
	size_t size = 0;
	struct texts t;
	Elf *elf;

	*o = (struct object){ 0 };
	if (fd < 0)
		return strerror(errno);
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	o->is_elf = elf && elf_kind(elf) == ELF_K_ELF;
	file = o->is_elf ? elf_rawfile(elf, &size) : NULL;
	if (file) {
		o->text = malloc(2 * size); /* a text can be named twice */
		t = (struct texts){ o->text, o->text + 2 * size };
		wrong = o->text ? read_headers(o, &t, elf, file, size) : strerror(ENOMEM);
	} else if (elf && !o->is_elf) {
		wrong = NULL;
	}
	elf_end(elf);
	close(fd);
	return wrong;
}
