# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""The lines of the cost table: names of the guest's operations, titles, and which of them have a target."""
from dataclasses import dataclass

CPUID = "glibc executes CPUID at each program start, and that leaves the guest"
APIC = ("on SVM without INIT redirection and x2APIC each APIC write leaves the guest; "
        "with 2 CPUs QEMU gives time (ns), not instructions")


@dataclass(frozen=True)
class Line:
    """One line. minus: name of the line to subtract. shown: why it has no target; "": it has one."""

    name: str
    title: str
    minus: str = ""
    shown: str = ""
    cpus: int = 1


LINES = (
    Line("null", "null call (getppid)"),
    Line("read", "read, 1 byte of /dev/zero"),
    Line("write", "write, 1 byte to /dev/null"),
    Line("stat", "stat"),
    Line("open_close", "open and close"),
    Line("signal_install", "signal install"),
    Line("signal_deliver", "signal deliver"),
    Line("create_delete", "file create and delete, 0 KiB, tmpfs"),
    Line("mmap", "mmap, touch and unmap 64 KiB of a file"),
    Line("page_fault", "page fault"),
    Line("protection_fault", "protection fault (SIGSEGV)"),
    Line("pipe_self", "pipe write and read in one process"),
    Line("pipe", "pipe round trip"),
    Line("switch_2", "context switch, 2 processes", minus="pipe_self"),
    Line("switch_16", "context switch, 16 processes", minus="pipe_self"),
    Line("unix", "AF_UNIX round trip"),
    Line("tcp", "TCP loopback round trip"),
    Line("fork_exit", "fork and exit"),
    Line("fork_exec", "fork and exec"),
    Line("fork_sh", "fork and sh -c (klibc)"),
    Line("fork_exec_libc", "fork and exec of a glibc program", shown=CPUID),
    Line("fork_sh_libc", "fork and sh -c (busybox, glibc)", shown=CPUID),
    Line("pipe_2cpus", "pipe round trip between 2 CPUs", shown=APIC, cpus=2),
)


def on(cpus):
    """The lines that are measured on a machine with this many CPUs."""
    return [line for line in LINES if line.cpus == cpus]
