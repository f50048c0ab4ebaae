/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Finds the firmware's driver of a UART and disconnects it. */
#include "claim.h"

#include <efi.h>
#include <efilib.h>
#include <stdbool.h>

#include "lib/uart16550.h"
#include "x86.h"

/* The bits of GetControl() that SetControl() accepts. */
#define CONTROL_BITS \
	(EFI_SERIAL_REQUEST_TO_SEND | EFI_SERIAL_DATA_TERMINAL_READY | EFI_SERIAL_HARDWARE_LOOPBACK_ENABLE | \
	 EFI_SERIAL_SOFTWARE_LOOPBACK_ENABLE | EFI_SERIAL_HARDWARE_FLOW_CONTROL_ENABLE)

static EFI_HANDLE claimed; /* the controller whose driver let go; NULL: none */

/* Whether setting RTS through the driver moves this UART's RTS. */
static bool follows(SERIAL_IO_INTERFACE *driver, uint16_t port, UINT32 control)
{
	bool want = control & EFI_SERIAL_REQUEST_TO_SEND;

	return !EFI_ERROR(driver->SetControl(driver, control)) &&
	       !!(x86_in8(port + UART_MCR) & UART_MCR_RTS) == want;
}

/* No device path names the I/O port, so try: only this UART's driver moves its RTS line. */
static bool drives(SERIAL_IO_INTERFACE *driver, uint16_t port)
{
	UINT32 control;
	bool ours;

	if (EFI_ERROR(driver->GetControl(driver, &control)))
		return false;
	control &= CONTROL_BITS;
	ours = follows(driver, port, control ^ EFI_SERIAL_REQUEST_TO_SEND);
	return follows(driver, port, control) && ours;
}

/* The controller that a serial line's handle is a child of; NULL: not known. */
static EFI_HANDLE parent_of(EFI_HANDLE handle)
{
	EFI_DEVICE_PATH *path = DevicePathFromHandle(handle), *copy, *node, *last = NULL;
	EFI_HANDLE parent = NULL;

	if (!path)
		return NULL;
	copy = DuplicateDevicePath(path);
	if (!copy)
		return NULL;
	for (node = copy; !IsDevicePathEnd(node); node = NextDevicePathNode(node))
		last = node;
	if (last) {
		SetDevicePathEndNode(last);
		node = copy;
		if (EFI_ERROR(BS->LocateDevicePath(&DevicePathProtocol, &node, &parent)))
			parent = NULL;
	}
	FreePool(copy);
	return parent;
}

void claim_uart(uint16_t port)
{
	SERIAL_IO_INTERFACE *driver;
	EFI_HANDLE *handles, parent;
	UINTN count, i;

	if (EFI_ERROR(LibLocateHandle(ByProtocol, &SerialIoProtocol, NULL, &count, &handles)))
		return;
	for (i = 0; i < count && !claimed; i++) {
		if (EFI_ERROR(BS->HandleProtocol(handles[i], &SerialIoProtocol, (VOID **)&driver)) ||
		    !drives(driver, port))
			continue;
		parent = parent_of(handles[i]);
		if (parent && !EFI_ERROR(BS->DisconnectController(parent, NULL, handles[i])))
			claimed = parent;
	}
	FreePool(handles);
}

void claim_release(void)
{
	if (claimed)
		BS->ConnectController(claimed, NULL, NULL, TRUE);
	claimed = NULL;
}
