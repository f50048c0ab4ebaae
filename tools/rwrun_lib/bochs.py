# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Bochs 3.0: VMX/EPT or SVM/NPT on any machine. Its log tells how the run ended and how many ticks it took."""
import os
import re
import shutil
import signal
import subprocess
import time

from .common import (BUILD, DEBUG_EXIT_PORT, DEBUG_EXIT_PORTS, STATUS_EMULATOR, STATUS_USAGE, TOP, RunError,
                     need_file, tool)
from .emulator import Emulator
from .esp import HEADS, SECTORS, copy_disk, cylinders

OVMF = "/usr/share/ovmf/OVMF.fd"
VGABIOS = "/usr/share/vgabios/vgabios.bin"
TREE = os.path.join(BUILD, "bochs-tree")
DISPLAYS = ("nogui", 'rfb, options="timeout=0"')
QUIT_SECONDS = 60  # an idle host needs less than one
MODELS = {"intel": "corei7_skylake_x", "amd": "ryzen"}
MAX_CPUS = 2
MAX_MEM = 2048  # MiB: the PCI window of the fixture's DSDT lies above

# Lines of Bochs' log: 11 or more digits of ticks, a letter, the device in brackets, the text.
POWEROFF = (b"ACPI control: soft power off", b"Shutdown port: shutdown requested")
RESET = b"bx_pc_system_c::Reset("
TRIPLE_FAULT = b"exception with no resolution"
# Bochs has no isa-debug-exit: writes to a port without a device are messages for debugging.
UNMAPPED_WRITE = re.compile(rb"\[UNMAP[^]]*\] (?:8|16|32)-bit write to ([0-9a-f]{4}) = ([0-9a-f]+)")
TICKS = re.compile(rb"^(\d{8,})[a-zA-Z]\[", re.MULTILINE)


