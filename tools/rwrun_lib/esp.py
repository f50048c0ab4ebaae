# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Disk images: the EFI system partition that rwrun boots from, and whole cylinders for Bochs."""
import os

from .common import tool

HEADS, SECTORS = 16, 63
CYLINDER = HEADS * SECTORS * 512
SLACK = 6 << 20  # for file tables, folders and partly filled last clusters


def cylinders(path):
    """Number of whole cylinders in a file whose size is a multiple of CYLINDER."""
    return os.path.getsize(path) // CYLINDER


def pad(path):
    """Grows a file to whole cylinders."""
    os.truncate(path, -(-os.path.getsize(path) // CYLINDER) * CYLINDER)


def copy_disk(source, target):
    """Copies a disk image, keeping its holes, and pads it."""
    tool("cp", "--sparse=always", "--reflink=auto", "--no-preserve=mode", source, target)
    pad(target)


def build(files, image):
    """Makes a FAT volume without a partition table. files: path on it ("EFI/BOOT/X") -> file on the host."""
    total = sum(os.path.getsize(f) for f in files.values())
    with open(image, "wb") as f:
        f.truncate(total + total // 50 + SLACK)
    pad(image)
    tool("mkfs.fat", "--invariant", "-g", f"{HEADS}/{SECTORS}", "-n", "RINGWARD", image)
    folders = set()
    for path in files:
        parts = path.split("/")[:-1]
        folders.update("/".join(parts[:n]) for n in range(1, len(parts) + 1))
    tool("mmd", "-i", image, *("::/" + d for d in sorted(folders)))
    for path, source in files.items():
        tool("mcopy", "-i", image, source, "::/" + path)


def write_text(path, text):
    """Writes a small file and returns its path."""
    with open(path, "w", encoding="utf-8", newline="") as f:
        f.write(text)
    return path
