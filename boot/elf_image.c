/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Checks and places the hypervisor core. */
#include "elf_image.h"

#include <elf.h>
#include <string.h>

#include "abi/bootinfo.h"

static bool aligned(uint64_t value)
{
	return value % RW_PAGE_SIZE == 0;
}

static int check_header(const Elf64_Ehdr *ehdr, uint64_t file_size, struct message *why)
{
	if (file_size < sizeof(*ehdr) || ehdr->e_ident[EI_MAG0] != ELFMAG0 ||
	    ehdr->e_ident[EI_MAG1] != ELFMAG1 || ehdr->e_ident[EI_MAG2] != ELFMAG2 ||
	    ehdr->e_ident[EI_MAG3] != ELFMAG3)
		return message_fail(why, "hypervisor core: not an ELF file");
	if (ehdr->e_ident[EI_CLASS] != ELFCLASS64 || ehdr->e_ident[EI_DATA] != ELFDATA2LSB ||
	    ehdr->e_machine != EM_X86_64 || ehdr->e_type != ET_EXEC)
		return message_fail(why, "hypervisor core: not a static 64-bit x86 ELF program");
	if (ehdr->e_phentsize != sizeof(Elf64_Phdr) || ehdr->e_phoff % sizeof(uint64_t) ||
	    ehdr->e_phoff > file_size || ehdr->e_phnum > (file_size - ehdr->e_phoff) / sizeof(Elf64_Phdr))
		return message_fail(why, "hypervisor core: the program headers lie outside the file");
	return 0;
}

static int check_segment(const struct elf_image *image, const Elf64_Phdr *phdr, uint64_t file_size,
			 unsigned int index, struct message *why)
{
	if (phdr->p_offset > file_size || phdr->p_filesz > file_size - phdr->p_offset)
		return message_fail(why, "hypervisor core: segment %u lies outside the file", index);
	if (phdr->p_filesz > phdr->p_memsz)
		return message_fail(why, "hypervisor core: segment %u is larger in the file than in memory",
				    index);
	if (!aligned(phdr->p_vaddr))
		return message_fail(why, "hypervisor core: segment %u is at 0x%lx, not page-aligned", index,
				    phdr->p_vaddr);
	if (phdr->p_vaddr < RW_HV_LINK || phdr->p_vaddr - RW_HV_LINK > ELF_IMAGE_MAX ||
	    phdr->p_memsz > ELF_IMAGE_MAX - (phdr->p_vaddr - RW_HV_LINK))
		return message_fail(why,
				    "hypervisor core: segment %u at 0x%lx is not in the %u bytes "
				    "from 0x%lx on",
				    index, phdr->p_vaddr, ELF_IMAGE_MAX, (uint64_t)RW_HV_LINK);
	if (phdr->p_vaddr - RW_HV_LINK < image->size)
		return message_fail(why, "hypervisor core: segment %u overlaps the previous one", index);
	if (!(phdr->p_flags & PF_R) || ((phdr->p_flags & PF_W) && (phdr->p_flags & PF_X)))
		return message_fail(why, "hypervisor core: segment %u is not R, RX or RW", index);
	if (image->count == ELF_SEGMENTS_MAX)
		return message_fail(why, "hypervisor core: more than %u segments", ELF_SEGMENTS_MAX);
	return 0;
}

static void add_segment(struct elf_image *image, const Elf64_Phdr *phdr)
{
	struct elf_segment *segment = &image->segment[image->count++];

	segment->offset = phdr->p_vaddr - RW_HV_LINK;
	segment->file_at = phdr->p_offset;
	segment->file_size = phdr->p_filesz;
	segment->mem_size = phdr->p_memsz;
	segment->write = phdr->p_flags & PF_W;
	segment->execute = phdr->p_flags & PF_X;
	image->size = (segment->offset + segment->mem_size + RW_PAGE_SIZE - 1) / RW_PAGE_SIZE * RW_PAGE_SIZE;
}

static int check_entry(const struct elf_image *image, struct message *why)
{
	uint32_t i;

	for (i = 0; i < image->count; i++) {
		const struct elf_segment *segment = &image->segment[i];

		if (segment->execute && image->entry - RW_HV_LINK >= segment->offset &&
		    image->entry - RW_HV_LINK - segment->offset < segment->file_size)
			return 0;
	}
	return message_fail(why, "hypervisor core: the entry point 0x%lx is in no executable segment",
			    image->entry);
}

int elf_image_check(struct elf_image *image, const void *file, uint64_t file_size, struct message *why)
{
	const Elf64_Ehdr *ehdr = file;
	const Elf64_Phdr *phdr;
	unsigned int i;

	image->file = file;
	image->size = 0;
	image->count = 0;
	if (check_header(ehdr, file_size, why))
		return -1;
	image->entry = ehdr->e_entry;
	phdr = (const Elf64_Phdr *)(image->file + ehdr->e_phoff);
	for (i = 0; i < ehdr->e_phnum; i++) {
		if (phdr[i].p_type == PT_INTERP || phdr[i].p_type == PT_DYNAMIC || phdr[i].p_type == PT_TLS)
			return message_fail(why,
					    "hypervisor core: program header %u asks for a "
					    "run-time linker",
					    i);
		if (phdr[i].p_type != PT_LOAD || !(phdr[i].p_memsz | phdr[i].p_filesz))
			continue;
		if (check_segment(image, &phdr[i], file_size, i, why))
			return -1;
		add_segment(image, &phdr[i]);
	}
	return check_entry(image, why);
}

void elf_image_place(const struct elf_image *image, uint8_t *at)
{
	uint32_t i;

	for (i = 0; i < image->count; i++)
		memcpy(at + image->segment[i].offset, image->file + image->segment[i].file_at,
		       image->segment[i].file_size);
}
