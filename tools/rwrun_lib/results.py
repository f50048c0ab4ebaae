# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""After the run: the hypervisor's log store and the counters, as rwlog takes them from the serial capture."""
import json
import subprocess
import sys

from .common import need_product


def _rwlog(*arguments):
    """Runs rwlog; returns its output, or None after saying why it failed."""
    done = subprocess.run([need_product("rwlog"), *arguments], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode == 0:
        return done.stdout
    message = done.stderr.decode(errors="replace").strip().splitlines() or [f"exit status {done.returncode}"]
    print(f"rwrun: rwlog {arguments[0]}: {message[-1]}", file=sys.stderr)
    return None


def extract_store(capture, output):
    """Writes the store image; returns whether that worked."""
    return _rwlog("extract", "--output", output, capture) is not None


def write_stats(path, machine, emulator, end, wall_seconds):
    """Writes the counters as JSON; returns whether the hypervisor's part is there, where it has to be."""
    good, stats = True, {}
    if not machine.no_hv:
        text = _rwlog("stats", "--format", "json", emulator.hv_serial)
        good = text is not None
        if good:
            stats = json.loads(text)
    stats.update({"emulator": emulator.name, "cpu": machine.cpu, "smp": machine.smp, "end": end,
                  "wall_seconds": round(wall_seconds, 3)})
    if emulator.debug_exit is not None:
        stats["debug_exit"] = emulator.debug_exit
    if emulator.ticks() is not None:
        stats["ticks"] = emulator.ticks()
    with open(path, "w", encoding="utf-8") as f:
        json.dump(stats, f, indent=1)
        f.write("\n")
    return good
