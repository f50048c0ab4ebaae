# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Unified kernel images: systemd's stub with kernel, initial RAM disk and command line as sections."""
import os
import struct

from .common import STATUS_USAGE, RunError, need_file, tool

STUB = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub"
ALIGN = 0x1000


def _pe_layout(path):
    """Returns (image base, end of the last section) of a 64-bit PE file."""
    with open(path, "rb") as f:
        data = f.read(0x1000)
    if data[:2] != b"MZ":
        raise RunError(STATUS_USAGE, f"{path}: not an EFI program")
    try:
        pe = struct.unpack_from("<I", data, 0x3c)[0]
        count = struct.unpack_from("<H", data, pe + 6)[0]
        optional = struct.unpack_from("<H", data, pe + 20)[0]
        magic = struct.unpack_from("<H", data, pe + 24)[0]
        base = struct.unpack_from("<Q", data, pe + 24 + 24)[0]
        end = 0
        for i in range(count):
            size, address = struct.unpack_from("<II", data, pe + 24 + optional + 40 * i + 8)
            end = max(end, address + size)
    except struct.error as e:
        raise RunError(STATUS_USAGE, f"{path}: not an EFI program") from e
    if data[pe:pe + 4] != b"PE\0\0" or magic != 0x20b:
        raise RunError(STATUS_USAGE, f"{path}: not a 64-bit EFI program")
    return base, end


def check(path):
    """Refuses at once a file that is not an EFI program: the firmware would only stop at its menu."""
    _pe_layout(path)


def build(kernel, initrd, append, tmp):
    """Returns the path of a UKI made from the kernel, an initrd (or None) and a command line."""
    stub = need_file(STUB, " (package systemd-boot-efi)")
    cmdline = os.path.join(tmp, "cmdline")
    with open(cmdline, "wb") as f:
        f.write(os.fsencode(append) + b"\0")
    sections = [(".cmdline", cmdline), (".linux", kernel)]
    if initrd:
        sections.append((".initrd", initrd))
    base, at = _pe_layout(stub)
    argv = ["objcopy"]
    for name, path in sections:
        at = (at + ALIGN - 1) & -ALIGN
        argv += ["--add-section", f"{name}={path}", "--set-section-flags", f"{name}=data,readonly",
                 "--change-section-vma", f"{name}={base + at:#x}"]
        at += os.path.getsize(path)
    uki = os.path.join(tmp, "guest.efi")
    tool(*argv, stub, uki)
    return uki
