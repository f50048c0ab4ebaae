# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""Watches a run: passes the serial lines on as they grow, and finds out how it ends."""
import os
import time

from .common import STATUS_BAD_RUN, STATUS_TIMEOUT

STOPPED = b"ringward: stopped"
STOP_QUIET_SECONDS = 2.0   # the hypervisor writes its log out behind the line; then nothing more comes
STOP_LIMIT_SECONDS = 60.0
PERIOD_SECONDS = 0.05

STATUS_BY_END = {"poweroff": 0, "debug_exit": 0, "reset": STATUS_BAD_RUN, "stopped": STATUS_BAD_RUN,
                 "timeout": STATUS_TIMEOUT}


class Follower:
    """Copies a growing file to a descriptor (or nowhere) and looks for the hypervisor's last word in it."""

    def __init__(self, path, descriptor=None):
        self._file = open(path, "rb")  # pylint: disable=consider-using-with
        self._descriptor = descriptor
        self._tail = b""
        self.stopped = False
        self.last_growth = time.monotonic()

    def copy(self):
        """Takes what has come since the last call."""
        while data := self._file.read(1 << 16):
            self.last_growth = time.monotonic()
            window = self._tail + data
            self.stopped = self.stopped or STOPPED in window
            self._tail = window[-len(STOPPED):]
            while self._descriptor is not None and data:
                data = data[os.write(self._descriptor, data):]

    def close(self):
        """Closes the followed file."""
        self._file.close()


def watch(emulator, console, hv_serial, timeout):
    """Returns the run's end: "poweroff", "reset", "debug_exit", "stopped" or "timeout".

    console and hv_serial are descriptors to copy to, or None. The emulator is stopped in any case.
    """
    start = time.monotonic()
    com1, com2 = Follower(emulator.console, console), Follower(emulator.hv_serial, hv_serial)
    stopped_at = None
    try:
        while True:
            end = emulator.poll()
            com1.copy()
            com2.copy()
            now = time.monotonic()
            if com2.stopped and not emulator.machine.no_hv:
                stopped_at = stopped_at or now
                quiet = now - com2.last_growth > STOP_QUIET_SECONDS
                if end or quiet or now - stopped_at > STOP_LIMIT_SECONDS:
                    return "stopped"
            elif end:
                return end
            if now - start > timeout:
                return "timeout"
            time.sleep(PERIOD_SECONDS)
    finally:
        emulator.stop()
        com1.copy()
        com2.copy()
        com1.close()
        com2.close()
