/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Finds files on volumes and loads the next program. */
#include "next.h"

#include <efilib.h>

#include "ucs2.h"

static EFI_STATUS open_file(EFI_HANDLE volume, const CHAR16 *path, EFI_FILE_HANDLE *file)
{
	EFI_FILE_HANDLE root = volume ? LibOpenRoot(volume) : NULL;
	EFI_STATUS status;

	if (!root)
		return EFI_NOT_FOUND;
	status = root->Open(root, file, (CHAR16 *)path, EFI_FILE_MODE_READ, 0);
	root->Close(root);
	return status;
}

int next_read_file(EFI_HANDLE volume, const char *path, UINTN max, char **data, UINTN *size,
		   struct message *why)
{
	CHAR16 wide[CONFIG_PATH_MAX + 1];
	EFI_FILE_HANDLE file;
	EFI_FILE_INFO *info;
	EFI_STATUS status;

	if (!ucs2_from_utf8(wide, CONFIG_PATH_MAX + 1, path))
		return message_fail(why, "%s: not a path", path);
	status = open_file(volume, wide, &file);
	if (status == EFI_NOT_FOUND) {
		message_fail(why,
			     "%s: there is no such file on the volume that ringward.efi "
			     "was started from",
			     path);
		return NEXT_NO_FILE;
	}
	if (EFI_ERROR(status))
		return message_fail(why, "%s: the firmware can't open it (EFI error %lu)", path,
				    status & ~EFI_ERROR_MASK);
	info = LibFileInfo(file);
	*size = (info && info->FileSize < max ? info->FileSize : max) + 1;
	if (info)
		FreePool(info);
	*data = AllocatePool(*size);
	if (!*data) {
		file->Close(file);
		return message_fail(why, "%s: no memory to read it", path);
	}
	status = file->Read(file, size, *data);
	file->Close(file);
	if (!EFI_ERROR(status))
		return 0;
	FreePool(*data);
	return message_fail(why, "%s: the firmware cannot read it (EFI error %lu)", path,
			    status & ~EFI_ERROR_MASK);
}

static bool has_file(EFI_HANDLE volume, const CHAR16 *path)
{
	EFI_FILE_HANDLE file;

	if (EFI_ERROR(open_file(volume, path, &file)))
		return false;
	file->Close(file);
	return true;
}

/* The first volume but @own that has the file; NULL: none. */
static EFI_HANDLE find_other(EFI_HANDLE own, const CHAR16 *path)
{
	EFI_HANDLE *volumes, found = NULL;
	UINTN count, i;

	if (EFI_ERROR(LibLocateHandle(ByProtocol, &FileSystemProtocol, NULL, &count, &volumes)))
		return NULL;
	for (i = 0; i < count && !found; i++)
		if (volumes[i] != own && has_file(volumes[i], path))
			found = volumes[i];
	FreePool(volumes);
	return found;
}

/* Firmware may skip disks that it does not boot from: have drivers bound to all. */
static void connect_all(void)
{
	EFI_HANDLE *handles;
	UINTN count, i;

	if (EFI_ERROR(LibLocateHandle(AllHandles, NULL, NULL, &count, &handles)))
		return;
	for (i = 0; i < count; i++)
		BS->ConnectController(handles[i], NULL, NULL, TRUE);
	FreePool(handles);
}

static EFI_HANDLE find_volume(const struct config *config, EFI_HANDLE own, const CHAR16 *path)
{
	EFI_HANDLE found;

	if (!config->next_other)
		return has_file(own, path) ? own : NULL;
	found = find_other(own, path);
	if (!found) {
		connect_all();
		found = find_other(own, path);
	}
	return found;
}

static int set_options(EFI_HANDLE image, const char *options, struct message *why)
{
	static CHAR16 wide[CONFIG_OPTIONS_MAX + 1];
	EFI_LOADED_IMAGE *loaded;
	UINTN length;

	if (!options[0])
		return 0;
	length = ucs2_from_utf8(wide, CONFIG_OPTIONS_MAX + 1, options);
	if (!length || EFI_ERROR(BS->HandleProtocol(image, &LoadedImageProtocol, (VOID **)&loaded)))
		return message_fail(why, "next_options cannot be passed to the program");
	loaded->LoadOptions = wide;
	loaded->LoadOptionsSize = (UINT32)(length * sizeof(CHAR16));
	return 0;
}

int next_load(const struct config *config, EFI_HANDLE self, EFI_HANDLE own, EFI_HANDLE *image,
	      struct message *why)
{
	CHAR16 wide[CONFIG_PATH_MAX + 1];
	EFI_DEVICE_PATH *device_path;
	EFI_HANDLE volume;
	EFI_STATUS status;

	if (!ucs2_from_utf8(wide, CONFIG_PATH_MAX + 1, config->next))
		return message_fail(why, "next = %s is not a path", config->next);
	volume = find_volume(config, own, wide);
	if (!volume)
		return message_fail(why, "next = %s: there is no such file on %s", config->next,
				    config->next_other ? "another volume" :
							 "the volume that ringward.efi was started from");
	device_path = FileDevicePath(volume, wide);
	if (!device_path)
		return message_fail(why, "next = %s: no memory for its device path", config->next);
	status = BS->LoadImage(FALSE, self, device_path, NULL, 0, image);
	FreePool(device_path);
	if (status == EFI_SECURITY_VIOLATION || status == EFI_ACCESS_DENIED)
		return message_fail(why, "next = %s: the firmware refuses its signature", config->next);
	if (EFI_ERROR(status))
		return message_fail(why,
				    "next = %s: the firmware cannot load it as a program (EFI error %lu)",
				    config->next, status & ~EFI_ERROR_MASK);
	return set_options(*image, config->next_options, why);
}