def _help(argv, environment):
    """Returns the text of --help, or None if that is not Bochs."""
    try:
        done = subprocess.run([*argv, "--help"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=20, check=False,
                              env={**os.environ, **environment})
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode(errors="replace")


def _version_of(text):
    found = re.search(r"Bochs x86 Emulator ([0-9.]+)", text or "")
    return found.group(1) if found else ""


def _is_new_enough(text):
    major = _version_of(text).split(".")[0]
    return major != "" and int(major) >= 3


def find():
    """Returns (argv, additional environment, text of --help) of BOCHS=, PATH's 3.0, or the private tree's."""
    named = os.environ.get("BOCHS")
    if named:
        path = shutil.which(named)
        if path is None:
            raise RunError(STATUS_USAGE, f"BOCHS={named}: no such program")
        text = _help([os.path.abspath(path)], {})
        if not _is_new_enough(text):
            raise RunError(STATUS_USAGE, f"BOCHS={named}: not Bochs 3.0 or newer")
        return [os.path.abspath(path)], {}, text
    path = shutil.which("bochs")
    if path:
        text = _help([path], {})
        if _is_new_enough(text):
            return [path], {}, text
    tool(os.path.join(TOP, "scripts", "fetch-bochs"), TREE)
    libraries = os.path.join(TREE, "usr/lib/x86_64-linux-gnu")
    argv = [os.path.join(TREE, "usr/lib64/ld-linux-x86-64.so.2"), "--library-path", libraries,
            os.path.join(TREE, "usr/bin/bochs-bin")]
    environment = {"LTDL_LIBRARY_PATH": os.path.join(libraries, "bochs/plugins")}
    text = _help(argv, environment)
    if not _is_new_enough(text):
        raise RunError(STATUS_USAGE, f"{TREE}: holds no working Bochs 3.0; remove it to have it rebuilt")
    return argv, environment, text


def _quoted(path):
    """A path as a value in bochsrc, where blanks and commas count."""
    if '"' in path:
        raise RunError(STATUS_USAGE, f"{path}: Bochs takes no path with a double quote")
    return f'"{path}"'


class Bochs(Emulator):
    """bochs, with or without its debugger, with any display that needs no screen."""

    name = "bochs"
    # Its handler logs the speed once a second. If the signal comes while Bochs logs a line, Bochs deadlocks
    # on the lock that it already holds.
    blocked_signals = (signal.SIGALRM,)

    def __init__(self, machine, tmp):
        super().__init__(machine, tmp)
        self._log = os.path.join(tmp, "bochs.log")
        self._rc = os.path.join(tmp, "bochsrc")
        # Bochs truncates such a file at each start, so its output is appended to the file that others read.
        self._lines = [(path + ".now", path) for path in (self.console, self.hv_serial)]
        self._ticks_before = 0
        self._begin()

    def _begin(self):
        """State of one start of Bochs."""
        self._read = 0
        self._tail = b""
        self._copied = {}
        self._resets = 0
        self._ended = None
        self._ticks = None
        self._off_since = None

    def _display(self, argv, environment):
        """The first display that this Bochs has: it says at once if it lacks one."""
        probe = os.path.join(self.tmp, "probe.rc")
        for display in DISPLAYS:
            with open(probe, "w", encoding="ascii") as f:
                f.write(f"display_library: {display}\nromimage: file=none\n")
            done = subprocess.run([*argv, "-q", "-f", probe, "-log", os.path.join(self.tmp, "probe.log")],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  cwd=self.tmp, env={**os.environ, **environment}, timeout=30, check=False)
            if b"not available" not in done.stdout:
                return display
        raise RunError(STATUS_EMULATOR, f"{argv[-1]}: this Bochs has none of the displays nogui and rfb")

    def _bochsrc(self, display):
        m = self.machine
        disks = [("ata0-master", m.esp)]
        if m.disk:
            copy = os.path.join(self.tmp, "disk.img")
            copy_disk(m.disk, copy)
            disks.append(("ata0-slave", copy))
        lines = [f"display_library: {display}",
                 f"cpu: model={os.environ.get('RWRUN_BOCHS_CPU') or MODELS[m.cpu]}, count={m.smp}, ips=100000000, reset_on_triple_fault=0",
                 f"memory: guest={m.mem}, host={m.mem}",
                 f"romimage: file={need_file(OVMF, ' (package ovmf)')}",
                 f"vgaromimage: file={need_file(VGABIOS, ' (package vgabios)')}",
                 "pci: enabled=1, chipset=i440fx", "vga: extension=none",
                 "ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14"]
        lines += [f"{slot}: type=disk, path={_quoted(path)}, mode=flat, cylinders={cylinders(path)}, "
                  f"heads={HEADS}, spt={SECTORS}" for slot, path in disks]
        lines += ["boot: disk", f"com1: enabled=1, mode=file, dev={_quoted(self._lines[0][0])}",
                  f"com2: enabled=1, mode=file, dev={_quoted(self._lines[1][0])}",
                  "clock: sync=none, time0=utc", f"log: {_quoted(self._log)}", "panic: action=report",
                  "error: action=report", "info: action=report", "debug: action=ignore, unmapped=report"]
        return "\n".join(lines) + "\n"

    def command(self):
        argv, environment, text = find()
        self.version = _version_of(text)
        if not os.path.exists(self._rc):
            with open(self._rc, "w", encoding="utf-8") as f:
                f.write(self._bochsrc(self._display(argv, environment)))
        argv = [*argv, "-q", "-f", self._rc]
        if "-rc filename" in text:  # built with the debugger, which waits for a command
            go = os.path.join(self.tmp, "debugger.rc")
            with open(go, "w", encoding="ascii") as f:
                f.write("c\n")
            argv += ["-rc", go]
        return argv, environment

    def _read_log(self):
        try:
            with open(self._log, "rb") as f:
                f.seek(self._read)
                data = f.read()
        except FileNotFoundError:
            return
        self._read += len(data)
        *lines, self._tail = (self._tail + data).split(b"\n")
        for line in lines:
            self._judge(line)

    def _judge(self, line):
        found = TICKS.match(line)
        if found:
            self._ticks = int(found.group(1))
        if self._ended:
            return
        if any(text in line for text in POWEROFF):
            self._ended = "poweroff"
        elif TRIPLE_FAULT in line:
            self._ended = "reset"
        elif RESET in line:
            # The first one is the machine's power-on.
            self._resets += 1
            if self._resets > 1:
                self._ended = "reset"
        elif found := UNMAPPED_WRITE.search(line):
            if int(found.group(1), 16) - DEBUG_EXIT_PORT in range(DEBUG_EXIT_PORTS):
                self.debug_exit = int(found.group(2), 16)
                self._ended = "debug_exit"

    def _copy_lines(self):
        """Appends what Bochs has sent since the last call to the files of the serial lines."""
        for source, target in self._lines:
            if os.path.exists(source):
                with open(source, "rb") as new, open(target, "ab") as f:
                    new.seek(self._copied.get(source, 0))
                    shutil.copyfileobj(new, f)
                    self._copied[source] = new.tell()

    def _reboot(self):
        """Restarts Bochs: OVMF does not survive a reset in it, because Bochs' ACPI device forgets its I/O
        base but not that it is on, and then OVMF's delays never end. CMOS contents are lost."""
        self.stop()
        self._ticks_before = self.ticks() or 0
        self._begin()
        for path, _ in self._lines:
            os.unlink(path)
        os.unlink(self._log)
        for name in os.listdir(self.tmp):
            if name.endswith(".lock"):  # of a disk image
                os.unlink(os.path.join(self.tmp, name))
        self.start()

    def stop(self):
        super().stop()
        self._copy_lines()

    def poll(self):
        running = self.process.poll() is None
        self._read_log()
        self._copy_lines()
        if self._ended == "reset":
            if running:
                self.stop()
            if not self.saw_reset():
                self._reboot()
                return None
        if self._ended == "poweroff" and running:
            # It still writes out its files and then exits by itself.
            self._off_since = self._off_since or time.monotonic()
            if time.monotonic() < self._off_since + QUIT_SECONDS:
                return None
        if self._ended is None and not running:
            raise self.failed()
        return self._ended

    def ticks(self):
        return None if self._ticks is None else self._ticks_before + self._ticks

    def message(self):
        self._read_log()
        try:
            with open(self._log, "rb") as f:
                lines = [ln for ln in f.read().splitlines() if b"PANIC" in ln or b"FATAL" in ln]
        except FileNotFoundError:
            lines = []
        return lines[-1].decode(errors="replace") if lines else super().message()
