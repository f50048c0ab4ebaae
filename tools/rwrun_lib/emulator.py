# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""An emulator's process: runs in its own session, is always ended, and tells how the machine ended."""
import ctypes
import os
import signal
import subprocess

from .common import STATUS_EMULATOR, RunError

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


def _prepare(blocked):
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    signal.pthread_sigmask(signal.SIG_BLOCK, blocked)


class Emulator:
    """What QEMU and Bochs have in common. A subclass gives name, command() and poll().

    poll() returns None while the machine runs, else how it ended: "poweroff", "reset" or "debug_exit". The
    first machine.reboots resets do not end the run.
    """

    name = ""
    version = ""  # known from command() on
    blocked_signals = ()  # in the emulator's process
    inherited = ()  # descriptors for the process

    def __init__(self, machine, tmp):
        self.machine = machine
        self.tmp = tmp
        self.console = os.path.join(tmp, "com1")
        self.hv_serial = os.path.join(tmp, "com2")
        self.output = os.path.join(tmp, "emulator.out")
        self.process = None
        self.debug_exit = None  # what the guest wrote to DEBUG_EXIT_PORT, if the emulator tells it
        self.boots = 1
        self.boot_at = 0        # where in hv_serial the last boot begins
        for path in (self.console, self.hv_serial):
            with open(path, "wb"):
                pass

    def command(self):
        """Returns (argv, additional environment)."""
        raise NotImplementedError

    def poll(self):
        """Returns how the machine ended, or None."""
        raise NotImplementedError

    def ticks(self):
        """Emulated ticks of the run, if the emulator tells them."""
        return None

    def saw_reset(self):
        """Counts a reset; returns whether it ends the run."""
        if self.boots > self.machine.reboots:
            return True
        self.boots += 1
        self.boot_at = os.path.getsize(self.hv_serial)
        return False

    def start(self):
        """Starts the process."""
        argv, environment = self.command()
        try:
            with open(self.output, "wb") as out:
                # The child asks to die with us, so that a killed rwrun leaves nothing running.
                # pylint: disable-next=subprocess-popen-preexec-fn,consider-using-with
                self.process = subprocess.Popen(
                    argv, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, cwd=self.tmp,
                    start_new_session=True, env={**os.environ, **environment}, pass_fds=self.inherited,
                    preexec_fn=lambda: _prepare(self.blocked_signals))
        except OSError as e:
            raise RunError(STATUS_EMULATOR, f"{argv[0]}: {e.strerror}") from e

    def stop(self):
        """Ends the process if it still runs, and waits for it."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=3)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()

    def message(self):
        """The last line of the emulator's own output."""
        with open(self.output, "rb") as f:
            lines = [line for line in f.read().decode(errors="replace").splitlines() if line.strip()]
        return lines[-1].strip() if lines else "no message"

    def failed(self):
        """The error for a process that ended by itself, not because the machine did."""
        return RunError(STATUS_EMULATOR,
                        f"{self.name} failed (exit status {self.process.returncode}): {self.message()}")
