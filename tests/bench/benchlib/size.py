# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Sizes of the hypervisor: code and data, reserved memory."""
import re
import subprocess

from .boots import BUILD, TOP, BenchError

STORE_HEADER = re.compile(r"#define RW_STORE_HDR_SIZE\s+(\d+|0x[0-9a-f]+)u")
STORE_MIB = 16  # as in rwrun's own configuration


def image_bytes():
    """Code, read-only data, data and zeroed data of the linked core."""
    image = BUILD / "hv.elf"
    done = subprocess.run(["size", image], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    if done.returncode != 0:
        raise BenchError(f"size: {done.stdout.strip()}")
    return sum(int(word) for word in done.stdout.splitlines()[1].split()[:3])


def store_bytes():
    """The log store with its header, as the benchmark's machines have it."""
    header = STORE_HEADER.search((TOP / "abi/store.h").read_text(encoding="utf-8"))
    if not header:
        raise BenchError("abi/store.h: no RW_STORE_HDR_SIZE")
    return int(header.group(1), 0) + (STORE_MIB << 20)
