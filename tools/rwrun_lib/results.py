# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""After the run: the hypervisor's log store and counters, which rwlog extracts from the serial capture."""
import json
import os
import re
import shutil
import subprocess
import sys

from . import outputs
from .common import need_product

EXIT = re.compile(rb"ringward: the guest ends the run \(port [0-9a-f]+, value ([0-9a-f]+)\)")


def _rwlog(*arguments, descriptors=()):
    """Runs rwlog, with these descriptors; returns its output, or None after saying why it failed."""
    done = subprocess.run([need_product("rwlog"), *arguments], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, pass_fds=descriptors)
    if done.returncode == 0:
        return done.stdout
    message = done.stderr.decode(errors="replace").strip().splitlines() or [f"exit status {done.returncode}"]
    print(f"rwrun: rwlog {arguments[0]}: {message[-1]}", file=sys.stderr)
    return None


def last_boot(emulator):
    """What the hypervisor has sent since the last reset that did not end the run, as a file."""
    if not emulator.boot_at:
        return emulator.hv_serial
    path = os.path.join(emulator.tmp, "com2.last")
    with open(emulator.hv_serial, "rb") as whole, open(path, "wb") as last:
        whole.seek(emulator.boot_at)
        shutil.copyfileobj(whole, last)
    return path


def _debug_exit(emulator, capture):
    """The value written to the exit port. QEMU's exit status has 7 bits of it, the hypervisor reports all."""
    with open(capture, "rb") as f:
        found = EXIT.findall(f.read())
    return int(found[-1], 16) if found else emulator.debug_exit


def extract_store(capture, output):
    """Writes the store image; returns whether that worked."""
    if outputs.own_descriptor(output) is None:
        return _rwlog("extract", "--output", output, capture) is not None
    descriptor = outputs.open_stream(output)
    good = _rwlog("extract", "--output", f"/proc/self/fd/{descriptor}", capture, descriptors=(descriptor,))
    os.close(descriptor)
    return good is not None


def write_stats(path, machine, emulator, capture, outcome, wall_seconds):
    """Writes the counters as JSON; returns whether the hypervisor's part is there, if it must be."""
    good, stats = True, {}
    if not machine.no_hv:
        text = _rwlog("stats", "--format", "json", capture)
        good = text is not None
        if good:
            stats = json.loads(text.splitlines()[-1])  # one object for each boot
    stats.update({"emulator": emulator.name, "emulator_version": emulator.version, "cpu": machine.cpu,
                  "smp": machine.smp, "end": outcome.end, "boots": emulator.boots,
                  "wall_seconds": round(wall_seconds, 3), "guest_seconds": round(outcome.clock.seconds, 3),
                  "emulator_cpu_seconds": round(outcome.clock.cpu_seconds, 3)})
    if emulator.debug_exit is not None:
        stats["debug_exit"] = _debug_exit(emulator, capture)
        stats["debug_exit_status"] = (stats["debug_exit"] << 1 | 1) & 0xff
    if emulator.ticks() is not None:
        stats["ticks"] = emulator.ticks()
    outputs.write_whole(path, (json.dumps(stats, indent=1) + "\n").encode())
    return good
