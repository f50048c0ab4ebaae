# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Watches a run: copies the serial lines as they grow, and finds out how it ends."""
import os
import time
from dataclasses import dataclass

from .clock import GuestClock
from .common import STATUS_BAD_RUN, STATUS_TIMEOUT

STOPPED = b"ringward: stopped"
FRAME = b"@RW2 "
# Of the guest's time: after that line the hypervisor writes out its log; then nothing more comes.
STOP_QUIET_SECONDS = 2.0
STOP_LIMIT_SECONDS = 60.0
PERIOD_SECONDS = 0.05

STATUS_BY_END = {"poweroff": 0, "debug_exit": 0, "reset": STATUS_BAD_RUN, "stopped": STATUS_BAD_RUN,
                 "timeout": STATUS_TIMEOUT}


class Follower:
    """Copies a growing file to a descriptor (or nowhere) and searches it for the hypervisor's last line."""

    def __init__(self, path, descriptor=None):
        self._file = open(path, "rb")  # pylint: disable=consider-using-with
        self._descriptor = descriptor
        self._tail = b""
        self.stopped = False
        self.last_growth = 0.0

    def copy(self, now):
        """Reads what has come since the last call; now: the guest's time."""
        while data := self._file.read(1 << 16):
            self.last_growth = now
            window = self._tail + data
            self.stopped = self.stopped or STOPPED in window
            self._tail = window[-len(STOPPED):]
            while self._descriptor is not None and data:
                data = data[os.write(self._descriptor, data):]

    def close(self):
        """Closes the followed file."""
        self._file.close()


@dataclass
class Limits:
    """Time limits of a run, in seconds; guest: of the guest's time; None: no limit."""

    wall: float
    guest: float = None

    def exceeded(self, wall, guest):
        """The limit that was reached, in words, or None."""
        if self.guest is not None and guest >= self.guest:
            return f"time limit of {self.guest} s of the guest's time"
        return f"time limit of {self.wall} s" if wall >= self.wall else None


@dataclass
class Outcome:
    """How a run ended: "poweroff", "reset", "debug_exit", "stopped" or "timeout"."""

    end: str
    clock: GuestClock
    limit: str = None  # the one that was reached, in words


def last_line(path, unlike=b"\0"):
    """The last line of a serial line that is not blank and does not contain `unlike`; "" if there is none."""
    with open(path, "rb") as f:
        for line in reversed(f.read().splitlines()):
            text = "".join(c for c in line.decode(errors="replace") if c.isprintable()).strip()
            if text and unlike not in line:
                return text
    return ""


def how_far(emulator, outcome, wall):
    """How far a run had come when it reached a limit, line by line."""
    ticks = emulator.ticks()
    yield (f"the guest's time {outcome.clock.seconds:.1f} s, CPU time of {emulator.name} "
           f"{outcome.clock.cpu_seconds:.1f} s, wall time {wall:.1f} s" + (f", {ticks} ticks when its log ends" if ticks else ""))
    yield "the guest's last line: " + (last_line(emulator.console) or "none")
    if not emulator.machine.no_hv:
        yield "the hypervisor's last line: " + (last_line(emulator.hv_serial, unlike=FRAME) or "none")


def watch(emulator, console, hv_serial, limits):
    """Watches to the end and returns the Outcome.

    console and hv_serial are descriptors to copy to, or None. The emulator is always stopped.
    """
    start = time.monotonic()
    clock = GuestClock(start)
    com1, com2 = Follower(emulator.console, console), Follower(emulator.hv_serial, hv_serial)
    stopped_at = None
    try:
        while True:
            # Before poll(), which reaps a process that has ended, and so loses its CPU time.
            now = time.monotonic()
            clock.advance(emulator.process.pid, now)
            end = emulator.poll()
            com1.copy(clock.seconds)
            com2.copy(clock.seconds)
            if com2.stopped and not emulator.machine.no_hv:
                stopped_at = clock.seconds if stopped_at is None else stopped_at
                quiet = clock.seconds - com2.last_growth > STOP_QUIET_SECONDS
                if end or quiet or clock.seconds - stopped_at > STOP_LIMIT_SECONDS:
                    return Outcome("stopped", clock)
            elif end:
                return Outcome(end, clock)
            if limit := limits.exceeded(now - start, clock.seconds):
                return Outcome("timeout", clock, limit)
            time.sleep(PERIOD_SECONDS)
    finally:
        emulator.stop()
        com1.copy(clock.seconds)
        com2.copy(clock.seconds)
        com1.close()
        com2.close()
