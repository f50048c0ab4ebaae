# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""The guest's time: how long an emulator has run, without the time that the host's other work took."""
import os

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
ASLEEP = frozenset("SIZX")  # states of threads that want no CPU (proc(5)); Z and X have ended


def _stat(path):
    """(state, seconds of CPU time) of a process or thread; None when it is gone."""
    try:
        with open(path, "rb") as f:
            words = f.read().rpartition(b")")[2].split()  # the name before it may contain blanks
    except (FileNotFoundError, ProcessLookupError):
        return None
    return words[0].decode(), (int(words[11]) + int(words[12])) / TICKS_PER_SECOND


def _asleep(pid):
    """Whether no thread of the process runs, waits for a CPU or a disk, or is stopped."""
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except FileNotFoundError:
        return True
    found = (_stat(f"/proc/{pid}/task/{thread}/stat") for thread in threads)
    return all(stat is None or stat[0] in ASLEEP for stat in found)


class GuestClock:
    """Counts the guest's time of a run, over all processes that its emulator has had.

    While the emulator works, its CPU time counts, which a busy host does not lengthen. While all its threads
    sleep, the guest is idle, and its clock follows wall time. Parallel work in several threads counts once.
    """

    def __init__(self, now):
        self.seconds = 0.0      # the guest's time
        self.cpu_seconds = 0.0  # CPU time of the emulator, all its threads
        self._before = now
        self._pid, self._pid_cpu = None, 0.0

    def advance(self, pid, now):
        """Adds the time since the last call; pid: the emulator's process now; now: from time.monotonic()."""
        passed, self._before = now - self._before, now
        stat = _stat(f"/proc/{pid}/stat")
        if stat is None:
            return
        if pid != self._pid:
            self._pid, self._pid_cpu = pid, 0.0
        used, self._pid_cpu = stat[1] - self._pid_cpu, stat[1]
        self.cpu_seconds += used
        self.seconds += passed if _asleep(pid) else min(passed, used)
