# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""QEMU: TCG for SVM/NPT, KVM for either if the machine has nested virtualization."""
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import time

from .common import DEBUG_EXIT_PORT, DEBUG_EXIT_PORTS, STATUS_USAGE, RunError, need_file
from .emulator import Emulator

PROGRAM = "qemu-system-x86_64"
OVMF_CODE = "/usr/share/OVMF/OVMF_CODE_4M.fd"
OVMF_VARS = "/usr/share/OVMF/OVMF_VARS_4M.fd"
SAME_RESET_SECONDS = 0.5
RIGHT_CX16_MAJOR = 10  # 7.2 is wrong, 10.0 is right; versions between are untested


def cpu_model(accel, version):
    """The value of -cpu. TCG's CPU lacks CMPXCHG16B if QEMU computes wrong flags for it: docs/rwrun.md."""
    if accel == "kvm":
        return "host"
    major = int(version.split(".")[0])
    return "EPYC,+svm,+npt" + (",-cx16" if major < RIGHT_CX16_MAJOR else "")


def _program():
    """Returns (path, version) of QEMU=, or of PATH's."""
    named = os.environ.get("QEMU")
    title = f"QEMU={named}" if named else PROGRAM
    path = shutil.which(named or PROGRAM)
    if path is None:
        raise RunError(STATUS_USAGE, f"{title}: no such program" + ("" if named else " (package qemu-system-x86)"))
    try:
        done = subprocess.run([path, "--version"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired) as e:
        raise RunError(STATUS_USAGE, f"{title}: does not run: {e}") from e
    found = re.match(r"QEMU emulator version ([0-9.]+)", done.stdout.decode(errors="replace"))
    if not found:
        raise RunError(STATUS_USAGE, f"{title}: not QEMU")
    return os.path.abspath(path), found[1]


def _escaped(path):
    """A path, escaped for an option's value."""
    return path.replace(",", ",,")


class Qemu(Emulator):
    """qemu-system-x86_64; QMP tells why the machine ended."""

    def __init__(self, machine, tmp):
        super().__init__(machine, tmp)
        self.name = "kvm" if machine.accel == "kvm" else "qemu-tcg"
        self._qmp, self._qmp_far = socket.socketpair()
        self.inherited = (self._qmp_far.fileno(),)
        self._pending = b""
        self._built = False  # it has answered: a later failure is not due to its arguments
        self._reason = None
        self._reset_at = None  # when the last reset was counted
        self._reset_ends = False  # QEMU has been told that the next reset ends the run
        self._over = False

    def command(self):
        m = self.machine
        code = need_file(OVMF_CODE, " (package ovmf)")
        variables = os.path.join(self.tmp, "vars.fd")
        shutil.copyfile(need_file(OVMF_VARS, " (package ovmf)"), variables)
        try:
            additional = shlex.split(os.environ.get("RWRUN_QEMU", ""))
        except ValueError as e:
            raise RunError(STATUS_USAGE, f"RWRUN_QEMU: {e}") from e
        # With a thread per CPU, XRSTOR on one of them sometimes undoes a change of the first CPU's state
        # (QEMU's cpu_clear_ignne() changes its hflags2 without a lock): after #VMEXIT that CPU then runs
        # under the guest's tables. With one thread, a CPU that waits without PAUSE blocks the others for
        # 100 ms: EFI programs get a thread per CPU.
        one_thread = m.icount or (m.smp > 1 and not m.efi)
        accel = {"kvm": "kvm", "tcg": "tcg,thread=" + ("single" if one_thread else "multi")}[m.accel]
        program, self.version = _program()
        argv = [program, "-machine", "q35", *([] if "-accel" in additional else ["-accel", accel]),
                "-cpu", cpu_model(m.accel, self.version), "-smp", str(m.smp),
                "-m", str(m.mem), "-nodefaults", "-no-user-config", "-display", "none", "-vga", "std",
                "-nic", "none",
                "-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={code}",
                "-drive", f"if=pflash,format=raw,unit=1,file={_escaped(variables)}",
                "-device", f"isa-debug-exit,iobase={DEBUG_EXIT_PORT:#x},iosize={DEBUG_EXIT_PORTS}",
                "-chardev", f"socket,id=qmp,fd={self._qmp_far.fileno()}", "-mon", "chardev=qmp,mode=control",
                "-serial", f"file:{self.console}", "-serial", f"file:{self.hv_serial}"]
        if m.icount:
            argv += ["-icount", "shift=0"]
        if not m.reboots:
            argv.append("-no-reboot")
        # The user's disk is first on the bus, with and without Ringward, and is never written.
        if m.disk:
            argv += self._disk("disk", m.disk, None if m.esp else 0)
        if m.esp:
            argv += self._disk("esp", m.esp, 0)
        return argv + additional, {}

    @staticmethod
    def _disk(name, path, bootindex):
        device = f"virtio-blk-pci,drive={name}" + ("" if bootindex is None else f",bootindex={bootindex}")
        return ["-drive", f"if=none,id={name},format=raw,snapshot=on,file={_escaped(path)}",
                "-device", device]

    def start(self):
        super().start()
        self._qmp_far.close()
        self._command("qmp_capabilities")
        self._qmp.setblocking(False)

    def _command(self, name, **arguments):
        """Sends QEMU a command; ignores its answer."""
        try:
            self._qmp.sendall(json.dumps({"execute": name, "arguments": arguments}).encode() + b"\n")
        except ConnectionError:
            pass  # it has ended: poll() says how

    def _event(self, event):
        if "return" in event:
            self._built = True
        elif event.get("event") == "SHUTDOWN":
            self._reason = event["data"]["reason"]
        elif event.get("event") == "RESET" and event["data"]["guest"]:
            # A guest that tries several ways to reset resets QEMU twice before the first reset takes effect.
            now = event["timestamp"]["seconds"] + event["timestamp"]["microseconds"] / 1e6
            if self._reset_at is None or now - self._reset_at > SAME_RESET_SECONDS:
                self._over = self.saw_reset()
                self._reset_at = now

    def _read_events(self):
        try:
            while True:
                data = self._qmp.recv(65536)
                if not data:
                    return
                self._pending += data
                *lines, self._pending = self._pending.split(b"\n")
                for line in lines:
                    self._event(json.loads(line))
        except (BlockingIOError, ConnectionError):
            pass

    def poll(self):
        ended = self.process.poll() is not None
        self._read_events()
        if self._over:
            return "reset"
        if (self._reset_at is not None and self.boots > self.machine.reboots and not self._reset_ends
                and time.time() - self._reset_at > SAME_RESET_SECONDS):
            self._command("set-action", reboot="shutdown")  # as -no-reboot from here on
            self._reset_ends = True
        if not ended:
            return None
        if self._reason == "guest-shutdown":
            return "poweroff"
        if self._reason in ("guest-reset", "guest-panic"):
            return "reset"
        status = self.process.returncode
        if self._built and self._reason is None and status > 0 and status & 1:
            self.debug_exit = status >> 1
            return "debug_exit"
        raise self.failed()

    def stop(self):
        super().stop()
        self._qmp.close()
        self._qmp_far.close()
